import { type ClickHouse, rewrite, type Sql, statement } from '../platform/index.ts';

export interface Keeping {
  workspaceId: number;
  websiteId: string;
  days: number;
}

const keeping = statement(
  'retention.websites',
  `select workspace_id as "workspaceId", id as "websiteId", retention_days as days from websites
   where retention_days is not null order by workspace_id, id`,
);

/** The websites that do not keep everything for ever. */
export function listKeeping(sql: Sql): Promise<Keeping[]> {
  return sql.query(keeping);
}

// By the day on which it began; one that still goes on a day later is not over. What a payment needs of its visit is in payment_visits.
const visits = statement(
  'retention.forget_visits',
  `with old as (
     select ctid from visits
     where workspace_id = $1 and website_id = $2 and started_at < $3 and last_event_at < $3 + interval '1 day' limit $4
   ), gone as (delete from visits where ctid in (select ctid from old) returning 1)
   select count(*)::integer as n from gone`,
);

const identities = statement(
  'retention.forget_identities',
  `with old as (
     select ctid from visitor_identities where workspace_id = $1 and website_id = $2 and seen_at < $3 limit $4
   ), gone as (delete from visitor_identities where ctid in (select ctid from old) returning 1)
   select count(*)::integer as n from gone`,
);

/** Deletes up to `most` visits and as many identifications of before an instant; how many of both there were. */
export async function deleteBefore(
  sql: Sql,
  { workspaceId, websiteId }: Keeping,
  before: Date,
  most: number,
): Promise<number> {
  let gone = 0;
  for (const what of [visits, identities]) {
    const [row] = await sql.query<{ n: number }>(what, [workspaceId, websiteId, before, most]);
    gone += row?.n ?? 0;
  }
  return gone;
}

/** What is too old in ClickHouse, of some websites. */
export interface Bounds {
  workspaces: readonly number[];
  websites: readonly string[];
  /** The first day that is kept, of each of them. */
  days: readonly string[];
}

/** The day in the sort key or the partition comes as well: what lies on the other side of every bound is not read. */
const olderThanKept = (day: string) =>
  `workspace_id in {workspaces:Array(UInt32)} and website_id in {websites:Array(String)} and ${day} < {last:Date}
   and ${day} < transform(toString(website_id), {websites:Array(String)}, {days:Array(Date)}, toDate(0))`;

/** The tables that hold what visitors did, and which rows of them are too old. */
export const tooOld: readonly [table: string, where: string][] = [
  ['events', `type in ('visit', 'pageview', 'custom', 'identify') and ${olderThanKept('visit_day')}`],
  ['sessions', olderThanKept('day')],
  ['hours', olderThanKept('day')],
  // A month that is over half way is added up anew from the days of it that are kept.
  ['rollup_builds', olderThanKept('toDate(at)')],
  ['rollups', olderThanKept('toDate(at)')],
];

const paramsOf = (bounds: Bounds) => ({ ...bounds, last: [...bounds.days].sort().at(-1) });

export async function countTooOld(
  clickhouse: ClickHouse,
  table: string,
  where: string,
  bounds: Bounds,
): Promise<number> {
  const sql = `select count() as n from ${table} where ${where}`;
  const [row] = await clickhouse.rows<{ n: string }>(sql, paramsOf(bounds));
  return Number(row?.n ?? 0);
}

export async function deleteTooOld(
  clickhouse: ClickHouse,
  table: string,
  where: string,
  bounds: Bounds,
): Promise<void> {
  await rewrite(clickhouse, table, `delete where ${where}`, paramsOf(bounds));
}
