import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoundedLogFile } from './bounded-log-file.ts';
import { childEnvironment } from './child-environment.ts';
import type { EngineLog } from './engine-log.ts';
import { leash } from './leash.ts';
import type { Launch } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { postgresFiles, socketDirectory } from './postgres-directory.ts';
import { endPostmaster, readPostmasterFile } from './postgres-leftover.ts';
import { type PostgresSettings, settingsArguments } from './postgres-settings.ts';

// Recovery from the log after a crash is bounded by max_wal_size (2 GB), which took well below this on slow disks.
const READY_WITHIN_MS = 120_000;

/** A cluster on disk and how to run it. */
export interface Cluster {
  dataDir: string;
  binaries: PostgresBinaries;
  launch: Launch;
  settings: PostgresSettings;
  logFile: BoundedLogFile;
  log: EngineLog;
  onProgress: (text: string) => void;
  /** The postmaster now starting or running; 0 when there is none. */
  pid: number;
}

/** A postmaster that accepts connections. */
export interface Postmaster {
  pid: number;
  /** Settles when the process has ended. */
  ended: Promise<void>;
}

/** Spawns the postmaster and waits until it accepts connections. @throws with the end of its log when it does not */
export async function startPostmaster(cluster: Cluster, port: number): Promise<Postmaster> {
  const { logFile, launch } = cluster;
  const directory = postgresFiles(cluster.dataDir).cluster;
  const logStart = await logFile.size();
  const { file, args } = launch.command(cluster.binaries.postgres, [
    ...['-D', directory, '-p', String(port)],
    ...settingsArguments({
      unix_socket_directories: socketDirectory(cluster.dataDir) ?? '',
      ...cluster.settings,
    }),
  ]);
  const child = spawn(file, args, {
    ...launch.options,
    cwd: '/',
    env: childEnvironment(),
    stdio: ['ignore', logFile.fd, logFile.fd],
    // A session of its own: Ctrl-C is for us alone, and we stop PostgreSQL after the last query.
    detached: true,
  });
  let exited = false;
  let spawnError: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (error) => {
      spawnError = error;
      resolve();
    });
  }).then(() => {
    exited = true;
    cluster.pid = 0;
  });
  child.unref();
  const { pid } = child;
  cluster.pid = pid ?? 0;
  const letGo = pid === undefined ? () => undefined : leash(pid, launch.owner ?? {});
  void ended.then(letGo);

  const started = Date.now();
  let saidSo = false;
  while (!exited && Date.now() - started < READY_WITHIN_MS) {
    const state = await readPostmasterFile(directory);
    if (pid !== undefined && state?.pid === pid && state.ready) return { pid, ended };
    if (!saidSo && Date.now() - started > 2000) {
      saidSo = true;
      cluster.onProgress('PostgreSQL is recovering from its log');
    }
    await sleep(10);
  }
  if (pid !== undefined && !exited) await endPostmaster(pid, 1000);
  const said = spawnError?.message ?? (await logFile.since(logStart));
  throw new Error(
    `PostgreSQL did not start. Its log (${postgresFiles(cluster.dataDir).log}) ends with: ${said}`,
  );
}
