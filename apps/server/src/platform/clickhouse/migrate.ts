import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';
import type { ClickHouse } from './open.ts';

/**
 * Makes the database and applies the numbered files of `apps/server/clickhouse-migrations` that it lacks, in order.
 * Returns their names. A database that is ahead of this program is refused.
 *
 * ClickHouse has neither transactions over DDL nor locks. Instead every statement is written so that repeating it
 * changes nothing (`if not exists`): processes that start together do the same work side by side, and one that died in
 * the middle of a file is followed by the next. A statement that moves data cannot be written so and does not belong here.
 */
export async function migrateClickHouse(clickhouse: ClickHouse): Promise<string[]> {
  await clickhouse.createDatabase();
  await clickhouse.command(
    `create table if not exists headwater_migrations (name String, applied_at DateTime64(3, 'UTC') default now64(3))
     engine = ReplacingMergeTree order by name`,
  );
  const rows = await clickhouse.rows<{ name: string }>('select distinct name from headwater_migrations');
  const applied = new Set(rows.map((row) => row.name));
  const migrations = await listClickHouseMigrations();
  const unknown = [...applied].filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `ClickHouse has migrations that this version does not know (${unknown.join(', ')}): start a newer version.`,
    );
  }
  const missing = migrations.filter((migration) => !applied.has(migration.name));
  for (const { name, statements } of missing) {
    for (const statement of statements) await clickhouse.command(statement);
    await clickhouse.command(
      `insert into headwater_migrations (name) settings async_insert = 0 values ('${name}')`,
    );
  }
  return missing.map((migration) => migration.name);
}

/** Names of the migrations that this program has, in order. */
export async function knownClickHouseMigrations(): Promise<string[]> {
  return (await listClickHouseMigrations()).map(({ name }) => name);
}

/** The files, each as its statements: one that ends in `;` at the end of a line is one statement. */
async function listClickHouseMigrations(): Promise<{ name: string; statements: string[] }[]> {
  const folder = join(packageRoot(), 'clickhouse-migrations');
  const files = (await readdir(folder)).filter((file) => /^\d{4}_\w+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      const uncommented = sql.replaceAll(/^\s*--.*$/gm, '');
      return { name, statements: uncommented.split(/;\s*$/m).filter((statement) => statement.trim() !== '') };
    }),
  );
}
