import { listCommissionsOfPayment } from '../commissions/index.ts';
import { bindCustomer, lockCustomer } from '../customers/index.ts';
import { AppError, appendEvents, invariant, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { bookRedecision } from './book-payment.ts';
import { decidePayment, type FoundCustomer } from './decide-payment.ts';
import type { SettleDeps } from './door.ts';
import { findPayer } from './find-payer.ts';
import { isImported, type PaymentDecision, type PaymentFact, type PaymentOutcome } from './payment.ts';
import { commissionEvents, feeEvents, partnerOf, retoldEvents } from './payment-events.ts';
import * as queries from './queries.ts';
import { findNamedVisit, inferVisit, joinVisitorAndEmail } from './visit-half.ts';

/**
 * The same transaction id again. Through the door it came from it is a duplicate and changes nothing. Through the other
 * door, with the same money, it adds what was missing, once (contract §6.2): the visit to a sale, the partner to a
 * payment that none was found for. A call that has nothing to add is a duplicate too, never a refusal: its sender must
 * learn that the payment is in.
 */
export async function completePayment(
  trx: Transaction,
  deps: SettleDeps,
  scope: queries.KeyScope,
  transactionId: string,
  fact: PaymentFact,
  now: Date,
): Promise<PaymentOutcome> {
  const stored = await queries.lockPaymentByKey(trx, scope, transactionId);
  invariant(stored !== undefined, 'a claimed key belongs to a payment');
  const completed = await addMissingHalves(trx, deps, stored, fact, now);
  if (completed !== undefined) return completed;
  const [largest] = await listCommissionsOfPayment(trx, stored.workspaceId, stored.id);
  return { outcome: 'duplicate', paymentId: stored.id, commissionId: largest?.commissionId ?? null };
}

async function addMissingHalves(
  trx: Transaction,
  deps: SettleDeps,
  stored: queries.StoredPayment,
  fact: PaymentFact,
  now: Date,
): Promise<PaymentOutcome | undefined> {
  const isSameMoney = stored.amountMinor === fact.amountMinor && stored.currency === fact.currency;
  // History has nothing to add to what was told at its time.
  if (stored.source === fact.source || !isSameMoney || isImported(fact.source)) return undefined;
  const before = {
    payment: stored,
    visit: (await queries.findPaymentVisit(trx, stored.workspaceId, stored.id)) ?? null,
    partner: await storedPartner(trx, stored),
  };
  const named = before.visit?.matchedBy === 'session' ? null : ((await findNamedVisit(trx, fact)) ?? null);
  if (fact.visit !== null && named === null) return undefined;
  const half = await findPartnerHalf(trx, deps, stored, fact, now);
  if (named === null && half === undefined) return undefined;

  const payment = half?.payment ?? stored;
  const decision = half?.decision ?? null;
  const visit =
    named ?? before.visit ?? (await inferVisit(trx, fact, half?.found.customer ?? null, decision));
  if (visit !== null && visit !== before.visit) await queries.saveVisit(trx, stored, visit, now);
  await joinVisitorAndEmail(trx, fact, now);
  let commissionIds: bigint[] = [];
  let feeMinor = 0n;
  if (half !== undefined) {
    await queries.setCustomer(trx, stored, half.found.customer.id);
    const booked = await bookRedecision(trx, half.payment, half.decision, fact.source, now);
    ({ commissionIds } = booked);
    feeMinor = booked.changes.feeMinor;
  }
  const partner = half === undefined ? before.partner : partnerOf(half.decision);
  const at = stored.occurredAt;
  await appendEvents(trx, [
    ...retoldEvents(payment, stored.amountMinor, { ...before, at }, { visit, partner, at }),
    ...commissionEvents(payment, decision, visit, stored.occurredAt),
    ...feeEvents(payment, feeMinor, visit, stored.occurredAt),
  ]);
  return { outcome: 'completed', payment: { paymentId: stored.id, decision, commissionIds } };
}

interface PartnerHalf {
  payment: queries.StoredPayment & { programId: number };
  found: FoundCustomer;
  decision: PaymentDecision;
}

/** The partner half, if the payment was left without one and this door's words lead to it. */
async function findPartnerHalf(
  trx: Transaction,
  deps: SettleDeps,
  stored: queries.StoredPayment,
  fact: PaymentFact,
  now: Date,
): Promise<PartnerHalf | undefined> {
  const { program } = fact;
  if (program === null) return undefined;
  const decisions = await queries.listDecisions(trx, stored.workspaceId, stored.id);
  const refunds = await queries.listRefunds(trx, stored.workspaceId, stored.id);
  const isUndecided = decisions.every(({ attributed, cause }) => !attributed && cause === 'recorded');
  const isMissing = isUndecided && refunds.length === 0;
  const found =
    fact.visit !== null && stored.customerId !== null
      ? await joinVisitor(trx, program, stored.customerId, fact.visit.visitorId, fact, now)
      : await (isMissing ? findPayerIfKnown(trx, program, fact, now) : null);
  if (!isMissing || found === null) return undefined;
  // What a sale says of itself stands in the sale, whichever of the two came first.
  const { subscriptionId, productId, taxMinor, shippingMinor } = fact.source === 'sale' ? fact : stored;
  const payment = {
    ...stored,
    ...{ subscriptionId, productId, taxMinor, shippingMinor },
    programId: program.id,
    emailHash: fact.email?.hash ?? null,
    customerId: found.customer.id,
  };
  const decision = await decidePayment(trx, program, payment, found, deps.fees, now);
  const isNews = fact.source === 'sale' && decision.reason !== 'partner_not_enrolled';
  return decision.attributed || isNews ? { payment, found, decision } : undefined;
}

/** The visitor whom the website names is the customer whom the sale named. */
async function joinVisitor(
  trx: Transaction,
  program: Program,
  customerId: bigint,
  webVisitor: string,
  { email }: PaymentFact,
  now: Date,
): Promise<FoundCustomer> {
  const known = await lockCustomer(trx, program.workspaceId, customerId);
  invariant(known !== undefined, 'the customer of a payment exists');
  const identifiers = { customerKey: null, email, webVisitor };
  const customer = await bindCustomer(trx, program, { customer: known, click: undefined }, identifiers, now);
  return { customer, foundBy: 'visitor', value: webVisitor };
}

async function findPayerIfKnown(
  trx: Transaction,
  program: Program,
  fact: PaymentFact,
  now: Date,
): Promise<FoundCustomer | null> {
  try {
    return await findPayer(trx, program, fact, now);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
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
