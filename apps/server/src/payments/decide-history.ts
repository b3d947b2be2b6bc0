import type { Credit, Followed, UnattributedReason } from '../attribution/index.ts';
import { loadVolumesOf } from '../commissions/index.ts';
import { type Customer, lockCustomers, settleProvisionalLeads } from '../customers/index.ts';
import { appendEvents, type EventRow, invariant, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { bookPayment, bookRedecision } from './book-payment.ts';
import {
  type DecisionSettings,
  decideWithHistory,
  type FoundCustomer,
  type History,
  settingsOf,
} from './decide-payment.ts';
import type { SettleDeps } from './door.ts';
import type { PaymentDecision, PaymentVisit } from './payment.ts';
import { partnerOf, paymentEvents, retoldEvents } from './payment-events.ts';
import { tellChanges } from './provider-events.ts';
import type { Claim } from './provider-payment.ts';
import * as provider from './provider-queries.ts';
import { wasDecidedByOther } from './provider-rules.ts';
import * as queries from './queries.ts';
import { inferVisit } from './visit-half.ts';

/** What a late fact did to a payment. */
export interface Touched {
  /** It was stored just now: nothing is booked of it, nothing went back. */
  isNew: boolean;
  /** It is another customer's, or of another date: its books are brought in line even if the decision is the same. */
  isRestated: boolean;
  /** The instant under which its event was told; null when none was. */
  toldAt: Date | null;
}

/** What deciding stands on, and what it leaves to be told. */
export interface Deciding {
  trx: Transaction;
  deps: SettleDeps;
  program: Program;
  now: Date;
  touched: ReadonlyMap<bigint, Touched>;
  /** Events of payments that were booked for the first time; the caller appends them. */
  told: EventRow[];
}

/** Decides a payment of nobody known. */
export async function decideAlone(deciding: Deciding, paymentId: bigint): Promise<void> {
  const payment = await provider.lockPastPayment(deciding.trx, deciding.program.workspaceId, paymentId);
  invariant(payment !== undefined, 'a settled payment exists');
  await decideAgain(deciding, null, payment, emptyHistory());
}

/**
 * Decides these customers' payments, each history for itself.
 *
 * @param changed customers whose payments are all decided again, not only the touched ones and those that follow
 */
export async function decideHistories(
  deciding: Deciding,
  customerIds: ReadonlySet<bigint>,
  changed: ReadonlySet<bigint>,
): Promise<void> {
  if (customerIds.size === 0) return;
  const { trx, program } = deciding;
  const customers = await lockCustomers(trx, program.workspaceId, [...customerIds]);
  invariant(customers.length === customerIds.size, 'the customer of a payment exists');
  const payments = await provider.listHistories(trx, program.workspaceId, [...customerIds]);
  const bound: provider.Bound[] = [];
  for (const customer of customers) {
    const history = payments.filter(({ customerId }) => customerId === customer.id);
    bound.push(await decideHistory(deciding, customer, history, changed.has(customer.id)));
  }
  await provider.refreshCustomers(trx, program.workspaceId, bound);
}

/**
 * Decides a customer's payments in the order in which they were paid, from the first one that a late fact touches: the
 * first payment, the binding and the months of renewals follow from the dates alone. Payments of other doors are part of
 * the history and stay as they were decided. A decision that comes out as it was is not recorded again.
 */
async function decideHistory(
  deciding: Deciding,
  locked: Customer,
  history: readonly provider.PastPayment[],
  fromTheFirst: boolean,
): Promise<provider.Bound> {
  const { trx, program, now, touched } = deciding;
  const mayWait = locked.status !== 'conversion' && locked.mayHaveWaitingLeads && history.length > 0;
  const customer = mayWait ? await settleProvisionalLeads(trx, program, locked, null, now) : locked;

  const before: History = { ...emptyHistory(), isByDate: true };
  const subscriptions = new Map<string, Followed>();
  const anyOneTime = history.some((one) => one.claim === null && one.earnedOneTime);
  let isTouched = fromTheFirst;
  let boundPaymentId: bigint | null = null;
  for (const payment of history) {
    isTouched ||= touched.has(payment.id);
    const isOurs = payment.claim !== null && !wasDecidedByOther(payment);
    before.isFirst = before.firstPaidAt === null && !anyOneTime;
    before.followed =
      before.bound === null ? (subscriptions.get(payment.subscriptionId ?? '') ?? null) : null;
    const stands: Stands =
      isOurs && isTouched ? await decideAgain(deciding, customer, payment, before) : standsAs(payment);
    before.firstPaidAt ??= payment.occurredAt;
    if (before.bound === null && stands.earned) {
      boundPaymentId = payment.id;
      before.bound = { credits: stands.credits, by: String(payment.id) };
    }
    if (payment.subscriptionId !== null && !subscriptions.has(payment.subscriptionId)) {
      subscriptions.set(payment.subscriptionId, stands.followed);
    }
  }
  return { customerId: customer.id, paymentId: boundPaymentId };
}

function emptyHistory(): History {
  return { firstPaidAt: null, isFirst: true, bound: null, followed: null };
}

/** What a payment's decision means to those after it. */
interface Stands {
  earned: boolean;
  credits: readonly Credit[];
  followed: Followed;
}

function standsAs({ decision, earned }: provider.PastPayment): Stands {
  const credits = (decision?.credits ?? []).map((credit) => ({ ...credit, weight: BigInt(credit.weight) }));
  const followed: Followed = decision?.attributed
    ? { attributed: true, credits }
    : {
        attributed: false,
        reason: (decision?.reason ?? 'no_touch') as UnattributedReason,
        clickAgeDays: decision?.clickAgeDays ?? null,
      };
  return { earned, credits, followed };
}

async function decideAgain(
  deciding: Deciding,
  customer: Customer | null,
  payment: provider.PastPayment,
  history: History,
): Promise<Stands> {
  const { trx, deps, program, now } = deciding;
  const touched = deciding.touched.get(payment.id);
  const isStoredNow = touched?.isNew === true;
  const claim = JSON.parse(payment.claim as string) as Claim;
  const found = customer === null ? null : foundBy(claim, customer);
  const decided = await decideWithHistory(
    trx,
    program,
    { ...payment, emailHash: claim.emailHash === null ? null : Buffer.from(claim.emailHash, 'hex') },
    found,
    history,
    isStoredNow ? settingsOf(program) : await settingsFor(trx, program, payment),
    deps.fees,
    payment.occurredAt,
  );
  const decision: PaymentDecision = { ...decided, warnings: [...claim.warnings] };
  const fact = { program, occurredAt: payment.occurredAt };
  const visitBefore = isStoredNow
    ? null
    : ((await queries.findPaymentVisit(trx, payment.workspaceId, payment.id)) ?? null);
  const visit =
    visitBefore?.matchedBy === 'session' ? visitBefore : await inferVisit(trx, fact, customer, decision);
  if (isStoredNow) {
    await bookFirst(deciding, payment, customer, decision, visit);
  } else if (touched?.isRestated || isOtherDecision(payment.decision, decision)) {
    await saveVisit(trx, payment, visitBefore, visit, now);
    await bookAgain(trx, payment, customer, decision, { before: visitBefore, after: visit }, touched, now);
  }
  const { attributed, reason, clickAgeDays, credits } = decision;
  return {
    earned: decision.earnings.length > 0 || decision.reason === 'settled_elsewhere',
    credits,
    followed: attributed
      ? { attributed, credits }
      : { attributed, reason: (reason ?? 'no_touch') as UnattributedReason, clickAgeDays },
  };
}

/** As any door does with a payment that it has just stored. */
async function bookFirst(
  { trx, now, told }: Deciding,
  payment: provider.PastPayment,
  customer: Customer | null,
  decision: PaymentDecision,
  visit: PaymentVisit | null,
): Promise<void> {
  const booked = { ...payment, customerId: customer?.id ?? null };
  await queries.insertFirstDecision(trx, booked, decision, visit, now);
  await bookPayment(trx, booked, decision, now);
  told.push(...paymentEvents(payment, payment.amountMinor, decision, visit, payment.occurredAt));
}

async function bookAgain(
  trx: Transaction,
  payment: provider.PastPayment,
  customer: Customer | null,
  decision: PaymentDecision,
  visit: { before: PaymentVisit | null; after: PaymentVisit | null },
  touched: Touched | undefined,
  now: Date,
): Promise<void> {
  const { amountMinor, occurredAt } = payment;
  const isFirst = payment.decision === null;
  const { changes } = await bookRedecision(
    trx,
    { ...payment, customerId: customer?.id ?? null },
    decision,
    isFirst ? 'recorded' : payment.source === 'stripe' ? 'late_event' : 'stripe',
    now,
    isFirst ? 'payment' : 'redecision',
  );
  if (isFirst) {
    const told = { ...decision, earnings: [], fee: null };
    await appendEvents(trx, paymentEvents(payment, amountMinor, told, visit.after, occurredAt));
  } else {
    const credit = payment.decision?.credits[0];
    const partner =
      credit === undefined ? {} : { partner_id: credit.partnerId, click_id: credit.clickId ?? undefined };
    const told = { visit: visit.before, partner, at: touched?.toldAt ?? occurredAt };
    const tell = { visit: visit.after, partner: partnerOf(decision), at: occurredAt };
    await appendEvents(trx, retoldEvents(payment, amountMinor, told, tell));
  }
  await tellChanges(trx, payment, changes, occurredAt);
}

function foundBy(claim: Claim, customer: Customer): FoundCustomer | null {
  if (claim.foundBy === null) return null;
  const { foundBy: by, value, evidence, namedPartnerId } = claim;
  return { customer, foundBy: by, value, evidence, namedPartnerId };
}

/** A payment decided before keeps the model and window of then, and its partners count as enrolled as they did then. */
async function settingsFor(
  trx: Transaction,
  program: Program,
  payment: provider.PastPayment,
): Promise<DecisionSettings> {
  const fee = (await queries.findFee(trx, payment.workspaceId, payment.id)) ?? null;
  const { decision } = payment;
  if (decision === null) return { ...settingsOf(program), fee };
  const volumes = await loadVolumesOf(trx, payment.workspaceId, payment.id);
  return {
    model: decision.model as DecisionSettings['model'],
    windowDays: decision.windowDays,
    keptPartners: new Set(decision.credits.map(({ partnerId }) => partnerId)),
    fee,
    volumes,
  };
}

async function saveVisit(
  trx: Transaction,
  payment: provider.PastPayment,
  before: PaymentVisit | null,
  visit: PaymentVisit | null,
  now: Date,
): Promise<void> {
  if (visit !== null) await queries.saveVisit(trx, payment, visit, now);
  else if (before !== null) await provider.deleteInferredVisit(trx, payment);
}

/** Whether a decision says something else than the one in force; when it was made is left out. */
function isOtherDecision(stored: queries.StoredDecision | null, decision: PaymentDecision): boolean {
  if (stored === null) return true;
  const content = (one: queries.StoredDecision | PaymentDecision) => {
    const { attributed, reason, model, windowDays, method, clickAgeDays, policyId } = one;
    const evidence = one.evidence.map(({ kind, value }) => [kind, value]);
    const candidates = one.candidates.map(({ clickId, partnerId, ageDays, outcome, reason: why }) => [
      clickId,
      partnerId,
      ageDays,
      outcome,
      why,
    ]);
    const credits = one.credits.map(({ clickId, partnerId, weight }) => [clickId, partnerId, Number(weight)]);
    const { arithmetic, warnings } = one;
    return JSON.stringify([
      ...[attributed, reason, model, windowDays, method, clickAgeDays, policyId],
      ...[evidence, candidates, credits, arithmetic.map(({ step, text, result }) => [step, text, result])],
      warnings.map(({ code, text }) => [code, text]),
    ]);
  };
  return content(stored) !== content(decision);
}
