import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';

// A program's attributed revenue as it runs (fee-revenue.ts).

export interface ProgramKey {
  workspaceId: number;
  id: number;
}

/** What deltas change in the sum of a currency at a rate. */
export interface RevenueChange {
  currency: Currency;
  /** Decimal text. */
  usdPerUnit: string;
  beforeMinor: bigint;
  changeMinor: bigint;
}

const read = statement(
  'payments.read_revenue',
  `select t.minor as "totalMinor", d.deltas, d.currency, trim_scale(d.usd_rate)::text as "usdPerUnit",
     coalesce(s.minor, 0) as "beforeMinor", d.minor as "changeMinor"
   from (
     select coalesce((select usd_minor from revenue_totals where workspace_id = $1 and program_id = $2), 0) as minor
   ) t
   left join (
     select currency, usd_rate, sum(minor)::bigint as minor, count(*)::integer as deltas from revenue_deltas
     where workspace_id = $1 and program_id = $2 group by currency, usd_rate
   ) d on true
   left join revenue_sums s
     on s.workspace_id = $1 and s.program_id = $2 and s.currency = d.currency and s.usd_rate = d.usd_rate`,
);

/** The total, and what deltas that no sum holds yet change in it. */
export async function readRevenue(
  trx: Transaction,
  program: ProgramKey,
): Promise<{ totalMinor: bigint; deltas: number; changes: RevenueChange[] }> {
  type Row = { totalMinor: bigint; deltas: number } & RevenueChange;
  type Bare = { totalMinor: bigint; deltas: null };
  const rows = await trx.query<Row | Bare>(read, [program.workspaceId, program.id]);
  const changes = rows.filter((row): row is Row => row.deltas !== null);
  return {
    totalMinor: rows[0]?.totalMinor ?? 0n,
    deltas: changes.reduce((sum, { deltas }) => sum + deltas, 0),
    changes,
  };
}

const fold = statement(
  'payments.fold_revenue',
  `with taken as (
     delete from revenue_deltas where workspace_id = $1 and program_id = $2 returning currency, usd_rate, minor
   ), changes as (
     select currency, usd_rate, sum(minor)::bigint as minor from taken group by currency, usd_rate
   ), folded as (
     insert into revenue_sums (workspace_id, program_id, currency, usd_rate, minor)
     select $1, $2, currency, usd_rate, minor from changes
     on conflict (workspace_id, program_id, currency, usd_rate) do update
       set minor = revenue_sums.minor + excluded.minor
     returning currency, usd_rate, minor
   )
   select currency, trim_scale(usd_rate)::text as "usdPerUnit", folded.minor - changes.minor as "beforeMinor",
     changes.minor as "changeMinor"
   from folded join changes using (currency, usd_rate)`,
);

/** Moves every delta of a program into its sums, and tells what that changed. */
export function foldDeltas(trx: Transaction, program: ProgramKey): Promise<RevenueChange[]> {
  return trx.query(fold, [program.workspaceId, program.id]);
}

const save = statement(
  'payments.save_revenue_total',
  `insert into revenue_totals (workspace_id, program_id, usd_minor) values ($1, $2, $3)
   on conflict (workspace_id, program_id) do update set usd_minor = excluded.usd_minor`,
);

export async function saveTotal(trx: Transaction, program: ProgramKey, usdMinor: bigint): Promise<void> {
  await trx.query(save, [program.workspaceId, program.id, usdMinor]);
}

const unfolded = statement(
  'payments.list_unfolded_revenue',
  `select workspace_id as "workspaceId", program_id as id from revenue_deltas
   group by workspace_id, program_id having count(*) >= $1`,
);

export function listUnfolded(sql: Sql, least: number): Promise<ProgramKey[]> {
  return sql.query(unfolded, [least]);
}

const sums = statement(
  'payments.list_revenue_sums',
  `select program_id as "programId", currency, trim_scale(usd_rate)::text as "usdPerUnit", minor
   from revenue_sums where workspace_id = $1 order by program_id`,
);

export function listSums(
  trx: Transaction,
  workspaceId: number,
): Promise<{ programId: number; currency: Currency; usdPerUnit: string; minor: bigint }[]> {
  return trx.query(sums, [workspaceId]);
}

const totals = statement(
  'payments.list_revenue_totals',
  'select program_id as "programId", usd_minor as "totalMinor" from revenue_totals where workspace_id = $1 order by program_id',
);

export function listTotals(
  trx: Transaction,
  workspaceId: number,
): Promise<{ programId: number; totalMinor: bigint }[]> {
  return trx.query(totals, [workspaceId]);
}
