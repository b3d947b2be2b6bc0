-- Bounds of what a sale earns (per payment, and per customer in all), and other rates by a partner's volume.
-- Locks: adds columns without volatile defaults, which takes the table's lock for an instant; makes an index, which keeps
-- commissions from being written as long as that takes.
alter table policies
  add column min_minor bigint check (min_minor > 0),
  add column max_minor bigint check (max_minor > 0),
  add column customer_cap_minor bigint check (customer_cap_minor > 0),
  -- as on the wire: [{"from_cents":…,"rate_bps":…|"fixed_cents":…},…], from_cents rising
  add column tiers jsonb not null default '[]',
  add constraint policies_bounds check (min_minor <= max_minor);

-- serves: what a partner's payments of a month add up to
create index commissions_partner on commissions (workspace_id, partner_id, earned_at);
