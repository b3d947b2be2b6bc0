import type { SaleReason } from '@headwater/contract';
import {
  type Credit,
  type Decision,
  decide,
  type Followed,
  type Model,
  type Question,
  type Touch,
} from '../attribution/index.ts';
import {
  type ArithmeticStep,
  capForCustomer,
  earnOnSale,
  findTermsOf,
  oneTimeEarned,
  type PartnerTerms,
  splitByCredits,
  sumEarnedByCustomer,
  sumVolumeOfPartner,
} from '../commissions/index.ts';
import { type Customer, type FoundBy, isSelfReferral, listCandidates } from '../customers/index.ts';
import { AppError, type Transaction } from '../platform/index.ts';
import type { KnownClick } from '../touches/index.ts';
import { findEnrolledPartners, type Program } from '../workspaces/index.ts';
import { decideFee, type FeeSettings } from './decide-fee.ts';
import type { Evidence, PartnerEarning, PaymentDecision, PaymentFact, PaymentFee } from './payment.ts';
import * as queries from './queries.ts';

/** What of a payment its decision depends on. */
export interface DecidablePayment
  extends Pick<
    PaymentFact,
    | 'source'
    | 'amountMinor'
    | 'currency'
    | 'taxMinor'
    | 'shippingMinor'
    | 'occurredAt'
    | 'productId'
    | 'subscriptionId'
  > {
  id: bigint;
  transactionId: string;
  emailHash: Buffer | null;
}

export interface FoundCustomer {
  customer: Customer;
  foundBy: FoundBy | 'stripe_customer' | 'partner_code';
  /** What the identifier was, as shown in the explanation. */
  value: string;
  /** What else led to the customer. */
  evidence?: readonly { kind: string; value: string }[];
  /** A partner named by the payment, for when nobody clicked. */
  namedPartnerId?: number | null;
}

/** What earlier payments of the customer say about this one. */
export interface History {
  /** Null: it is the customer's first. */
  firstPaidAt: Date | null;
  /** Nothing was paid before, and no later one has been paid for as the first. */
  isFirst: boolean;
  bound: { credits: readonly Credit[]; by: string } | null;
  followed: Followed | null;
  /** Payments are decided in the order of their dates: of the customer's others only those before count. */
  isByDate?: boolean;
}

/** What a decision is made with, besides the payment and its history. */
export interface DecisionSettings {
  model: Model;
  windowDays: number;
  /** Partners who count as enrolled because they were when the payment was decided first. */
  keptPartners: ReadonlySet<number>;
  /** The fee that the payment has already. */
  fee: PaymentFee | null;
  /** By partner: the volumes that it was reckoned with already. */
  volumes: ReadonlyMap<number, bigint>;
}

/**
 * Decides the partner half of a payment that was just received (contract §8): which clicks are credited, what their
 * partners earn, the fee. Reads what the decision depends on, with the customer's row locked by the caller, then leaves
 * the judging to the pure rooms. Writes nothing.
 */
export async function decidePayment(
  trx: Transaction,
  program: Program,
  payment: DecidablePayment,
  found: FoundCustomer | null,
  fees: FeeSettings,
  now: Date,
): Promise<PaymentDecision> {
  const history = found === null ? noHistory : await historyBefore(trx, found.customer, payment);
  return decideWithHistory(trx, program, payment, found, history, settingsOf(program), fees, now);
}

const noHistory: History = { firstPaidAt: null, isFirst: true, bound: null, followed: null };

export function settingsOf(program: Program): DecisionSettings {
  return {
    model: program.attributionModel,
    windowDays: program.attributionWindowDays,
    keptPartners: new Set(),
    fee: null,
    volumes: new Map(),
  };
}

/** The history as it was recorded: what came before in our books, whatever its date. */
async function historyBefore(
  trx: Transaction,
  customer: Customer,
  payment: DecidablePayment,
): Promise<History> {
  const { firstPaidAt, bound, followed } = await queries.loadHistory(trx, customer, payment);
  const isEarliest = firstPaidAt === null || payment.occurredAt < firstPaidAt;
  // An earlier payment that arrives late is not paid for as the first once more.
  const wasPaidFor =
    isEarliest && firstPaidAt !== null && (await oneTimeEarned(trx, customer.workspaceId, customer.id));
  return {
    firstPaidAt: isEarliest ? null : firstPaidAt,
    isFirst: isEarliest && !wasPaidFor,
    bound: bound === null ? null : { ...bound, by: String(customer.boundPaymentId) },
    followed,
  };
}

/** The same with a history of the caller's own. */
export async function decideWithHistory(
  trx: Transaction,
  program: Program,
  payment: DecidablePayment,
  found: FoundCustomer | null,
  history: History,
  given: DecisionSettings,
  fees: FeeSettings,
  now: Date,
): Promise<PaymentDecision> {
  const settings = { model: given.model, windowDays: given.windowDays };
  if (found === null) return nothing(settings, 'no_touch');
  const { customer } = found;
  const { clicks, touches } = await listCandidates(trx, program, customer);
  const kept = given.keptPartners;
  const named = found.namedPartnerId ?? null;
  const owned = [...(history.bound?.credits ?? []), ...followedCredits(history)];
  const enrolled = await findEnrolled(trx, program, touches, [
    ...owned.map((credit) => credit.partnerId),
    ...(named === null ? [] : [named]),
  ]);
  const question: Question = {
    ...settings,
    paidAt: payment.occurredAt,
    touches:
      kept.size === 0
        ? touches
        : touches.map((touch) => ({ ...touch, enrolled: touch.enrolled || kept.has(touch.partnerId) })),
    bound: history.bound,
    followed: history.followed,
    named,
    enrolledPartners: new Set([...enrolled, ...kept]),
  };
  const decision = decide(question);
  const identified: Evidence[] = [
    { kind: found.foundBy, value: found.value, at: now },
    ...(found.evidence ?? []).map((one) => ({ ...one, at: now })),
  ];
  if (!decision.attributed) {
    return {
      ...nothing(settings, decision.reason),
      clickAgeDays: decision.clickAgeDays,
      candidates: decision.candidates,
      evidence: identified,
    };
  }
  const isSettled = payment.source === 'import';
  const earned = isSettled
    ? settledElsewhere
    : await earn(trx, program, payment, customer, history, decision.credits, given.volumes);
  const fee = isSettled ? null : await decideFee(trx, program, payment, fees, given.fee);
  return {
    ...settings,
    attributed: true,
    reason: earned.reason,
    clickAgeDays: null,
    method: decision.bound ? 'bound' : found.foundBy,
    evidence: [
      ...identified,
      ...evidenceOf(decision, clicks, history.bound?.by ?? null, now),
      ...earned.evidence(now),
    ],
    warnings: [],
    candidates: decision.candidates,
    credits: decision.credits,
    arithmetic: [...earned.arithmetic, ...(fee?.arithmetic ?? [])],
    policyId: earned.policyId,
    earnings: earned.earnings,
    fee: fee === null ? null : fee.fee,
    creditedClick: clicks.find((click) => click.clickId === decision.credits[0]?.clickId) ?? null,
  };
}

/** Which of these partners are enrolled now. Nearly always their clicks are among the candidates, which say so already. */
async function findEnrolled(
  trx: Transaction,
  program: Program,
  touches: readonly Touch[],
  partnerIds: readonly number[],
): Promise<Set<number>> {
  const enrolled = new Set(touches.filter((touch) => touch.enrolled).map(({ partnerId }) => partnerId));
  const seen = new Set(touches.map(({ partnerId }) => partnerId));
  const unseen = partnerIds.filter((partnerId) => !seen.has(partnerId));
  for (const partnerId of await findEnrolledPartners(trx, program, unseen)) enrolled.add(partnerId);
  return enrolled;
}

function nothing(settings: Pick<Question, 'model' | 'windowDays'>, reason: SaleReason): PaymentDecision {
  return {
    ...settings,
    attributed: false,
    reason,
    clickAgeDays: null,
    method: null,
    evidence: [],
    warnings: [],
    candidates: [],
    credits: [],
    arithmetic: [],
    policyId: null,
    earnings: [],
    fee: null,
    creditedClick: null,
  };
}

function followedCredits(history: History): readonly Credit[] {
  return history.followed?.attributed ? history.followed.credits : [];
}

function evidenceOf(
  decision: Extract<Decision, { attributed: true }>,
  clicks: readonly KnownClick[],
  boundBy: string | null,
  now: Date,
): Evidence[] {
  const credited = decision.credits.flatMap(({ clickId }) => {
    const click = clicks.find((one) => one.clickId === clickId);
    return click === undefined ? [] : [{ kind: 'click', value: click.clickId, at: click.clickedAt }];
  });
  if (!decision.bound) return credited;
  return [...credited, { kind: 'bound_by_payment', value: String(boundBy), at: now }];
}

interface Earned {
  earnings: PartnerEarning[];
  arithmetic: ArithmeticStep[];
  /** Why nothing was earned. */
  reason: SaleReason | null;
  policyId: number | null;
  evidence(now: Date): Evidence[];
}

/** Of history: nothing is owed for it here, neither to partners nor to the platform. */
const settledElsewhere: Earned = {
  earnings: [],
  arithmetic: [],
  reason: 'settled_elsewhere',
  policyId: null,
  evidence: () => [],
};

/** What each credited partner earns: the terms in force at the payment's time, then its share of that. */
async function earn(
  trx: Transaction,
  program: Program,
  payment: DecidablePayment,
  customer: Customer,
  history: History,
  credits: readonly Credit[],
  volumes: ReadonlyMap<number, bigint>,
): Promise<Earned> {
  const paidAt = payment.occurredAt;
  const sale = {
    amountMinor: payment.amountMinor,
    taxMinor: payment.taxMinor,
    shippingMinor: payment.shippingMinor,
    currency: payment.currency,
    paidAt,
    firstPaidAt: history.firstPaidAt ?? paidAt,
    isFirst: history.isFirst,
    byStripe: payment.source === 'stripe',
  };
  const partnerIds = [...new Set(credits.map((credit) => credit.partnerId))];
  const found = await findTermsOf(trx, {
    workspaceId: program.workspaceId,
    programId: program.id,
    partnerIds,
    at: paidAt,
    productId: payment.productId,
  });
  const terms = partnerIds.flatMap((partnerId) => found.filter((one) => one.partnerId === partnerId));
  const results: PartnerResult[] = [];
  for (const one of terms) {
    const volumeBeforeMinor = await volumeBefore(trx, program, payment, one, volumes);
    const asked = { ...sale, volumeBeforeMinor };
    const result = earnOfPartner(one, asked, credits, customer, payment.emailHash);
    results.push(await cap(trx, result, payment, customer, history));
  }
  const earnings = results.flatMap(({ earning }) => (earning === null ? [] : [earning]));
  earnings.sort((a, b) =>
    a.amountMinor === b.amountMinor ? a.partnerId - b.partnerId : a.amountMinor > b.amountMinor ? -1 : 1,
  );
  return {
    earnings,
    arithmetic: results.flatMap((result) => result.arithmetic),
    reason: earnings.length > 0 ? null : (results[0]?.reason ?? 'no_sale_policy'),
    policyId: earnings[0]?.policy.id ?? terms[0]?.policy?.id ?? null,
    evidence: (now) =>
      results
        .filter((result) => result.reason === 'self_referral')
        .map((result) => ({ kind: 'self_referral', value: `partner ${result.partnerId}`, at: now })),
  };
}

interface PartnerResult {
  partnerId: number;
  earning: PartnerEarning | null;
  reason: SaleReason | null;
  arithmetic: ArithmeticStep[];
}

function earnOfPartner(
  terms: PartnerTerms,
  sale: Parameters<typeof earnOnSale>[1],
  credits: readonly Credit[],
  customer: Customer,
  emailHash: Buffer | null,
): PartnerResult {
  const { partnerId, policy } = terms;
  const none = (reason: SaleReason, arithmetic: ArithmeticStep[] = []): PartnerResult => ({
    partnerId,
    earning: null,
    reason,
    arithmetic,
  });
  if (isSelfReferral(terms, customer, emailHash)) return none('self_referral');
  const whole = earnOnSale(policy, sale);
  if (!whole.earned || policy === null) {
    return none(whole.earned ? 'no_sale_policy' : whole.reason, whole.arithmetic);
  }
  const shares = splitByCredits(whole.amountMinor, credits);
  const amountMinor = shares.find((share) => share.partnerId === partnerId)?.amountMinor ?? 0n;
  const arithmetic =
    shares.length === 1
      ? whole.arithmetic
      : [...whole.arithmetic, shareStep(partnerId, whole.amountMinor, amountMinor, credits)];
  if (amountMinor === 0n) return none('zero_commission', arithmetic);
  return {
    partnerId,
    earning: {
      partnerId,
      policy,
      amountMinor,
      currency: whole.currency,
      basis: {
        tax: Number(sale.taxMinor),
        shipping: Number(sale.shippingMinor),
        byStripe: sale.byStripe,
        ...(sale.volumeBeforeMinor === undefined ? {} : { volumeBefore: Number(sale.volumeBeforeMinor) }),
      },
    },
    reason: null,
    arithmetic,
  };
}

/**
 * What a partner's payments of the month came to before this one, where its terms ask for it. Like the fee it depends on
 * other customers' payments: those of one program wait for each other, and a later decision keeps the figure of the first.
 */
async function volumeBefore(
  trx: Transaction,
  program: Program,
  payment: DecidablePayment,
  { partnerId, policy }: PartnerTerms,
  known: ReadonlyMap<number, bigint>,
): Promise<bigint | undefined> {
  if (policy === null || policy.tiers.length === 0) return undefined;
  const kept = known.get(partnerId);
  if (kept !== undefined) return kept;
  await queries.lockFeesOfProgram(trx, program.id);
  return sumVolumeOfPartner(trx, {
    workspaceId: program.workspaceId,
    programId: program.id,
    partnerId,
    currency: policy.currency,
    at: payment.occurredAt,
    exceptPaymentId: payment.id,
  });
}

/** Keeps a partner's share inside of what the policy lets one customer earn it. The customer's row is locked. */
async function cap(
  trx: Transaction,
  result: PartnerResult,
  payment: DecidablePayment,
  customer: Customer,
  history: History,
): Promise<PartnerResult> {
  const { earning, partnerId } = result;
  if (earning === null || earning.policy.customerCapMinor === null) return result;
  const { currency, policy } = earning;
  const earnedBefore = await sumEarnedByCustomer(trx, {
    workspaceId: customer.workspaceId,
    customerId: customer.id,
    partnerId,
    currency,
    exceptPaymentId: payment.id,
    before: history.isByDate ? { at: payment.occurredAt, transactionId: payment.transactionId } : null,
  });
  const capped = capForCustomer(policy, earning, earnedBefore);
  const arithmetic = [...result.arithmetic, ...capped.arithmetic];
  if (capped.amountMinor === 0n) return { partnerId, earning: null, reason: 'zero_commission', arithmetic };
  const basis = { ...earning.basis, earnedBefore: Number(earnedBefore) };
  return { ...result, earning: { ...earning, amountMinor: capped.amountMinor, basis }, arithmetic };
}

function shareStep(
  partnerId: number,
  wholeMinor: bigint,
  shareMinor: bigint,
  credits: readonly Credit[],
): ArithmeticStep {
  const total = credits.reduce((sum, credit) => sum + credit.weight, 0n);
  const own = credits
    .filter((credit) => credit.partnerId === partnerId)
    .reduce((sum, credit) => sum + credit.weight, 0n);
  return {
    step: 'share',
    text: `${wholeMinor} × ${own} / ${total} to partner ${partnerId}`,
    result: Number(shareMinor),
  };
}

/** Contract §5.3, case 9: only clicks of partners who are no longer enrolled, and the program wants no such payments. */
export function refuseIfNotEnrolled(fact: PaymentFact, program: Program, decision: PaymentDecision): void {
  if (fact.source !== 'sale' || program.organicPayments !== 'reject') return;
  if (decision.reason === 'partner_not_enrolled') throw new AppError('not_enrolled');
}
