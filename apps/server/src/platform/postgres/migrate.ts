import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { packageRoot } from '../package-root.ts';
import { locks } from './locks.ts';

export interface Migration {
  name: string;
  sql: string;
}

/** Names of the migrations that this program has, in order. */
export async function knownMigrations(): Promise<string[]> {
  return (await listMigrations()).map(({ name }) => name);
}

/** The numbered SQL files of `apps/server/migrations`, in order. */
async function listMigrations(): Promise<Migration[]> {
  const folder = join(packageRoot(), 'migrations');
  const files = (await readdir(folder)).filter((file) => /^\d{4}_.+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => ({ name: file, sql: await readFile(join(folder, file), 'utf8') })),
  );
}

/**
 * Applies what is missing, each file in its own transaction, under an advisory lock that holds across processes.
 * Returns the names applied. A database that is ahead of this program is refused: an older program must not run on it. So is one that a restore did not
 * finish: the table `headwater_restoring` goes with the commit that makes it whole.
 *
 * @param restoreOf  for a restore: the migrations that the rows were written under; no others are applied
 */
export async function migrate(
  url: string,
  { restoreOf }: { restoreOf?: readonly string[] } = {},
): Promise<string[]> {
  const migrations = await listMigrations();
  const client = new pg.Client({ connectionString: url, application_name: 'headwater migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [locks.migrate]);
    await client.query(
      'create table if not exists headwater_migrations (name text primary key, applied_at timestamptz not null default now())',
    );
    if (restoreOf !== undefined) {
      await client.query(
        'create table headwater_restoring (began_at timestamptz not null default clock_timestamp())',
      );
    } else if (await isHalfRestored(client)) {
      throw new Error(
        'A restore into this database was not finished, and there is nothing whole in it. Drop the database, create it anew, and run headwater restore again.',
      );
    }
    const { rows } = await client.query<{ name: string }>('select name from headwater_migrations');
    const applied = new Set(rows.map((row) => row.name));
    const unknown = [...applied].filter((name) => !migrations.some((migration) => migration.name === name));
    if (unknown.length > 0) {
      throw new Error(
        `The database has migrations that this version does not know (${unknown.join(', ')}): start a newer version.`,
      );
    }
    const missing = migrations.filter(
      ({ name }) => !applied.has(name) && (restoreOf === undefined || restoreOf.includes(name)),
    );
    for (const migration of missing) {
      await client.query('begin');
      await client.query(migration.sql);
      await client.query('insert into headwater_migrations (name) values ($1)', [migration.name]);
      await client.query('commit');
    }
    // Triggers of ours enqueue jobs: the queue is there before anything is written.
    await runMigrations({ connectionString: url });
    return missing.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

async function isHalfRestored(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ half: boolean }>(
    `select to_regclass('headwater_restoring') is not null as half`,
  );
  return rows[0]?.half === true;
}
