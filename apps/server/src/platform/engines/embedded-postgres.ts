import { mkdir, realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openBoundedLog } from './bounded-log-file.ts';
import type { EngineLog } from './engine-log.ts';
import { isPortFree, pickLoopbackPort } from './loopback-port.ts';
import { findLaunch } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import {
  createCluster,
  DATABASE,
  hasCluster,
  postgresFiles,
  readOrMakePassword,
  SUPERUSER,
  socketDirectory,
} from './postgres-directory.ts';
import { endOrphanedBackends, endPostmaster, stopLeftoverPostmaster } from './postgres-leftover.ts';
import type { PostgresSettings } from './postgres-settings.ts';
import { type Cluster, type Postmaster, startPostmaster } from './postmaster.ts';

export interface EmbeddedPostgresOptions {
  /** Headwater's data directory, locked by the caller. The cluster is its `postgres` directory. */
  dataDir: string;
  log: EngineLog;
  /** Told what takes time: creating the database on the first start, recovering it after a crash. */
  onProgress?: (text: string) => void;
  /** Settings over the defaults of postgres-settings.ts. */
  settings?: PostgresSettings;
  /** Told after PostgreSQL died and runs again, on the same port with everything it had acknowledged. */
  onRestart?: () => void;
}

export interface EmbeddedPostgres {
  /** `postgres://…` of the database `headwater`, with its password: a secret. Valid across restarts. */
  readonly url: string;
  /** As PostgreSQL names it: `18.4`. */
  readonly version: string;
  /** Process id of the postmaster now running; it changes with a restart, and is 0 while there is none. */
  pid(): number;
  /** Fast shutdown within three seconds, else an immediate one. Nothing is left running. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on the data directory and keeps it running until `stop()`: one that dies is started again on the
 * same port. It listens on a unix
 * socket among its files and on 127.0.0.1, with a generated password. When this process dies, PostgreSQL shuts down by
 * itself (leash.ts), and what is left over is stopped by the next start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const files = postgresFiles(dataDir);
  const onProgress = options.onProgress ?? (() => undefined);
  const { log } = options;
  const binaries = await findPostgresBinaries();
  const launch = await findLaunch(binaries.postgres, dataDir);
  const password = await readOrMakePassword(files.password);

  if (await hasCluster(dataDir, launch)) {
    await stopLeftoverPostmaster(files.cluster, log);
  } else {
    onProgress('Creating the PostgreSQL database (first start)');
    await createCluster(dataDir, binaries, launch, password);
  }

  const logFile = await openBoundedLog(files.log);
  const settings = options.settings ?? {};
  const cluster: Cluster = { dataDir, binaries, launch, settings, logFile, log, onProgress, pid: 0 };
  let stopping = false;
  const { port, first } = await startFirst(cluster).catch(async (error: unknown) => {
    await logFile.close();
    throw error;
  });

  const supervise = async (): Promise<void> => {
    let running: Postmaster | undefined = first;
    while (running) {
      await running.ended;
      if (stopping) return;
      log.warn({ pid: running.pid }, 'PostgreSQL died; starting it again');
      running = await restart(cluster, port, () => stopping);
      if (!running || stopping) continue;
      log.info({ pid: running.pid }, 'PostgreSQL runs again');
      options.onRestart?.();
    }
  };
  const supervision = supervise();

  const stop = async (): Promise<void> => {
    stopping = true;
    // One that is only starting, perhaps recovering for a minute, is ended as well.
    if (cluster.pid !== 0) await endPostmaster(cluster.pid, 3000);
    await supervision;
    await logFile.close();
  };
  let stopped: Promise<void> | undefined;
  const stopOnce = () => {
    stopped ??= stop();
    return stopped;
  };

  try {
    const urlOf = (database: string) => urlTo(database, { port, password, socket: socketDirectory(dataDir) });
    const version = await prepareDatabase(urlOf('postgres'));
    log.debug({ port, pid: first.pid, version }, 'PostgreSQL is ready');
    return {
      url: urlOf(DATABASE),
      version,
      pid: () => cluster.pid,
      stop: stopOnce,
    };
  } catch (error) {
    await stopOnce();
    throw error;
  }
}

async function startFirst(cluster: Cluster): Promise<{ port: number; first: Postmaster }> {
  await endOrphanedBackends(postgresFiles(cluster.dataDir).cluster, cluster.log);
  for (let attempt = 1; ; attempt += 1) {
    const port = await pickLoopbackPort();
    try {
      return { port, first: await startPostmaster(cluster, port) };
    } catch (error) {
      if (attempt >= 8 || !isPassing(error)) throw error;
      cluster.log.debug({ attempt }, 'PostgreSQL did not start, trying again');
      await sleep(250 * attempt);
    }
  }
}

/** Whether another try may help: the port was taken in between, or processes of a killed postmaster are still about. */
function isPassing(error: unknown): boolean {
  return /Address already in use|could not bind|pre-existing shared memory|lock file .* already exists/i.test(
    (error as Error).message,
  );
}

/** Tries until it runs or `cancelled()`; undefined when cancelled. */
async function restart(
  cluster: Cluster,
  port: number,
  cancelled: () => boolean,
): Promise<Postmaster | undefined> {
  for (let attempt = 1; !cancelled(); attempt += 1) {
    await sleep(attempt === 1 ? 0 : Math.min(250 * attempt, 3000));
    if (cancelled()) return undefined;
    try {
      await endOrphanedBackends(postgresFiles(cluster.dataDir).cluster, cluster.log);
      await waitForPort(port);
      return await startPostmaster(cluster, port);
    } catch (error) {
      const reason = (error as Error).message;
      if (attempt % 5 === 0) cluster.log.error({ attempt, reason }, 'PostgreSQL does not start');
    }
  }
  return undefined;
}

async function waitForPort(port: number): Promise<void> {
  for (let attempt = 0; attempt < 10 && !(await isPortFree(port)); attempt += 1) await sleep(50);
}

/** Makes the database on the first start. @returns the server's version */
async function prepareDatabase(maintenanceUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string; there: boolean }>(
      `select current_setting('server_version') as version,
              exists (select from pg_database where datname = $1) as there`,
      [DATABASE],
    );
    const row = rows[0];
    if (!row?.there) await client.query(`create database ${client.escapeIdentifier(DATABASE)}`);
    return row?.version ?? '';
  } finally {
    await client.end();
  }
}

/** Host and port are there for tools that know TCP only; the parameter `host` wins where it is understood (libpq, pg). */
function urlTo(
  database: string,
  { port, password, socket }: { port: number; password: string; socket: string | undefined },
): string {
  const tcp = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
  return socket === undefined ? tcp : `${tcp}?host=${encodeURIComponent(socket)}`;
}
