import type { CreditModel } from '@headwater/contract';
import { creditByRule, type Path } from '../../models/index.ts';
import type { ClickHouse } from '../../platform/index.ts';
import { type Comparison, compareModels, creditByShares, isRule, type Settings } from './compare-models.ts';
import type { PathScope } from './path-scope.ts';
import { type PaymentPath, readPaymentPaths, readValues } from './read-paths.ts';

/** A payment of which two models give a channel different parts. */
export interface Move extends PaymentPath {
  from: bigint;
  to: bigint;
}

export interface Explanation {
  values: readonly string[];
  /** What the two models give the channel. */
  from: bigint;
  to: bigint;
  /** Of all payments together, on every page. */
  moved: { payments: number; amount: bigint };
  /** The biggest first; one more than `limit` where there are more. */
  moves: Move[];
}

/** Where a page begins: behind the move of this size and payment. */
export interface After {
  size: bigint;
  paymentId: bigint;
}

/**
 * Which payments make the difference between two models for one channel. Only payments with the channel on their path
 * can, as no rule gives anything to others. Reads every one of them for each page and keeps the page's.
 */
export async function explainMoves(
  clickhouse: ClickHouse,
  scope: PathScope,
  asked: { key: string; from: CreditModel; to: CreditModel; limit: number; after: After | undefined },
  settings: Omit<Settings, 'models'>,
): Promise<Explanation> {
  const values = await readValues(clickhouse, scope);
  const channel = values.indexOf(asked.key) + 1;
  const moved = { payments: 0, amount: 0n };
  // No touch came through it: no model gives it anything.
  if (channel === 0) return { values, from: 0n, to: 0n, moved, moves: [] };
  const models = [asked.from, asked.to];
  const comparison = await compareModels(clickhouse, scope, { ...settings, models }, values);
  const given = (model: CreditModel) => comparison.tallies.get(model)?.revenue[channel] ?? 0n;
  const page = createPage(asked.limit + 1);
  for await (const payment of readPaymentPaths(clickhouse, scope, values, channel)) {
    const from = creditOf(asked.from, payment, channel, comparison);
    const to = creditOf(asked.to, payment, channel, comparison);
    if (from === to) continue;
    moved.payments += 1;
    moved.amount += to - from;
    const move = { ...payment, from, to };
    if (asked.after === undefined || isBehind(move, asked.after)) page.offer(move);
  }
  return { values, from: given(asked.from), to: given(asked.to), moved, moves: page.moves };
}

function creditOf(
  model: CreditModel,
  { path, amount }: { path: Path; amount: bigint },
  channel: number,
  { removal }: Comparison,
): bigint {
  const credits = isRule(model)
    ? creditByRule(model, path, amount)
    : creditByShares(model, path, amount, removal);
  return credits.find((credit) => credit.channel === channel)?.amount ?? 0n;
}

export function sizeOf({ from, to }: Pick<Move, 'from' | 'to'>): bigint {
  return to > from ? to - from : from - to;
}

function isBehind(move: Move, { size, paymentId }: After): boolean {
  const own = sizeOf(move);
  return own === size ? move.paymentId > paymentId : own < size;
}

/** The first few of many in order: the biggest first, the earlier payment first among equal ones. */
function createPage(length: number): { moves: Move[]; offer(move: Move): void } {
  const moves: Move[] = [];
  return {
    moves,
    offer(move) {
      const after = { size: sizeOf(move), paymentId: move.paymentId };
      const place = moves.findIndex((one) => isBehind(one, after));
      if (place === -1 && moves.length >= length) return;
      moves.splice(place === -1 ? moves.length : place, 0, move);
      if (moves.length > length) moves.pop();
    },
  };
}
