-- Erasing a person: every name of theirs is replaced by one that says nothing, the same everywhere.
-- Locks: none that writers feel; functions and a new table.

-- Equal names stay equal and different ones different, so whatever was decided by them would be decided so again. The salt
-- is thrown away when the erasure is done: from then on nothing leads back.
create function erased_name(salt bytea, old text) returns text language sql immutable strict parallel safe as $$
  select case when old like 'erased\_%' then old
    else 'erased_' || left(encode(sha256(salt || convert_to(old, 'UTF8')), 'hex'), 32) end
$$;

create function erased_hash(salt bytea, old bytea) returns bytea language sql immutable strict parallel safe as $$
  select sha256(salt || old)
$$;

-- What a touch's context keeps: channel, campaign, country and device say nothing of one person; addresses of pages and
-- the place within a country may.
create function erased_context(old json) returns json language sql immutable strict parallel safe as $$
  select (old::jsonb - array['landing_page', 'path', 'referrer', 'region', 'city', 'screen'])::json
$$;

create table erasures (
  workspace_id integer not null references workspaces,
  id bigint generated always as identity,
  -- who it is, and under which salt names are replaced: emptied when it is done
  email_hash bytea,
  program_id integer,
  customer_key text,
  salt bytea,
  -- what was found, by its old names, for the steps after the first: emptied when it is done
  person jsonb,
  requested_by text not null,
  requested_at timestamptz not null,
  -- PostgreSQL holds no name any more
  renamed_at timestamptz,
  -- nor does ClickHouse
  done_at timestamptz,
  customers integer,
  browsers integer,
  payments integer,
  stripe_events integer,
  primary key (workspace_id, id),
  unique (id),
  check ((done_at is null) = (salt is not null))
);
