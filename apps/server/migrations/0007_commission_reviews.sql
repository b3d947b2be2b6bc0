-- What people decide about commissions, and why.
-- Locks: adds columns without defaults and replaces a view, which takes each table's lock for an instant.

-- Every verdict, for ever; the latest approval or rejection is in force.
create table commission_reviews (
  workspace_id integer not null,
  id bigint generated always as identity,
  commission_id bigint not null,
  verdict text not null check (verdict in ('approved', 'rejected', 'held')),
  reason text not null,
  -- of 'held': the hold lasts until then
  hold_until timestamptz,
  reviewed_by text not null,
  reviewed_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, commission_id) references commissions,
  check ((verdict = 'held') = (hold_until is not null))
);
-- serves: the latest verdict about a commission
create index commission_reviews_commission on commission_reviews (workspace_id, commission_id, id desc);
create trigger commission_reviews_immutable before update or delete or truncate on commission_reviews
  for each statement execute function refuse_change();

-- The verdict in force, as the books need it: what is rejected earns nothing, what is approved waits no longer.
alter table commissions
  add column approved_at timestamptz,
  add column rejected_at timestamptz,
  add constraint commissions_one_verdict check (approved_at is null or rejected_at is null);

-- Why somebody moved this money.
alter table ledger_transactions add column reason text;

-- A commission is rejected by a person as well as by a later decision. The view is changed where it stands and not
-- written anew, so that whatever else it says by now stays.
do $$
declare
  before text := pg_get_viewdef('commission_standings'::regclass);
  after text := replace(before, 'c.superseded_at IS NOT NULL',
    '(c.superseded_at IS NOT NULL OR c.rejected_at IS NOT NULL)');
begin
  if after = before then
    raise exception 'commission_standings does not say when a commission is superseded';
  end if;
  execute 'create or replace view commission_standings as ' || after;
end $$;
