import type { Currency } from '../../money/index.ts';
import { type Sql, statement } from '../../platform/index.ts';

export interface StatementKey {
  workspaceId: number;
  programId: number;
  partnerId: number;
  from: Date;
  before: Date;
}

// What is owed grows by what is earned and shrinks by what is paid: two accounts say all of it.
// The currencies of a program are few: found one after the other, each by one look into the index, they lead it to the
// partner's own entries.
const currencies = `
  array(
    with recursive seen as (
      (select currency from ledger_entries where workspace_id = $1 and program_id = $2 and account = 'commission_expense'
       order by currency limit 1)
      union all
      select (select e.currency from ledger_entries e
        where e.workspace_id = $1 and e.program_id = $2 and e.account = 'commission_expense' and e.currency > seen.currency
        order by e.currency limit 1)
      from seen where seen.currency is not null
    )
    select currency from seen where currency is not null
  )`;

const openings = statement(
  'billing.sum_owed_before',
  `select currency, sum(amount_minor)::bigint as minor
   from ledger_entries
   where workspace_id = $1 and program_id = $2 and partner_id = $3 and account in ('commission_expense', 'partner_paid')
     and currency = any(${currencies}) and posted_at < $4
   group by currency order by currency`,
);

export function sumOwedBefore(sql: Sql, key: StatementKey): Promise<{ currency: Currency; minor: bigint }[]> {
  return sql.query(openings, [key.workspaceId, key.programId, key.partnerId, key.from]);
}

export interface MovementRow {
  at: Date;
  isPaid: boolean;
  currency: Currency;
  minor: bigint;
  commissionId: bigint | null;
  transactionId: string | null;
}

// A payout is one line, however many commissions it pays.
const movements = statement(
  'billing.list_partner_movements',
  `select min(e.posted_at) as at, e.account = 'partner_paid' as "isPaid", e.currency, sum(e.amount_minor)::bigint as minor,
     case when e.account = 'partner_paid' then null else max(e.commission_id) end as "commissionId",
     case when e.account = 'partner_paid' then null else max(p.transaction_id) end as "transactionId"
   from ledger_entries e left join payments p on p.workspace_id = e.workspace_id and p.id = e.payment_id
   where e.workspace_id = $1 and e.program_id = $2 and e.partner_id = $3
     and e.account in ('commission_expense', 'partner_paid') and e.currency = any(${currencies}) and e.posted_at >= $4 and e.posted_at < $5
   group by e.account, e.currency, e.transaction_id,
     case when e.account = 'partner_paid' then null else e.commission_id end
   having sum(e.amount_minor) <> 0
   order by min(e.posted_at), min(e.id)`,
);

export function listMovements(sql: Sql, key: StatementKey): Promise<MovementRow[]> {
  return sql.query(movements, [key.workspaceId, key.programId, key.partnerId, key.from, key.before]);
}

const nameOf = statement(
  'billing.find_partner_name',
  'select name from partners where workspace_id = $1 and id = $2',
);

export async function findPartnerName(sql: Sql, workspaceId: number, partnerId: number): Promise<string> {
  const [row] = await sql.query<{ name: string }>(nameOf, [workspaceId, partnerId]);
  return row?.name ?? '';
}
