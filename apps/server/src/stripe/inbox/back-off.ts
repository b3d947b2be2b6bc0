import { minuteMs } from '../../platform/index.ts';

const firstMs = 1000;
const longestMs = 6 * 60 * minuteMs;

/**
 * How long a failed event rests: from about a second, doubling, to about six hours. Half of it is chance, so that events
 * that failed together (a program's missing policy, a database that was away) do not all come again together.
 */
export function backOffMs(attempts: number, chance: () => number = Math.random): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempts, 30));
  return Math.round(full / 2 + (chance() * full) / 2);
}
