import { type ClickHouse, erasedName, rewrite } from '../platform/index.ts';
import { renameSessions } from '../reports/index.ts';

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
  await rewrite(
    clickhouse,
    'events',
    `update visitor_id = ${erased('visitor_id')}, session_id = ${erased('session_id')},
       ${blank.map((column) => `${column} = ''`).join(', ')} where ${mine}`,
    params,
  );
  const visitors = { old: params.visitors, renamed: params.renamed };
  await renameSessions(clickhouse, workspaceId, visitors, (table, where, values) =>
    rewrite(clickhouse, table, `delete where ${where}`, values),
  );
}
