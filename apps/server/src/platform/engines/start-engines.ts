import { type DataDirectoryLock, lockDataDirectory } from './data-directory-lock.ts';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from './embedded-clickhouse.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import type { EngineLog } from './engine-log.ts';
import { forgetEngineUrls, writeEngineUrls } from './engine-urls.ts';
import type { PostgresSettings } from './postgres-settings.ts';
import { refuseHalfRestored } from './restore-marker.ts';

export interface EnginesConfig {
  /** Where the embedded engines keep everything. Made if missing. Not touched when both URLs are set. */
  dataDir: string;
  /** A PostgreSQL server to use instead of the embedded one. */
  databaseUrl?: string | undefined;
  /** A ClickHouse server or cluster to use instead of the embedded one. */
  clickhouseUrl?: string | undefined;
  /** Path of the built clickhouse-process.js. */
  clickhouseEntry: string;
  /** Memory for the embedded ClickHouse; default 2048. */
  clickhouseMemoryMb?: number | undefined;
  postgresSettings?: PostgresSettings | undefined;
  /** For a restore, which alone may work on a directory that is not whole. */
  isRestore?: boolean;
}

export interface Engines {
  /** Holds the password when embedded: never log it. */
  readonly databaseUrl: string;
  /** Holds the password when embedded: never log it. */
  readonly clickhouseUrl: string;
  /** Versions of the embedded engines; undefined for external ones, which were not asked. */
  readonly databaseVersion: string | undefined;
  readonly clickhouseVersion: string | undefined;
  /** For the banner: `PostgreSQL 18.4 (embedded)` or `PostgreSQL (external)`. */
  readonly databaseDescription: string;
  readonly clickhouseDescription: string;
  /** Process ids of the embedded engines now running, for metrics; 0 where there is none. */
  pids(): { postgres: number; clickhouse: number };
  /** Tells a second start on the same data directory where this one is to be found. */
  announce(url: string): void;
  /** Stops what was started, then gives the data directory free. Within five seconds. */
  stop(): Promise<void>;
}

export interface StartEnginesOptions {
  config: EnginesConfig;
  log: EngineLog;
  onProgress: (text: string) => void;
}

/**
 * Starts the engines that no URL is given for, both at once, locks the data directory if there is one, and writes down there
 * where they are.
 *
 * @throws DataDirectoryInUse when another Headwater works in the data directory; whatever an engine throws, after the
 *   other one has been stopped again
 */
export async function startEngines({ config, log, onProgress }: StartEnginesOptions): Promise<Engines> {
  const { dataDir, clickhouseEntry, clickhouseMemoryMb, postgresSettings } = config;
  const embedsPostgres = !config.databaseUrl;
  const embedsClickHouse = !config.clickhouseUrl;
  const lock: DataDirectoryLock | undefined =
    embedsPostgres || embedsClickHouse ? await lockDataDirectory(dataDir) : undefined;
  try {
    if (lock && !config.isRestore) refuseHalfRestored(dataDir);
  } catch (error) {
    await lock?.release();
    throw error;
  }
  const [postgres, clickhouse] = await Promise.allSettled([
    embedsPostgres ? startPostgres() : undefined,
    embedsClickHouse ? startClickHouse() : undefined,
  ]);

  async function startPostgres(): Promise<EmbeddedPostgres> {
    onProgress('Starting PostgreSQL');
    return startEmbeddedPostgres({ dataDir, log, onProgress, settings: postgresSettings ?? {} });
  }
  async function startClickHouse(): Promise<EmbeddedClickHouse> {
    onProgress('Starting ClickHouse');
    const memory = clickhouseMemoryMb === undefined ? {} : { memoryLimitMb: clickhouseMemoryMb };
    return startEmbeddedClickHouse({ dataDir, entry: clickhouseEntry, log, ...memory });
  }
  const running = [postgres, clickhouse].flatMap((result) =>
    result.status === 'fulfilled' && result.value ? [result.value] : [],
  );
  const stop = async (): Promise<void> => {
    if (lock) await forgetEngineUrls(dataDir);
    const ends = await Promise.allSettled(running.map((engine) => engine.stop()));
    await lock?.release();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  };
  for (const result of [postgres, clickhouse]) {
    if (result.status === 'fulfilled') continue;
    await stop().catch(() => undefined);
    throw result.reason;
  }
  const database = postgres.status === 'fulfilled' ? postgres.value : undefined;
  const analytics = clickhouse.status === 'fulfilled' ? clickhouse.value : undefined;
  if (lock) {
    await writeEngineUrls(dataDir, {
      ...(database && { databaseUrl: database.url }),
      ...(analytics && { clickhouseUrl: analytics.url }),
    });
  }
  return {
    databaseUrl: config.databaseUrl || (database?.url ?? ''),
    clickhouseUrl: config.clickhouseUrl || (analytics?.url ?? ''),
    databaseVersion: database?.version,
    clickhouseVersion: analytics?.version,
    databaseDescription: database ? `PostgreSQL ${database.version} (embedded)` : 'PostgreSQL (external)',
    clickhouseDescription: analytics ? `ClickHouse ${analytics.version} (embedded)` : 'ClickHouse (external)',
    pids: () => ({ postgres: database?.pid() ?? 0, clickhouse: analytics?.pid() ?? 0 }),
    announce: (url) => lock?.describe({ pid: process.pid, url }),
    stop,
  };
}
