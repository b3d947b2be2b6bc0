-- What a website wants its visitors to reach: a page or an event, under a name. Nothing is locked: the table is new.
create table goals (
  workspace_id integer not null references workspaces,
  website_id text not null,
  id bigint generated always as identity,
  name text not null,
  -- a page's path, * for any text
  path text,
  event_name text,
  -- of the event: it must be there, and be this where a value is told
  property text,
  property_value text,
  -- what reaching it is worth, in the website's currency
  value_cents bigint check (value_cents >= 0),
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, website_id) references websites,
  check ((path is null) <> (event_name is null)),
  check (property is null or event_name is not null),
  check (property_value is null or property is not null)
);
-- serves: the goals of a website, and keeps a name theirs
create unique index goals_name on goals (workspace_id, website_id, lower(name));
