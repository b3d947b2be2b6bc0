import { money } from '../../shell/format.ts';

/** What some things come to, each currency by itself: they are never added up. */
export function sumsOf<Item extends { currency: string }>(
  items: readonly Item[],
  of: (item: Item) => number,
): string {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(item.currency, (sums.get(item.currency) ?? 0) + of(item));
  return [...sums].map(([currency, sum]) => money(sum, currency)).join(' + ') || '–';
}
