import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouse } from './open.ts';

const pollMs = 200;

/** Changes rows of a table (`update …` or `delete where …`), and resolves when every part that holds any is rewritten. */
export async function rewrite(
  clickhouse: ClickHouse,
  table: string,
  what: string,
  params: Record<string, unknown>,
): Promise<void> {
  await clickhouse.client.command({ query: `alter table ${table} ${what}`, query_params: params });
  for (;;) {
    const [left] = await clickhouse.rows<{ n: string; why: string }>(
      `select count() as n, any(latest_fail_reason) as why from system.mutations
       where database = {database:String} and table = {table:String} and not is_done`,
      { database: clickhouse.database, table },
    );
    if (left === undefined || left.n === '0') return;
    if (left.why !== '') throw new Error(`ClickHouse could not rewrite ${table}: ${left.why}`);
    await sleep(pollMs);
  }
}
