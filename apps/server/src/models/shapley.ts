import { type Chain, chanceOfPaying, chancesOfPaying } from './chain.ts';
import { createRandom } from './random.ts';
import { normalise } from './shares.ts';

/** Up to so many channels every coalition is asked; above, paths are sampled. */
export const exactUpTo = 12;

/**
 * Shapley's values of a game of `players` (at most {@link exactUpTo}): what each adds to a coalition, averaged over all
 * orders in which the whole may come together (L. S. Shapley, “A value for n-person games”, 1953).
 *
 * @param worth of a coalition, its members as bits
 */
export function shapleyValues(players: number, worth: (coalition: number) => number): number[] {
  if (players > exactUpTo) throw new RangeError(`${players} players have too many coalitions`);
  const worths = Float64Array.from({ length: 2 ** players }, (_, coalition) => worth(coalition));
  // In how large a part of all orders exactly a given coalition of a size comes before a given player.
  const part = Array.from({ length: players }, (_, size) => 1 / (players * choose(players - 1, size)));
  return Array.from({ length: players }, (_, player) => {
    const bit = 1 << player;
    let value = 0;
    for (let coalition = 0; coalition < worths.length; coalition += 1) {
      if ((coalition & bit) !== 0) continue;
      const added = (worths[coalition | bit] as number) - (worths[coalition] as number);
      value += added * (part[bitsIn(coalition)] as number);
    }
    return value;
  });
}

function choose(of: number, some: number): number {
  let count = 1;
  for (let one = 1; one <= some; one += 1) count = (count * (of - some + one)) / one;
  return count;
}

function bitsIn(value: number): number {
  let [rest, bits] = [value, 0];
  for (; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
}

export interface ShapleyShares {
  /** By channel: its part of what was paid; they add up to one, or all are zero. */
  shares: number[];
  /** How the shares were found. */
  method: 'exact' | 'sampled';
  samples: number;
  /** By channel: with 95 % confidence in all of them at once, no share is further than this from the exact one. */
  errors: number[];
}

/**
 * Each channel's Shapley value in the game of a chain: a coalition of channels is worth what would be paid if every
 * other channel led to nothing.
 */
export function chainShapley(
  chain: Chain,
  count: number,
  { seed, samples }: { seed: number; samples: number },
): ShapleyShares {
  const present = [...new Set(chain.channelOf)].filter((channel) => channel !== -1).sort((a, b) => a - b);
  if (present.length > exactUpTo) return sampledShapley(chain, count, { seed, samples });
  const positions = new Map(present.map((channel, position) => [channel, position]));
  const values = shapleyValues(present.length, (coalition) =>
    chanceOfPaying(chain, (channel) => ((coalition >> (positions.get(channel) as number)) & 1) === 1),
  );
  const shares = new Array<number>(count).fill(0);
  normalise(values.map((value) => Math.max(0, value))).forEach((share, position) => {
    shares[present[position] as number] = share;
  });
  return { shares, method: 'exact', samples: 0, errors: shares.map(() => 0) };
}

const confidence = 0.95;

/**
 * The same by sampling. The game is a sum of unanimity games, one a path that ends in a payment: it is worth something
 * to a coalition only that has all of its channels, and so its Shapley values are equal parts for these. Hence a channel's
 * value is the mean, over the chain's paying paths, of 1 / (channels of the path) where it is among them. Paying paths
 * are drawn by the chain conditioned on paying: each step's chance times the chance of paying from there.
 *
 * Error bounds: empirical Bernstein (Audibert, Munos, Szepesvári, “Exploration–exploitation tradeoff using variance
 * estimates in multi-armed bandits”, 2009, theorem 1), for all channels at once by Bonferroni.
 */
export function sampledShapley(
  chain: Chain,
  count: number,
  { seed, samples }: { seed: number; samples: number },
): ShapleyShares {
  const draw = createDrawer(chain, createRandom(seed));
  const sums = new Float64Array(count);
  const squares = new Float64Array(count);
  const isPossible = (chancesOfPaying(chain)[0] as number) > 0;
  for (let sample = 0; isPossible && sample < samples; sample += 1) {
    const channels = draw();
    const share = 1 / channels.size;
    for (const channel of channels) {
      sums[channel] = (sums[channel] as number) + share;
      squares[channel] = (squares[channel] as number) + share * share;
    }
  }
  const chance = Math.log((3 * Math.max(1, count)) / (1 - confidence));
  const shares = Array.from(sums, (sum) => sum / samples);
  const errors = shares.map((mean, channel) => {
    if (!isPossible) return 0;
    const variance = Math.max(0, (squares[channel] as number) / samples - mean * mean);
    return Math.min(1, Math.sqrt((2 * variance * chance) / samples) + (3 * chance) / samples);
  });
  return { shares, method: 'sampled', samples: isPossible ? samples : 0, errors };
}

/** Draws the channels of one paying path after another. */
function createDrawer(chain: Chain, random: () => number): () => Set<number> {
  const chances = chancesOfPaying(chain);
  const ways = chain.steps.map(({ to, chance }, state) => {
    let sum = 0;
    const upTo = to.map((target, step) => {
      sum += (chance[step] as number) * (chances[target] as number);
      return sum;
    });
    return { to, upTo, total: sum + (chain.pays[state] as number) };
  });
  return () => {
    const channels = new Set<number>();
    for (let state = 0; ; ) {
      const { to, upTo, total } = ways[state] as (typeof ways)[number];
      const drawn = random() * total;
      const step = upTo.findIndex((bound) => drawn < bound);
      if (step === -1) return channels;
      state = to[step] as number;
      channels.add(chain.channelOf[state] as number);
    }
  };
}
