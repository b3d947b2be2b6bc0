-- People who sign in, and what they are in a workspace. Takes no lock on existing tables: everything here is new.
-- The first six tables are better-auth's, under our names and in our migrations; it generates none of its own.

create table people (
  id text primary key,
  -- how answers and the audit log name them
  number integer generated always as identity unique,
  name text not null,
  email text not null unique,
  email_verified boolean not null,
  image text,
  two_factor_enabled boolean,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table sign_in_sessions (
  id text primary key,
  person_id text not null references people on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  -- a keyed digest in the form of an address: client addresses are not kept
  ip_address text,
  user_agent text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index sign_in_sessions_person on sign_in_sessions (person_id);

create table sign_in_accounts (
  id text primary key,
  person_id text not null references people on delete cascade,
  account_id text not null,
  provider_id text not null,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index sign_in_accounts_person on sign_in_accounts (person_id);

create table sign_in_verifications (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index sign_in_verifications_identifier on sign_in_verifications (identifier);

create table two_factors (
  id text primary key,
  person_id text not null references people on delete cascade,
  secret text not null,
  backup_codes text not null,
  verified boolean,
  failed_verification_count integer,
  locked_until timestamptz
);
create index two_factors_person on two_factors (person_id);

-- How often somebody tried. Not a bigint: this program reads those as exact integers, better-auth counts in plain numbers.
create table sign_in_rates (
  id text primary key,
  key text not null unique,
  count integer not null,
  last_request double precision not null
);

-- What a person is in a workspace. What a role may do is people/roles.ts.
create table members (
  workspace_id integer not null references workspaces,
  person_id text not null references people on delete cascade,
  role text not null check (role in ('owner', 'admin', 'finance', 'analyst', 'read_only')),
  joined_at timestamptz not null,
  primary key (workspace_id, person_id)
);
-- serves: the workspaces of who is signed in
create index members_person on members (person_id, workspace_id);

-- A removed member is signed out at once, unless another workspace still has them.
create function end_sessions_of_strangers() returns trigger language plpgsql as $$
begin
  delete from sign_in_sessions s using gone
  where s.person_id = gone.person_id and not exists (select from members m where m.person_id = gone.person_id);
  return null;
end $$;
create trigger end_sessions_of_strangers after delete on members
  referencing old table as gone for each statement execute function end_sessions_of_strangers();

create table invitations (
  workspace_id integer not null references workspaces,
  id integer generated always as identity,
  token_hash bytea not null unique,
  email text not null,
  role text not null check (role in ('owner', 'admin', 'finance', 'analyst', 'read_only')),
  invited_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  primary key (workspace_id, id)
);

-- The links that let the first owner in. Each process prints its own; all are spent when there is an owner.
create table owner_links (
  token_hash bytea primary key,
  created_at timestamptz not null
);
