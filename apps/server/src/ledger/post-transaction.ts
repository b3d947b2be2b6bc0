import type { Currency } from '../money/index.ts';
import { invariant, type Transaction } from '../platform/index.ts';
import * as queries from './queries.ts';
import type { LedgerTransaction } from './transaction.ts';

/** Posts one balanced transaction and returns its id; undefined when there is nothing to post. */
export async function postTransaction(
  trx: Transaction,
  transaction: LedgerTransaction,
): Promise<bigint | undefined> {
  const entries = transaction.entries.filter((entry) => entry.amountMinor !== 0n);
  if (entries.length === 0) return undefined;
  const sums = new Map<Currency, bigint>();
  for (const entry of entries) {
    sums.set(entry.currency, (sums.get(entry.currency) ?? 0n) + entry.amountMinor);
  }
  for (const [currency, sum] of sums)
    invariant(sum === 0n, `a ledger transaction is out of balance by ${sum} ${currency}`);
  return queries.insertTransaction(trx, { ...transaction, entries });
}
