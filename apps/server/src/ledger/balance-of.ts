import type { Currency } from '../money/index.ts';
import type { Sql } from '../platform/index.ts';
import type { Account } from './accounts.ts';
import * as queries from './queries.ts';

/** The balance of a program's account in minor units, by currency; debits positive. For one partner if named. */
export async function balanceOf(
  sql: Sql,
  account: { workspaceId: number; programId: number; account: Account; partnerId?: number },
): Promise<Map<Currency, bigint>> {
  const rows = await queries.sumEntries(sql, account);
  return new Map(rows.map((row) => [row.currency, row.balance]));
}
