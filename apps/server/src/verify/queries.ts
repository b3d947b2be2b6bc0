import type { Basis, BookedCommission } from '../commissions/index.ts';
import type { PaymentBalance } from '../ledger/index.ts';
import type { Currency } from '../money/index.ts';
import type { PaymentStanding } from '../payments/index.ts';
import { type Sql, statement } from '../platform/index.ts';
import type { RowCheck } from './row-check.ts';

/** Something that is wrong, found by a statement: what it is about, and why. */
export interface FoundRow {
  what: string;
  why: string;
}

/** What runs for the fees, held against the entries that it runs along. */
export const revenueCheck = statement(
  'verify.revenue',
  `select 'program ' || program_id as what, 'its revenue of fees says ' || coalesce(r.minor, 0) || ' ' || currency
     || ' at ' || trim_scale(usd_rate) || ', but its entries ' || coalesce(e.minor, 0) as why
   from (
     select e.program_id, e.currency, case when e.currency = 'USD' then 1 else f.usd_rate end as usd_rate,
       -sum(e.amount_minor) as minor
     from ledger_entries e
     left join fees f on e.currency <> 'USD' and f.workspace_id = e.workspace_id and f.payment_id = e.payment_id
     where e.workspace_id = $1 and e.account = 'revenue_attributed' and (e.currency = 'USD' or f.usd_rate is not null)
     group by 1, 2, 3
   ) e
   full join (
     select program_id, currency, usd_rate, sum(minor) as minor
     from (
       select program_id, currency, usd_rate, minor from revenue_sums where workspace_id = $1
       union all select program_id, currency, usd_rate, minor from revenue_deltas where workspace_id = $1
     ) as parts
     group by 1, 2, 3
   ) r using (program_id, currency, usd_rate)
   where coalesce(e.minor, 0) <> coalesce(r.minor, 0) order by program_id limit 1`,
);

export const rowChecks: readonly RowCheck[] = [
  {
    check: 'transactions',
    statement: statement(
      'verify.transactions',
      `select 'ledger transaction ' || transaction_id as what,
         'its entries sum to ' || sum(amount_minor) || ' ' || currency || ', not to 0' as why
       from ledger_entries where workspace_id = $1
       group by transaction_id, currency having sum(amount_minor) <> 0 order by transaction_id limit 1`,
    ),
  },
  {
    check: 'entries',
    statement: statement(
      'verify.entries',
      // Found first and put into order after: asked for the first by id alone, PostgreSQL follows the ids and looks up three
      // rows for each of them, which takes five times as long.
      `with wrong as materialized (
       select e.id, 'ledger entry ' || e.id as what, case
         when (e.program_id, e.posted_at) is distinct from (t.program_id, t.posted_at)
           or (e.payment_id is distinct from t.payment_id and t.kind not in ('invoice', 'payout')) then 'it is not of its transaction ' || e.transaction_id
         when e.payment_id is not null and p.id is null then 'its payment ' || e.payment_id || ' is not there'
         when e.account not in ('customer_receipts', 'revenue_attributed', 'revenue_organic', 'fee_expense', 'fee_payable')
           and e.commission_id is null then 'it is of no commission'
         else 'it is not of its commission ' || e.commission_id end as why
       from ledger_entries e
       left join ledger_transactions t on t.workspace_id = e.workspace_id and t.id = e.transaction_id
       left join payments p on p.workspace_id = e.workspace_id and p.id = e.payment_id
       left join commissions c on c.workspace_id = e.workspace_id and c.id = e.commission_id
       where e.workspace_id = $1 and (
         (e.program_id, e.posted_at) is distinct from (t.program_id, t.posted_at)
         or (e.payment_id is distinct from t.payment_id and t.kind not in ('invoice', 'payout'))
         or (e.payment_id is not null and p.id is null)
         or (e.commission_id is not null and (
           c.id is null or c.partner_id is distinct from e.partner_id or c.program_id <> e.program_id
           or c.payment_id is distinct from e.payment_id)))
       )
       select what, why from wrong order by id limit 1`,
    ),
  },
  {
    check: 'commissions',
    statement: statement(
      'verify.commissions',
      `select 'commission ' || c.id as what, case
         when v.id is null then 'its policy is not there'
         when c.program_id <> v.program_id or c.type <> v.type or c.approval <> v.approval
           then 'its type is not that of policy ' || c.policy_id
         when p.id is not null and c.earned_at <> p.occurred_at then 'it was not earned when payment ' || p.id || ' was made'
         when p.id is not null and c.customer_id is distinct from p.customer_id
           then 'its customer is not that of payment ' || p.id
         when c.payment_id is null and not (c.type = 'cpc' and c.amount_minor = v.fixed_minor
           or c.type = 'cpl' and c.amount_minor <= v.fixed_minor) then 'its amount is not that of policy ' || c.policy_id
         when c.hold_until <> coalesce(greatest(r.held, due.at), due.at) then 'its hold is not that of its policy and verdicts'
         else 'its verdict is not the last that was given' end as why
       from commissions c
       left join policies v on v.workspace_id = c.workspace_id and v.id = c.policy_id
       left join payments p on p.workspace_id = c.workspace_id and p.id = c.payment_id
       left join lateral (
         select max(hold_until) as held,
           (array_agg(verdict order by id desc) filter (where verdict <> 'held'))[1] as verdict
         from commission_reviews r where r.workspace_id = c.workspace_id and r.commission_id = c.id
       ) r on true
       left join lateral (select c.earned_at + v.hold_period_days * interval '24 hours' as at) due on true
       where c.workspace_id = $1 and (
         v.id is null or c.program_id <> v.program_id or c.type <> v.type or c.approval <> v.approval
         or (p.id is not null and c.superseded_at is null
           and (c.earned_at <> p.occurred_at or c.customer_id is distinct from p.customer_id))
         or (c.payment_id is null and not (c.type = 'cpc' and c.amount_minor = v.fixed_minor
           or c.type = 'cpl' and c.amount_minor <= v.fixed_minor))
         or c.hold_until <> coalesce(greatest(r.held, due.at), due.at)
         or (c.rejected_at is not null) <> (coalesce(r.verdict, '') = 'rejected')
         or (c.approved_at is not null) <> (coalesce(r.verdict, '') = 'approved'))
       order by c.id limit 1`,
    ),
  },
  {
    check: 'commissions',
    statement: statement(
      'verify.commissions_without_payment',
      `select 'commission ' || c.id as what,
         'its entries say ' || coalesce(e.kept, 0) || ' ' || c.currency || ', not ' ||
           case when c.rejected_at is null then c.amount_minor else 0 end as why
       from commissions c
       left join lateral (
         select sum(amount_minor) filter (where account = 'commission_expense') as kept,
           bool_and(currency = c.currency) as same
         from ledger_entries e where e.workspace_id = c.workspace_id and e.commission_id = c.id
       ) e on true
       where c.workspace_id = $1 and c.payment_id is null
         and (coalesce(e.kept, 0) <> case when c.rejected_at is null then c.amount_minor else 0 end
           or e.same is not true)
       order by c.id limit 1`,
    ),
  },
  {
    check: 'payments',
    statement: statement(
      'verify.payments',
      `select 'payment ' || p.id as what, 'its transaction id is none of its keys' as why
       from payments p
       where p.workspace_id = $1 and not exists (
         select from payment_keys k
         where k.workspace_id = p.workspace_id and k.payment_id = p.id and k.key = p.transaction_id)
         and exists (select from payment_keys k where k.workspace_id = p.workspace_id and k.payment_id = p.id)
       order by p.id limit 1`,
    ),
  },
  {
    check: 'refunds',
    statement: statement(
      'verify.refunds',
      `select 'payment ' || p.id as what, case when r.other then 'a refund of it is in another currency'
         else r.total || ' went back of ' || p.amount_minor || ' ' || p.currency end as why
       from (
         select r.payment_id, sum(r.amount_minor) as total, bool_or(r.currency <> p.currency) as other
         from refunds r join payments p on p.workspace_id = r.workspace_id and p.id = r.payment_id
         where r.workspace_id = $1 and not r.is_test and r.undone_at is null group by r.payment_id
       ) r join payments p on p.workspace_id = $1 and p.id = r.payment_id
       where r.other or r.total > p.amount_minor order by p.id limit 1`,
    ),
  },
  {
    check: 'policies',
    statement: statement(
      'verify.policies',
      `select 'policy ' || v.id as what, 'it is not what the audit log says was added' as why
       from audit_log l join policies v on v.workspace_id = l.workspace_id and v.id = (l.details ->> 'id')::integer
       where l.workspace_id = $1 and l.act = 'policy.add' and (
         (v.type, v.version, v.group_id, v.approval, v.hold_period_days, v.exclude_tax, v.exclude_shipping)
           is distinct from (l.details ->> 'type', (l.details ->> 'version')::integer,
             (l.details ->> 'group_id')::integer, l.details ->> 'approval', (l.details ->> 'hold_period_days')::integer,
             (l.details ->> 'exclude_tax')::boolean, (l.details ->> 'exclude_shipping')::boolean)
         or v.tiers <> coalesce(nullif(l.details -> 'tiers', 'null'), '[]')
         or (v.min_minor, v.max_minor, v.customer_cap_minor) is distinct from ((l.details ->> 'min_cents')::bigint,
             (l.details ->> 'max_cents')::bigint, (l.details ->> 'customer_cap_cents')::bigint)
         or (v.rate_bps, v.fixed_minor, v.duration_months, v.product_id, v.effective_from)
           is distinct from ((l.details ->> 'rate_bps')::integer, (l.details ->> 'fixed_cents')::bigint,
             (l.details ->> 'duration_months')::integer, l.details ->> 'product_id',
             (l.details ->> 'effective_from')::timestamptz))
       order by v.id limit 1`,
    ),
  },
];

const totals = statement(
  'verify.trial_balance',
  `select currency, account, sum(amount_minor)::bigint as "amountMinor", count(*) as entries
   from ledger_entries where workspace_id = $1 group by currency, account order by currency, account`,
);

export function sumAccounts(
  sql: Sql,
  workspaceId: number,
): Promise<{ currency: string; account: string; amountMinor: bigint; entries: bigint }[]> {
  return sql.query(totals, [workspaceId]);
}

/** A payment with all that its books depend on. */
export interface CheckedPayment extends PaymentStanding {
  id: bigint;
  amountMinor: bigint;
  currency: Currency;
  taxMinor: bigint;
  shippingMinor: bigint;
  source: string;
  /** Of the decision in force. */
  cause: string | null;
  credits: { partnerId: number; weight: number }[] | null;
  feeBps: number | null;
}

const page = statement(
  'verify.payments_page',
  `select p.id, p.amount_minor as "amountMinor", p.currency, p.tax_minor as "taxMinor",
     p.shipping_minor as "shippingMinor", p.source, a.cause, a.credits, coalesce(a.attributed, false) as attributed,
     f.bps as "feeBps", f.amount_minor as "feeMinor", coalesce(r.sum, 0)::bigint as "refundedMinor",
     coalesce(d.sum, 0)::bigint as "contestedMinor"
   from (
     select * from payments where workspace_id = $1 and id > $2 and program_id is not null and not is_test
     order by id limit $3
   ) p
   left join lateral (
     select attributed, cause, credits from attributions a
     where a.workspace_id = p.workspace_id and a.payment_id = p.id order by a.decision desc limit 1
   ) a on true
   left join fees f on f.workspace_id = p.workspace_id and f.payment_id = p.id
   left join lateral (
     select sum(amount_minor) from refunds r
     where r.workspace_id = p.workspace_id and r.payment_id = p.id and not r.is_test and r.undone_at is null
   ) r on true
   left join lateral (
     select sum(amount_minor) from disputes d
     where d.workspace_id = p.workspace_id and d.payment_id = p.id and d.state = 'open'
   ) d on true
   order by p.id`,
);

export function listPaymentsPage(
  sql: Sql,
  workspaceId: number,
  after: bigint,
  limit: number,
): Promise<CheckedPayment[]> {
  return sql.query(page, [workspaceId, after, limit]);
}

export interface CheckedCommission extends BookedCommission {
  paymentId: bigint;
  basis: Basis | null;
}

const commissions = statement(
  'verify.commissions_page',
  `select payment_id as "paymentId", id as "commissionId", partner_id as "partnerId", currency,
     amount_minor as "amountMinor", type, policy_id as "policyId", superseded_at is not null as "isSuperseded",
     rejected_at is not null as "isRejected", approved_at is not null as "isApproved", basis
   from commissions where workspace_id = $1 and payment_id between $2 and $3`,
);

export function listCommissionsPage(
  sql: Sql,
  workspaceId: number,
  first: bigint,
  last: bigint,
): Promise<CheckedCommission[]> {
  return sql.query(commissions, [workspaceId, first, last]);
}

// What sums to nothing is asked about one thing only: whether an approval moved it. Approvals are found by their payments, as
// a set that entries are looked up in: as a join their order is the planner's, who reads all of a workspace's transactions
// for every page, or compares each entry with each approval while he has not heard of approvals yet.
const balances = statement(
  'verify.balances_page',
  `select * from (
     select e.payment_id as "paymentId", e.account, e.partner_id as "partnerId", e.commission_id as "commissionId",
       e.currency, sum(e.amount_minor)::bigint as "amountMinor", bool_or(e.transaction_id in (
         select t.id from ledger_transactions t
         where t.workspace_id = $1 and t.payment_id between $2 and $3 and t.kind = 'approval')) as approved
     from ledger_entries e
     where e.workspace_id = $1 and e.payment_id between $2 and $3
     group by e.payment_id, e.account, e.partner_id, e.commission_id, e.currency
   ) b
   where "amountMinor" <> 0 or approved`,
);

export function listBalancesPage(
  sql: Sql,
  workspaceId: number,
  first: bigint,
  last: bigint,
): Promise<(PaymentBalance & { paymentId: bigint })[]> {
  return sql.query(balances, [workspaceId, first, last]);
}
