/**
 * The engines inside: a real PostgreSQL and a real ClickHouse, started in the data directory for whoever has no servers of
 * their own. This room promises that what they acknowledged survives kill -9 of any process, that no process of theirs
 * outlives ours, that one data directory is used by one server at a time, and that their passwords reach no log. What an
 * INSERT into ClickHouse needs whose outcome is in doubt is said in embedded-clickhouse.ts.
 */
export { DataDirectoryInUse, lockDataDirectory } from './data-directory-lock.ts';
export { type EngineUrls, findEngineUrls } from './engine-urls.ts';
export { restoreMarker } from './restore-marker.ts';
export { type Engines, startEngines } from './start-engines.ts';
