-- Dated exchange rates, and which one a fee was decided with.
-- Locks: adds columns without defaults, which takes the table's lock for an instant.

create table fx_rates (
  workspace_id integer not null references workspaces,
  currency text not null,
  as_of date not null,
  -- how many dollars one unit (not one minor unit) is worth
  usd_per_unit numeric(24, 12) not null check (usd_per_unit > 0),
  imported_by text not null,
  imported_at timestamptz not null,
  primary key (workspace_id, currency, as_of)
);

-- Pinned: a rate that is imported again later changes no fee, and not what the revenue before a fee is reckoned to be.
alter table fees add column usd_rate numeric(24, 12), add column rate_date date,
  add constraint fees_rate_dated check ((usd_rate is null) = (rate_date is null));
