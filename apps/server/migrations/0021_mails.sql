-- Mails about invoices and payouts. Takes no lock on existing tables: everything here is new.

-- Who is written to about a program's invoices. The address is needed as it is, so it is sealed and not hashed.
create table billing_contacts (
  workspace_id integer not null,
  program_id integer not null,
  email_sealed bytea not null,
  email_masked text not null,
  set_at timestamptz not null,
  primary key (workspace_id, program_id),
  foreign key (workspace_id, program_id) references programs
);

-- The outbox: written in the transaction of what a mail tells of, sent by a job, kept when there is nowhere to send it by.
create table mails (
  workspace_id integer not null references workspaces,
  id bigint generated always as identity,
  program_id integer not null,
  recipient_sealed bytea not null,
  recipient_masked text not null,
  subject text not null,
  body text not null,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'kept', 'failed')),
  last_error text,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (workspace_id, id),
  unique (id),
  foreign key (workspace_id, program_id) references programs
);
-- serves: the outbox, newest first
create index mails_program on mails (workspace_id, program_id, id desc);
