import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.ts';
import type { Launch } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

/** Superuser of the embedded PostgreSQL, and the name of the one database we use. */
export const SUPERUSER = 'headwater';
export const DATABASE = 'headwater';

/** Files of the embedded PostgreSQL inside Headwater's data directory. */
export function postgresFiles(dataDir: string) {
  return {
    cluster: join(dataDir, 'postgres'),
    unfinished: join(dataDir, 'postgres.unfinished'),
    password: join(dataDir, 'postgres-password'),
    log: join(dataDir, 'postgres.log'),
  };
}

// What the kernel takes for the path of a unix socket, without the closing zero byte.
const longestSocketPath = 107;

/**
 * Where PostgreSQL puts its unix socket: among its own files, closed to others. It saves a tenth of what a batch costs
 * over TCP. Undefined where the path is too long for one; then TCP it is.
 */
export function socketDirectory(dataDir: string): string | undefined {
  const { cluster } = postgresFiles(dataDir);
  return Buffer.byteLength(join(cluster, '.s.PGSQL.65535')) <= longestSocketPath ? cluster : undefined;
}

/** Reads the generated password (mode 0600, made on the first start). It is never logged. */
export async function readOrMakePassword(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept.trim() !== '') return kept.trim();
  // Hexadecimal: it needs no escaping in a URL.
  const password = randomBytes(24).toString('hex');
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${password}\n`, { mode: 0o600 });
  await rename(temporary, file);
  return password;
}

/**
 * Whether the data directory already holds a cluster. One that belongs to another user is an error and not an absence: the
 * server may have run as root, or as somebody else, last time.
 */
export async function hasCluster(dataDir: string, launch: Launch): Promise<boolean> {
  const { cluster } = postgresFiles(dataDir);
  const owner = await stat(cluster).then(
    ({ uid }) => uid,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    },
  );
  if (owner === undefined) return false;
  const wanted = launch.owner?.uid ?? process.getuid?.() ?? owner;
  if (owner === wanted) return true;
  throw new Error(
    `The PostgreSQL files in ${cluster} belong to user ${owner}, but PostgreSQL would run as user ${wanted}. ` +
      `Start Headwater as the user who started it first, or hand the files over: chown -R ${wanted} ${cluster}`,
  );
}

/**
 * Runs initdb beside the final place and moves the result there when it is whole, so that being killed in the middle
 * leaves nothing that looks like a cluster.
 */
export async function createCluster(
  dataDir: string,
  binaries: PostgresBinaries,
  launch: Launch,
  password: string,
): Promise<void> {
  const { cluster, unfinished } = postgresFiles(dataDir);
  const into = join(unfinished, 'cluster');
  const passwordFile = join(unfinished, 'password');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (launch.owner) {
    await chown(passwordFile, launch.owner.uid, launch.owner.gid);
    await chown(unfinished, launch.owner.uid, launch.owner.gid);
  }
  await runInitdb(launch, binaries.initdb, [
    `--pgdata=${into}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Sorted by code point whatever the machine's libraries say, so an index stays right when the system is upgraded.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    // A new segment is written full of zeros and synced while a commit waits: 50 ms at the default size of 16 MB, and at
    // full ingest one a second. Small ones keep that wait below the others.
    '--wal-segsize=4',
    '--no-instructions',
  ]);
  await rename(into, cluster);
  await rm(unfinished, { recursive: true, force: true });
}

function runInitdb(launch: Launch, initdb: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const { file, args: argv } = launch.command(initdb, args);
    const child = spawn(file, argv, {
      ...launch.options,
      cwd: '/',
      env: childEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      // Out of reach of Ctrl-C: a cut-off initdb is cleaned up by the next start, a message of it only confuses.
      detached: true,
    });
    let trouble = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      trouble = (trouble + chunk.toString('utf8')).slice(-4000);
    });
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve();
      else reject(new Error(`initdb failed (${killedBy ?? `exit ${code}`}): ${trouble.trim()}`));
    });
  });
}
