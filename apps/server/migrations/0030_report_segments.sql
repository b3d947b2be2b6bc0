-- Filters of reports that are kept under a name. Nothing is locked: the table is new.
create table report_segments (
  workspace_id integer not null references workspaces,
  id integer generated always as identity,
  program_id integer,
  website_id text,
  name text not null,
  filters jsonb not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  -- a segment is of a program or of a website
  check ((program_id is null) <> (website_id is null))
);
create unique index report_segments_name on report_segments
  (workspace_id, coalesce(program_id, 0), coalesce(website_id, ''), lower(name));
