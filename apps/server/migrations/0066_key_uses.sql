-- When a management key was last used, to some seconds. Apart from the key: a change of that makes every process forget what it
-- knows of all tokens. Takes no lock on existing tables but the short ones of a foreign key and of an index.
create table key_uses (
  workspace_id integer not null,
  key_id integer not null,
  last_used_at timestamptz not null,
  primary key (workspace_id, key_id),
  foreign key (workspace_id, key_id) references management_keys
);
-- serves: how many messages wait or were given up, for the page of health
create index webhook_messages_open on webhook_messages (workspace_id, state) where state <> 'delivered';
