-- The way out of the event log: what is on its way to ClickHouse, and what ClickHouse would not take.
-- Locks: event_batches, briefly and exclusively, for its settings and for dropping its unused column.

-- A shipment is a fixed set of batches, written down before it is sent. Kept apart from the batches: marking each
-- batch would write every row twice. The token is random rather than counted, so that a database restored from a
-- backup never repeats one: ClickHouse would take new events for old ones and leave them out.
drop index event_batches_shipment;
alter table event_batches drop column shipment;
drop sequence event_shipments;
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
