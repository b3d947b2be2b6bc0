-- An integration that proves itself, and the command signing in by the browser. Takes no lock on existing tables but, for a
-- moment, on members.

-- Each run of the synthetic chain (click, lead, sale) of a program: its verdicts and how each step went. The rows that a run
-- leaves in clicks, leads and payments are tests; nothing counts them.
create table test_chains (
  workspace_id integer not null,
  id bigint generated always as identity,
  program_id integer not null,
  ran_at timestamptz not null,
  short_code text not null,
  customer_key text not null,
  click text not null check (click in ('attributed', 'unattributed', 'wrong_partner', 'pending')),
  lead text not null check (lead in ('attributed', 'unattributed', 'wrong_partner', 'pending')),
  sale text not null check (sale in ('attributed', 'unattributed', 'wrong_partner', 'pending')),
  -- the test payment that was left; null where the chain did not come that far
  payment_id bigint,
  steps json not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, program_id) references programs
);
-- serves: the latest run of a program, and how many there were within the hour
create index test_chains_program on test_chains (workspace_id, program_id, ran_at);

-- Whether the tracker was seen on a program's own page, and when somebody looked.
create table tracker_checks (
  workspace_id integer not null,
  program_id integer not null,
  checked_at timestamptz not null,
  -- installed: the tag of this program; missing: a page without it; unreachable: no page
  found text not null check (found in ('installed', 'missing', 'unreachable')),
  primary key (workspace_id, program_id),
  foreign key (workspace_id, program_id) references programs
);

-- A terminal that wants to act for a person: the state is known to the terminal alone, the page's id to whoever is to approve.
create table cli_logins (
  state_hash bytea primary key,
  page_id text not null unique,
  code text not null,
  client text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  workspace_id integer references workspaces,
  person_id text references people on delete cascade,
  decided_at timestamptz,
  approved boolean,
  consumed_at timestamptz
);
create index cli_logins_expired on cli_logins (expires_at);

-- What such a terminal holds. Opens what the person's role allows at that moment, and dies with the membership.
create table login_tokens (
  workspace_id integer not null references workspaces,
  id integer generated always as identity,
  person_id text not null,
  token_hash bytea not null unique,
  client text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, person_id) references members on delete cascade
);
create index login_tokens_member on login_tokens (workspace_id, person_id);

-- Roles and login tokens are looked up by the directory now.
create trigger notify_directory after insert or update or delete on members
  for each statement execute function notify_directory();
create trigger notify_directory after insert or update or delete on login_tokens
  for each statement execute function notify_directory();
