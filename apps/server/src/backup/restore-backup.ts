import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import {
  type ClickHouse,
  knownClickHouseMigrations,
  knownMigrations,
  type Log,
  migrate,
  migrateClickHouse,
  openClickHouse,
  secretFingerprint,
  startEngines,
} from '../platform/index.ts';
import { readArchive } from './archive.ts';
import { type Checked, checkArchive } from './check-archive.ts';
import { checkRestored, type Whole } from './check-restored.ts';
import { type Filling, openFilling } from './copy-in.ts';
import type { Queue } from './copy-out.ts';
import { parse } from './manifest.ts';
import { BackupDamaged, BackupRefused } from './refusals.ts';
import { unpackRows } from './rows.ts';
import {
  beginDirectory,
  clickhouseEntry,
  finishDirectory,
  refuseFullClickHouse,
  refuseFullDatabase,
  type Target,
} from './target.ts';

export interface Restored extends Whole {
  snapshotAt: string;
  rows: number;
  events: number;
}

export interface RestoreOptions {
  /** Of the installation, where it is given and not in the file. */
  secret?: string | undefined;
  /** It is to be looked at and thrown away: the secret does not matter. */
  isTrial?: boolean;
  log: Log;
  onProgress?: (text: string) => void;
}

/**
 * Brings a backup back into stores that are empty. The file is read to its end first; ClickHouse is filled, then PostgreSQL in one
 * transaction, whose commit is the instant at which there is an installation. Until then a server that starts there is refused,
 * whatever was killed. @throws BackupRefused, with what to do
 */
export async function restoreBackup(
  path: string,
  target: Target,
  options: RestoreOptions,
): Promise<Restored> {
  const file = resolve(path);
  const onProgress = options.onProgress ?? (() => undefined);
  onProgress('checking the file');
  const known = { postgres: await knownMigrations(), clickhouse: await knownClickHouseMigrations() };
  const checked = await checkArchive(file, known);
  const secrets = options.isTrial ? new Map<string, string>() : await secretsFor(checked, target, options);
  await beginDirectory(target);
  const engines = await startEngines({
    config: { ...target, clickhouseEntry: clickhouseEntry(), isRestore: true },
    log: options.log,
    onProgress,
  });
  const clickhouse = openClickHouse({ url: engines.clickhouseUrl, timeoutMs: 600_000 });
  try {
    await refuseFullDatabase(engines.databaseUrl);
    await refuseFullClickHouse(clickhouse);
    const { databaseUrl } = engines;
    await migrate(databaseUrl, { restoreOf: checked.manifest.postgres.migrations });
    await migrateClickHouse(clickhouse);
    await fill(file, databaseUrl, clickhouse, checked, onProgress, () => writeSecrets(target, secrets));
    await migrate(databaseUrl);
    onProgress('checking the books');
    const whole = await checkRestored(databaseUrl);
    await finishDirectory(target);
    const { rows, events } = checked.totals;
    return {
      ...whole,
      snapshotAt: checked.manifest.snapshotAt,
      rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
      events,
    };
  } finally {
    await clickhouse.close();
    await engines.stop();
  }
}

async function fill(
  file: string,
  databaseUrl: string,
  clickhouse: ClickHouse,
  { manifest, totals }: Checked,
  onProgress: (text: string) => void,
  beforeCommit: () => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'headwater restore' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('begin');
    const filling = await openFilling(client, manifest.postgres);
    const came = new Map<string, number>();
    let queue: Queue | undefined;
    for await (const { name, body } of readArchive(file)) {
      const [store = '', table = '', part] = name.split('/');
      if (name === 'queue/state.json') queue = parse<Queue>(file, body);
      if (part === undefined || !['postgres', 'clickhouse', 'queue'].includes(store)) continue;
      const { text: rows, rows: count } = await unpackRows(body);
      came.set(`${store}/${table}`, (came.get(`${store}/${table}`) ?? 0) + count);
      onProgress(`${store}: ${table}, ${came.get(`${store}/${table}`)} rows`);
      if (store === 'clickhouse') await insertEvents(clickhouse, manifest, rows, `${manifest.id}-${part}`);
      else if (store === 'queue') await filling.copyJobs(rows);
      else await copyPart(filling, manifest, file, table, rows);
    }
    if (queue === undefined) throw new BackupDamaged(file, 'it is not whole');
    await compare(file, clickhouse, totals, came);
    onProgress('keys and indexes');
    await filling.finish(queue);
    await client.query('drop table headwater_restoring');
    await beforeCommit();
    await client.query('commit');
    await client.query('analyze');
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function copyPart(
  filling: Filling,
  { postgres }: Checked['manifest'],
  file: string,
  name: string,
  rows: Buffer,
): Promise<void> {
  const table = postgres.tables.find((one) => one.name === name);
  if (table !== undefined) return filling.copyIn(table, rows);
  throw new BackupDamaged(file, `it has rows of a table ${name} that it does not know`);
}

/** One block: all of its rows are in, in the views too, or none; again under the same token changes nothing. */
async function insertEvents(
  clickhouse: ClickHouse,
  { clickhouse: { columns } }: Checked['manifest'],
  rows: Buffer,
  token: string,
): Promise<void> {
  const { stream } = await clickhouse.client.exec({
    query: `insert into events (${columns.join(', ')}) format TabSeparated`,
    values: Readable.from([rows], { objectMode: false }),
    clickhouse_settings: {
      insert_deduplicate: 1,
      insert_deduplication_token: token,
      deduplicate_blocks_in_dependent_materialized_views: 1,
      async_insert: 0,
      max_partitions_per_insert_block: '0',
    },
  });
  await text(stream);
}

/** What came is what the file says was there; of ClickHouse it is counted where it arrived. */
async function compare(
  file: string,
  clickhouse: ClickHouse,
  totals: Checked['totals'],
  came: ReadonlyMap<string, number>,
): Promise<void> {
  const [row] = await clickhouse.rows<{ n: string }>('select count() as n from events');
  if (Number(row?.n) !== totals.events) {
    throw new BackupRefused(
      `ClickHouse holds ${row?.n} events after the restore, and the backup ${totals.events}.`,
    );
  }
  for (const [table, count] of Object.entries(totals.rows)) {
    if ((came.get(`postgres/${table}`) ?? 0) !== count)
      throw new BackupDamaged(file, `rows of ${table} are missing`);
  }
}

/** The files to write beside the stores. @throws BackupRefused when the secret is missing, or is another */
async function secretsFor(
  { manifest, secrets }: Checked,
  { dataDir }: Target,
  { secret }: RestoreOptions,
): Promise<ReadonlyMap<string, string>> {
  const { fingerprint } = manifest.secret;
  const isRight = (text: string) => secretFingerprint(text) === fingerprint;
  if (secret !== undefined && !isRight(secret)) {
    throw new BackupRefused(
      'HEADWATER_SECRET is not the one with which this installation ran: set that one, or unset it if the backup brings its own.',
    );
  }
  if (secret === undefined && !secrets.has('secret')) {
    throw new BackupRefused(
      'This backup was made without its secret: set HEADWATER_SECRET to the one with which the installation ran.',
    );
  }
  const kept = await readFile(join(dataDir, 'secret'), 'utf8').catch(() => undefined);
  if (kept !== undefined && secret === undefined && !isRight(kept.trim())) {
    throw new BackupRefused(`${join(dataDir, 'secret')} is of another installation: move it away first.`);
  }
  return secrets;
}

async function writeSecrets({ dataDir }: Target, secrets: ReadonlyMap<string, string>): Promise<void> {
  if (secrets.size > 0) await mkdir(dataDir, { recursive: true });
  for (const [name, content] of secrets) {
    // By its known names alone: a file of somebody else must not name where it goes.
    if (name !== 'secret' && name !== 'management-key') continue;
    await writeFile(join(dataDir, name), content, { mode: 0o600 });
    await chmod(join(dataDir, name), 0o600);
  }
}
