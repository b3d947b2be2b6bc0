-- Who changed money or settings, when, and why. Takes no lock on existing tables: everything here is new.

-- Each workspace's acts are a chain: an entry's hash covers the entry and the hash before it, so that none can be
-- changed, left out or put in between without every later hash being wrong.
create table audit_log (
  workspace_id integer not null references workspaces,
  seq bigint not null,
  at timestamptz not null,
  actor text not null,
  act text not null,
  program_id integer,
  subject text not null,
  reason text,
  details jsonb not null,
  hash bytea not null,
  primary key (workspace_id, seq)
);

-- Where each chain ends: without it the last entries could be cut off unseen.
create table audit_heads (
  workspace_id integer primary key references workspaces,
  seq bigint not null,
  hash bytea not null
);

create function audit_digest(previous bytea, entry audit_log) returns bytea language sql stable as $$
  select sha256(previous || convert_to(jsonb_build_array(
    entry.workspace_id, entry.seq, (extract(epoch from entry.at) * 1000000)::bigint, entry.actor, entry.act,
    entry.program_id, entry.subject, entry.reason, entry.details)::text, 'UTF8'))
$$;

-- The database itself chains: acts of one workspace wait here for each other until they commit.
create function chain_audit_entry() returns trigger language plpgsql as $$
declare
  head audit_heads;
begin
  insert into audit_heads values (new.workspace_id, 0, '') on conflict do nothing;
  select * into head from audit_heads where workspace_id = new.workspace_id for update;
  new.seq := head.seq + 1;
  new.hash := audit_digest(head.hash, new);
  update audit_heads set seq = new.seq, hash = new.hash where workspace_id = new.workspace_id;
  return new;
end $$;
create trigger audit_log_chained before insert on audit_log
  for each row execute function chain_audit_entry();
create trigger audit_log_immutable before update or delete or truncate on audit_log
  for each statement execute function refuse_change();
create trigger audit_heads_kept before delete or truncate on audit_heads
  for each statement execute function refuse_change();
