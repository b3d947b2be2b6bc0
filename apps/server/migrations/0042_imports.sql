-- History brought in from files: what was sent, how far it is, and by which keys its rows are known.
-- Locks: payments and refunds for a moment, while their triggers are replaced.

create table imports (
  workspace_id integer not null references workspaces,
  id bigint generated always as identity,
  kind text not null check (kind in ('payments', 'clicks', 'partners', 'umami', 'plausible')),
  program_id integer,
  website_id text,
  file_name text,
  -- of the file, the place and the settings
  identity bytea not null,
  -- fields and columns, currency, commissions …: no value of any row
  settings json not null,
  dry_run boolean not null,
  rows integer not null,
  rows_read integer not null default 0,
  taken integer not null default 0,
  already_there integer not null default 0,
  refused integer not null default 0,
  sums json not null default '[]',
  -- the first part that is missing
  next_part integer not null default 1,
  created_by text not null,
  created_at timestamptz not null,
  done_at timestamptz,
  primary key (workspace_id, id),
  unique (id),
  check (rows_read <= rows and rows_read = taken + already_there + refused)
);

-- The same file, for the same place and under the same settings, goes on where it stopped.
create unique index imports_running on imports (workspace_id, identity) where done_at is null and not dry_run;

-- A part is taken once. Its digest tells a part that was sent again from another one under its number.
create table import_parts (
  workspace_id integer not null,
  import_id bigint not null,
  part integer not null,
  digest bytea not null,
  taken integer not null,
  already_there integer not null,
  refused json not null,
  primary key (workspace_id, import_id, part),
  foreign key (workspace_id, import_id) references imports
);

-- By what a row is known that has no key of its own among the facts: the digest of a foreign id, which names nobody. scope:
-- of which place and kind. ref: what we call the click that goes by it; of a dry run whose link a code would be.
create table import_keys (
  workspace_id integer not null,
  scope text not null,
  key bytea not null,
  ref text,
  primary key (workspace_id, scope, key)
);

-- A website's days as Plausible counted them: sums without the visitors behind them, so they stay apart from events. A day
-- of a table belongs to the import that brought it first.
create table imported_days (
  workspace_id integer not null,
  website_id text not null,
  source_table text not null,
  day date not null,
  import_id bigint not null,
  primary key (workspace_id, website_id, source_table, day),
  foreign key (workspace_id, import_id) references imports
);
create table imported_counts (
  workspace_id integer not null,
  website_id text not null,
  source_table text not null,
  day date not null,
  line integer not null,
  dimensions json not null,
  metrics json not null,
  primary key (workspace_id, website_id, source_table, day, line),
  foreign key (workspace_id, website_id, source_table, day) references imported_days
);

-- Others are told of what happens, not of a hundred thousand payments of years ago.
drop trigger tell_of_payment on payments;
create trigger tell_of_payment after insert on payments
  for each row when (not new.is_test and new.source not in ('import', 'import_owed')) execute function tell_of_payment();
drop trigger tell_of_refund on refunds;
create trigger tell_of_refund after insert on refunds
  for each row when (not new.is_test and new.payment_id is not null and new.source <> 'import')
  execute function tell_of_refund();
