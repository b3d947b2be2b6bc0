import { type Chain, chanceOfPaying } from './chain.ts';

/**
 * What part of the payments would be lost if a channel led to nothing, for each of `count` channels, 0 to 1: the removal
 * effect of Anderl, Becker, von Wangenheim and Schumann, “Mapping the customer journey”, International Journal of
 * Research in Marketing 33 (2016). The effects add up to more than one where paths have several channels; credit is
 * given in proportion to them.
 */
export function removalEffects(chain: Chain, count: number): number[] {
  const whole = chanceOfPaying(chain);
  const present = new Set(chain.channelOf);
  return Array.from({ length: count }, (_, removed) => {
    if (whole === 0 || !present.has(removed)) return 0;
    const without = chanceOfPaying(chain, (channel) => channel !== removed);
    return Math.min(1, Math.max(0, 1 - without / whole));
  });
}
