-- Clicks, visits, the event log on its way to ClickHouse, and who is who.
-- Takes no lock on existing tables: everything here is new.

-- One row a landing through a referral link. Partitioned by month of the click; a click id carries its
-- program and day, so a lookup by id reads one partition.
create table clicks (
  workspace_id integer not null,
  program_id integer not null,
  id bigint generated always as identity,
  click_id text not null,
  clicked_at timestamptz not null,
  link_id integer,
  partner_id integer,
  -- the browser, as far as clicks know it: the first click of a browser names it
  visitor text not null,
  -- the tracker's own ids, when the browser sent them: they join the click to a visit
  web_visitor text,
  web_session text,
  is_test boolean not null default false,
  -- landing page, referrer, utm, geo, device …: read back whole, never searched here
  context json not null,
  primary key (workspace_id, click_id, clicked_at)
) partition by range (clicked_at);
-- serves: the candidates of an attribution
create index clicks_visitor on clicks (workspace_id, visitor, clicked_at);
create index clicks_web_visitor on clicks (workspace_id, web_visitor, clicked_at) where web_visitor is not null;
-- serves: the list of clicks, newest first
create index clicks_program on clicks (workspace_id, program_id, clicked_at);

create table clicks_default partition of clicks default;

-- Makes the monthly partitions for every month from one day to another; safe to repeat, and from several processes.
create function ensure_click_partitions(first_day date, last_day date) returns void language plpgsql as $$
declare
  month date := date_trunc('month', first_day);
  name text;
begin
  perform pg_advisory_xact_lock(hashtext('ensure_click_partitions'));
  while month <= last_day loop
    name := 'clicks_' || to_char(month, 'YYYYMM');
    -- rows that came before their partition stay in the default one: attaching over them would fail
    if to_regclass(name) is null and not exists (
      select from clicks_default
      where clicked_at >= month::timestamp at time zone 'UTC'
        and clicked_at < (month + interval '1 month')::timestamp at time zone 'UTC') then
      execute format(
        'create table %I partition of clicks for values from (%L) to (%L)',
        name, month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
    end if;
    month := month + interval '1 month';
  end loop;
end $$;

-- Each committed batch of clicks adds one row a link; a job folds them into links.clicks. Adding rows
-- instead of counting up in place keeps a popular link from becoming a queue of row locks.
create table link_click_deltas (
  workspace_id integer not null,
  program_id integer not null,
  link_id integer not null,
  clicks integer not null,
  last_clicked_at timestamptz not null
);
create index link_click_deltas_link on link_click_deltas (workspace_id, link_id);

-- One row a session of a visitor on a website; its context is fixed by its first event.
create table visits (
  workspace_id integer not null,
  website_id text not null,
  visitor_id text not null,
  session_id text not null,
  started_at timestamptz not null,
  last_event_at timestamptz not null,
  context json not null,
  primary key (workspace_id, website_id, visitor_id, session_id)
);

-- The salt of cookieless visitors: one a day, destroyed when the day is over.
create table daily_salts (
  day date primary key,
  salt bytea not null
);

-- What an identify call said of a visitor, whether or not the website has a program.
create table visitor_identities (
  workspace_id integer not null,
  website_id text not null,
  visitor_id text not null,
  id bigint generated always as identity,
  customer_key text,
  email_hash bytea,
  email_masked text,
  seen_at timestamptz not null,
  primary key (workspace_id, website_id, visitor_id, id)
);
create unique index visitor_identities_once on visitor_identities
  (workspace_id, website_id, visitor_id, coalesce(customer_key, ''), coalesce(email_hash, ''));

-- The event log: one row a committed batch, its payload already in the form ClickHouse takes.
create table event_batches (
  seq bigint generated always as identity primary key,
  events integer not null,
  payload text not null,
  created_at timestamptz not null default clock_timestamp()
);
alter table event_batches alter column payload set storage external;

-- A shipment is a fixed set of batches, written down before it is sent. Kept apart from the batches: marking each
-- batch would write every row twice. The token is random rather than counted, so that a database restored from a
-- backup never repeats one: ClickHouse would take new events for old ones and leave them out.
create table event_shipments (
  id bigint generated always as identity primary key,
  token uuid not null default gen_random_uuid(),
  seqs bigint[] not null check (cardinality(seqs) > 0),
  events bigint not null,
  claimed_at timestamptz not null default clock_timestamp()
);

-- Events that ClickHouse refuses, one row each, with its words. They are not in the reports. Once the cause is mended
-- they go again: insert into event_batches (events, payload) select 1, payload from event_dead_letters …
create table event_dead_letters (
  id bigint generated always as identity primary key,
  reason text not null,
  payload text not null,
  refused_at timestamptz not null default clock_timestamp()
);

-- event_batches is a queue: every row is deleted within seconds. Its dead rows stand at the start of the index, where
-- the shipper looks, so they are cleared away by number and soon, not in proportion to a size that is mostly air.
-- Its file is not cut at the end: that takes an exclusive lock, which ingestion would feel; the room is used again.
alter table event_batches set (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 100000,
  autovacuum_vacuum_cost_delay = 1,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 20000,
  vacuum_truncate = false,
  toast.autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 20000,
  toast.autovacuum_vacuum_insert_scale_factor = 0,
  toast.autovacuum_vacuum_insert_threshold = 1000000,
  toast.autovacuum_vacuum_cost_delay = 1,
  toast.vacuum_truncate = false
);
alter table event_shipments set (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 200,
  toast.autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 2000
);

create table customers (
  workspace_id integer not null,
  program_id integer not null,
  id bigint generated always as identity,
  customer_key text,
  email_hash bytea,
  email_masked text,
  status text not null check (status in ('click', 'lead', 'conversion')),
  created_at timestamptz not null,
  lead_at timestamptz,
  converted_at timestamptz,
  -- the first payment that earned a commission binds the customer to the partner(s) credited with it
  bound_payment_id bigint,
  primary key (workspace_id, id),
  foreign key (workspace_id, program_id) references programs
);
create unique index customers_key on customers (workspace_id, program_id, customer_key) where customer_key is not null;
create index customers_email on customers (workspace_id, program_id, email_hash) where email_hash is not null;

-- Which browsers a customer was seen with. Two people may share one browser, one person may have several.
create table customer_visitors (
  workspace_id integer not null,
  customer_id bigint not null,
  program_id integer not null,
  kind text not null check (kind in ('click', 'web')),
  visitor text not null,
  linked_at timestamptz not null,
  primary key (workspace_id, customer_id, kind, visitor),
  foreign key (workspace_id, customer_id) references customers
);
-- serves: the customers of a click's visitor
create index customer_visitors_visitor on customer_visitors (workspace_id, program_id, kind, visitor);

create table leads (
  workspace_id integer not null,
  program_id integer not null,
  id bigint generated always as identity,
  customer_id bigint,
  customer_key text,
  email_hash bytea,
  email_masked text,
  click_id text,
  click_ids text[] not null default '{}',
  web_visitor text,
  web_session text,
  partner_id integer,
  page_url text,
  event_name text,
  is_test boolean not null default false,
  -- a browser's word under lead_auth = server_required: no effect until settled
  provisional boolean not null default false,
  settled_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create index leads_program on leads (workspace_id, program_id, created_at);
create index leads_customer on leads (workspace_id, customer_id);
create index leads_provisional_key on leads (workspace_id, program_id, customer_key) where provisional and settled_at is null;
create index leads_provisional_click on leads (workspace_id, program_id, click_id) where provisional and settled_at is null;
