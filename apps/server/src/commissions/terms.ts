import { bpsOf, type Currency, shareOf, split } from '../money/index.ts';

/** Pure: what a sale earns under a policy, how it is shared out, and what refunds leave of it (contract §8, Terms). */

export type PolicyType = 'cpc' | 'cpl' | 'cps_one_time' | 'cps_recurring' | 'cps_lifetime';

/** Other pay from a volume on. Exactly one of `rateBps` and `fixedMinor` is set, the same as in its policy. */
export interface Tier {
  fromMinor: bigint;
  rateBps: number | null;
  fixedMinor: bigint | null;
}

/** A version of a group's commission terms. Exactly one of `rateBps` and `fixedMinor` is set. */
export interface Policy {
  id: number;
  version: number;
  groupId: number;
  groupName: string;
  type: PolicyType;
  rateBps: number | null;
  fixedMinor: bigint | null;
  /** Of `fixedMinor`; a percentage is in the payment's own currency. */
  currency: Currency;
  /** `cps_recurring` only: calendar months, null for ever, 0 the first payment only. */
  durationMonths: number | null;
  holdPeriodDays: number;
  approval: 'automatic' | 'manual';
  productId: string | null;
  excludeTax: boolean;
  /** The same for what Stripe reports; true unless the policy was told otherwise. */
  excludeStripeTax: boolean;
  excludeShipping: boolean;
  /** Of each payment's commission, before it is shared out; in the policy's currency. */
  minMinor: bigint | null;
  maxMinor: bigint | null;
  /** Of all that a customer's payments earn the partner; in the policy's currency. */
  customerCapMinor: bigint | null;
  /** By the partner's volume of the month, rising; below the first one the policy's own pay holds. */
  tiers: readonly Tier[];
  effectiveFrom: Date;
}

export interface PaidSale {
  amountMinor: bigint;
  taxMinor: bigint;
  shippingMinor: bigint;
  currency: Currency;
  /** Whether the tax was reckoned by Stripe, and not by whoever sent the sale. */
  byStripe: boolean;
  /** What the partner's payments of this month added up to before, where the policy has tiers. */
  volumeBeforeMinor?: bigint | undefined;
  paidAt: Date;
  /** The customer's earliest payment, this one included. */
  firstPaidAt: Date;
  isFirst: boolean;
}

/** One line of the reckoning as a person reads it. `result` is in minor units. */
export interface ArithmeticStep {
  step: string;
  text: string;
  result: number;
}

export type Earning =
  | { earned: true; amountMinor: bigint; currency: Currency; baseMinor: bigint; arithmetic: ArithmeticStep[] }
  | {
      earned: false;
      reason: 'commission_duration_ended' | 'no_sale_policy' | 'zero_commission';
      arithmetic: ArithmeticStep[];
    };

/**
 * What a sale earns under the policy in force when it was paid.
 *
 * A percentage is of the base (the amount without what the policy excludes), rounded half-even once. A fixed
 * commission is owed whole whatever the payment's size: capping it to the payment would make up a term nobody wrote,
 * and compare two currencies besides. Without a sale policy, or with one for clicks or leads, nothing is earned.
 */
export function earnOnSale(policy: Policy | null, sale: PaidSale): Earning {
  if (!policy || policy.type === 'cpc' || policy.type === 'cpl') {
    return { earned: false, reason: 'no_sale_policy', arithmetic: [] };
  }
  if (!isWithinDuration(policy, sale)) {
    return { earned: false, reason: 'commission_duration_ended', arithmetic: [] };
  }
  const base = commissionBase(policy, sale);
  const { amountMinor, currency, arithmetic } = commission(policy, sale, base);
  if (amountMinor === 0n) return { earned: false, reason: 'zero_commission', arithmetic };
  return { earned: true, amountMinor, currency, baseMinor: base.minor, arithmetic };
}

/**
 * The amount alone, whether or not the sale was in time: what a commission that was earned must come to. Undefined for a
 * policy that pays for no sales.
 */
export function amountOfSale(
  policy: Policy,
  sale: Amounts,
): { amountMinor: bigint; currency: Currency } | undefined {
  if (policy.type === 'cpc' || policy.type === 'cpl') return undefined;
  return commission(policy, sale, commissionBase(policy, sale));
}

/**
 * What of a partner's share the policy's cap leaves, when the same customer earned the partner `earnedBeforeMinor` in
 * the same currency already. A cap in another currency than the commission's is not applied: no rate stands between them.
 */
export function capForCustomer(
  policy: Pick<Policy, 'customerCapMinor' | 'currency'>,
  share: { amountMinor: bigint; currency: Currency },
  earnedBeforeMinor: bigint,
): { amountMinor: bigint; arithmetic: ArithmeticStep[] } {
  const { customerCapMinor: cap, currency } = policy;
  const { amountMinor } = share;
  if (cap === null) return { amountMinor, arithmetic: [] };
  if (share.currency !== currency) return { amountMinor, arithmetic: [notApplied('cap', share, currency)] };
  const rest = cap - earnedBeforeMinor;
  const left = rest > 0n ? rest : 0n;
  if (amountMinor <= left) return { amountMinor, arithmetic: [] };
  const text = `at most ${cap} by a customer, ${earnedBeforeMinor} before`;
  return { amountMinor: left, arithmetic: [step('cap', text, left)] };
}

/**
 * Shares one amount over the partners credited for it: a share for each partner, in order of first appearance, by the
 * sum of the partner's weights. The shares sum to the amount; `money.split` says where the last cents go.
 *
 * @throws RangeError without credits, unless the amount is 0.
 */
export function splitByCredits(
  amountMinor: bigint,
  credits: readonly { partnerId: number; weight: bigint }[],
): { partnerId: number; amountMinor: bigint }[] {
  const weightOf = new Map<number, bigint>();
  for (const { partnerId, weight } of credits) {
    weightOf.set(partnerId, (weightOf.get(partnerId) ?? 0n) + weight);
  }
  const shares = split(amountMinor, [...weightOf.values()]);
  return [...weightOf.keys()].map((partnerId, index) => ({ partnerId, amountMinor: shares[index] ?? 0n }));
}

/**
 * What is left of a commission (or fee) once `refundedMinor` of a payment of `paidMinor` has gone back, all refunds
 * together: amount × (paid − refunded) / paid, half-even (contract §5.4). Always reckoned from the whole, never from
 * the last result, so that refunds summing to the payment leave exactly 0 in any order.
 *
 * @throws RangeError unless 0 <= refunded <= paid and paid > 0.
 */
export function keptAfterRefund(amountMinor: bigint, paidMinor: bigint, refundedMinor: bigint): bigint {
  if (paidMinor <= 0n || refundedMinor < 0n || refundedMinor > paidMinor) {
    throw new RangeError(`cannot refund ${refundedMinor} of ${paidMinor}`);
  }
  return shareOf(amountMinor, paidMinor - refundedMinor, paidMinor);
}

/**
 * Months compare by UTC date: the first payment's date + N calendar months, clamped to the end of a shorter month, is
 * the first day that earns no more. Subscriptions renew on just these clamped days, so N months are N monthly payments
 * wherever they started, and a renewal seconds early is not one more (contract §14).
 */
function isWithinDuration(policy: Policy, sale: PaidSale): boolean {
  if (policy.type === 'cps_lifetime') return true;
  if (policy.type === 'cps_one_time') return sale.isFirst;
  if (policy.durationMonths === null) return true;
  if (policy.durationMonths === 0) return sale.isFirst;
  return sale.paidAt.getTime() < startOfDayAfterMonths(sale.firstPaidAt, policy.durationMonths);
}

interface Base {
  minor: bigint;
  /** Empty when nothing is taken out: the base is then the amount. */
  arithmetic: ArithmeticStep[];
}

type Amounts = Pick<
  PaidSale,
  'amountMinor' | 'taxMinor' | 'shippingMinor' | 'currency' | 'byStripe' | 'volumeBeforeMinor'
>;

function commissionBase(policy: Policy, sale: Amounts): Base {
  const isTaxOut = sale.byStripe ? policy.excludeStripeTax : policy.excludeTax;
  const tax = isTaxOut ? sale.taxMinor : 0n;
  const shipping = policy.excludeShipping ? sale.shippingMinor : 0n;
  if (tax === 0n && shipping === 0n) return { minor: sale.amountMinor, arithmetic: [] };
  const rest = sale.amountMinor - tax - shipping;
  const minor = rest < 0n ? 0n : rest;
  const taxText = tax === 0n ? '' : ` − ${tax} tax`;
  const shippingText = shipping === 0n ? '' : ` − ${shipping} shipping`;
  const floorText = rest < 0n ? ', at least 0' : '';
  return {
    minor,
    arithmetic: [step('base', `${sale.amountMinor}${taxText}${shippingText}${floorText}`, minor)],
  };
}

function commission(policy: Policy, sale: Amounts, base: Base): Reckoned {
  const tier = tierOf(policy, sale.volumeBeforeMinor ?? 0n);
  const { rateBps, fixedMinor } = tier ?? policy;
  const before =
    tier === undefined ? [] : [step('tier', `from ${tier.fromMinor} a month`, sale.volumeBeforeMinor ?? 0n)];
  if (fixedMinor !== null && rateBps === null) {
    const arithmetic = [...before, step('commission', `fixed ${fixedMinor}`, fixedMinor)];
    return bounded(policy, base, { amountMinor: fixedMinor, currency: policy.currency, arithmetic });
  }
  if (rateBps !== null && fixedMinor === null) {
    const amountMinor = bpsOf(base.minor, rateBps);
    const last = step('commission', `${base.minor} × ${rateBps} / 10000`, amountMinor);
    const arithmetic = [...base.arithmetic, ...before, last];
    return bounded(policy, base, { amountMinor, currency: sale.currency, arithmetic });
  }
  throw new RangeError(`policy ${policy.id} must have either a rate or a fixed amount`);
}

/**
 * The highest tier that the volume before this payment has reached. Steps like the platform's fee: the payment that
 * crosses into a tier is paid by the one below, the next one whole by the new one.
 */
function tierOf(policy: Policy, volumeBeforeMinor: bigint): Tier | undefined {
  return policy.tiers.filter(({ fromMinor }) => fromMinor <= volumeBeforeMinor).at(-1);
}

interface Reckoned {
  amountMinor: bigint;
  currency: Currency;
  arithmetic: ArithmeticStep[];
}

/**
 * At least the policy's minimum, at most its maximum. A minimum is owed even above the payment, since the policy says so;
 * but not where nothing is left to earn on. In another currency than the commission's neither is applied.
 */
function bounded(policy: Policy, base: Base, reckoned: Reckoned): Reckoned {
  const { minMinor, maxMinor, currency } = policy;
  const { amountMinor, arithmetic } = reckoned;
  if (minMinor === null && maxMinor === null) return reckoned;
  if (reckoned.currency !== currency) {
    return { ...reckoned, arithmetic: [...arithmetic, notApplied('bounds', reckoned, currency)] };
  }
  const to = (name: string, minor: bigint, text: string): Reckoned => ({
    ...reckoned,
    amountMinor: minor,
    arithmetic: [...arithmetic, step(name, text, minor)],
  });
  if (minMinor !== null && amountMinor < minMinor && base.minor > 0n) {
    return to('minimum', minMinor, `at least ${minMinor}`);
  }
  if (maxMinor !== null && amountMinor > maxMinor) return to('maximum', maxMinor, `at most ${maxMinor}`);
  return reckoned;
}

function notApplied(
  name: string,
  { amountMinor, currency }: { amountMinor: bigint; currency: Currency },
  other: Currency,
): ArithmeticStep {
  return step(name, `in ${other}: not applied to ${currency}`, amountMinor);
}

/** Amounts are at most 10^12, far inside the safe integers. */
function step(name: string, text: string, resultMinor: bigint): ArithmeticStep {
  return { step: name, text, result: Number(resultMinor) };
}

/** The first instant of the UTC date `months` calendar months after the instant's own date, in milliseconds. */
function startOfDayAfterMonths(instant: Date, months: number): number {
  const year = instant.getUTCFullYear();
  const month = instant.getUTCMonth() + months;
  const lastDayOfMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(instant.getUTCDate(), lastDayOfMonth));
}
