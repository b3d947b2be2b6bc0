import { existsSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type ClickHouse, lockDataDirectory, packageRoot, restoreMarker } from '../platform/index.ts';
import { BackupRefused } from './refusals.ts';

/** Where to: engines of our own in the data directory, for what no URL is given. */
export interface Target {
  dataDir: string;
  databaseUrl: string | undefined;
  clickhouseUrl: string | undefined;
}

// What a server, or a restore that was killed, leaves in a data directory. Anything else there is not ours to judge.
const ownFiles = [
  ...['postgres', 'postgres.unfinished', 'postgres-password', 'postgres.log'],
  ...['clickhouse', 'clickhouse.pid', 'clickhouse.log'],
  ...['secret', 'management-key', 'engines.json'],
];

/**
 * Takes a data directory for a restore: it must hold nothing, or only what an unfinished restore left, which is removed. From
 * here until {@link finishDirectory} no server starts on it (start-engines.ts).
 */
export async function beginDirectory({ dataDir, databaseUrl, clickhouseUrl }: Target): Promise<void> {
  if (databaseUrl !== undefined && clickhouseUrl !== undefined) return;
  // Nobody works there, neither a server nor another restore.
  const lock = await lockDataDirectory(dataDir);
  try {
    await clearDirectory(dataDir);
  } finally {
    await lock.release();
  }
}

async function clearDirectory(dataDir: string): Promise<void> {
  const marker = join(dataDir, restoreMarker);
  const there = ownFiles.filter((name) => existsSync(join(dataDir, name)));
  if (there.length > 0 && !existsSync(marker)) {
    throw new BackupRefused(
      `The data directory ${dataDir} is not empty (${there.join(', ')}): a restore goes into an empty one. Move it away, or set HEADWATER_DATA_DIR to another.`,
    );
  }
  const file = await open(marker, 'w', 0o600);
  await file.sync();
  await file.close();
  for (const name of there) await rm(join(dataDir, name), { recursive: true, force: true });
}

export async function finishDirectory({ dataDir }: Target): Promise<void> {
  await rm(join(dataDir, restoreMarker), { force: true });
}

/** @throws BackupRefused unless the database has no table */
export async function refuseFullDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'headwater restore' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(
      `select c.relname as name, to_regclass('headwater_restoring') is not null as half from pg_class c
       where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
         and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
       limit 1`,
    );
    if (rows.length === 0) return;
    throw new BackupRefused(
      rows[0].half
        ? 'An earlier restore into the database of DATABASE_URL was not finished: drop it, create it anew, and restore again.'
        : `The database of DATABASE_URL is not empty (it has a table ${rows[0].name}): a restore goes into an empty one. Create another.`,
    );
  } finally {
    await client.end();
  }
}

/** @throws BackupRefused when ClickHouse holds events; tables that were made for a cluster may be there */
export async function refuseFullClickHouse(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.createDatabase();
  const [table] = await clickhouse.rows(
    `select name from system.tables where database = {database:String} and name = 'events'`,
    { database: clickhouse.database },
  );
  if (table === undefined) return;
  const [row] = await clickhouse.rows<{ n: string }>('select count() as n from events');
  if (row?.n === '0') return;
  throw new BackupRefused(
    `The database ${clickhouse.database} of CLICKHOUSE_URL is not empty: a restore goes into an empty one. Drop it, or name another.`,
  );
}

export function clickhouseEntry(): string {
  return join(packageRoot(), 'dist/clickhouse-process.js');
}
