/**
 * The engines inside: a real PostgreSQL and a real ClickHouse, started in the data directory for whoever has no servers of
 * their own. This room promises that what they acknowledged survives kill -9 of any process, that no process of theirs
 * outlives ours, that one data directory is used by one server at a time, and that their passwords reach no log.
 */
export { DataDirectoryInUse, type DataDirectoryLock, lockDataDirectory } from './data-directory-lock.ts';
export {
  type EmbeddedClickHouse,
  type EmbeddedClickHouseOptions,
  startEmbeddedClickHouse,
} from './embedded-clickhouse.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
export { type EngineLog, silentLog } from './engine-log.ts';
export { type Engines, type EnginesConfig, type StartEnginesOptions, startEngines } from './start-engines.ts';
