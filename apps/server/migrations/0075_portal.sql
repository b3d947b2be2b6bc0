-- Partners as people: who of them signs in, who asks to join, and what they hand in.
-- Takes no lock on existing tables but the one of a new foreign key: everything here is new.

-- Which partner a person is. A person is one partner of a workspace at most, so that a program leads to one partner; a
-- partner may be several people.
create table partner_people (
  workspace_id integer not null,
  person_id text not null references people on delete cascade,
  partner_id integer not null,
  joined_at timestamptz not null,
  primary key (workspace_id, person_id),
  foreign key (workspace_id, partner_id) references partners
);
-- serves: what a person who is signed in may see
create index partner_people_person on partner_people (person_id);
-- serves: who signs in for a partner
create index partner_people_partner on partner_people (workspace_id, partner_id);

-- Whoever is neither member nor partner of anybody any more is signed out at once.
create or replace function end_sessions_of_strangers() returns trigger language plpgsql as $$
begin
  delete from sign_in_sessions s using gone
  where s.person_id = gone.person_id
    and not exists (select from members m where m.person_id = gone.person_id)
    and not exists (select from partner_people p where p.person_id = gone.person_id);
  return null;
end $$;
create trigger end_sessions_of_strangers after delete on partner_people
  referencing old table as gone for each statement execute function end_sessions_of_strangers();

create table partner_invitations (
  workspace_id integer not null,
  id integer generated always as identity,
  partner_id integer not null,
  token_hash bytea not null unique,
  email text not null,
  invited_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, partner_id) references partners
);
create index partner_invitations_partner on partner_invitations (workspace_id, partner_id);

-- How a program meets its partners. Without a row: nobody applies, and partners make a few links.
create table portal_settings (
  workspace_id integer not null,
  program_id integer not null,
  -- the address of its page is one in the whole installation, other than a program's slug
  join_slug text not null unique,
  applications text not null check (applications in ('closed', 'manual', 'automatic')),
  -- how many links a partner may have before they make no more; 0: the program alone makes them
  links_per_partner integer not null check (links_per_partner between 0 and 200),
  welcome text,
  primary key (workspace_id, program_id),
  foreign key (workspace_id, program_id) references programs
);

create table partner_applications (
  workspace_id integer not null,
  program_id integer not null,
  id bigint generated always as identity,
  name text not null,
  email_hash bytea not null,
  email_masked text not null,
  -- to be written to; null when nobody is to be written to any more
  email_sealed bytea,
  website text,
  message text,
  created_at timestamptz not null,
  decision text check (decision in ('approved', 'rejected')),
  decided_by text,
  decided_at timestamptz,
  reason text,
  partner_id integer,
  primary key (workspace_id, id),
  foreign key (workspace_id, program_id) references programs,
  check ((decision is null) = (decided_at is null))
);
-- serves: the queue, newest first
create index partner_applications_program on partner_applications (workspace_id, program_id, id desc);
-- who applies again while the first application is open has applied once
create unique index partner_applications_open on partner_applications (workspace_id, program_id, email_hash)
  where decision is null;

-- From which balance on a partner wants to be paid; the program's own threshold is the least.
create table partner_thresholds (
  workspace_id integer not null,
  program_id integer not null,
  partner_id integer not null,
  currency text not null,
  threshold_minor bigint not null check (threshold_minor >= 0),
  primary key (workspace_id, program_id, partner_id, currency),
  foreign key (workspace_id, program_id) references programs
);

create table tax_documents (
  workspace_id integer not null,
  id bigint generated always as identity,
  partner_id integer not null,
  file_name text not null,
  media_type text not null check (media_type in ('application/pdf', 'image/png', 'image/jpeg')),
  -- sealed: they hold what identifies a person to a tax office
  content_sealed bytea not null,
  size_bytes integer not null check (size_bytes between 1 and 5242880),
  sha256 bytea not null,
  uploaded_by text not null,
  uploaded_at timestamptz not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, partner_id) references partners
);
create index tax_documents_partner on tax_documents (workspace_id, partner_id, id desc);
-- what is sealed cannot be compressed
alter table tax_documents alter column content_sealed set storage external;
