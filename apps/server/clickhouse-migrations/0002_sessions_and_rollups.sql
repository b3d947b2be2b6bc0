-- What reports need to answer a year of a hundred million events at once.
--
-- New columns of events say nothing on the many rows of page views, where they take no room.
-- * visit_day: the UTC day on which the event's visit began. Written only where that is another day than the event's own.
-- * fee: what the platform charges for a payment, minor units of `currency`; negative when a refund gives it back.
-- * is_returning: on a visit, that the visitor was here before; on what belongs to a payment, that it is a renewal.
alter table events
  add column if not exists visit_day Date default toDate(occurred_at),
  add column if not exists fee Int64,
  add column if not exists product LowCardinality(String),
  add column if not exists plan LowCardinality(String),
  add column if not exists is_returning UInt8;

-- One row a visit, filled by a view from whatever arrives of it in whatever order: every column is merged by a function that
-- does not care. Rows of one visit become one in the background; readers say FINAL. The visit's day comes before its hash
-- so that a period is a range of the index, and FINAL has to merge only the days that still arrive.
-- `started_at` is of the visit's own event: zero until that is here, and such a row is not counted as a visit.
create table if not exists sessions (
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
engine = AggregatingMergeTree
partition by toYYYYMM(day)
order by (workspace_id, website_id, program_id, day, session)
settings
  non_replicated_deduplication_window = 10000,
  replicated_deduplication_window = 10000,
  replicated_deduplication_window_seconds = 604800;

-- Two views, since most events carry nothing of what a visit brought with it: one makes a row of each visit's own event, the
-- other counts what was done in it.
create materialized view if not exists sessions_of_visits to sessions as
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

create materialized view if not exists sessions_of_acts to sessions as
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

-- What arrived, by the hour and by the day on which its visit began: the quick answer to "how many", and what tells a
-- day that was added up (below) from one that has changed since.
create table if not exists hours (
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
engine = AggregatingMergeTree
partition by toYYYYMM(hour)
order by (workspace_id, website_id, program_id, hour, day)
settings
  non_replicated_deduplication_window = 10000,
  replicated_deduplication_window = 10000,
  replicated_deduplication_window_seconds = 604800;

create materialized view if not exists hours_of_events to hours as
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

-- Days and months that are over, added up by one dimension at a time (`''`: all; by hour too). Unlike the tables above this
-- one is filled by a job, for what a visit was is known only when it is over. `build` is one adding-up; rollup_builds
-- says which of them stand. Few rows to a granule, for each may carry a set of 12 KB: what is asked for is a short range, and
-- all of a granule that it touches is read.
create table if not exists rollups (
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
engine = MergeTree
partition by toYYYYMM(at)
order by (workspace_id, website_id, program_id, dimension, grain, at, build)
settings index_granularity = 256;

-- `counted`: how many rows of events it was made from. It stands while `hours` counts as many.
create table if not exists rollup_builds (
  workspace_id UInt32,
  website_id LowCardinality(String),
  program_id UInt32,
  grain LowCardinality(String),
  at DateTime('UTC'),
  build UInt64,
  counted UInt64
)
engine = ReplacingMergeTree(build)
order by (workspace_id, website_id, program_id, grain, at);
