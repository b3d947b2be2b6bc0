import { AppError, appendEvents, invariant, newId, type Transaction } from '../platform/index.ts';
import { bookPayment } from './book-payment.ts';
import { completePayment } from './complete-payment.ts';
import { decidePayment, refuseIfNotEnrolled } from './decide-payment.ts';
import { keyScope, type PaymentDeps, type SettleDeps } from './door.ts';
import { findPayer } from './find-payer.ts';
import type { PaymentDecision, PaymentFact, PaymentOutcome } from './payment.ts';
import { paymentEvents } from './payment-events.ts';
import * as queries from './queries.ts';
import { findNamedVisit, inferVisit, joinVisitorAndEmail } from './visit-half.ts';

/**
 * The one door for money. Whatever the source, a payment enters here and nowhere else: in one transaction its
 * idempotency key is claimed, its customer found, its attribution and commissions decided, the ledger posted and the
 * event told. When it resolves all of it is on disk; when it throws none of it is.
 *
 * Refuses with `customer_not_found`, `wrong_program`, `not_enrolled` (a sale, contract §5.3) or `visit_not_found` (§6.2);
 * a refused call leaves its transaction id free.
 */
export function recordPayment(deps: PaymentDeps, fact: PaymentFact): Promise<PaymentOutcome> {
  return deps.postgres.transaction((trx) => recordPaymentIn(trx, deps, fact));
}

/** The same inside of the caller's transaction: an import records many payments in one. */
export async function recordPaymentIn(
  trx: Transaction,
  deps: SettleDeps,
  fact: PaymentFact,
): Promise<PaymentOutcome> {
  const now = deps.clock.now();
  const scope = keyScope(fact, false);
  const transactionId = fact.transactionId ?? newId('pay');
  const id = await queries.claimKey(trx, scope, transactionId);
  if (id === undefined) return completePayment(trx, deps, scope, transactionId, fact, now);

  const named = await findNamedVisit(trx, fact);
  if (named === undefined) throw new AppError('visit_not_found');
  const found = fact.program === null ? null : await findPayer(trx, fact.program, fact, now);
  const payment = {
    ...fact,
    id,
    workspaceId: scope.workspaceId,
    programId: fact.program?.id ?? null,
    websiteId: fact.website?.id ?? fact.program?.websiteId ?? null,
    customerId: found?.customer.id ?? null,
    transactionId,
    isTest: false,
    receivedAt: now,
    emailHash: fact.email?.hash ?? null,
  };
  let decision: PaymentDecision | null = null;
  if (fact.program !== null) {
    decision = await decidePayment(trx, fact.program, payment, found, deps.fees, now);
    refuseIfNotEnrolled(fact, fact.program, decision);
  }
  const visit = named ?? (await inferVisit(trx, fact, found?.customer ?? null, decision));
  let commissionIds: bigint[] = [];
  if (decision === null || payment.programId === null) {
    await queries.insertPayment(trx, payment, fact, visit);
  } else {
    await queries.insertDecidedPayment(trx, payment, fact, visit, decision);
    commissionIds = await bookPayment(trx, { ...payment, programId: payment.programId }, decision, now);
  }
  await joinVisitorAndEmail(trx, fact, now);
  await appendEvents(trx, paymentEvents(payment, fact.amountMinor, decision, visit, fact.occurredAt));
  return { outcome: 'recorded', payment: { paymentId: id, decision, commissionIds } };
}

/** Records a test payment (contract §4): an event that nothing counts. An explicit id that was used before is a duplicate. */
export function recordTestPayment(
  deps: PaymentDeps,
  fact: PaymentFact & { transactionId: string },
): Promise<{ paymentId: bigint; isDuplicate: boolean }> {
  return deps.postgres.transaction((trx) => recordTestPaymentIn(trx, deps, fact, null));
}

/**
 * The same inside of the caller's transaction. `rehearsed`: what was decided about this payment when it was tried, for its
 * explanation; it earns nothing.
 */
export async function recordTestPaymentIn(
  trx: Transaction,
  deps: Pick<SettleDeps, 'clock'>,
  fact: PaymentFact & { transactionId: string },
  rehearsed: PaymentDecision | null,
): Promise<{ paymentId: bigint; isDuplicate: boolean }> {
  const now = deps.clock.now();
  const scope = keyScope(fact, true);
  const id = await queries.claimKey(trx, scope, fact.transactionId);
  if (id === undefined) {
    const earlier = await queries.lockPaymentByKey(trx, scope, fact.transactionId);
    invariant(earlier !== undefined, 'a claimed key belongs to a payment');
    return { paymentId: earlier.id, isDuplicate: true };
  }
  const payment = {
    id,
    workspaceId: scope.workspaceId,
    programId: fact.program?.id ?? null,
    websiteId: fact.website?.id ?? null,
    customerId: null,
    transactionId: fact.transactionId,
    currency: fact.currency,
    isTest: true,
    occurredAt: fact.occurredAt,
    receivedAt: now,
  };
  if (rehearsed === null) await queries.insertPayment(trx, payment, fact, null);
  else await queries.insertDecidedPayment(trx, payment, fact, null, rehearsed);
  await appendEvents(trx, paymentEvents(payment, fact.amountMinor, null, null, fact.occurredAt));
  return { paymentId: id, isDuplicate: false };
}
