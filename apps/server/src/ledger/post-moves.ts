import type { Transaction } from '../platform/index.ts';
import * as queries from './queries.ts';
import type { Move } from './transaction.ts';

/** So many moves go into one statement: enough to be fast, few enough to be held in memory twice. */
const batch = 5000;

/**
 * Posts one transaction that moves money of many commissions or payments at once, and returns its id; undefined when
 * there is nothing to move. What is owed in all stays the same: each move leaves one account for another.
 */
export async function postMoves(
  trx: Transaction,
  head: queries.MovesHead,
  moves: readonly Move[],
): Promise<bigint | undefined> {
  const moving = moves.filter((move) => move.amountMinor !== 0n);
  if (moving.length === 0) return undefined;
  const id = await queries.insertTransactionHead(trx, head);
  for (let start = 0; start < moving.length; start += batch) {
    await queries.insertMoves(trx, { ...head, id }, moving.slice(start, start + batch));
  }
  return id;
}
