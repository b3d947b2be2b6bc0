import type { Currency } from '../money/index.ts';
import { invariant, type Transaction } from '../platform/index.ts';
import * as queries from './queries.ts';
import type { Entry, LedgerTransaction } from './transaction.ts';

/** Posts one balanced transaction and returns its id; undefined when there is nothing to post. */
export async function postTransaction(
  trx: Transaction,
  transaction: LedgerTransaction,
): Promise<bigint | undefined> {
  const entries = balanced(transaction.entries);
  return entries.length === 0 ? undefined : queries.insertTransaction(trx, { ...transaction, entries });
}

/** Posts many transactions of a workspace at once, each balanced by itself; those with nothing to post are left out. */
export async function postTransactions(
  trx: Transaction,
  workspaceId: number,
  transactions: readonly Omit<LedgerTransaction, 'workspaceId' | 'reason'>[],
): Promise<void> {
  const posted = transactions
    .map((transaction) => ({ ...transaction, entries: balanced(transaction.entries) }))
    .filter(({ entries }) => entries.length > 0);
  if (posted.length > 0) await queries.insertTransactions(trx, workspaceId, posted);
}

/** The entries that move something. Throws when they do not sum to zero per currency. */
function balanced(all: readonly Entry[]): Entry[] {
  const entries = all.filter((entry) => entry.amountMinor !== 0n);
  const sums = new Map<Currency, bigint>();
  for (const entry of entries) {
    sums.set(entry.currency, (sums.get(entry.currency) ?? 0n) + entry.amountMinor);
  }
  for (const [currency, sum] of sums)
    invariant(sum === 0n, `a ledger transaction is out of balance by ${sum} ${currency}`);
  return entries;
}
