import type { RuleModel } from '@headwater/contract';
import { distinctChannels, type Path } from './path.ts';
import { creditByRule } from './rules.ts';

/** A payment counts as so many parts, so that parts of payments add up to whole ones. */
export const paymentParts = 1_000_000n;

/** What a model gives each channel. */
export interface Tally {
  revenue: bigint[];
  /** In parts of a payment: {@link paymentParts} are one. */
  payments: bigint[];
}

export function emptyTally(channels: number): Tally {
  return {
    revenue: new Array<bigint>(channels).fill(0n),
    payments: new Array<bigint>(channels).fill(0n),
  };
}

/**
 * Credits `count` payments of one amount, that came by equal paths, under each rule. Each payment is split by itself, so
 * that what a channel gets is the sum of what single payments give it.
 */
export function tallyByRules(
  tallies: ReadonlyMap<RuleModel, Tally>,
  path: Path,
  amount: bigint,
  count: bigint,
): void {
  const [only, ...others] = distinctChannels(path.channels);
  for (const [model, tally] of tallies) {
    if (others.length === 0) {
      give(tally.revenue, only as number, amount * count);
      give(tally.payments, only as number, paymentParts * count);
      continue;
    }
    for (const credit of creditByRule(model, path, amount)) {
      give(tally.revenue, credit.channel, credit.amount * count);
    }
    for (const credit of creditByRule(model, path, paymentParts)) {
      give(tally.payments, credit.channel, credit.amount * count);
    }
  }
}

function give(totals: bigint[], channel: number, amount: bigint): void {
  totals[channel] = (totals[channel] as bigint) + amount;
}
