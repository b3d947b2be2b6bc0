import { keptAfterRefund } from '../commissions/index.ts';
import type { Currency } from '../money/index.ts';
import type { PastPayment, Share } from './past.ts';

/** What changes for a partner in a currency. */
export interface Change {
  partnerId: number;
  currency: Currency;
  nowMinor: bigint;
  thenMinor: bigint;
  paymentsNow: number;
  paymentsThen: number;
}

/** By partner and currency. */
export type Changes = Map<string, Change>;

/**
 * Adds to the changes what the asked payments earn each partner now, and what they would. What went back takes its part of
 * both, and what a person rejected stays rejected.
 */
export function addChanges(
  changes: Changes,
  payments: readonly PastPayment[],
  outcomes: ReadonlyMap<bigint, { shares: readonly Share[] }>,
): void {
  const of = ({ partnerId, currency }: Share): Change => {
    const key = `${partnerId} ${currency}`;
    const none = { partnerId, currency, nowMinor: 0n, thenMinor: 0n, paymentsNow: 0, paymentsThen: 0 };
    const change = changes.get(key) ?? none;
    changes.set(key, change);
    return change;
  };
  for (const payment of payments.filter(({ isAsked }) => isAsked)) {
    const rejected = new Set(
      payment.shares.filter(({ isRejected }) => isRejected).map(({ partnerId }) => partnerId),
    );
    const { amountMinor: paid } = payment;
    const refunded = payment.refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const back = atMost(refunded, paid);
    const kept = ({ partnerId, amountMinor }: Share) =>
      rejected.has(partnerId) ? 0n : keptAfterRefund(amountMinor, paid, back);
    for (const share of payment.shares) {
      const change = of(share);
      change.nowMinor += kept(share);
      if (kept(share) !== 0n) change.paymentsNow += 1;
    }
    for (const share of outcomes.get(payment.id)?.shares ?? []) {
      const change = of(share);
      change.thenMinor += kept(share);
      if (kept(share) !== 0n) change.paymentsThen += 1;
    }
  }
}

/** The largest change first. */
export function sortedChanges(changes: Changes): Change[] {
  const size = ({ nowMinor, thenMinor }: Change) =>
    thenMinor > nowMinor ? thenMinor - nowMinor : nowMinor - thenMinor;
  return [...changes.values()].sort((a, b) =>
    size(a) === size(b) ? a.partnerId - b.partnerId : size(a) > size(b) ? -1 : 1,
  );
}

function atMost(minor: bigint, most: bigint): bigint {
  return minor < most ? minor : most;
}
