import { ruleModels } from '@headwater/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chancesOfPaying } from './chain.ts';
import {
  type Chain,
  chainShapley,
  chanceOfPaying,
  createChainCounter,
  creditByRule,
  emptyTally,
  type Order,
  type Path,
  paymentParts,
  removalEffects,
  splitByShares,
  tallyByRules,
} from './index.ts';
import { createRandom } from './random.ts';
import { sampledShapley, shapleyValues } from './shapley.ts';
import { normalise } from './shares.ts';

const dayMs = 86_400_000;
const [search, email, direct, social] = [0, 1, 2, 3];
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const total = (figures: readonly number[]) => figures.reduce((all, figure) => all + figure, 0);

/** A path of channels, each some days before the payment; channel 2 is direct. */
const pathOf = (...touches: [channel: number, daysBefore: number][]): Path => ({
  channels: touches.map(([channel]) => channel),
  direct: touches.map(([channel]) => channel === direct),
  agesMs: touches.map(([, days]) => days * dayMs),
});
const credits = (model: (typeof ruleModels)[number], path: Path, amount: bigint) =>
  Object.fromEntries(creditByRule(model, path, amount).map((credit) => [credit.channel, credit.amount]));

describe('rules, worked by hand', () => {
  const path = pathOf([search, 14], [email, 7], [social, 7], [direct, 0]);

  it.each([
    ['first_touch', { [search]: 10_000n }],
    ['last_touch', { [direct]: 10_000n }],
    ['last_non_direct', { [social]: 10_000n }],
    ['linear', { [search]: 2500n, [email]: 2500n, [social]: 2500n, [direct]: 2500n }],
    ['position_based', { [search]: 4000n, [email]: 1000n, [social]: 1000n, [direct]: 4000n }],
    // 1/4 + 1/2 + 1/2 + 1 = 9/4: 1111.1, 2222.2, 2222.2, 4444.4; the cent left over goes to the largest remainder.
    ['time_decay', { [search]: 1111n, [email]: 2222n, [social]: 2222n, [direct]: 4445n }],
  ] as const)('%s', (model, expected) => {
    expect(credits(model, path, 10_000n)).toEqual(expected);
  });

  it('position_based: two touches share equally, one takes all', () => {
    expect(credits('position_based', pathOf([search, 3], [email, 1]), 101n)).toEqual({
      [search]: 51n,
      [email]: 50n,
    });
    expect(credits('position_based', pathOf([email, 1]), 101n)).toEqual({ [email]: 101n });
  });

  it('a channel that comes twice counts twice, and is split once', () => {
    const twice = pathOf([search, 3], [email, 2], [search, 1]);
    expect(credits('linear', twice, 100n)).toEqual({ [search]: 67n, [email]: 33n });
    expect(credits('position_based', twice, 100n)).toEqual({ [search]: 80n, [email]: 20n });
  });

  it('last_non_direct: a path of direct touches only is direct', () => {
    expect(credits('last_non_direct', pathOf([direct, 2], [direct, 1]), 5n)).toEqual({ [direct]: 5n });
  });

  it('time_decay: only the distance between touches matters, and a year-old touch still weighs', () => {
    const recent = credits('time_decay', pathOf([search, 7], [email, 0]), 900n);
    expect(recent).toEqual({ [search]: 300n, [email]: 600n });
    expect(credits('time_decay', pathOf([search, 37], [email, 30]), 900n)).toEqual(recent);
    const [old] = creditByRule('time_decay', pathOf([search, 365], [email, 0]), 10n ** 18n);
    expect(old?.amount).toBeGreaterThan(0n);
  });
});

const anyChannel = fc.integer({ min: 0, max: 5 });
const anyPath: fc.Arbitrary<Path> = fc
  .array(fc.tuple(anyChannel, fc.integer({ min: 0, max: 90 * 24 })), { minLength: 1, maxLength: 8 })
  .map((touches) => {
    const sorted = [...touches].sort((a, b) => b[1] - a[1]);
    return {
      channels: sorted.map(([channel]) => channel),
      direct: sorted.map(([channel]) => channel === direct),
      agesMs: sorted.map(([, hours]) => hours * 3_600_000),
    };
  });
const anyAmount = fc.bigInt({ min: 0n, max: 10n ** 12n });
const anyPayments = fc.array(fc.tuple(anyPath, anyAmount, fc.integer({ min: 1, max: 4 })), {
  minLength: 1,
  maxLength: 30,
});
const tallied = (payments: readonly (readonly [Path, bigint, number])[]) => {
  const tallies = new Map(ruleModels.map((model) => [model, emptyTally(6)]));
  for (const [path, amount, count] of payments) tallyByRules(tallies, path, amount, BigInt(count));
  return tallies;
};

describe('every rule', () => {
  it('gives away exactly what was paid, to the cent and to the payment', () => {
    fc.assert(
      fc.property(anyPayments, (payments) => {
        const paid = sum(payments.map(([, amount, count]) => amount * BigInt(count)));
        const count = BigInt(payments.reduce((all, [, , times]) => all + times, 0));
        for (const [model, tally] of tallied(payments)) {
          expect(sum(tally.revenue), model).toBe(paid);
          expect(sum(tally.payments), model).toBe(count * paymentParts);
        }
      }),
    );
  });

  it('does not care for the order of payments, nor whether equal ones are told together', () => {
    fc.assert(
      fc.property(anyPayments, fc.integer(), (payments, seed) => {
        const random = createRandom(seed);
        const single = payments.flatMap(([path, amount, count]) =>
          Array.from({ length: count }, () => [path, amount, 1] as const),
        );
        const shuffled = single
          .map((payment) => ({ payment, at: random() }))
          .sort((a, b) => a.at - b.at)
          .map(({ payment }) => payment);
        expect(tallied(shuffled)).toEqual(tallied(payments));
      }),
    );
  });

  it('gives nothing to a channel that is not on the path', () => {
    fc.assert(
      fc.property(anyPath, anyAmount, fc.constantFrom(...ruleModels), (path, amount, model) => {
        for (const { channel } of creditByRule(model, path, amount)) expect(path.channels).toContain(channel);
      }),
    );
  });
});

const counted = (order: Order, paths: readonly (readonly [number[], 'paid' | 'left', number])[]): Chain => {
  const counter = createChainCounter(order);
  for (const [channels, end, count] of paths) counter.add(channels, end === 'paid', count);
  return counter.chain();
};

describe('Markov', () => {
  // The figures of Serhii Puzyrov, “Markov Chain Attribution – Simple Explanation Of Removal Effect”, 2019
  // (serhiipuzyrov.com): Google Ads alone paid twice and once not, mailing once, Google Ads then mailing once.
  it('a published example: Google Ads and mailing', () => {
    const chain = counted(1, [
      [[0], 'paid', 2],
      [[1], 'paid', 1],
      [[0, 1], 'paid', 1],
      [[0], 'left', 1],
    ]);
    // 0.8 × (0.5 + 0.25 × 1) + 0.2 × 1
    expect(chanceOfPaying(chain)).toBeCloseTo(0.8, 14);
    const effects = removalEffects(chain, 2);
    // Without Google Ads 0.2 is left, without mailing 0.8 × 0.5.
    expect(effects[0]).toBeCloseTo(1 - 0.2 / 0.8, 14);
    expect(effects[1]).toBeCloseTo(1 - 0.4 / 0.8, 14);
    expect(splitByShares(normalise(effects), 4000n)).toEqual([2400n, 1600n]);
  });

  // Three paths: A→B→C paid; A left; B→C left. By hand: from the start A 2/3, B 1/3; from A half go on to B; B goes to C;
  // half of C pays: 1/3. Without A 1/6 is left, without B or C nothing.
  it('three channels, worked by hand', () => {
    const chain = counted(1, [
      [[0, 1, 2], 'paid', 1],
      [[0], 'left', 1],
      [[1, 2], 'left', 1],
    ]);
    expect(chanceOfPaying(chain)).toBeCloseTo(1 / 3, 14);
    const effects = removalEffects(chain, 4);
    for (const [channel, effect] of [0.5, 1, 1, 0].entries())
      expect(effects[channel]).toBeCloseTo(effect, 14);
    expect(splitByShares(normalise(effects), 1000n)).toEqual([200n, 400n, 400n, 0n]);
  });

  // stats.stackexchange.com, question 336227: the transition matrix of an app (Open App, Social, Store, Notification
  // Center, Exit, Purchase), where 11.4 % still purchase once the Notification Center leads to Exit.
  it('a published transition matrix with a cycle', () => {
    const chain: Chain = {
      channelOf: [-1, 0, 1, 2],
      steps: [
        { to: [1, 2], chance: [0.5, 0.5] },
        { to: [2, 3], chance: [0.3, 0.15] },
        { to: [1, 3], chance: [0.4, 0.1] },
        { to: [], chance: [] },
      ],
      pays: [0, 0.05, 0.1, 1],
    };
    expect(chanceOfPaying(chain, (channel) => channel !== 2)).toBeCloseTo(0.114, 3);
  });

  it('order 2 remembers what order 1 forgets', () => {
    // B pays after A and never after C: order 1 sees B pay half of the time.
    const paths = [
      [[0, 1], 'paid', 10],
      [[2, 1], 'left', 10],
    ] as [number[], 'paid' | 'left', number][];
    const first = removalEffects(counted(1, paths), 3);
    const second = removalEffects(counted(2, paths), 3);
    expect(first.map((effect) => Number(effect.toFixed(12)))).toEqual([0.5, 1, 0.5]);
    expect(second.map((effect) => Number(effect.toFixed(12)))).toEqual([1, 1, 0]);
  });

  const anyPaths = fc.array(
    fc.tuple(
      fc.array(anyChannel, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('paid' as const, 'left' as const),
      fc.integer({ min: 1, max: 9 }),
    ),
    { minLength: 1, maxLength: 15 },
  );

  it('pays as often as the paths did, whatever the order', () => {
    fc.assert(
      fc.property(anyPaths, fc.constantFrom<Order>(1, 2, 3), (paths, order) => {
        const all = total(paths.map(([, , count]) => count));
        const paid = total(paths.filter(([, end]) => end === 'paid').map(([, , count]) => count));
        expect(chanceOfPaying(counted(order, paths))).toBeCloseTo(paid / all, 10);
      }),
    );
  });

  it('removal effects are those of the equations solved directly, and credit is conserved', () => {
    fc.assert(
      fc.property(anyPaths, fc.constantFrom<Order>(1, 2, 3), anyAmount, (paths, order, amount) => {
        const chain = counted(order, paths);
        const effects = removalEffects(chain, 6);
        const whole = solveDirectly(chain, () => true);
        for (let channel = 0; channel < 6; channel += 1) {
          const without = solveDirectly(chain, (one) => one !== channel);
          const effect = whole === 0 ? 0 : 1 - without / whole;
          expect(effects[channel]).toBeCloseTo(effect, 9);
        }
        const isPaid = paths.some(([, end]) => end === 'paid');
        expect(sum(splitByShares(normalise(effects), amount))).toBe(isPaid ? amount : 0n);
      }),
    );
  });

  it('does not care for the order in which paths come, nor how they are grouped', () => {
    fc.assert(
      fc.property(anyPaths, fc.constantFrom<Order>(1, 2, 3), (paths, order) => {
        const single = paths.flatMap(([channels, end, count]) =>
          Array.from({ length: count }, (): [number[], 'paid' | 'left', number] => [channels, end, 1]),
        );
        const effects = removalEffects(counted(order, paths), 6);
        const others = removalEffects(counted(order, single.reverse()), 6);
        for (const [channel, effect] of effects.entries()) expect(others[channel]).toBeCloseTo(effect, 9);
      }),
    );
  });
});

/** The chance of paying by Gaussian elimination, another way than the code under test goes. */
function solveDirectly(chain: Chain, isOpen: (channel: number) => boolean): number {
  const size = chain.channelOf.length;
  const rows = chain.channelOf.map((channel, state) => {
    const row = new Array<number>(size + 1).fill(0);
    row[state] = 1;
    if (channel !== -1 && !isOpen(channel)) return row;
    const step = chain.steps[state] as Chain['steps'][number];
    step.to.forEach((target, index) => {
      row[target] = (row[target] as number) - (step.chance[index] as number);
    });
    row[size] = chain.pays[state] as number;
    return row;
  });
  for (let pivot = 0; pivot < size; pivot += 1) {
    const best = rows.findIndex((row, index) => index >= pivot && Math.abs(row[pivot] as number) > 1e-9);
    [rows[pivot], rows[best]] = [rows[best] as number[], rows[pivot] as number[]];
    const lead = rows[pivot] as number[];
    for (const [index, row] of rows.entries()) {
      const factor = (row[pivot] as number) / (lead[pivot] as number);
      if (index === pivot || factor === 0) continue;
      for (let column = pivot; column <= size; column += 1) {
        row[column] = (row[column] as number) - factor * (lead[column] as number);
      }
    }
  }
  return ((rows[0] as number[])[size] as number) / ((rows[0] as number[])[0] as number);
}

describe('Shapley values', () => {
  const close = (values: readonly number[], expected: readonly number[]) => {
    expect(values.length).toBe(expected.length);
    for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index] as number, 10);
  };

  // The glove game, as in the article “Shapley value” of Wikipedia: two right gloves, one left one.
  it('published: the glove game', () => {
    const worth = (coalition: number) => ((coalition & 0b100) !== 0 && (coalition & 0b011) !== 0 ? 1 : 0);
    close(shapleyValues(3, worth), [1 / 6, 1 / 6, 2 / 3]);
  });

  // Airport games (Littlechild and Owen, 1973): a runway costs what its longest user needs. The figures of
  // math.stackexchange.com, questions 2541276 and 4152535.
  it.each([
    [[100, 160, 200], [100, 190, 310].map((value) => value / 3)],
    [[40, 50, 60, 70, 80, 90], [40, 52, 67, 87, 117, 177].map((value) => value / 6)],
  ])('published: the airport game of %j', (costs, expected) => {
    const worth = (coalition: number) =>
      Math.max(0, ...costs.filter((_, player) => ((coalition >> player) & 1) === 1));
    close(shapleyValues(costs.length, worth), expected);
  });

  it('refuses what would never end', () => {
    expect(() => shapleyValues(13, () => 0)).toThrow(RangeError);
  });

  const players = 5;
  const anyGame = fc
    .array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 32, maxLength: 32 })
    .map((worths) => [0, ...worths.slice(1)]);
  const valuesOf = (game: readonly number[]) =>
    shapleyValues(players, (coalition) => game[coalition] as number);
  const swapped = (coalition: number) =>
    (coalition & ~0b11) | ((coalition & 1) << 1) | ((coalition >> 1) & 1);

  it('efficiency: they add up to what all are worth', () => {
    fc.assert(
      fc.property(anyGame, (game) => {
        expect(total(valuesOf(game))).toBeCloseTo(game[31] as number, 8);
      }),
    );
  });

  it('symmetry: players who add the same to every coalition get the same', () => {
    fc.assert(
      fc.property(anyGame, (game) => {
        const even = game.map((worth, coalition) => worth + (game[swapped(coalition)] as number));
        const [first, second] = valuesOf(even);
        expect(first).toBeCloseTo(second as number, 8);
      }),
    );
  });

  it('dummy: who adds what it is worth alone gets that', () => {
    fc.assert(
      fc.property(anyGame, fc.double({ min: -50, max: 50, noNaN: true }), (game, alone) => {
        const withDummy = game.map(
          (_, coalition) => (game[coalition & ~1] as number) + (coalition & 1) * alone,
        );
        expect(valuesOf(withDummy)[0]).toBeCloseTo(alone, 8);
      }),
    );
  });

  it('additivity: the values of a sum of games are the sums of the values', () => {
    fc.assert(
      fc.property(anyGame, anyGame, (one, other) => {
        const both = one.map((worth, coalition) => worth + (other[coalition] as number));
        const expected = valuesOf(one).map((value, player) => value + (valuesOf(other)[player] as number));
        close(
          valuesOf(both).map((value) => Number(value.toFixed(8))),
          expected.map((value) => Number(value.toFixed(8))),
        );
      }),
    );
  });
});

describe('Shapley over paths', () => {
  const anyPaths = fc.array(
    fc.tuple(
      fc.array(anyChannel, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('paid' as const, 'left' as const),
      fc.integer({ min: 1, max: 9 }),
    ),
    { minLength: 2, maxLength: 12 },
  );
  const options = { seed: 7, samples: 20_000 };

  it('is exact by hand: A alone pays 1 in 2, A→B always, B alone never', () => {
    // From the start: A 2/3, B 1/3. From A: 1/4 pays, 1/4 leaves, 1/2 to B. From B: 2/3 × … counted below.
    const chain = counted(1, [
      [[0], 'paid', 1],
      [[0], 'left', 1],
      [[0, 1], 'paid', 2],
      [[1], 'left', 2],
    ]);
    // v(A) = 2/3 × 1/4 = 1/6; v(B) = 1/3 × 1/2 = 1/6; v(AB) = 1/2. Each: (1/6 + 1/3) / 2 = 1/4, half of all.
    const { shares, method } = chainShapley(chain, 2, options);
    expect(method).toBe('exact');
    expect(shares[0]).toBeCloseTo(0.5, 12);
    expect(shares[1]).toBeCloseTo(0.5, 12);
  });

  it('a channel that no paying path has gets nothing; equal ones get the same; all of it is given', () => {
    fc.assert(
      fc.property(anyPaths, anyAmount, (paths, amount) => {
        const chain = counted(1, [...paths, [[3], 'paid', 2], [[4], 'paid', 2], [[6], 'left', 3]]);
        const mirrored = counted(1, [
          ...paths.filter(([channels]) => !channels.includes(3) && !channels.includes(4)),
          [[3], 'paid', 2],
          [[4], 'paid', 2],
        ]);
        const { shares } = chainShapley(chain, 7, options);
        expect(shares[6]).toBe(0);
        expect(total(shares)).toBeCloseTo(1, 10);
        expect(sum(splitByShares(shares, amount))).toBe(amount);
        const even = chainShapley(mirrored, 7, options).shares;
        expect(even[3]).toBeCloseTo(even[4] as number, 10);
      }),
    );
  });

  it('sampled values lie within their bounds of the exact ones, and the same seed gives the same', () => {
    fc.assert(
      fc.property(anyPaths, fc.integer({ min: 0, max: 1e6 }), (paths, seed) => {
        const chain = counted(1, [...paths, [[0, 1, 2], 'paid', 3]]);
        const exact = chainShapley(chain, 6, options);
        const sampled = sampledShapley(chain, 6, { seed, samples: 20_000 });
        for (const [channel, share] of exact.shares.entries()) {
          const error = sampled.errors[channel] as number;
          expect(Math.abs((sampled.shares[channel] as number) - share)).toBeLessThanOrEqual(error);
          expect(error).toBeLessThan(0.03);
        }
        expect(total(sampled.shares)).toBeCloseTo(1, 9);
        expect(sampledShapley(chain, 6, { seed, samples: 20_000 })).toEqual(sampled);
      }),
      { numRuns: 30 },
    );
  });

  it('more than twelve channels are sampled, with bounds; thirteen equal ones get a thirteenth each', () => {
    const chain = counted(
      1,
      Array.from({ length: 13 }, (_, channel) => [[channel], 'paid', 1] as [number[], 'paid', number]),
    );
    const { shares, errors, method, samples } = chainShapley(chain, 13, { seed: 1, samples: 50_000 });
    expect([method, samples]).toEqual(['sampled', 50_000]);
    for (const [channel, share] of shares.entries()) {
      expect(Math.abs(share - 1 / 13)).toBeLessThanOrEqual(errors[channel] as number);
      expect(errors[channel]).toBeLessThan(0.007);
    }
  });

  it('nothing was paid: nobody gets anything', () => {
    const chain = counted(1, [[[0, 1], 'left', 3]]);
    expect(chainShapley(chain, 2, options).shares).toEqual([0, 0]);
    expect(sampledShapley(chain, 2, options)).toMatchObject({ shares: [0, 0], errors: [0, 0], samples: 0 });
    expect(removalEffects(chain, 2)).toEqual([0, 0]);
    expect(splitByShares([0, 0], 0n)).toEqual([0n, 0n]);
    expect(chancesOfPaying(chain)[0]).toBe(0);
  });
});
