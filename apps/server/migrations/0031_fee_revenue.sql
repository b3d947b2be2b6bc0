-- A program's attributed revenue as it runs, which a fee's free amount is compared with: what a sale costs must not grow
-- with the history before it.
-- Locks: adds up what there is with ledger_entries and fees closed to writers, once.

-- What entries changed and no sum holds yet. Rows and not a sum that is updated: sales of one program would wait for each
-- other, and most programs have no fee to wait for. Whoever decides a fee, and a job, folds them (payments/fee-revenue.ts).
create table revenue_deltas (
  workspace_id integer not null,
  program_id integer not null,
  id bigint generated always as identity,
  currency text not null,
  -- as pinned to the payment's fee; of dollars 1. What has no rate counts for nothing and stands here not at all.
  usd_rate numeric(24, 12) not null,
  minor bigint not null,
  primary key (workspace_id, program_id, id)
);

create table revenue_sums (
  workspace_id integer not null,
  program_id integer not null,
  currency text not null,
  usd_rate numeric(24, 12) not null,
  minor bigint not null,
  primary key (workspace_id, program_id, currency, usd_rate),
  foreign key (workspace_id, program_id) references programs
);

-- The sums in US cents, each rounded by itself: every day may have its rate, and they need not be read again for each sale.
create table revenue_totals (
  workspace_id integer not null,
  program_id integer not null,
  usd_minor bigint not null,
  primary key (workspace_id, program_id),
  foreign key (workspace_id, program_id) references programs
);

-- A plan of this is made once a connection, perhaps while `fees` was empty: it must not read that table whole later.
create function note_revenue() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  insert into revenue_deltas (workspace_id, program_id, currency, usd_rate, minor)
  select workspace_id, program_id, currency, usd_rate, -sum(amount_minor)
  from (
    select workspace_id, program_id, currency, amount_minor, case when currency = 'USD' then 1 else (
      select f.usd_rate from fees f where f.workspace_id = p.workspace_id and f.payment_id = p.payment_id) end as usd_rate
    from posted p where account = 'revenue_attributed'
  ) as revenue
  where usd_rate is not null
  group by workspace_id, program_id, currency, usd_rate having sum(amount_minor) <> 0;
  return null;
end $$;

-- Revenue that was booked before its payment had a fee: a later decision brings both.
create function note_pinned_revenue() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  insert into revenue_deltas (workspace_id, program_id, currency, usd_rate, minor)
  select workspace_id, program_id, currency, new.usd_rate, -sum(amount_minor)
  from ledger_entries
  where workspace_id = new.workspace_id and payment_id = new.payment_id and account = 'revenue_attributed'
    and currency <> 'USD'
  group by workspace_id, program_id, currency having sum(amount_minor) <> 0;
  return null;
end $$;

lock table ledger_entries, fees in share row exclusive mode;
insert into revenue_deltas (workspace_id, program_id, currency, usd_rate, minor)
select e.workspace_id, e.program_id, e.currency, case when e.currency = 'USD' then 1 else f.usd_rate end, -sum(e.amount_minor)
from ledger_entries e left join fees f on f.workspace_id = e.workspace_id and f.payment_id = e.payment_id
where e.account = 'revenue_attributed' and (e.currency = 'USD' or f.usd_rate is not null)
group by 1, 2, 3, 4 having sum(e.amount_minor) <> 0;
create trigger note_revenue after insert on ledger_entries
  referencing new table as posted for each statement execute function note_revenue();
create trigger note_pinned_revenue after insert on fees
  for each row when (new.usd_rate is not null) execute function note_pinned_revenue();
