import type { Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import type { Account } from './accounts.ts';
import * as queries from './queries.ts';

/** Which money a sweep takes, and where to. */
export interface Sweep {
  to: ReadonlyMap<Account, Account>;
  currency: Currency;
  /** What was posted by then… */
  before: Date;
  /** …and what these transactions posted, whenever that was. */
  alsoOf: readonly bigint[];
}

/**
 * Posts one transaction that moves all that stands in some accounts of a program to others, line by line: each partner's,
 * commission's and payment's balance by itself. Set-based: a week of a large program never passes through this process.
 * Returns its id, and what was moved from each account (owed: above zero).
 */
export async function postSweep(
  trx: Transaction,
  head: queries.MovesHead,
  sweep: Sweep,
): Promise<{ id: bigint; movedMinor: ReadonlyMap<Account, bigint> }> {
  const id = await queries.insertTransactionHead(trx, head);
  const moved = await queries.insertSwept(trx, { ...head, id }, sweep);
  return { id, movedMinor: new Map(moved.map(({ account, minor }) => [account, minor])) };
}
