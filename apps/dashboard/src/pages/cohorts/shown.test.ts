import { expect, it } from 'vitest';
import { togetherOf, valuesOf } from './shown.ts';

const usd = (revenue_cents: number, refunded_cents = 0) => [
  { currency: 'USD', revenue_cents, refunded_cents },
];
const old = {
  month: '2026-01',
  customers: 4,
  months: [
    { month: 0, paying: 2, retention: 0.5, revenue: usd(2000) },
    {
      month: 1,
      paying: 1,
      retention: 0.25,
      revenue: [...usd(1000, 400), { currency: 'EUR', revenue_cents: 9, refunded_cents: 0 }],
    },
  ],
};
const young = {
  month: '2026-02',
  customers: 1,
  months: [{ month: 0, paying: 1, retention: 1, revenue: usd(500) }],
};

it('a row is what a cohort paid, net and in one currency; together each customer weighs the same', () => {
  expect(valuesOf(old, 'retention', 'USD')).toEqual([0.5, 0.25]);
  expect(valuesOf(old, 'revenue', 'USD')).toEqual([2000, 600]);
  expect(valuesOf(old, 'value', 'USD')).toEqual([500, 650]);
  expect(togetherOf([old, young], 'retention', 'USD')).toEqual([0.6, 0.25]);
  expect(togetherOf([old, young], 'revenue', 'USD')).toEqual([2500, 600]);
  expect(togetherOf([old, young], 'value', 'USD')).toEqual([500, 650]);
  expect(valuesOf({ ...young, customers: 0 }, 'value', 'USD')).toEqual([null]);
});
