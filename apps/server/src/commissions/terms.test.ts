import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Currency, parseCurrency } from '../money/index.ts';
import {
  capForCustomer,
  earnOnSale,
  keptAfterRefund,
  type PaidSale,
  type Policy,
  splitByCredits,
} from './terms.ts';

const [usd, jpy] = [parseCurrency('USD') as Currency, parseCurrency('JPY') as Currency];
const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

const policy = (more: Partial<Policy> = {}): Policy => ({
  id: 7,
  version: 1,
  groupId: 3,
  groupName: 'Default',
  type: 'cps_lifetime',
  rateBps: 2000,
  fixedMinor: null,
  currency: usd,
  durationMonths: null,
  holdPeriodDays: 15,
  approval: 'automatic',
  productId: null,
  excludeTax: false,
  excludeStripeTax: true,
  excludeShipping: false,
  minMinor: null,
  maxMinor: null,
  customerCapMinor: null,
  tiers: [],
  effectiveFrom: new Date('2020-01-01T00:00:00Z'),
  ...more,
});
const fixed = (fixedMinor: bigint, more: Partial<Policy> = {}) =>
  policy({ rateBps: null, fixedMinor, ...more });
const recurring = (durationMonths: number | null) => policy({ type: 'cps_recurring', durationMonths });

const sale = (more: Partial<PaidSale> = {}): PaidSale => ({
  amountMinor: 9999n,
  taxMinor: 0n,
  byStripe: false,
  shippingMinor: 0n,
  currency: usd,
  paidAt: new Date('2026-01-15T10:00:00Z'),
  firstPaidAt: new Date('2026-01-15T10:00:00Z'),
  isFirst: true,
  ...more,
});
const renewal = (firstPaidAt: string | Date, paidAt: string | Date) =>
  sale({ firstPaidAt: new Date(firstPaidAt), paidAt: new Date(paidAt), isFirst: false });

const earned = (terms: Policy, paid: PaidSale) => {
  const earning = earnOnSale(terms, paid);
  return earning.earned ? earning.amountMinor : earning.reason;
};

describe('bounds of a payment', () => {
  it('at least the minimum, at most the maximum, each said in the arithmetic', () => {
    const bounds = policy({ minMinor: 500n, maxMinor: 1500n });
    expect(earnOnSale(bounds, sale({ amountMinor: 100n }))).toMatchObject({
      amountMinor: 500n,
      arithmetic: [
        { step: 'commission', result: 20 },
        { step: 'minimum', result: 500 },
      ],
    });
    expect(earnOnSale(bounds, sale())).toMatchObject({
      amountMinor: 1500n,
      arithmetic: [
        { step: 'commission', result: 2000 },
        { step: 'maximum', result: 1500 },
      ],
    });
    expect(earned(bounds, sale({ amountMinor: 5000n }))).toBe(1000n);
    expect(earned(fixed(50n, { minMinor: 60n }), sale())).toBe(60n);
  });

  it('no minimum where nothing is left to earn on', () => {
    const bounds = policy({ minMinor: 500n, excludeTax: true });
    expect(earned(bounds, sale({ amountMinor: 100n, taxMinor: 100n }))).toBe('zero_commission');
  });

  it('are not applied to another currency, and say so', () => {
    expect(earnOnSale(policy({ maxMinor: 1n }), sale({ currency: jpy }))).toMatchObject({
      amountMinor: 2000n,
      arithmetic: [{ step: 'commission' }, { step: 'bounds', text: 'in USD: not applied to JPY' }],
    });
  });
});

describe('the cap of a customer', () => {
  const cap = { customerCapMinor: 3000n, currency: usd };
  const share = { amountMinor: 2000n, currency: usd };

  it('leaves what is left, and nothing beyond', () => {
    expect(capForCustomer(cap, share, 0n).amountMinor).toBe(2000n);
    expect(capForCustomer(cap, share, 1000n).amountMinor).toBe(2000n);
    expect(capForCustomer(cap, share, 1001n)).toEqual({
      amountMinor: 1999n,
      arithmetic: [{ step: 'cap', text: 'at most 3000 by a customer, 1001 before', result: 1999 }],
    });
    expect(capForCustomer(cap, share, 9000n).amountMinor).toBe(0n);
    expect(capForCustomer({ ...cap, customerCapMinor: null }, share, 9000n).amountMinor).toBe(2000n);
    expect(capForCustomer(cap, { ...share, currency: jpy }, 9000n).amountMinor).toBe(2000n);
  });
});

describe('tiers', () => {
  const tiers = [
    { fromMinor: 10_000n, rateBps: 3000, fixedMinor: null },
    { fromMinor: 50_000n, rateBps: 4000, fixedMinor: null },
  ];
  const at = (volumeBeforeMinor: bigint) => sale({ amountMinor: 10_000n, volumeBeforeMinor });

  it('pay by the volume before: the crossing payment by the lower tier, the next one whole by the higher', () => {
    const terms = policy({ tiers });
    expect([0n, 9999n, 10_000n, 49_999n, 50_000n].map((volume) => earned(terms, at(volume)))).toEqual([
      2000n,
      2000n,
      3000n,
      3000n,
      4000n,
    ]);
    expect(earnOnSale(terms, at(10_000n))).toMatchObject({
      arithmetic: [
        { step: 'tier', text: 'from 10000 a month', result: 10_000 },
        { step: 'commission', text: '10000 × 3000 / 10000', result: 3000 },
      ],
    });
  });

  it('of a fixed amount are fixed amounts', () => {
    const terms = fixed(100n, { tiers: [{ fromMinor: 1n, rateBps: null, fixedMinor: 250n }] });
    expect([earned(terms, at(0n)), earned(terms, at(1n))]).toEqual([100n, 250n]);
  });
});

describe('a percentage', () => {
  it("20 % of 9999 is 2000, worded as the contract's example", () => {
    expect(earnOnSale(policy(), sale())).toEqual({
      earned: true,
      amountMinor: 2000n,
      currency: usd,
      baseMinor: 9999n,
      arithmetic: [{ step: 'commission', text: '9999 × 2000 / 10000', result: 2000 }],
    });
  });

  it('leaves out tax and shipping only where the policy says so', () => {
    const paid = sale({ amountMinor: 10_000n, taxMinor: 500n, shippingMinor: 300n });
    expect(earnOnSale(policy(), paid)).toMatchObject({ baseMinor: 10_000n, amountMinor: 2000n });
    expect(earnOnSale(policy({ excludeTax: true }), paid)).toMatchObject({
      baseMinor: 9500n,
      arithmetic: [
        { step: 'base', text: '10000 − 500 tax', result: 9500 },
        { step: 'commission', text: '9500 × 2000 / 10000', result: 1900 },
      ],
    });
    const both = earnOnSale(policy({ excludeTax: true, excludeShipping: true }), paid);
    expect(both.arithmetic[0]).toEqual({
      step: 'base',
      text: '10000 − 500 tax − 300 shipping',
      result: 9200,
    });
  });

  it('rounds half to even, once', () => {
    expect(earnOnSale(policy({ rateBps: 1000 }), sale({ amountMinor: 25n }))).toMatchObject({
      amountMinor: 2n,
    });
    expect(earnOnSale(policy({ rateBps: 1000 }), sale({ amountMinor: 35n }))).toMatchObject({
      amountMinor: 4n,
    });
  });

  it("is in the payment's currency", () => {
    expect(earnOnSale(policy(), sale({ currency: jpy }))).toMatchObject({ currency: jpy });
  });

  it('that rounds to nothing, or of nothing, is no commission', () => {
    expect(earnOnSale(policy(), sale({ amountMinor: 2n }))).toEqual({
      earned: false,
      reason: 'zero_commission',
      arithmetic: [{ step: 'commission', text: '2 × 2000 / 10000', result: 0 }],
    });
    const allTax = sale({ amountMinor: 100n, taxMinor: 150n });
    expect(earnOnSale(policy({ excludeTax: true }), allTax)).toMatchObject({
      reason: 'zero_commission',
      arithmetic: [
        { text: '100 − 150 tax, at least 0', result: 0 },
        { text: '0 × 2000 / 10000', result: 0 },
      ],
    });
  });
});

describe('a fixed commission', () => {
  it("is in the policy's currency, and not capped to the payment", () => {
    expect(earnOnSale(fixed(500n), sale({ amountMinor: 100n, currency: jpy }))).toMatchObject({
      earned: true,
      amountMinor: 500n,
      currency: usd,
      arithmetic: [{ step: 'commission', text: 'fixed 500', result: 500 }],
    });
  });

  it('of 0 is no commission', () => {
    expect(earnOnSale(fixed(0n), sale())).toMatchObject({ earned: false, reason: 'zero_commission' });
  });
});

describe('policies', () => {
  it.each([null, policy({ type: 'cpc' }), policy({ type: 'cpl' })])('%# earns nothing on a sale', (none) => {
    expect(earnOnSale(none, sale())).toEqual({ earned: false, reason: 'no_sale_policy', arithmetic: [] });
  });

  it('with both a rate and a fixed amount, or neither, are a bug', () => {
    expect(() => earnOnSale(policy({ fixedMinor: 500n }), sale())).toThrow(RangeError);
    expect(() => earnOnSale(policy({ rateBps: null }), sale())).toThrow(RangeError);
  });
});

describe('duration', () => {
  const ended = { earned: false, reason: 'commission_duration_ended', arithmetic: [] };

  it('one-time earns on the first payment only', () => {
    const oneTime = policy({ type: 'cps_one_time', durationMonths: 0 });
    expect(earnOnSale(oneTime, sale()).earned).toBe(true);
    expect(earnOnSale(oneTime, renewal('2026-01-15', '2026-01-15'))).toEqual(ended);
  });

  it('lifetime, and recurring without an end, earn on every payment', () => {
    const late = renewal('2000-01-01', '2026-01-01');
    expect(earnOnSale(policy(), late).earned).toBe(true);
    expect(earnOnSale(recurring(null), late).earned).toBe(true);
  });

  it('recurring over 0 months earns on the first payment only', () => {
    expect(earnOnSale(recurring(0), sale()).earned).toBe(true);
    expect(earnOnSale(recurring(0), renewal('2026-01-15', '2026-01-15'))).toEqual(ended);
  });

  it('a renewal seconds early is not a 13th payment', () => {
    const first = '2025-01-15T10:00:00Z';
    expect(earnOnSale(recurring(12), renewal(first, '2025-12-15T10:00:00Z')).earned).toBe(true);
    expect(earnOnSale(recurring(12), renewal(first, '2026-01-15T09:59:57Z'))).toEqual(ended);
    expect(earnOnSale(recurring(12), renewal(first, '2026-01-15T00:00:00Z'))).toEqual(ended);
    expect(earnOnSale(recurring(12), renewal(first, '2026-01-14T23:59:59Z')).earned).toBe(true);
  });

  it.each([
    ['31 January, common year', '2025-01-31', 1, '2025-02-28'],
    ['31 January, leap year', '2024-01-31', 1, '2024-02-29'],
    ['29 February, a year on', '2024-02-29', 12, '2025-02-28'],
    ['29 February, four years on', '2024-02-29', 48, '2028-02-29'],
    ['31 August, over the new year', '2025-08-31', 6, '2026-02-28'],
    ['31 October', '2025-10-31', 1, '2025-11-30'],
  ])('ends where the month does: %s', (_what, first, months, firstDayAfter) => {
    const dayBefore = new Date(Date.parse(firstDayAfter) - 1);
    expect(earnOnSale(recurring(months), renewal(first, dayBefore)).earned).toBe(true);
    expect(earnOnSale(recurring(months), renewal(first, firstDayAfter))).toEqual(ended);
  });

  it('N months are exactly N monthly payments, from any day and hour', () => {
    const start = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    const secondsOff = fc.integer({ min: -3600, max: 3600 });
    fc.assert(
      fc.property(start, fc.constantFrom(1, 2, 6, 12, 24, 120), secondsOff, (first, months, off) => {
        const earning = Array.from({ length: months + 24 }, (_, month) => month)
          .map((month) => (month === 0 ? first : sameDayShifted(anniversary(first, month), off)))
          .filter((paidAt) => earnOnSale(recurring(months), renewal(first, paidAt)).earned);
        expect(earning).toHaveLength(months);
      }),
    );
  });

  /** The day a monthly subscription renews: the start's day, or the month's last. Counted by table, not by `Date`. */
  function anniversary(first: Date, months: number): Date {
    const count = first.getUTCFullYear() * 12 + first.getUTCMonth() + months;
    const [year, month] = [Math.floor(count / 12), count % 12];
    const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month] ?? 0;
    const day = Math.min(first.getUTCDate(), length);
    const pad = (value: number) => value.toString().padStart(2, '0');
    return new Date(`${year}-${pad(month + 1)}-${pad(day)}${first.toISOString().slice(10)}`);
  }

  /** Some seconds off, as renewals are, but on the same UTC date. */
  function sameDayShifted(instant: Date, seconds: number): Date {
    const shifted = new Date(instant.getTime() + seconds * 1000);
    return shifted.getUTCDate() === instant.getUTCDate() ? shifted : instant;
  }
});

describe('splitByCredits', () => {
  it('groups by partner in order of first appearance', () => {
    const credits = [
      { partnerId: 9, weight: 1n },
      { partnerId: 4, weight: 1n },
      { partnerId: 9, weight: 1n },
    ];
    expect(splitByCredits(2000n, credits)).toEqual([
      { partnerId: 9, amountMinor: 1333n },
      { partnerId: 4, amountMinor: 667n },
    ]);
  });

  it('loses no cent and names each partner once', () => {
    const credit = fc.record({
      partnerId: fc.integer({ min: 1, max: 6 }),
      weight: fc.bigInt({ min: 0n, max: 9n }),
    });
    const amount = fc.bigInt({ min: 0n, max: 10n ** 12n });
    fc.assert(
      fc.property(amount, fc.array(credit, { minLength: 1, maxLength: 15 }), (amountMinor, credits) => {
        const shares = splitByCredits(amountMinor, credits);
        expect(sum(shares.map((share) => share.amountMinor))).toBe(amountMinor);
        expect(shares.map(({ partnerId }) => partnerId)).toEqual([
          ...new Set(credits.map((c) => c.partnerId)),
        ]);
      }),
    );
  });
});

describe('keptAfterRefund', () => {
  const minor = fc.bigInt({ min: 1n, max: 10n ** 12n });
  /** A payment and its partial refunds, which sum to the whole. */
  const refundedInParts = fc
    .array(fc.bigInt({ min: 1n, max: 10n ** 9n }), { minLength: 1, maxLength: 12 })
    .map((refunds) => ({ refunds, paid: sum(refunds) }));
  /** Refunded so far, before the first refund and after each. */
  const runningTotals = (refunds: readonly bigint[]) =>
    [0n, ...refunds].map((_, count) => sum(refunds.slice(0, count)));

  it('keeps in proportion, half-even', () => {
    expect(keptAfterRefund(2000n, 9999n, 0n)).toBe(2000n);
    expect(keptAfterRefund(2000n, 10_000n, 2500n)).toBe(1500n);
    expect(keptAfterRefund(5n, 10n, 5n)).toBe(2n); // 2.5
    expect(keptAfterRefund(7n, 10n, 5n)).toBe(4n); // 3.5
    expect(keptAfterRefund(2000n, 9999n, 9999n)).toBe(0n);
  });

  it.each([
    [10n, 11n],
    [10n, -1n],
    [0n, 0n],
  ])('refuses a payment of %s refunded by %s', (paid, refunded) => {
    expect(() => keptAfterRefund(1n, paid, refunded)).toThrow(RangeError);
  });

  it('refunds summing to the payment leave exactly 0, and the deductions sum to the commission', () => {
    fc.assert(
      fc.property(minor, refundedInParts, (commission, { refunds, paid }) => {
        const kept = runningTotals(refunds).map((refunded) => keptAfterRefund(commission, paid, refunded));
        const deductions = kept.slice(1).map((after, index) => (kept[index] ?? 0n) - after);
        expect(kept[0]).toBe(commission);
        expect(kept.at(-1)).toBe(0n);
        expect(deductions.every((deduction) => deduction >= 0n)).toBe(true);
        expect(sum(deductions)).toBe(commission);
      }),
    );
  });

  it('never grows when more is refunded', () => {
    fc.assert(
      fc.property(minor, minor, minor, minor, (commission, paid, one, other) => {
        const [less, more] = [one % (paid + 1n), other % (paid + 1n)].sort((a, b) => (a < b ? -1 : 1));
        const keptOf = (refunded = 0n) => keptAfterRefund(commission, paid, refunded);
        expect(keptOf(more) <= keptOf(less)).toBe(true);
      }),
    );
  });
});
