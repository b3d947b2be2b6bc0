/**
 * The ground floor: configuration, clock, ids, errors, PostgreSQL, the event log, and what a route is.
 * Knows nothing of partners or payments.
 */
export * from './clickhouse/index.ts';
export * from './clock.ts';
export { type Config, ConfigError, findSecret, givenSecret, readConfig, readSecret } from './config.ts';
export { lockDataDirectory, restoreMarker, startEngines } from './engines/index.ts';
export { erasedHash, erasedName } from './erased-name.ts';
export { AppError, invariant } from './errors.ts';
export { appendEvents, appendLines, type EventRow, eventLine } from './event-log/append.ts';
export { forgetDeadLetters, isShippedUntil, lastLogged } from './event-log/forget.ts';
export { createShipper, type Shipper } from './event-log/ship.ts';
export { type Broadcast, createBroadcast } from './http/broadcast.ts';
export { eventStream } from './http/event-stream.ts';
export * from './http/page.ts';
export * from './http/principal.ts';
export * from './http/read-body.ts';
export * from './http/route.ts';
export { isFromOurPage } from './http/same-origin.ts';
export * from './ids.ts';
export { createTurns } from './in-turn.ts';
export { createLog, type Log, silentLog } from './log.ts';
export { lookupPublic } from './lookup-public.ts';
export * from './metrics.ts';
export { packageRoot } from './package-root.ts';
export { type ArrayItem, arrayLiteral } from './postgres/array-literal.ts';
export { createGroupCommit, type GroupCommit } from './postgres/group-commit.ts';
export { afterCursor, type Db, exactInstant, kysely, sqlOf } from './postgres/kysely.ts';
export { locks } from './postgres/locks.ts';
export { knownMigrations, migrate } from './postgres/migrate.ts';
export * from './postgres/sql.ts';
export type * from './postgres/tables.ts';
export { networkOf, type PublicAddress, readPublicAddress } from './public-address.ts';
export { createSealer, type Sealer } from './sealing.ts';
export * from './secrets.ts';
