import { listCommissionsOfPayment } from '../commissions/index.ts';
import { appendEvents, invariant, type Transaction } from '../platform/index.ts';
import { bookRedecision } from './book-payment.ts';
import { decidePayment, refuseIfNotEnrolled } from './decide-payment.ts';
import type { PaymentDeps } from './door.ts';
import { findPayer } from './find-payer.ts';
import type { PaymentFact, PaymentOutcome } from './payment.ts';
import { commissionEvents, partnerOf, retoldEvents } from './payment-events.ts';
import * as queries from './queries.ts';
import { findNamedVisit, inferVisit, joinVisitorAndEmail } from './visit-half.ts';

/**
 * The same transaction id again. Through the door it came from it is a duplicate and changes nothing. Through the other
 * door, with the same money, it adds the half that was missing, once (contract §6.2): the visit to a sale, the partner
 * to a website's payment.
 */
export async function completePayment(
  trx: Transaction,
  deps: PaymentDeps,
  scope: queries.KeyScope,
  transactionId: string,
  fact: PaymentFact,
  now: Date,
): Promise<PaymentOutcome> {
  const stored = await queries.lockPaymentByKey(trx, scope, transactionId);
  invariant(stored !== undefined, 'a claimed key belongs to a payment');
  const duplicate = async (): Promise<PaymentOutcome> => {
    const [largest] = await listCommissionsOfPayment(trx, stored.workspaceId, stored.id);
    return { outcome: 'duplicate', paymentId: stored.id, commissionId: largest?.commissionId ?? null };
  };
  const isSameMoney = stored.amountMinor === fact.amountMinor && stored.currency === fact.currency;
  if (stored.source === fact.source || !isSameMoney) return duplicate();
  const completed =
    fact.source === 'sale'
      ? await addPartnerHalf(trx, deps, stored, fact, now)
      : await addVisitHalf(trx, stored, fact, now);
  return completed ?? duplicate();
}

async function addVisitHalf(
  trx: Transaction,
  stored: queries.StoredPayment,
  fact: PaymentFact,
  now: Date,
): Promise<PaymentOutcome | undefined> {
  const before = (await queries.findPaymentVisit(trx, stored.workspaceId, stored.id)) ?? null;
  if (before?.matchedBy === 'session') return undefined;
  const visit = await findNamedVisit(trx, fact);
  if (!visit) return undefined;
  await queries.saveVisit(trx, stored, visit, now);
  await joinVisitorAndEmail(trx, fact, now);
  const partner = await storedPartner(trx, stored);
  const { occurredAt, amountMinor } = stored;
  await appendEvents(
    trx,
    retoldEvents(stored, amountMinor, { visit: before, partner }, { visit, partner }, occurredAt),
  );
  return { outcome: 'completed', payment: { paymentId: stored.id, decision: null, commissionIds: [] } };
}

async function addPartnerHalf(
  trx: Transaction,
  deps: PaymentDeps,
  stored: queries.StoredPayment,
  fact: PaymentFact,
  now: Date,
): Promise<PaymentOutcome | undefined> {
  const { program } = fact;
  const decisions = await queries.listDecisions(trx, stored.workspaceId, stored.id);
  const isMissing = decisions.every((decision) => !decision.attributed && decision.cause === 'recorded');
  const refunds = await queries.listRefunds(trx, stored.workspaceId, stored.id);
  if (program === null || !isMissing || refunds.length > 0) return undefined;

  const found = await findPayer(trx, program, fact, now);
  const payment = {
    ...stored,
    programId: program.id,
    emailHash: fact.email?.hash ?? null,
    subscriptionId: fact.subscriptionId,
    productId: fact.productId,
    taxMinor: fact.taxMinor,
    shippingMinor: fact.shippingMinor,
    customerId: found?.customer.id ?? stored.customerId,
  };
  const decision = await decidePayment(trx, program, payment, found, deps.fees, now);
  refuseIfNotEnrolled(fact, program, decision);
  if (found !== null) await queries.setCustomer(trx, stored, found.customer.id);
  const commissionIds = await bookRedecision(trx, payment, decision, 'sale', now);
  const before = (await queries.findPaymentVisit(trx, stored.workspaceId, stored.id)) ?? null;
  const visit = before ?? (await inferVisit(trx, fact, found?.customer ?? null, decision));
  if (before === null && visit !== null) await queries.saveVisit(trx, stored, visit, now);
  await appendEvents(trx, [
    ...retoldEvents(
      payment,
      stored.amountMinor,
      { visit: before, partner: {} },
      { visit, partner: partnerOf(decision) },
      stored.occurredAt,
    ),
    ...commissionEvents(payment, decision, visit, stored.occurredAt),
  ]);
  return { outcome: 'completed', payment: { paymentId: stored.id, decision, commissionIds } };
}

/** The partner members of a stored payment's events, from the decision in force. */
export async function storedPartner(
  trx: Transaction,
  stored: queries.StoredPayment,
): Promise<{ partner_id?: number; click_id?: string }> {
  const decisions = await queries.listDecisions(trx, stored.workspaceId, stored.id);
  const credit = decisions.at(-1)?.credits[0];
  return credit === undefined ? {} : { partner_id: credit.partnerId, click_id: credit.clickId ?? undefined };
}
