-- The edge to Stripe: whose account it is, the secrets its deliveries are signed with, and the inbox of events.
-- Takes no lock on existing tables but the short one of a foreign key: everything here is new.

-- An account joined to a program. History stays: a disconnected row is kept, and a new link is a new row.
create table stripe_connections (
  workspace_id integer not null,
  id integer generated always as identity,
  program_id integer not null,
  account text not null,
  livemode boolean not null,
  -- stated: the caller said so (contract §11) and nothing proved it
  method text not null check (method in ('oauth', 'api_key', 'stated')),
  -- sealed; null under oauth, where the installation's platform key speaks for the account
  api_key bytea,
  api_key_mask text,
  charges_enabled boolean not null default false,
  payouts_enabled boolean not null default false,
  details_submitted boolean not null default false,
  connected_at timestamptz not null,
  disconnected_at timestamptz,
  disconnected_because text check (disconnected_because in ('removed', 'deauthorized', 'replaced')),
  primary key (workspace_id, id),
  foreign key (workspace_id, program_id) references programs (workspace_id, id)
);
-- One account in force a program and mode.
create unique index stripe_connections_program_key on stripe_connections (workspace_id, program_id, livemode)
  where disconnected_at is null;
-- A proven account belongs to one program. A stated one claims nothing: anybody could name a stranger's account.
-- Also finds the program of an event that only names its account.
create unique index stripe_connections_account_key on stripe_connections (account, livemode)
  where disconnected_at is null and method <> 'stated';
create index stripe_connections_account on stripe_connections (account) where disconnected_at is null;

-- Single use, ten minutes; only the hash is kept.
create table stripe_oauth_states (
  state_hash bytea primary key,
  workspace_id integer not null,
  program_id integer not null,
  redirect_uri text not null,
  livemode boolean not null,
  expires_at timestamptz not null,
  foreign key (workspace_id, program_id) references programs (workspace_id, id)
);

-- The secrets of a program's webhook endpoints: several, so that one can be rolled while the other still signs.
create table stripe_endpoints (
  workspace_id integer not null,
  id integer generated always as identity,
  program_id integer not null,
  -- sealed (platform/sealing.ts)
  secret bytea not null,
  secret_mask text not null,
  -- keyed hash: the same secret twice is one endpoint
  secret_hash bytea not null,
  -- we_…, when it is known
  stripe_endpoint_id text,
  -- created: by us, through the API
  origin text not null check (origin in ('pasted', 'created', 'stated')),
  livemode boolean,
  api_version text,
  url text,
  description text,
  created_at timestamptz not null,
  -- when an event signed with it last arrived, to about a minute
  last_event_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, program_id, secret_hash),
  foreign key (workspace_id, program_id) references programs (workspace_id, id)
);

-- Tells every process that a secret was added or removed: they keep them in memory (migration 0004).
create trigger notify_directory_insert after insert or delete on stripe_endpoints
  for each statement execute function notify_directory();
create trigger notify_directory_update after update of secret on stripe_endpoints
  for each statement execute function notify_directory();
create trigger notify_directory after insert or update or delete on stripe_connections
  for each statement execute function notify_directory();

-- Every event that was acknowledged, for ever: what it was, as received, and what became of it. It is its own queue.
create table stripe_inbox (
  workspace_id integer not null,
  id bigint generated always as identity,
  program_id integer not null,
  -- the connected account that the event names; empty: the program's own
  account text not null,
  livemode boolean not null,
  event_id text not null,
  type text not null,
  api_version text,
  -- as received, byte for byte: json text may hold what jsonb cannot
  payload text not null,
  -- the endpoint whose secret signed it; null: it was fetched
  endpoint_id integer,
  origin text not null check (origin in ('webhook', 'fetched', 'synthesised')),
  -- Stripe's clock, whole seconds
  created_at timestamptz not null,
  received_at timestamptz not null default now(),
  -- waiting → applied | noted, or failed, which is tried again when it is due until it is neither
  state text not null default 'waiting' check (state in ('waiting', 'failed', 'applied', 'noted')),
  attempts integer not null default 0,
  due_at timestamptz not null,
  -- why the last attempt failed
  reason text,
  notes text[] not null default '{}',
  processed_at timestamptz,
  primary key (workspace_id, id),
  -- one delivery, whichever endpoint, secret or API version brings it, however often
  unique (workspace_id, program_id, account, livemode, event_id),
  foreign key (workspace_id, program_id) references programs (workspace_id, id)
);
-- The work: the longest due first.
create index stripe_inbox_due on stripe_inbox (due_at, id) where state in ('waiting', 'failed');
-- The list of a program, newest first; with the state, what failed.
create index stripe_inbox_list on stripe_inbox (workspace_id, program_id, received_at desc, id desc);
create index stripe_inbox_open on stripe_inbox (workspace_id, program_id, id) where state in ('waiting', 'failed');
