import { createHash } from 'node:crypto';
import { mkdir, realpath, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Who holds a data directory. */
export interface LockHolder {
  pid: number;
  url?: string;
}

export interface DataDirectoryLock {
  /** What a second start is told about the holder. */
  describe(holder: LockHolder): void;
  release(): Promise<void>;
}

/** Another live process works in the data directory. The message says which one, when it answers. */
export class DataDirectoryInUse extends Error {
  readonly directory: string;
  readonly holder: LockHolder | undefined;

  constructor(directory: string, holder: LockHolder | undefined) {
    const who = holder ? `another Headwater (process ${holder.pid})` : 'another Headwater';
    const where = holder?.url ? ` It runs at ${holder.url}.` : '';
    super(
      `The data directory ${directory} is in use by ${who}.${where} ` +
        'Stop that one first, or set HEADWATER_DATA_DIR to another directory.',
    );
    this.name = 'DataDirectoryInUse';
    this.directory = directory;
    this.holder = holder;
  }
}

/**
 * Takes the data directory (made if missing) for this process, or throws {@link DataDirectoryInUse}.
 *
 * The lock is a listening unix socket named after the real path of the directory. The kernel drops it with the process,
 * however that dies, so there is never a stale lock to wait for or to break, which a pid file cannot promise. On Linux
 * the socket has an abstract name, which makes taking it atomic; elsewhere it is a file in the temporary directory whose
 * holder is asked before it is replaced. Both are known to one machine (on Linux: one network namespace): two containers
 * that share a volume are not kept apart by this lock.
 */
export async function lockDataDirectory(directory: string): Promise<DataDirectoryLock> {
  await mkdir(directory, { recursive: true });
  const real = await realpath(directory);
  const name = `headwater-${createHash('sha256').update(real).digest('hex').slice(0, 32)}`;
  const abstract = process.platform === 'linux';
  const path = abstract ? `\0${name}` : join(tmpdir(), `${name}.sock`);

  let holder: LockHolder = { pid: process.pid };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${JSON.stringify(holder)}\n`);
  });

  for (let attempt = 0; ; attempt += 1) {
    if (await listen(server, path)) break;
    const answer = await ask(path);
    if (answer.alive) throw new DataDirectoryInUse(real, answer.holder);
    if (attempt >= 20) throw new DataDirectoryInUse(real, undefined);
    // Nobody answers: a socket file left behind by a killed process, or a holder that went away this very moment.
    if (!abstract) await unlink(path).catch(() => undefined);
  }
  // The lock alone does not keep a process running.
  server.unref();

  let released: Promise<void> | undefined;
  return {
    describe: (next) => {
      holder = next;
    },
    release: () => {
      released ??= new Promise<void>((resolve) => server.close(() => resolve()));
      return released;
    },
  };
}

/** True when the name is now ours, false when somebody has it. */
function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    server.once('error', onError);
    server.listen({ path }, () => {
      server.off('error', onError);
      resolve(true);
    });
  });
}

/** Asks the holder who it is. One that accepts but does not answer (it is busy, or stopped) is alive all the same. */
function ask(path: string): Promise<{ alive: boolean; holder?: LockHolder }> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let text = '';
    const settle = (alive: boolean) => {
      socket.destroy();
      resolve({ alive, ...parseHolder(text) });
    };
    socket.setEncoding('utf8');
    socket.setTimeout(1000, () => settle(true));
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => settle(true));
    socket.on('error', () => settle(text !== ''));
  });
}

function parseHolder(text: string): { holder?: LockHolder } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    const { pid, url } = value as { pid?: unknown; url?: unknown };
    if (typeof pid !== 'number') return {};
    return { holder: { pid, ...(typeof url === 'string' ? { url } : {}) } };
  } catch {
    return {};
  }
}
