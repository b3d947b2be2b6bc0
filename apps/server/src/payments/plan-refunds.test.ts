import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BookedRefund, planRefunds, type RefundPlan, type WantedRefund } from './plan-refunds.ts';

const at = new Date('2026-01-01T00:00:00Z');
const want = (key: string, amount: number, second = 0): WantedRefund => ({
  key,
  amountMinor: BigInt(amount),
  at: new Date(at.getTime() + second * 1000),
});
const row = (key: string | null, amount: number, more: Partial<BookedRefund> = {}): BookedRefund => ({
  id: BigInt(amount),
  key,
  source: 'stripe',
  amountMinor: BigInt(amount),
  isUndone: false,
  ...more,
});

function carryOut(booked: readonly BookedRefund[], plan: RefundPlan): BookedRefund[] {
  return [
    ...booked.map((one) => (plan.undo.includes(one) ? { ...one, isUndone: true } : one)),
    ...plan.insert.map((one) => row(one.key, Number(one.amountMinor))),
  ];
}
const total = (rows: readonly BookedRefund[]) =>
  rows.reduce((sum, one) => (one.isUndone ? sum : sum + one.amountMinor), 0n);

describe('bringing refunds to what the provider says', () => {
  it('adds what is missing and leaves what is there', () => {
    expect(planRefunds([row('re_1', 1000)], [want('re_1', 1000), want('re_2', 500)], 3000n)).toEqual({
      undo: [],
      insert: [want('re_2', 500)],
    });
  });

  it('marks a refund that failed', () => {
    const booked = [row('re_1', 1000)];
    expect(planRefunds(booked, [], 3000n)).toEqual({ undo: booked, insert: [] });
  });

  it('never exceeds the payment: a lost dispute after a refund takes what is left', () => {
    const plan = planRefunds([row('re_1', 1000)], [want('re_1', 1000), want('dp_1', 3000, 1)], 3000n);
    expect(plan.insert).toEqual([want('dp_1', 2000, 1)]);
  });

  it('never exceeds the provider’s total: the same refund told by the API without its id counts once', () => {
    const told = row(null, 1000, { source: 'refund_api' });
    expect(planRefunds([told], [want('re_1', 1000)], 3000n).insert).toEqual([want('re_1', 0)]);
    expect(planRefunds([row('re_1', 1000, { source: 'refund_api' })], [want('re_1', 1000)], 3000n)).toEqual({
      undo: [],
      insert: [],
    });
  });

  it('a part that was cut short gets its room back when another failed', () => {
    let rows = carryOut([], planRefunds([], [want('re_1', 1000), want('dp_1', 3000, 1)], 3000n));
    rows = carryOut(rows, planRefunds(rows, [want('dp_1', 3000, 1)], 3000n));
    expect(total(rows)).toBe(3000n);
  });

  it('any sequence of tellings ends with the total of the last one, within the payment', () => {
    const telling = fc.uniqueArray(
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), amount: fc.integer({ min: 1, max: 3000 }) }),
      {
        selector: ({ key }) => key,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(fc.array(telling, { minLength: 1, maxLength: 6 }), (tellings) => {
        let rows: BookedRefund[] = [];
        for (const told of tellings) {
          const wanted = told.map(({ key, amount }) => want(key, amount));
          rows = settle(rows, wanted);
          const whole = wanted.reduce((sum, one) => sum + one.amountMinor, 0n);
          expect(total(rows)).toBe(whole < 3000n ? whole : 3000n);
          expect(planRefunds(rows, wanted, 3000n)).toEqual({ undo: [], insert: [] });
          const keys = rows.map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
        }
      }),
    );
  });

  function settle(rows: BookedRefund[], wanted: WantedRefund[]): BookedRefund[] {
    return carryOut(rows, planRefunds(rows, wanted, 3000n));
  }
});
