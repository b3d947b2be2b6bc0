import type { Currency } from '../../money/index.ts';
import { type Sql, statement } from '../../platform/index.ts';
import type { ProgramKey } from '../invoices/queries.ts';
import { invoiceRows } from '../invoices/read-queries.ts';
import { perCommission } from '../payouts/queries.ts';

// Sums by currency and by the day of their facts: as coarse as a conversion by dated rates can be. A commission's day is that
// of its payment, wherever its money stands by now: moved from one account to another it is worth the same.

export interface FigureRow {
  figure: string;
  currency: Currency;
  /** YYYY-MM-DD */
  day: string;
  minor: bigint;
  pinned: string | null;
}

const dayOf = (instant: string) => `(${instant} at time zone 'UTC')::date::text`;

const balances = statement(
  'billing.sum_balances_by_day',
  `with per_commission as (
     ${perCommission} and ($3::integer is null or partner_id = $3) group by partner_id, currency, commission_id
   )
   select f.figure, b.currency, ${dayOf('c.earned_at')} as day, sum(f.minor)::bigint as minor, null as pinned
   from per_commission b
   join commissions c on c.workspace_id = $1 and c.id = b.commission_id
   cross join lateral (values ('pending', pending), ('disputed', disputed), ('approved', greatest(approved, 0)),
     ('available', invoiced + least(approved, 0)), ('processing', payout), ('paid', paid)) as f(figure, minor)
   group by 1, 2, 3 having sum(f.minor) <> 0 order by 2, 3`,
);

/** What partners have, or one of them. */
export function sumBalances(sql: Sql, program: ProgramKey, partnerId: number | null): Promise<FigureRow[]> {
  return sql.query(balances, [program.workspaceId, program.programId, partnerId]);
}

const revenue = statement(
  'billing.sum_revenue_by_day',
  `select e.account as figure, e.currency, ${dayOf('p.occurred_at')} as day, -sum(e.amount_minor)::bigint as minor,
     trim_scale(f.usd_rate)::text as pinned
   from ledger_entries e
   join payments p on p.workspace_id = e.workspace_id and p.id = e.payment_id
   left join fees f on f.workspace_id = e.workspace_id and f.payment_id = e.payment_id
   where e.workspace_id = $1 and e.program_id = $2 and e.account in ('revenue_attributed', 'revenue_organic')
   group by 1, 2, 3, 5 having sum(e.amount_minor) <> 0 order by 2, 3`,
);

/** What was received, less what went back; with the rate that a fee was decided by. */
export function sumRevenue(sql: Sql, program: ProgramKey): Promise<FigureRow[]> {
  return sql.query(revenue, [program.workspaceId, program.programId]);
}

const invoices = statement(
  'billing.sum_invoices_by_day',
  `select 'invoices_' || i.status as figure, i.currency, ${dayOf('i."issuedAt"')} as day,
     sum(i."totalMinor")::bigint as minor, null as pinned
   from (${invoiceRows} where i.workspace_id = $1 and i.program_id = $2) i
   where i.status in ('open', 'overdue', 'paid')
   group by 1, 2, 3 order by 2, 3`,
);

/** What was billed, by what became of it. What was carried over stands in the invoice that took it off. */
export function sumInvoices(sql: Sql, program: ProgramKey): Promise<FigureRow[]> {
  return sql.query(invoices, [program.workspaceId, program.programId]);
}

const movements = statement(
  'billing.sum_movements_by_day',
  `select case when e.posted_at < $4 then 'opening' when e.account = 'partner_paid' then 'paid'
       when e.amount_minor < 0 then 'reversed' else 'earned' end as figure,
     e.currency, ${dayOf('c.earned_at')} as day, sum(e.amount_minor)::bigint as minor, null as pinned
   from ledger_entries e join commissions c on c.workspace_id = e.workspace_id and c.id = e.commission_id
   where e.workspace_id = $1 and e.program_id = $2 and e.partner_id = $3
     and e.account in ('commission_expense', 'partner_paid') and e.posted_at < $5
   group by 1, 2, 3 having sum(e.amount_minor) <> 0 order by 2, 3`,
);

/** What a statement of a partner adds up. */
export function sumMovements(
  sql: Sql,
  program: ProgramKey,
  partnerId: number,
  from: Date,
  before: Date,
): Promise<FigureRow[]> {
  return sql.query(movements, [program.workspaceId, program.programId, partnerId, from, before]);
}
