-- What happened, in a few words, to be marked on charts. Nothing is locked: the table is new.
create table annotations (
  workspace_id integer not null references workspaces,
  program_id integer,
  website_id text,
  id bigint generated always as identity,
  happened_at timestamptz not null,
  kind text not null check (kind in ('deploy', 'campaign', 'other')),
  text text not null,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, program_id) references programs,
  foreign key (workspace_id, website_id) references websites,
  -- an annotation is of a program or of a website
  check ((program_id is null) <> (website_id is null))
);
-- serve: the annotations of a period
create index annotations_of_program on annotations (workspace_id, program_id, happened_at);
create index annotations_of_website on annotations (workspace_id, website_id, happened_at);
