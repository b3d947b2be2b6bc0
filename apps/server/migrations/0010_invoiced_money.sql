-- Money that a program was billed for, and money that is on its way to a partner.
-- Locks: replaces a view, which takes its lock for an instant.

-- In a commission's life: pending → approved → invoiced → in a payout → paid. What a refund takes back of money that was
-- billed already stands as a debit in approved: the next invoice credits it. A dispute holds it the same way.
create or replace view commission_standings as
select c.workspace_id, c.id,
  coalesce(e.pending, 0)::bigint as pending_minor,
  coalesce(e.approved, 0)::bigint as approved_minor,
  coalesce(e.paid, 0)::bigint as paid_minor,
  (c.amount_minor - coalesce(e.kept, 0))::bigint as reversed_minor,
  case
    when c.superseded_at is not null or c.rejected_at is not null then 'rejected'
    when coalesce(e.kept, 0) = 0 then 'reversed'
    when coalesce(e.disputed, 0) > 0 then 'disputed'
    when coalesce(e.kept, 0) < c.amount_minor then 'refunded'
    when coalesce(e.paid, 0) > 0 then 'paid'
    when coalesce(e.invoiced, 0) > 0 or coalesce(e.payout, 0) > 0 then 'invoiced'
    when coalesce(e.approved, 0) > 0 then 'approved'
    else 'pending'
  end as status,
  coalesce(e.disputed, 0)::bigint as disputed_minor,
  coalesce(e.invoiced, 0)::bigint as invoiced_minor,
  coalesce(e.payout, 0)::bigint as payout_minor
from commissions c
left join lateral (
  select
    -sum(amount_minor) filter (where account = 'partner_pending') as pending,
    -sum(amount_minor) filter (where account = 'partner_approved') as approved,
    -sum(amount_minor) filter (where account = 'partner_invoiced') as invoiced,
    -sum(amount_minor) filter (where account = 'partner_payout') as payout,
    -sum(amount_minor) filter (where account = 'partner_paid') as paid,
    -sum(amount_minor) filter (where account = 'partner_disputed') as disputed,
    -sum(amount_minor) filter (where account in ('partner_pending', 'partner_approved', 'partner_invoiced',
      'partner_payout', 'partner_paid', 'partner_disputed')) as kept
  from ledger_entries e
  where e.workspace_id = c.workspace_id and e.commission_id = c.id
) e on true;
