import type { Sql } from '../platform/index.ts';
import * as queries from './queries.ts';
import type { PaymentBalance, PostedEntry } from './transaction.ts';

/** Every entry that a payment caused, in the order of posting. */
export function listEntriesOfPayment(
  sql: Sql,
  workspaceId: number,
  paymentId: bigint,
): Promise<PostedEntry[]> {
  return queries.listEntriesOfPayment(sql, workspaceId, paymentId);
}

/** What the entries of a payment add up to, by account, partner, commission and currency. */
export function listBalancesOfPayment(
  sql: Sql,
  workspaceId: number,
  paymentId: bigint,
): Promise<PaymentBalance[]> {
  return queries.sumEntriesOfPayment(sql, workspaceId, paymentId);
}
