-- One row an event, in the columns of EventRow (src/platform/event-log/append.ts): keep the two in step.
--
-- Order: a tenant's own events lie together, those of one website and program together within them, and of those the
-- few that reports ask for (visits, payments …) apart from the many page views. A report reads its rows and few others.
--
-- Settings:
-- * deduplication window: how many of the last inserted blocks are remembered by their insert_deduplication_token. A
--   shipment is repeated within seconds, and at most a few are on their way at once; thousands are ample. The first
--   serves MergeTree, the other two serve ReplicatedMergeTree and SharedMergeTree: where the database is of the
--   Replicated engine, or in ClickHouse Cloud, the table becomes one of these, with the same promise.
-- * fsync: the event log in PostgreSQL is deleted once an insert is acknowledged, so that must mean "on disk". Merged
--   parts need none: their sources are kept for eight minutes (old_parts_lifetime).
create table if not exists events (
  workspace_id UInt32,
  program_id UInt32,
  website_id LowCardinality(String),
  event_id String codec(ZSTD(1)),
  type LowCardinality(String),
  name LowCardinality(String),
  occurred_at DateTime64(3, 'UTC') codec(Delta, ZSTD(1)),
  visitor_id String codec(ZSTD(1)),
  session_id String codec(ZSTD(1)),
  customer_id UInt64,
  url String codec(ZSTD(1)),
  hostname LowCardinality(String),
  path String codec(ZSTD(1)),
  title String codec(ZSTD(1)),
  referrer String codec(ZSTD(1)),
  referrer_host LowCardinality(String),
  landing_page String codec(ZSTD(1)),
  source LowCardinality(String),
  medium LowCardinality(String),
  campaign LowCardinality(String),
  term LowCardinality(String),
  content LowCardinality(String),
  channel LowCardinality(String),
  click_id_kind LowCardinality(String),
  country LowCardinality(String),
  region LowCardinality(String),
  city LowCardinality(String),
  device LowCardinality(String),
  browser LowCardinality(String),
  os LowCardinality(String),
  language LowCardinality(String),
  screen LowCardinality(String),
  partner_id UInt32,
  link_id UInt32,
  click_id String codec(ZSTD(1)),
  payment_id UInt64,
  -- -1 takes an earlier payment event back, to be told anew with its other half: count payments as sum(sign)
  sign Int8 default 1,
  amount Int64,
  currency LowCardinality(String),
  commission Int64,
  is_test UInt8,
  properties String codec(ZSTD(3))
)
engine = MergeTree
partition by toYYYYMM(occurred_at)
order by (workspace_id, website_id, program_id, type, occurred_at)
settings
  non_replicated_deduplication_window = 10000,
  replicated_deduplication_window = 10000,
  replicated_deduplication_window_seconds = 604800,
  fsync_after_insert = 1,
  fsync_part_directory = 1;
