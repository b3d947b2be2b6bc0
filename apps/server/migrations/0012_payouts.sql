-- Money sent to partners. Takes no lock on existing tables: everything here is new.

-- From which balance on a partner is paid, per currency. Without a row: from the first cent.
create table payout_thresholds (
  workspace_id integer not null,
  program_id integer not null,
  currency text not null,
  threshold_minor bigint not null check (threshold_minor >= 0),
  primary key (workspace_id, program_id, currency),
  foreign key (workspace_id, program_id) references programs
);

-- Where a partner's money goes. The latest is in force; a payout names the one it was made with.
create table payout_methods (
  workspace_id integer not null,
  id bigint generated always as identity,
  partner_id integer not null,
  method text not null check (method in ('bank_transfer', 'paypal', 'stripe', 'wise')),
  details_sealed bytea not null,
  details_masked json not null,
  set_by text not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, partner_id) references partners
);
create index payout_methods_partner on payout_methods (workspace_id, partner_id, id desc);

create table payout_batches (
  workspace_id integer not null,
  program_id integer not null,
  id bigint generated always as identity,
  currency text not null,
  -- set the money apart: no other batch can take it
  ledger_transaction_id bigint not null,
  created_by text not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (id),
  foreign key (workspace_id, program_id) references programs,
  foreign key (workspace_id, ledger_transaction_id) references ledger_transactions
);
create index payout_batches_program on payout_batches (workspace_id, program_id, id desc);

-- What was decided about a batch, and when it was sent to be executed. A second person decides.
create table payout_batch_steps (
  workspace_id integer not null,
  batch_id bigint not null,
  step text not null check (step in ('approved', 'rejected', 'processing')),
  reason text,
  done_by text not null,
  done_at timestamptz not null,
  primary key (workspace_id, batch_id, step),
  foreign key (workspace_id, batch_id) references payout_batches
);
create unique index payout_batch_steps_verdict on payout_batch_steps (workspace_id, batch_id) where step in ('approved', 'rejected');

create table payouts (
  workspace_id integer not null,
  id bigint generated always as identity,
  batch_id bigint not null,
  program_id integer not null,
  partner_id integer not null,
  amount_minor bigint not null check (amount_minor > 0),
  method_id bigint not null,
  primary key (workspace_id, id),
  unique (id),
  unique (workspace_id, batch_id, partner_id),
  foreign key (workspace_id, batch_id) references payout_batches,
  foreign key (workspace_id, method_id) references payout_methods
);

create table payout_results (
  workspace_id integer not null,
  payout_id bigint not null,
  result text not null check (result in ('completed', 'failed')),
  reference text,
  reason text,
  recorded_by text not null,
  recorded_at timestamptz not null,
  primary key (workspace_id, payout_id),
  foreign key (workspace_id, payout_id) references payouts
);

create trigger payout_methods_immutable before update or delete or truncate on payout_methods
  for each statement execute function refuse_change();
create trigger payout_batches_immutable before update or delete or truncate on payout_batches
  for each statement execute function refuse_change();
create trigger payout_batch_steps_immutable before update or delete or truncate on payout_batch_steps
  for each statement execute function refuse_change();
create trigger payouts_immutable before update or delete or truncate on payouts
  for each statement execute function refuse_change();
create trigger payout_results_immutable before update or delete or truncate on payout_results
  for each statement execute function refuse_change();
