-- What looks like fraud: evidence on commissions, never a verdict. Takes no lock on existing tables: all of it is new.

-- What a program wants done where a rule finds something; a rule without a row does what it does by default.
create table fraud_rules (
  workspace_id integer not null,
  program_id integer not null,
  rule text not null,
  action text not null check (action in ('off', 'note', 'hold')),
  primary key (workspace_id, program_id, rule),
  foreign key (workspace_id, program_id) references programs
);

-- A rule speaks once about a commission. A signal is dismissed, never deleted.
create table fraud_signals (
  workspace_id integer not null,
  id bigint generated always as identity,
  program_id integer not null,
  commission_id bigint not null,
  rule text not null,
  reason text not null,
  evidence jsonb not null,
  -- what the rule was to do when it found this
  action text not null check (action in ('note', 'hold')),
  found_at timestamptz not null,
  dismissed_at timestamptz,
  dismissed_by text,
  dismissal_reason text,
  primary key (workspace_id, id),
  unique (workspace_id, commission_id, rule),
  foreign key (workspace_id, program_id) references programs,
  foreign key (workspace_id, commission_id) references commissions,
  check ((dismissed_at is null) = (dismissed_by is null) and (dismissed_at is null) = (dismissal_reason is null))
);
-- serves: the list of a program's signals, newest first
create index fraud_signals_program on fraud_signals (workspace_id, program_id, id);
-- serves: the holds to be kept up
create index fraud_signals_holding on fraud_signals (workspace_id, program_id) where action = 'hold' and dismissed_at is null;
