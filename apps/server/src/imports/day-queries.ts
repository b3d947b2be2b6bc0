import type { PlausibleTable } from '@headwater/contract';
import { type Sql, statement, type Transaction } from '../platform/index.ts';

/** Of a website, and a table of Plausible's. */
export interface DayPlace {
  workspaceId: number;
  websiteId: string;
  table: PlausibleTable;
}

const claimDaysOf = statement(
  'imports.claim_days',
  `with claimed as (
     insert into imported_days (workspace_id, website_id, source_table, day, import_id)
     select $1, $2, $3, day, $4 from unnest($5::date[]) as day on conflict do nothing returning day
   )
   select day::text from claimed
   union
   select day::text from imported_days
   where workspace_id = $1 and website_id = $2 and source_table = $3 and import_id = $4 and day = any($5::date[])`,
);

/** Those of the days that this import brings. */
export async function claimDays(
  trx: Transaction,
  { workspaceId, websiteId, table }: DayPlace,
  importId: bigint,
  days: readonly string[],
): Promise<Set<string>> {
  if (days.length === 0) return new Set();
  const values = [workspaceId, websiteId, table, importId, days];
  const rows = await trx.query<{ day: string }>(claimDaysOf, values);
  return new Set(rows.map(({ day }) => day));
}

export interface NewCount {
  line: number;
  day: string;
  dimensions: Record<string, string>;
  metrics: Record<string, number>;
}

const insertCountsOf = statement(
  'imports.insert_counts',
  `insert into imported_counts (workspace_id, website_id, source_table, day, line, dimensions, metrics)
   select $1, $2, $3, day, line, dimensions::json, metrics::json
   from unnest($4::date[], $5::integer[], $6::text[], $7::text[]) as told(day, line, dimensions, metrics)`,
);

export async function insertCounts(
  trx: Transaction,
  { workspaceId, websiteId, table }: DayPlace,
  counts: readonly NewCount[],
): Promise<void> {
  if (counts.length === 0) return;
  await trx.query(insertCountsOf, [
    ...[workspaceId, websiteId, table],
    counts.map(({ day }) => day),
    counts.map(({ line }) => line),
    counts.map(({ dimensions }) => JSON.stringify(dimensions)),
    counts.map(({ metrics }) => JSON.stringify(metrics)),
  ]);
}

const listCountsOf = statement(
  'imports.list_counts',
  `select day::text, line, dimensions, metrics from imported_counts
   where workspace_id = $1 and website_id = $2 and source_table = $3
     and ($4::date is null or day >= $4) and ($5::date is null or day <= $5)
     and ($6::date is null or (day, line) > ($6, $7::integer))
   order by day, line limit $8`,
);

export function listCounts(
  sql: Sql,
  { workspaceId, websiteId, table }: DayPlace,
  filter: {
    from: string | null;
    to: string | null;
    after: { day: string; line: number } | null;
    limit: number;
  },
): Promise<NewCount[]> {
  const { from, to, after, limit } = filter;
  const values = [workspaceId, websiteId, table, from, to, after?.day ?? null, after?.line ?? null, limit];
  return sql.query<NewCount>(listCountsOf, values);
}
