-- One shard, as many replicas as you like. Run once, on any node, before the first start of Headwater; docs/scale.md says
-- when this is wanted and what else it takes. It is the migrations of apps/server/clickhouse-migrations with replicated
-- engines: a test compares the two, column by column.

create database if not exists headwater on cluster '{cluster}';

use headwater;

-- An insert is acknowledged once a second replica holds it, and what is asked afterwards, of whichever replica, sees it.
-- Cleaning up what was added up anew compares with another table: every replica finds the same there.
create settings profile if not exists headwater on cluster '{cluster}' settings
  insert_quorum = 2,
  insert_quorum_parallel = 0,
  select_sequential_consistency = 1,
  allow_nondeterministic_mutations = 1;

create table if not exists headwater_migrations on cluster '{cluster}' (
  name String,
  applied_at DateTime64(3, 'UTC') default now64(3)
)
engine = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
order by name;

create table if not exists events on cluster '{cluster}' (
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
  sign Int8 default 1,
  amount Int64,
  currency LowCardinality(String),
  commission Int64,
  is_test UInt8,
  properties String codec(ZSTD(3)),
  visit_day Date default toDate(occurred_at),
  fee Int64,
  product LowCardinality(String),
  plan LowCardinality(String),
  is_returning UInt8
)
engine = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
partition by toYYYYMM(occurred_at)
order by (workspace_id, website_id, program_id, type, occurred_at)
settings
  replicated_deduplication_window = 10000,
  replicated_deduplication_window_seconds = 604800,
  fsync_after_insert = 1,
  fsync_part_directory = 1;

create table if not exists sessions on cluster '{cluster}' (
  workspace_id UInt32,
  website_id LowCardinality(String),
  program_id UInt32,
  day Date,
  session UInt64,
  visitor SimpleAggregateFunction(max, UInt64),
  started_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) codec(Delta, ZSTD(1)),
  first_at SimpleAggregateFunction(min, DateTime('UTC')),
  last_at SimpleAggregateFunction(max, DateTime('UTC')),
  pageviews SimpleAggregateFunction(sumWithOverflow, UInt32),
  events SimpleAggregateFunction(sumWithOverflow, UInt32),
  others SimpleAggregateFunction(sumWithOverflow, UInt32),
  exit_page SimpleAggregateFunction(max, Tuple(DateTime64(3, 'UTC'), String)),
  landing_page SimpleAggregateFunction(max, LowCardinality(String)),
  referrer_host SimpleAggregateFunction(max, LowCardinality(String)),
  source SimpleAggregateFunction(max, LowCardinality(String)),
  medium SimpleAggregateFunction(max, LowCardinality(String)),
  campaign SimpleAggregateFunction(max, LowCardinality(String)),
  term SimpleAggregateFunction(max, LowCardinality(String)),
  content SimpleAggregateFunction(max, LowCardinality(String)),
  channel SimpleAggregateFunction(max, LowCardinality(String)),
  click_id_kind SimpleAggregateFunction(max, LowCardinality(String)),
  country SimpleAggregateFunction(max, LowCardinality(String)),
  region SimpleAggregateFunction(max, LowCardinality(String)),
  city SimpleAggregateFunction(max, LowCardinality(String)),
  device SimpleAggregateFunction(max, LowCardinality(String)),
  browser SimpleAggregateFunction(max, LowCardinality(String)),
  os SimpleAggregateFunction(max, LowCardinality(String)),
  language SimpleAggregateFunction(max, LowCardinality(String)),
  partner_id SimpleAggregateFunction(max, UInt32),
  link_id SimpleAggregateFunction(max, UInt32),
  is_returning SimpleAggregateFunction(max, UInt8)
)
engine = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
partition by toYYYYMM(day)
order by (workspace_id, website_id, program_id, day, session)
settings
  replicated_deduplication_window = 10000,
  replicated_deduplication_window_seconds = 604800;

create materialized view if not exists sessions_of_visits on cluster '{cluster}' to sessions as
select
  workspace_id,
  website_id,
  program_id,
  visit_day as day,
  cityHash64(visitor_id, session_id) as session,
  cityHash64(visitor_id) as visitor,
  occurred_at as started_at,
  toDateTime(occurred_at) as first_at,
  toDateTime(occurred_at) as last_at,
  toUInt32(1) as others,
  path(events.landing_page) as landing_page,
  referrer_host,
  source,
  medium,
  campaign,
  term,
  content,
  channel,
  click_id_kind,
  country,
  region,
  city,
  device,
  browser,
  os,
  language,
  partner_id,
  link_id,
  is_returning
from events
where type = 'visit' and session_id != '' and is_test = 0;

create materialized view if not exists sessions_of_acts on cluster '{cluster}' to sessions as
select
  workspace_id,
  website_id,
  program_id,
  visit_day as day,
  cityHash64(visitor_id, session_id) as session,
  max(cityHash64(visitor_id)) as visitor,
  min(toDateTime(occurred_at)) as first_at,
  max(toDateTime(occurred_at)) as last_at,
  sumWithOverflow(toUInt32(type = 'pageview')) as pageviews,
  sumWithOverflow(toUInt32(type = 'custom')) as events,
  sumWithOverflow(toUInt32(type = 'identify')) as others,
  max(if(type = 'pageview', (occurred_at, path), (toDateTime64(0, 3, 'UTC'), ''))) as exit_page
from events
where type in ('pageview', 'custom', 'identify') and session_id != '' and is_test = 0
group by workspace_id, website_id, program_id, day, session;

create table if not exists hours on cluster '{cluster}' (
  workspace_id UInt32,
  website_id LowCardinality(String),
  program_id UInt32,
  hour DateTime('UTC'),
  day Date,
  visits SimpleAggregateFunction(sum, UInt64),
  pageviews SimpleAggregateFunction(sum, UInt64),
  events SimpleAggregateFunction(sum, UInt64),
  others SimpleAggregateFunction(sum, UInt64)
)
engine = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
partition by toYYYYMM(hour)
order by (workspace_id, website_id, program_id, hour, day)
settings
  replicated_deduplication_window = 10000,
  replicated_deduplication_window_seconds = 604800;

create materialized view if not exists hours_of_events on cluster '{cluster}' to hours as
select
  workspace_id,
  website_id,
  program_id,
  toStartOfHour(toDateTime(occurred_at)) as hour,
  visit_day as day,
  toUInt64(countIf(type = 'visit')) as visits,
  toUInt64(countIf(type = 'pageview')) as pageviews,
  toUInt64(countIf(type = 'custom')) as events,
  toUInt64(countIf(type = 'identify')) as others
from events
where type in ('visit', 'pageview', 'custom', 'identify') and session_id != '' and is_test = 0
group by workspace_id, website_id, program_id, hour, day;

create table if not exists rollups on cluster '{cluster}' (
  workspace_id UInt32,
  website_id LowCardinality(String),
  program_id UInt32,
  dimension LowCardinality(String),
  grain LowCardinality(String),
  at DateTime('UTC'),
  build UInt64,
  key String codec(ZSTD(1)),
  visits UInt64 codec(T64, ZSTD(1)),
  bounces UInt64 codec(T64, ZSTD(1)),
  seconds UInt64 codec(T64, ZSTD(1)),
  pageviews UInt64 codec(T64, ZSTD(1)),
  events UInt64 codec(T64, ZSTD(1)),
  visitors AggregateFunction(uniqCombined(14), UInt64) codec(LZ4)
)
engine = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
partition by toYYYYMM(at)
order by (workspace_id, website_id, program_id, dimension, grain, at, build)
settings index_granularity = 256;

create table if not exists rollup_builds on cluster '{cluster}' (
  workspace_id UInt32,
  website_id LowCardinality(String),
  program_id UInt32,
  grain LowCardinality(String),
  at DateTime('UTC'),
  build UInt64,
  counted UInt64
)
engine = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', build)
order by (workspace_id, website_id, program_id, grain, at);

-- Nothing is left for the program's own migrations to do.
insert into headwater_migrations (name) values ('0001_events.sql'), ('0002_sessions_and_rollups.sql');
