import { type Credit, decide, type Followed } from '../attribution/index.ts';
import { capForCustomer, earnOnSale, type Policy, splitByCredits } from '../commissions/index.ts';
import { isSelfReferral } from '../customers/index.ts';
import type { Draft, PastPayment, Share, World } from './past.ts';
import { termsThen } from './terms-then.ts';
import type { CountVolume, VolumesBefore } from './volumes.ts';

/** What a payment would have come to. */
interface Outcome {
  credits: readonly Credit[];
  shares: readonly Share[];
}

/**
 * Pure: decides payments once more with a draft, from the evidence kept with each. A payment is decided anew only where
 * something that its decision went by is another than it was: the model, the window, the terms, or the earlier payment
 * that bound its customer or began its subscription. All else stays as it is, so that no draft is no difference.
 *
 * @param payments in the order in which they were recorded, with those of before that the asked ones may follow: all of a
 *   customer, since nothing goes from one customer to another but the volume of tiers
 * @param volumes what partners' payments came to before each, and where those of this replay are counted
 */
export function replay(
  payments: readonly PastPayment[],
  world: World,
  draft: Draft,
  volumes: { before: VolumesBefore; count: CountVolume },
): Map<bigint, Outcome> {
  const { byId, ofCustomer } = index(payments);
  const outcomes = new Map<bigint, Outcome>();
  const underWay = new Set<bigint>();

  function outcomeOf(payment: PastPayment): Outcome {
    const known = outcomes.get(payment.id);
    if (known !== undefined) return known;
    // Of two that depend on each other one stays as it was.
    if (underWay.has(payment.id)) return asItWas(payment);
    underWay.add(payment.id);
    const outcome = payment.isAsked && payment.decision !== null ? decideThen(payment) : asItWas(payment);
    underWay.delete(payment.id);
    outcomes.set(payment.id, outcome);
    countVolume(payment, outcome);
    return outcome;
  }

  function countVolume(payment: PastPayment, { shares }: Outcome): void {
    for (const { partnerId } of shares) {
      if (payment.shares.some((one) => one.partnerId === partnerId && one.isRejected)) continue;
      volumes.count(partnerId, payment);
    }
  }

  function decideThen(payment: PastPayment): Outcome {
    const credits = creditsThen(payment);
    const partnerIds = [...new Set(credits.map(({ partnerId }) => partnerId))];
    const terms = partnerIds.map((partnerId) => ({
      partnerId,
      ...termsThen(world, draft, partnerId, payment),
    }));
    const isSame = credits === payment.decision?.credits && terms.every(({ isDraft }) => !isDraft);
    if (isSame) return asItWas(payment);
    const shares = terms.flatMap(
      ({ partnerId, policy }) => earnThen(payment, credits, partnerId, policy) ?? [],
    );
    return { credits, shares };
  }

  function creditsThen(payment: PastPayment): readonly Credit[] {
    const { decision, customer } = payment;
    if (decision === null || customer === null) return decision?.credits ?? [];
    const binder = decision.boundBy === null ? undefined : byId.get(decision.boundBy);
    const newBinder = binder !== undefined && earns(binder) ? binder : firstThatEarns(payment);
    const first = firstOfSubscription(payment);
    const isModelSame =
      (draft.model ?? decision.model) === decision.model &&
      (draft.windowDays ?? decision.windowDays) === decision.windowDays;
    // Bound customers are not asked for their clicks, so neither model nor window matters to them.
    const isSame =
      decision.boundBy !== null
        ? newBinder?.id === decision.boundBy && isAsItWas(newBinder)
        : isModelSame && newBinder === undefined && (first === undefined || isAsItWas(first));
    if (isSame || (binder === undefined && decision.boundBy !== null)) return decision.credits;
    const answer = decide({
      model: draft.model ?? decision.model,
      windowDays: draft.windowDays ?? decision.windowDays,
      paidAt: payment.occurredAt,
      touches: decision.candidates,
      bound: newBinder === undefined ? null : { credits: outcomeOf(newBinder).credits },
      followed: newBinder === undefined && first !== undefined ? followedOf(outcomeOf(first)) : null,
      named: decision.credits.find(({ clickId }) => clickId === null)?.partnerId ?? null,
      enrolledPartners: new Set([
        ...world.enrolledPartners,
        ...decision.credits.map(({ partnerId }) => partnerId),
      ]),
    });
    const credits = answer.attributed ? answer.credits : [];
    return isSameCredits(credits, decision.credits) ? decision.credits : credits;
  }

  function earns(payment: PastPayment): boolean {
    const { shares, credits } = outcomeOf(payment);
    return payment.isSettledElsewhere ? credits.length > 0 : shares.length > 0;
  }

  function isAsItWas(payment: PastPayment): boolean {
    return isSameCredits(outcomeOf(payment).credits, payment.decision?.credits ?? []);
  }

  /** An earlier payment that would bind the customer now. While it is unbound as it was, only one that earned nothing. */
  function firstThatEarns(payment: PastPayment): PastPayment | undefined {
    const wasBound = payment.decision?.boundBy !== null;
    return customersOthers(payment).find(
      (other) => isEarlier(other, payment) && (wasBound || other.shares.length === 0) && earns(other),
    );
  }

  function firstOfSubscription(payment: PastPayment): PastPayment | undefined {
    if (payment.subscriptionId === null) return undefined;
    const first = customersOthers(payment).find((other) => other.subscriptionId === payment.subscriptionId);
    return first !== undefined && first.id < payment.id ? first : undefined;
  }

  function customersOthers(payment: PastPayment): PastPayment[] {
    const all = payment.customer === null ? [] : (ofCustomer.get(payment.customer.id) ?? []);
    return all.filter((other) => other !== payment);
  }

  function earnThen(
    payment: PastPayment,
    credits: readonly Credit[],
    partnerId: number,
    policy: Policy | null,
  ): Share | undefined {
    const partner = world.partners.get(partnerId);
    const { customer } = payment;
    if (policy === null || partner === undefined || customer === null) return undefined;
    if (isSelfReferral(partner, customer, payment.emailHash)) return undefined;
    const before = customersOthers(payment).filter((other) => other.id < payment.id);
    const whole = earnOnSale(policy, {
      ...payment,
      ...firstPaid(payment, before),
      paidAt: payment.occurredAt,
      volumeBeforeMinor:
        policy.tiers.length === 0 ? undefined : volumes.before(partnerId, payment, policy.currency),
    });
    if (!whole.earned) return undefined;
    const { currency } = whole;
    const share = splitByCredits(whole.amountMinor, credits).find((one) => one.partnerId === partnerId);
    const earnedBefore = before
      .flatMap((other) => outcomeOf(other).shares)
      .filter((one) => one.partnerId === partnerId && one.currency === currency)
      .reduce((sum, one) => sum + one.amountMinor, 0n);
    const { amountMinor } = capForCustomer(
      policy,
      { amountMinor: share?.amountMinor ?? 0n, currency },
      earnedBefore,
    );
    if (amountMinor === 0n) return undefined;
    return { partnerId, amountMinor, currency, isOneTime: policy.type === 'cps_one_time' };
  }

  function firstPaid(payment: PastPayment, before: readonly PastPayment[]) {
    const earliest = before.reduce<Date | null>(
      (date, { occurredAt }) => (date === null || occurredAt < date ? occurredAt : date),
      null,
    );
    const isEarliest = earliest === null || payment.occurredAt < earliest;
    const wasPaidFor = before.some((other) => outcomeOf(other).shares.some(({ isOneTime }) => isOneTime));
    return {
      firstPaidAt: isEarliest || earliest === null ? payment.occurredAt : earliest,
      isFirst: isEarliest && !wasPaidFor,
    };
  }

  for (const payment of payments) outcomeOf(payment);
  return outcomes;
}

function index(payments: readonly PastPayment[]) {
  const byId = new Map(payments.map((payment) => [payment.id, payment]));
  const ofCustomer = new Map<bigint, PastPayment[]>();
  for (const payment of payments) {
    if (payment.customer === null) continue;
    const known = ofCustomer.get(payment.customer.id);
    if (known === undefined) ofCustomer.set(payment.customer.id, [payment]);
    else known.push(payment);
  }
  return { byId, ofCustomer };
}

function asItWas({ decision, shares }: PastPayment): Outcome {
  return { credits: decision?.credits ?? [], shares };
}

function followedOf({ credits }: Outcome): Followed {
  return credits.length > 0
    ? { attributed: true, credits }
    : { attributed: false, reason: 'no_touch', clickAgeDays: null };
}

function isEarlier(a: PastPayment, b: PastPayment): boolean {
  const [x, y] = [a.occurredAt.getTime(), b.occurredAt.getTime()];
  return x === y ? a.id < b.id : x < y;
}

function isSameCredits(a: readonly Credit[], b: readonly Credit[]): boolean {
  const text = (credits: readonly Credit[]) =>
    credits.map(({ clickId, partnerId, weight }) => `${clickId} ${partnerId} ${weight}`).join('|');
  return text(a) === text(b);
}
