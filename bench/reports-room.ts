// What the benchmark of reports needs of the server's rooms, in one module that it can bundle.
export { insertDemoPart } from '../apps/server/src/demo/index.ts';
export { startEmbeddedClickHouse } from '../apps/server/src/platform/engines/embedded-clickhouse.ts';
export { migrateClickHouse, openClickHouse, silentLog } from '../apps/server/src/platform/index.ts';
export { answer } from '../apps/server/src/reports/query/answer.ts';
export { buildRollups } from '../apps/server/src/reports/rollups/index.ts';
