import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';

export interface RateRow {
  currency: string;
  /** YYYY-MM-DD */
  asOf: string;
  /** Decimal text. */
  usdPerUnit: string;
}

const columns = `currency, as_of::text as "asOf", trim_scale(usd_per_unit)::text as "usdPerUnit"`;

const latest = statement(
  'rates.find_latest',
  `select ${columns} from fx_rates
   where workspace_id = $1 and currency = $2 and as_of <= $3::date and as_of > $3::date - $4::integer
   order by as_of desc limit 1`,
);

export async function findLatest(
  sql: Sql,
  workspaceId: number,
  currency: Currency,
  day: string,
  maxAgeDays: number,
): Promise<RateRow | undefined> {
  const [row] = await sql.query<RateRow>(latest, [workspaceId, currency, day, maxAgeDays]);
  return row;
}

const each = statement(
  'rates.find_each',
  `select a.currency, a.day::text, r.as_of::text as "asOf", trim_scale(r.usd_per_unit)::text as "usdPerUnit"
   from unnest($2::text[], $3::date[]) as a(currency, day)
   cross join lateral (
     select as_of, usd_per_unit from fx_rates f
     where f.workspace_id = $1 and f.currency = a.currency and f.as_of <= a.day and f.as_of > a.day - $4::integer
     order by f.as_of desc limit 1
   ) r`,
);

/** {@link findLatest} for many currencies and days; those without a rate are missing. */
export function findEach(
  sql: Sql,
  workspaceId: number,
  asked: readonly { currency: Currency; day: string }[],
  maxAgeDays: number,
): Promise<(RateRow & { day: string })[]> {
  const columns = [asked.map(({ currency }) => currency), asked.map(({ day }) => day)];
  return sql.query(each, [workspaceId, ...columns, maxAgeDays]);
}

const upsert = statement(
  'rates.upsert',
  `insert into fx_rates (workspace_id, currency, as_of, usd_per_unit, imported_by, imported_at)
   select $1, r.currency, r.as_of, r.rate, $2, $3
   from unnest($4::text[], $5::date[], $6::numeric[]) as r(currency, as_of, rate)
   on conflict (workspace_id, currency, as_of) do update
     set usd_per_unit = excluded.usd_per_unit, imported_by = excluded.imported_by, imported_at = excluded.imported_at`,
);

export async function upsertRates(
  trx: Transaction,
  by: { workspaceId: number; importedBy: string; at: Date },
  rates: readonly RateRow[],
): Promise<void> {
  await trx.query(upsert, [
    by.workspaceId,
    by.importedBy,
    by.at,
    rates.map((rate) => rate.currency),
    rates.map((rate) => rate.asOf),
    rates.map((rate) => rate.usdPerUnit),
  ]);
}

const list = statement(
  'rates.list',
  `select ${columns} from fx_rates
   where workspace_id = $1 and ($2::text is null or currency = $2) and ($3::date is null or as_of <= $3::date)
     and ($4::text is null or (as_of, currency) < ($5::date, $4))
   order by as_of desc, currency desc limit $6`,
);

export function listRates(
  sql: Sql,
  asked: {
    workspaceId: number;
    currency: string | null;
    to: string | null;
    after: { currency: string; asOf: string } | null;
    limit: number;
  },
): Promise<RateRow[]> {
  const { workspaceId, currency, to, after, limit } = asked;
  return sql.query(list, [workspaceId, currency, to, after?.currency ?? null, after?.asOf ?? null, limit]);
}

const latestOfDays = statement(
  'rates.latest_of_days',
  `select w.currency, w.day::text as day, trim_scale(r.usd_per_unit)::text as "usdPerUnit"
   from (select distinct * from unnest($2::text[], $3::date[]) as w(currency, day)) w
   join lateral (
     select usd_per_unit from fx_rates
     where workspace_id = $1 and currency = w.currency and as_of <= w.day and as_of > w.day - $4::integer
     order by as_of desc limit 1
   ) r on true`,
);

export function findLatestOfDays(
  sql: Sql,
  workspaceId: number,
  wanted: readonly { currency: string; day: string }[],
  maxAgeDays: number,
): Promise<{ currency: string; day: string; usdPerUnit: string }[]> {
  return sql.query(latestOfDays, [
    workspaceId,
    wanted.map(({ currency }) => currency),
    wanted.map(({ day }) => day),
    maxAgeDays,
  ]);
}
