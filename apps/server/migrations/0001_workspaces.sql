-- Tenants, programs, websites, partners, terms and credentials.
-- Takes no lock on existing tables: everything here is new.

create table workspaces (
  id integer generated always as identity primary key,
  name text not null,
  created_at timestamptz not null default now()
);

-- Management keys: found by the SHA-256 of the whole key; the key itself is never stored.
create table management_keys (
  workspace_id integer not null references workspaces,
  id integer generated always as identity,
  name text not null,
  key_hash bytea not null unique,
  prefix text not null,
  mask text not null,
  scopes text[] not null,
  program_scope integer[],
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);

create table programs (
  workspace_id integer not null references workspaces,
  id integer generated always as identity,
  slug text not null,
  name text not null,
  domain text not null,
  currency text not null,
  status text not null default 'active' check (status in ('active', 'paused', 'archived')),
  attribution_model text not null default 'last_click'
    check (attribution_model in ('last_click', 'first_click', 'linear')),
  cookie_window_days integer not null default 90 check (cookie_window_days between 1 and 365),
  attribution_window_days integer not null default 60 check (attribution_window_days between 1 and 365),
  lead_auth text not null default 'open' check (lead_auth in ('open', 'server_required')),
  organic_payments text not null default 'reject' check (organic_payments in ('reject', 'record')),
  -- null: the installation's own setting is in force
  fee_bps integer check (fee_bps between 0 and 10000),
  fee_free_revenue_minor bigint check (fee_free_revenue_minor >= 0),
  allowed_origins text[] not null default '{}',
  default_group_id integer,
  key_rotated_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (id),
  unique (workspace_id, slug)
);

create table websites (
  workspace_id integer not null references workspaces,
  id text not null,
  domain text not null,
  name text not null,
  timezone text not null default 'UTC',
  currency text not null default 'USD',
  program_id integer,
  allowed_origins text[] not null default '{}',
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (id),
  -- a program is bound to one website at most, so that both halves of a payment have one owner
  unique (workspace_id, program_id),
  foreign key (workspace_id, program_id) references programs
);

-- Program (aff_) and website (tf_) tokens. A replaced token is deleted: it dies at once.
create table tracking_tokens (
  workspace_id integer not null references workspaces,
  token_hash bytea not null unique,
  kind text not null check (kind in ('program', 'website')),
  program_id integer,
  website_id text,
  mask text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, token_hash),
  foreign key (workspace_id, program_id) references programs,
  foreign key (workspace_id, website_id) references websites,
  check ((kind = 'program') = (program_id is not null) and (kind = 'website') = (website_id is not null))
);
create index tracking_tokens_program on tracking_tokens (workspace_id, program_id);
create index tracking_tokens_website on tracking_tokens (workspace_id, website_id);

create table partner_groups (
  workspace_id integer not null,
  program_id integer not null,
  id integer generated always as identity,
  name text not null,
  -- for policies that name none of their own; that of the latest one that did
  hold_period_days integer not null default 15 check (hold_period_days between 0 and 90),
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (id),
  unique (workspace_id, program_id, name),
  foreign key (workspace_id, program_id) references programs
);

-- A group's terms. A change is a new version with its own effective date; rows are never edited.
create table policies (
  workspace_id integer not null,
  program_id integer not null,
  group_id integer not null,
  id integer generated always as identity,
  version integer not null,
  type text not null check (type in ('cpc', 'cpl', 'cps_one_time', 'cps_recurring', 'cps_lifetime')),
  rate_bps integer check (rate_bps between 1 and 10000),
  fixed_minor bigint check (fixed_minor > 0),
  currency text not null,
  duration_months integer check (duration_months between 0 and 1200),
  hold_period_days integer not null check (hold_period_days between 0 and 90),
  approval text not null check (approval in ('automatic', 'manual')),
  product_id text,
  exclude_tax boolean not null,
  exclude_shipping boolean not null,
  effective_from timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, group_id, version),
  foreign key (workspace_id, program_id) references programs,
  foreign key (workspace_id, group_id) references partner_groups,
  check ((rate_bps is null) <> (fixed_minor is null))
);
-- serves: the version in force for a group and product at an instant
create index policies_in_force on policies (workspace_id, group_id, effective_from desc, version desc);

create table partners (
  workspace_id integer not null references workspaces,
  id integer generated always as identity,
  name text not null,
  email_hash bytea,
  email_masked text,
  customer_key text,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (id)
);
create index partners_email on partners (workspace_id, email_hash) where email_hash is not null;

create table enrollments (
  workspace_id integer not null,
  program_id integer not null,
  partner_id integer not null,
  status text not null check (status in ('approved', 'pending', 'rejected', 'removed')),
  group_id integer not null,
  joined_at timestamptz not null default now(),
  primary key (workspace_id, program_id, partner_id),
  foreign key (workspace_id, program_id) references programs,
  foreign key (workspace_id, partner_id) references partners,
  foreign key (workspace_id, group_id) references partner_groups
);

-- Which group a partner was in, and since when: a move acts on later payments only.
create table group_memberships (
  workspace_id integer not null,
  program_id integer not null,
  partner_id integer not null,
  since timestamptz not null,
  group_id integer not null,
  id bigint generated always as identity,
  primary key (workspace_id, program_id, partner_id, since, id),
  foreign key (workspace_id, program_id, partner_id) references enrollments,
  foreign key (workspace_id, group_id) references partner_groups
);

create table links (
  workspace_id integer not null,
  program_id integer not null,
  id integer generated always as identity,
  partner_id integer not null,
  code text not null,
  -- codes are unique per installation, case-insensitive
  code_key text generated always as (lower(code)) stored unique,
  destination_url text not null,
  status text not null default 'active' check (status in ('active', 'inactive')),
  clicks bigint not null default 0,
  last_clicked_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (id),
  foreign key (workspace_id, program_id, partner_id) references enrollments (workspace_id, program_id, partner_id)
);
create index links_program on links (workspace_id, program_id, id);
create index links_partner on links (workspace_id, partner_id);

-- Policies are facts of the past: the database itself refuses to change one.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% rows are never changed or deleted; record a new one', tg_table_name
    using errcode = 'restrict_violation';
end $$;
create trigger policies_immutable before update or delete or truncate on policies
  for each statement execute function refuse_change();
