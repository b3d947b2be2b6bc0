import { setTimeout } from 'node:timers/promises';
import { type ClickHouse, erasedName } from '../platform/index.ts';
import { renameSessions } from '../reports/index.ts';

const pollMs = 200;

/** The same name as PostgreSQL's `erased_name`. */
const erased = (column: string) =>
  `if(${column} = '' or startsWith(${column}, 'erased_'), ${column},
     concat('erased_', substring(lower(hex(SHA256(concat(unhex({salt:String}), ${column})))), 1, 32)))`;

/**
 * Replaces what names a person in ClickHouse's events, and takes out where exactly they were and what they read. Resolves
 * once every part is rewritten. Safe to repeat.
 */
export async function forgetEvents(
  clickhouse: ClickHouse,
  workspaceId: number,
  salt: Buffer,
  person: { visitors: readonly string[]; customerIds: readonly string[] },
): Promise<void> {
  const params = {
    workspaceId,
    visitors: person.visitors,
    renamed: person.visitors.map((visitor) => erasedName(salt, visitor)),
    customerIds: person.customerIds.map(Number),
    salt: salt.toString('hex'),
  };
  const mine = `workspace_id = {workspaceId:UInt32} and (
      visitor_id in {visitors:Array(String)} or visitor_id in {renamed:Array(String)}
      or customer_id in {customerIds:Array(UInt64)})`;
  const [count] = await clickhouse.rows<{ n: string }>(
    `select count() as n from events where ${mine}`,
    params,
  );
  // A rewrite of every part, for nothing, is left out.
  if (count?.n === '0') return;
  const blank = [
    'url',
    'path',
    'title',
    'referrer',
    'landing_page',
    'region',
    'city',
    'screen',
    'properties',
  ];
  await mutate(
    clickhouse,
    'events',
    `update visitor_id = ${erased('visitor_id')}, session_id = ${erased('session_id')},
       ${blank.map((column) => `${column} = ''`).join(', ')} where ${mine}`,
    params,
  );
  const visitors = { old: params.visitors, renamed: params.renamed };
  await renameSessions(clickhouse, workspaceId, visitors, (table, where, values) =>
    mutate(clickhouse, table, `delete where ${where}`, values),
  );
}

/** Rewrites a table's parts, and resolves when all of them are. */
async function mutate(
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
    await setTimeout(pollMs);
  }
}
