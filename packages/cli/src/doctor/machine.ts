import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { dataDirectory, isHere } from '../settings.ts';
import { type Check, checkOf } from './check.ts';

/** As `engines` of package.json. */
const oldestNode = [20, 19] as const;

export function checkNode(name: string, version: string): Check {
  const { ok, fail } = checkOf(name);
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isRecent = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return isRecent ? ok(version) : fail(version, `Install Node.js ${oldestNode.join('.')} or newer.`);
}

/** Why nothing answers where the server should be: nobody listens there, or somebody else does. */
export async function checkPort(url: string): Promise<Check> {
  const { fail } = checkOf('server');
  if (!isHere(url)) {
    return fail(
      `nothing answers at ${url}`,
      'Is it the right address (HEADWATER_URL), and is the server up behind it?',
    );
  }
  const port = Number(new URL(url).port || (url.startsWith('https') ? 443 : 80));
  return (await isFree(port))
    ? fail(
        `nothing listens on port ${port}`,
        `Start it: ${port === 3000 ? '' : `PORT=${port} `}headwater serve, in the repository.`,
      )
    : fail(
        `port ${port} is held by something that is no Headwater`,
        'Stop that, or choose another port: PORT=3001 headwater serve, and HEADWATER_URL=http://localhost:3001.',
      );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    // A port that we may not take is not ours to judge by.
    probe.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'EADDRINUSE'));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

const gigabyte = 1024 ** 3;

/** PostgreSQL that cannot write stops taking events; ClickHouse needs room to merge. */
export function checkDisk(name: string, freeBytes: number): Check {
  const { ok, warning, fail } = checkOf(name);
  const text = `${(freeBytes / gigabyte).toFixed(1)} GB free`;
  const advice = 'Make room, or put HEADWATER_DATA_DIR on a larger disk.';
  if (freeBytes < gigabyte) return fail(text, advice);
  return freeBytes < 5 * gigabyte ? warning(text, advice) : ok(text);
}

/** The disk of a data directory that is here; undefined: there is none. */
export async function checkOwnDisk(env: NodeJS.ProcessEnv): Promise<Check | undefined> {
  const disk = await statfs(dataDirectory(env)).catch(() => undefined);
  return disk && checkDisk('disk here', disk.bavail * disk.bsize);
}

const shortest = 16;

/** What keys the hashes of addresses and seals Stripe's secrets. */
export function checkSecret(env: NodeJS.ProcessEnv): Check {
  const { ok, warning, fail, skipped } = checkOf('secret');
  const given = env.HEADWATER_SECRET?.trim();
  if (given) {
    return given.length < shortest
      ? fail('HEADWATER_SECRET is too short', 'At least 16 characters: openssl rand -base64 32.')
      : ok('HEADWATER_SECRET is set: keep it with your backups');
  }
  const file = join(dataDirectory(env), 'secret');
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return skipped('is where the server runs: keep it with your backups');
  return (found.mode & 0o077) === 0
    ? ok(`in ${file}, for its owner alone: keep it with your backups`)
    : warning(`${file} can be read by others on this machine`, `chmod 600 ${file}`);
}
