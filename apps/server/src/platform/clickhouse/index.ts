/** ClickHouse, as the rest of the house speaks to it: a server, a cluster behind one URL, or the embedded engine. */
export { isTemporaryFailure, refusalOfRows } from './failures.ts';
export { knownClickHouseMigrations, migrateClickHouse } from './migrate.ts';
export { type ClickHouse, type ClickHouseOptions, openClickHouse, wide } from './open.ts';
export { rewrite } from './rewrite.ts';
