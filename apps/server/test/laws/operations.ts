import fc from 'fast-check';

/** How many of each a program under test has; operations name them by number. */
export const sizes = { partners: 4, groups: 2, browsers: 5, keys: 8, emails: 3, products: 2 } as const;

/** One thing that somebody does. Plain data, so that a failing run can be shrunk and told again. */
export type Operation =
  | { do: 'wait'; hours: number }
  | { do: 'click'; partner: number; browser: number; tracked: boolean; again: boolean }
  | { do: 'lead'; key: number | null; click: number | null }
  | {
      do: 'sale';
      key: number | null;
      click: number | null;
      amount: number;
      currency: 'USD' | 'JPY' | 'KWD';
      /** Sent again under the id of an earlier payment; null: a new one. */
      repeats: number | null;
      subscription: number | null;
      hoursAgo: number;
      taxPercent: number;
      shippingPercent: number;
      product: number | null;
    }
  | { do: 'attribute'; browser: number; email: number; amount: number; repeats: number | null }
  | {
      do: 'refund';
      payment: number;
      /** Of the payment, in hundredths; null: all that is left. */
      percent: number | null;
      key: number | null;
    }
  | { do: 'release' }
  | { do: 'bill'; times: number }
  | { do: 'settle' }
  | { do: 'payout'; outcome: 'complete' | 'fail' | 'reject' | 'leave' }
  | { do: 'judge'; commission: number; verdict: 'approve' | 'reject' | 'hold'; hours: number }
  | {
      do: 'policy';
      group: number;
      type: 'cpc' | 'cpl' | 'cps_one_time' | 'cps_recurring' | 'cps_lifetime';
      rate: number;
      fixed: number | null;
      months: number;
      hold: number;
      approval: 'automatic' | 'manual';
      product: number | null;
      excludeTax: boolean;
      excludeShipping: boolean;
      min: number | null;
      /** Above the minimum. */
      span: number | null;
      cap: number | null;
      /** Volumes, added up to the thresholds. */
      tiers: { above: number; pay: number }[];
    }
  | {
      do: 'settings';
      model: 'last_click' | 'first_click' | 'linear';
      window: number;
      organic: 'reject' | 'record';
      feeBps: number;
      feeFree: number;
    }
  | { do: 'move'; partner: number; group: number }
  | { do: 'standing'; partner: number; status: 'approved' | 'removed' | 'rejected' };

const one = (size: number) => fc.nat(size - 1);
const some = (size: number, freq = 3) => fc.option(one(size), { nil: null, freq });
/** Of what has happened so far: taken modulo how many there are. */
const anyEarlier = fc.nat(1000);

const amount = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 100_000 }),
  fc.constantFrom(1, 3, 99, 9999, 1_000_000_000_000),
);

const sale = fc.record({
  do: fc.constant('sale' as const),
  key: some(sizes.keys, 4),
  click: fc.option(anyEarlier, { nil: null, freq: 2 }),
  amount,
  currency: fc.constantFrom('USD' as const, 'USD' as const, 'USD' as const, 'JPY' as const, 'KWD' as const),
  repeats: fc.constant(null),
  subscription: some(2, 1),
  hoursAgo: fc.oneof(fc.constant(0), fc.nat(24 * 40)),
  taxPercent: fc.constantFrom(0, 0, 8, 50),
  shippingPercent: fc.constantFrom(0, 0, 5, 50),
  product: some(sizes.products, 1),
});

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.oneof(fc.nat(30), fc.nat(24 * 45)) }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('click' as const),
      partner: one(sizes.partners),
      browser: one(sizes.browsers),
      tracked: fc.boolean(),
      again: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('lead' as const),
      key: some(sizes.keys, 4),
      click: fc.option(anyEarlier, { nil: null, freq: 4 }),
    }),
  },
  { weight: 10, arbitrary: sale },
  { weight: 2, arbitrary: sale.chain((it) => anyEarlier.map((repeats) => ({ ...it, repeats }))) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('attribute' as const),
      browser: one(sizes.browsers),
      email: one(sizes.emails),
      amount,
      repeats: fc.option(anyEarlier, { nil: null, freq: 1 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      payment: anyEarlier,
      percent: fc.option(fc.oneof(fc.constantFrom(25, 50), fc.integer({ min: 1, max: 120 })), {
        nil: null,
        freq: 4,
      }),
      key: fc.option(fc.nat(4), { nil: null, freq: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'release' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('judge' as const),
      commission: anyEarlier,
      verdict: fc.constantFrom('approve' as const, 'reject' as const, 'hold' as const),
      hours: fc.integer({ min: 1, max: 24 * 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('bill' as const), times: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'settle' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('payout' as const),
      outcome: fc.constantFrom(
        'complete' as const,
        'complete' as const,
        'fail' as const,
        'reject' as const,
        'leave' as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('policy' as const),
      group: one(sizes.groups),
      type: fc.constantFrom(
        'cpc' as const,
        'cpl' as const,
        'cps_one_time' as const,
        'cps_recurring' as const,
        'cps_lifetime' as const,
      ),
      // Halves and quarters make ties, where half-even and other roundings part.
      rate: fc.oneof(fc.constantFrom(1, 2500, 3333, 5000, 7500, 10_000), fc.integer({ min: 1, max: 10_000 })),
      fixed: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: null, freq: 1 }),
      months: fc.integer({ min: 1, max: 3 }),
      hold: fc.nat(30),
      approval: fc.constantFrom('automatic' as const, 'automatic' as const, 'manual' as const),
      product: some(sizes.products, 1),
      excludeTax: fc.boolean(),
      excludeShipping: fc.boolean(),
      min: fc.option(fc.integer({ min: 1, max: 2000 }), { nil: null, freq: 1 }),
      span: fc.option(fc.nat(3000), { nil: null, freq: 1 }),
      cap: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: null, freq: 1 }),
      tiers: fc.array(
        fc.record({ above: fc.integer({ min: 1, max: 30_000 }), pay: fc.integer({ min: 1, max: 10_000 }) }),
        { maxLength: 2 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('settings' as const),
      model: fc.constantFrom(
        'last_click' as const,
        'first_click' as const,
        'linear' as const,
        'linear' as const,
      ),
      window: fc.constantFrom(1, 7, 60, 365),
      organic: fc.constantFrom('reject' as const, 'record' as const),
      feeBps: fc.constantFrom(0, 350, 5000, 10_000),
      feeFree: fc.constantFrom(0, 5000, 1_000_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      partner: one(sizes.partners),
      group: one(sizes.groups),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('standing' as const),
      partner: one(sizes.partners),
      status: fc.constantFrom(
        'approved' as const,
        'approved' as const,
        'removed' as const,
        'rejected' as const,
      ),
    }),
  },
);
