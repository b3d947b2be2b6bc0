import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { newId, openClickHouse, packageRoot, secretFingerprint } from '../platform/index.ts';
import { type ArchiveWriter, createArchive } from './archive.ts';
import {
  copyJobs,
  copyOut,
  type Described,
  describe,
  holdShipping,
  notation,
  patience,
  readQueue,
} from './copy-out.ts';
import { eventColumns, streamEvents } from './events-out.ts';
import { format, type Manifest, manifestName, type Totals } from './manifest.ts';
import { BackupRefused } from './refusals.ts';
import { packRows } from './rows.ts';

/** Where the data is. */
export interface Source {
  databaseUrl: string;
  clickhouse: { url: string; database?: string };
  secret: string;
  /** The files that nothing else holds, by name; empty: they are kept apart. */
  secrets: Readonly<Record<string, string>>;
}

export interface Backup extends Totals {
  file: string;
  bytes: number;
  sha256: string;
  snapshotAt: string;
  hasSecret: boolean;
}

export interface TakeOptions {
  /** Writes over a file that is there. */
  force?: boolean;
  onProgress?: (text: string) => void;
}

/**
 * Writes everything that both stores hold into one file, beside a running server that notices nothing but the reading. It shows
 * one instant: a snapshot of PostgreSQL, and of ClickHouse the events that had left PostgreSQL's log by then. Nothing of it is
 * in memory but the part that is being written.
 */
export async function takeBackup(source: Source, path: string, options: TakeOptions = {}): Promise<Backup> {
  const file = resolve(path);
  if (!options.force && (await exists(file))) {
    throw new BackupRefused(`${file} is there already: name another file, or write over it with --force.`);
  }
  const clickhouse = openClickHouse({ ...source.clickhouse, timeoutMs: 3_600_000 });
  const reader = await connect(source.databaseUrl, 'headwater backup');
  let archive: ArchiveWriter | undefined;
  try {
    await refuseForeign(reader);
    const columns = await eventColumns(clickhouse);
    const clickhouseMigrations = await clickhouse.rows<{ name: string }>(
      'select distinct name from headwater_migrations order by name',
    );
    const { found, events } = await snapshotOfBoth(source.databaseUrl, reader, () =>
      streamEvents(clickhouse, columns),
    );
    const manifest: Manifest = {
      format,
      headwater: JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version,
      id: newId('bak'),
      snapshotAt: found.snapshotAt.toISOString(),
      postgres: {
        version: found.version,
        migrations: found.migrations,
        tables: found.tables,
        clickMonths: found.clickMonths,
      },
      clickhouse: { migrations: clickhouseMigrations.map(({ name }) => name), columns },
      secret: {
        fingerprint: secretFingerprint(source.secret),
        isIncluded: source.secrets.secret !== undefined,
      },
    };
    archive = await createArchive(file, found.snapshotAt);
    await archive.add(manifestName, json(manifest));
    for (const [name, text] of Object.entries(source.secrets))
      await archive.add(`secret/${name}`, Buffer.from(text));
    const totals: Totals = { rows: {}, events: 0 };
    // ClickHouse first: of its snapshot a reader that takes its time would be dropped.
    totals.events = await addRows(archive, 'clickhouse/events', events, options.onProgress);
    for (const table of found.tables) {
      totals.rows[table.name] = await addRows(
        archive,
        `postgres/${table.name}`,
        copyOut(reader, table),
        options.onProgress,
      );
    }
    await addRows(archive, 'queue/jobs', copyJobs(reader), options.onProgress);
    await archive.add('queue/state.json', json(await readQueue(reader)));
    const { bytes, sha256 } = await archive.finish({ ...totals });
    const { snapshotAt, secret } = manifest;
    return { file, bytes, sha256, snapshotAt, hasSecret: secret.isIncluded, ...totals };
  } catch (error) {
    await archive?.abandon();
    throw error;
  } finally {
    await reader.end().catch(() => undefined);
    await clickhouse.close();
  }
}

/** Adds rows as members of a few megabytes, `…/000001.tsv.gz`; how many there were. */
async function addRows(
  archive: ArchiveWriter,
  folder: string,
  chunks: AsyncIterable<Buffer>,
  onProgress: TakeOptions['onProgress'],
): Promise<number> {
  let rows = 0;
  let number = 0;
  for await (const part of packRows(chunks)) {
    number += 1;
    rows += part.rows;
    await archive.add(`${folder}/${String(number).padStart(6, '0')}.tsv.gz`, part.packed);
    onProgress?.(`${folder.replace('/', ': ')}, ${rows} rows`);
  }
  return rows;
}

/**
 * Both snapshots, with shipping held off from before the first until after the second: an event is in the log of the one, or in
 * the rows of the other. Only those of a shipment that was open may be in both, and a shipment that is found open is never
 * sent without asking ClickHouse what of it is there (event-log/deliver.ts).
 */
async function snapshotOfBoth<Events>(
  databaseUrl: string,
  reader: pg.Client,
  readEvents: () => Promise<Events>,
): Promise<{ found: Described; events: Events }> {
  const holder = await connect(databaseUrl, 'headwater backup holds shipping');
  try {
    await holder.query(`begin; ${holdShipping}`);
    await reader.query('begin transaction isolation level repeatable read read only');
    const found = await describe(reader);
    return { found, events: await readEvents() };
  } finally {
    await holder.end().catch(() => undefined);
  }
}

async function connect(databaseUrl: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: name });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(notation);
  await client.query(patience);
  return client;
}

async function refuseForeign(reader: pg.Client): Promise<void> {
  const { rows } = await reader.query(
    `select to_regclass('headwater_migrations') is not null as ours, to_regclass('headwater_restoring') is not null as half`,
  );
  if (rows[0]?.half)
    throw new BackupRefused('A restore into this database was not finished: there is nothing to back up.');
  if (!rows[0]?.ours) throw new BackupRefused('The database of DATABASE_URL holds nothing of Headwater.');
}

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
