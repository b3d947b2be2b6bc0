import type { RuleModel } from '@headwater/contract';
import { split } from '../money/index.ts';
import type { Path } from './path.ts';

/** After so long a touch counts half as much under `time_decay`. */
const halfLifeMs = 7 * 24 * 60 * 60 * 1000;

// Weights of `time_decay` are whole numbers out of this, the latest touch having all of it. A touch of 52 half-lives
// ago, a year, still weighs 1.
const decayScale = 2 ** 52;

/** What a path gives a channel. */
export interface Credit {
  channel: number;
  amount: bigint;
}

type Weigh = (path: Path) => readonly bigint[];

const only = (count: number, index: number): bigint[] =>
  Array.from({ length: count }, (_, one) => (one === index ? 1n : 0n));

/** How much each touch of a path weighs, by model. Only the proportions matter. */
const weigh: Readonly<Record<RuleModel, Weigh>> = {
  first_touch: ({ channels }) => only(channels.length, 0),
  last_touch: ({ channels }) => only(channels.length, channels.length - 1),
  // A path of direct touches only is direct.
  last_non_direct: ({ channels, direct }) => {
    const last = direct.lastIndexOf(false);
    return only(channels.length, last === -1 ? channels.length - 1 : last);
  },
  linear: ({ channels }) => channels.map(() => 1n),
  // 40 % for the first, 40 % for the last, 20 % for what lies between; two touches share equally.
  position_based: ({ channels: { length } }) => {
    if (length <= 2) return new Array<bigint>(length).fill(1n);
    const end = 2n * BigInt(length - 2);
    return Array.from({ length }, (_, index) => (index === 0 || index === length - 1 ? end : 1n));
  },
  time_decay: ({ agesMs }) => {
    const latest = Math.min(...agesMs);
    return agesMs.map((age) =>
      BigInt(Math.max(1, Math.round(decayScale * 2 ** ((latest - age) / halfLifeMs)))),
    );
  },
};

/**
 * Splits an amount over the channels of a path by a rule, to the cent: what the touches of a channel weigh is added up
 * first, and the cents left over go by largest remainder, the channel that came first when they tie.
 */
export function creditByRule(model: RuleModel, path: Path, amount: bigint): Credit[] {
  const weights = weigh[model](path);
  const byChannel = new Map<number, bigint>();
  path.channels.forEach((channel, index) => {
    byChannel.set(channel, (byChannel.get(channel) ?? 0n) + (weights[index] as bigint));
  });
  return splitByWeights(byChannel, amount);
}

/** Splits an amount over channels in proportion to whole weights; channels that weigh nothing are left out. */
export function splitByWeights(weights: ReadonlyMap<number, bigint>, amount: bigint): Credit[] {
  const weighing = [...weights].filter(([, weight]) => weight > 0n);
  // Most paths have one channel: it takes all, whatever it weighs.
  if (weighing.length === 1) return [{ channel: weighing[0]?.[0] as number, amount }];
  const shares = split(
    amount,
    weighing.map(([, weight]) => weight),
  );
  return weighing.map(([channel], index) => ({ channel, amount: shares[index] as bigint }));
}
