-- What a program owes for a week. Takes no lock on existing tables: everything here is new.

-- The last number of each month. Its row is locked until the invoice is in: numbers have no gaps.
create table invoice_counters (
  workspace_id integer not null references workspaces,
  month text not null,
  last integer not null,
  primary key (workspace_id, month)
);

-- The document as it was sent. Its lines are the entries of its ledger transaction; its sums are theirs.
create table invoices (
  workspace_id integer not null,
  program_id integer not null,
  id bigint generated always as identity,
  number text not null,
  -- Monday 00:00 UTC, and the Monday after
  period_start timestamptz not null,
  period_end timestamptz not null,
  currency text not null,
  ledger_transaction_id bigint not null,
  commission_minor bigint not null,
  fee_minor bigint not null,
  -- what the invoice before was below zero
  carried_minor bigint not null check (carried_minor <= 0),
  total_minor bigint not null generated always as (commission_minor + fee_minor + carried_minor) stored,
  issued_at timestamptz not null,
  due_at timestamptz not null,
  primary key (workspace_id, id),
  unique (id),
  unique (workspace_id, number),
  -- a week is billed once a currency, however often and wherever the run runs
  unique (workspace_id, program_id, period_start, currency),
  foreign key (workspace_id, program_id) references programs,
  foreign key (workspace_id, ledger_transaction_id) references ledger_transactions
);
create trigger invoices_immutable before update or delete or truncate on invoices
  for each statement execute function refuse_change();

create table invoice_payments (
  workspace_id integer not null,
  invoice_id bigint not null,
  paid_at timestamptz not null,
  reference text,
  recorded_by text not null,
  recorded_at timestamptz not null,
  primary key (workspace_id, invoice_id),
  foreign key (workspace_id, invoice_id) references invoices
);
create trigger invoice_payments_immutable before update or delete or truncate on invoice_payments
  for each statement execute function refuse_change();

create table invoice_reminders (
  workspace_id integer not null,
  invoice_id bigint not null,
  overdue_at timestamptz not null,
  primary key (workspace_id, invoice_id),
  foreign key (workspace_id, invoice_id) references invoices
);
