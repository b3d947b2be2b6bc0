import type { Judged } from './part.ts';
import type { StoredSum } from './queries.ts';

/** Pure: what payments came to so far, by currency, with those of a part. */
export function addMoney(before: readonly StoredSum[], judged: readonly Judged[]): StoredSum[] {
  const sums = new Map(before.map((sum) => [sum.currency, { ...sum }]));
  for (const one of judged) {
    if (one.outcome !== 'taken' || one.money === undefined) continue;
    const { currency, payments, amountMinor, refundedMinor, attributedMinor, commissionMinor } = one.money;
    const sum = sums.get(currency) ?? {
      currency,
      ...{ payments: 0, amount_cents: 0, refunded_cents: 0, attributed_cents: 0, commission_cents: 0 },
    };
    sum.payments += payments;
    sum.amount_cents += Number(amountMinor);
    sum.refunded_cents += Number(refundedMinor);
    sum.attributed_cents += Number(attributedMinor);
    sum.commission_cents += Number(commissionMinor);
    sums.set(currency, sum);
  }
  return [...sums.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
