import type { Currency } from '../money/index.ts';
import type { Sql } from '../platform/index.ts';
import type { Account } from './accounts.ts';
import * as queries from './queries.ts';

export interface PostedEntry {
  id: bigint;
  account: Account;
  partnerId: number | null;
  amountMinor: bigint;
  currency: Currency;
  postedAt: Date;
}

/** Every entry that a payment caused, in the order of posting. */
export function listEntriesOfPayment(sql: Sql, workspaceId: number, paymentId: bigint): Promise<PostedEntry[]> {
  return queries.listEntriesOfPayment(sql, workspaceId, paymentId);
}
