-- Several shards: NOT carried by this version (docs/scale.md says what refuses), here for whoever takes it further. Run
-- clickhouse-replicas.sql with the database `headwater_shard` in place of `headwater`, then this.
--
-- A workspace lives on one shard: whatever a report joins is there, too, and the sums of visits stay sums of one shard.

create database if not exists headwater on cluster '{cluster}';

alter settings profile headwater on cluster '{cluster}' settings
  distributed_product_mode = 'local',
  optimize_skip_unused_shards = 1,
  distributed_foreground_insert = 1;

create table if not exists headwater.headwater_migrations on cluster '{cluster}' as headwater_shard.headwater_migrations
engine = Distributed('{cluster}', 'headwater_shard', 'headwater_migrations', 0);

create table if not exists headwater.events on cluster '{cluster}' as headwater_shard.events
engine = Distributed('{cluster}', 'headwater_shard', 'events', workspace_id);

create table if not exists headwater.sessions on cluster '{cluster}' as headwater_shard.sessions
engine = Distributed('{cluster}', 'headwater_shard', 'sessions', workspace_id);

create table if not exists headwater.hours on cluster '{cluster}' as headwater_shard.hours
engine = Distributed('{cluster}', 'headwater_shard', 'hours', workspace_id);

create table if not exists headwater.rollups on cluster '{cluster}' as headwater_shard.rollups
engine = Distributed('{cluster}', 'headwater_shard', 'rollups', workspace_id);

create table if not exists headwater.rollup_builds on cluster '{cluster}' as headwater_shard.rollup_builds
engine = Distributed('{cluster}', 'headwater_shard', 'rollup_builds', workspace_id);
