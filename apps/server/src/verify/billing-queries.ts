import { statement } from '../platform/index.ts';
import type { RowCheck } from './row-check.ts';

// Invoices and payouts held against the entries that they are made of.

const check = (name: RowCheck['check'], about: string, text: string): RowCheck => ({
  check: name,
  statement: statement(`verify.${about}`, text),
});

export const billingChecks: readonly RowCheck[] = [
  check(
    'invoices',
    'invoices',
    `select 'invoice ' || i.number as what, case
       when t.kind is distinct from 'invoice' then 'its entries are not there'
       when i.commission_minor <> e.commission then 'its commissions are ' || e.commission || ' by its entries'
       when i.fee_minor <> e.fee then 'its fee is ' || e.fee || ' by its entries'
       when i.carried_minor <> i.carried then 'it should carry over ' || i.carried
       when i.is_odd_week then 'its week is none'
       else 'its currency or program is not that of its entries' end as why
     from (
       select *, coalesce(least(lag(total_minor) over of_currency, 0), 0) as carried,
         extract(isodow from period_start at time zone 'UTC') <> 1
           or period_start <> date_trunc('day', period_start at time zone 'UTC') at time zone 'UTC'
           or period_end <> period_start + interval '168 hours' or due_at <> issued_at + interval '168 hours' as is_odd_week
       from invoices where workspace_id = $1
       window of_currency as (partition by program_id, currency order by period_start)
     ) i
     left join ledger_transactions t on t.workspace_id = i.workspace_id and t.id = i.ledger_transaction_id
     left join lateral (
       select coalesce(-sum(amount_minor) filter (where account = 'partner_invoiced'), 0) as commission,
         coalesce(-sum(amount_minor) filter (where account = 'fee_invoiced'), 0) as fee,
         bool_or(e.currency <> i.currency or e.program_id <> i.program_id) as is_other
       from ledger_entries e where e.workspace_id = i.workspace_id and e.transaction_id = i.ledger_transaction_id
     ) e on true
     where t.kind is distinct from 'invoice' or i.commission_minor <> e.commission or i.fee_minor <> e.fee
       or i.carried_minor <> i.carried or i.is_odd_week or e.is_other is not false
     order by i.id limit 1`,
  ),
  check(
    'invoices',
    'invoice_numbers',
    `select 'invoices of ' || coalesce(c.month, n.month) as what,
       'their numbers are not 1 to ' || coalesce(c.last, 0) as why
     from (select * from invoice_counters where workspace_id = $1) c
     full join (
       select substr(number, 5, 7) as month, count(*) as count, min(substr(number, 13)::integer) as first,
         max(substr(number, 13)::integer) as last
       from invoices where workspace_id = $1 group by 1
     ) n on n.month = c.month
     where c.last is distinct from n.count or n.first <> 1 or n.last <> n.count
     order by 1 limit 1`,
  ),
  check(
    'invoices',
    'billed_once',
    `select 'ledger transaction ' || t.id as what, 'no invoice tells of it' as why
     from ledger_transactions t
     where t.workspace_id = $1 and t.kind = 'invoice'
       and not exists (select from invoices i where i.workspace_id = $1 and i.ledger_transaction_id = t.id)
     order by t.id limit 1`,
  ),
  check(
    'invoices',
    'settled_fees',
    `select 'program ' || coalesce(e.program_id, i.program_id) as what,
       'fees of ' || coalesce(i.minor, 0) || ' were settled by its invoices, but its entries say ' || coalesce(e.minor, 0) as why
     from (
       select program_id, currency, -sum(amount_minor) as minor from ledger_entries
       where workspace_id = $1 and account = 'fee_paid' group by program_id, currency
     ) e
     full join (
       select i.program_id, i.currency, sum(i.fee_minor) as minor from invoices i
       where i.workspace_id = $1 and (i.total_minor <= 0 or exists (
         select from invoice_payments p where p.workspace_id = $1 and p.invoice_id = i.id))
       group by i.program_id, i.currency
     ) i on i.program_id = e.program_id and i.currency = e.currency
     where coalesce(e.minor, 0) <> coalesce(i.minor, 0) order by 1 limit 1`,
  ),
  check(
    'payouts',
    'payouts',
    `select 'payout batch ' || coalesce(p.batch_id, e.batch_id) as what,
       'partner ' || coalesce(p.partner_id, e.partner_id) || ' has ' || coalesce(p.amount_minor, 0)
         || ' in it, but ' || coalesce(e.minor, 0) || ' was set apart' as why
     from (
       select p.batch_id, p.partner_id, p.amount_minor, b.currency from payouts p
       join payout_batches b on b.workspace_id = p.workspace_id and b.id = p.batch_id
       where p.workspace_id = $1
     ) p
     full join (
       select b.id as batch_id, e.partner_id, e.currency, -sum(e.amount_minor) as minor
       from payout_batches b
       join ledger_entries e on e.workspace_id = b.workspace_id and e.transaction_id = b.ledger_transaction_id
       where b.workspace_id = $1 and e.account = 'partner_payout' group by 1, 2, 3
     ) e on e.batch_id = p.batch_id and e.partner_id = p.partner_id and e.currency = p.currency
     where coalesce(p.amount_minor, 0) <> coalesce(e.minor, 0) order by 1 limit 1`,
  ),
  check(
    'payouts',
    'payout_results',
    `select 'partner ' || coalesce(e.partner_id, p.partner_id) || ' of program ' || coalesce(e.program_id, p.program_id) as what,
       coalesce(e.account, p.account) || ' is ' || coalesce(e.minor, 0) || ', but payouts of ' || coalesce(p.minor, 0)
         || ' stand there' as why
     from (
       select program_id, partner_id, currency, account, -sum(amount_minor) as minor from ledger_entries
       where workspace_id = $1 and account in ('partner_payout', 'partner_paid')
       group by 1, 2, 3, 4 having sum(amount_minor) <> 0
     ) e
     full join (
       select p.program_id, p.partner_id, b.currency,
         case r.result when 'completed' then 'partner_paid' else 'partner_payout' end as account, sum(p.amount_minor) as minor
       from payouts p
       join payout_batches b on b.workspace_id = p.workspace_id and b.id = p.batch_id
       left join payout_results r on r.workspace_id = p.workspace_id and r.payout_id = p.id
       where p.workspace_id = $1 and r.result is distinct from 'failed' and not exists (
         select from payout_batch_steps s
         where s.workspace_id = p.workspace_id and s.batch_id = p.batch_id and s.step = 'rejected')
       group by 1, 2, 3, 4
     ) p on p.program_id = e.program_id and p.partner_id = e.partner_id and p.currency = e.currency
       and p.account = e.account
     where coalesce(e.minor, 0) <> coalesce(p.minor, 0) order by 1 limit 1`,
  ),
  check(
    'payouts',
    'second_person',
    `select 'payout batch ' || b.id as what, 'whoever made it approved it' as why
     from payout_batches b join payout_batch_steps s on s.workspace_id = b.workspace_id and s.batch_id = b.id
     where b.workspace_id = $1 and s.step = 'approved' and s.done_by = b.created_by
     order by b.id limit 1`,
  ),
];
