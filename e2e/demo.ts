import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The demo as a newcomer starts it, with a data directory of its own. */
export interface Demo {
  shopUrl: string;
  serverUrl: string;
  programId: number;
  partners: { id: number; name: string; code: string }[];
  /** As the company's own server, with the program's token. */
  post(path: string, body: object): Promise<Reply>;
  /** As its operator, with the management key. */
  get(path: string): Promise<Reply>;
  close(): Promise<void>;
}

export interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the journey looks into answers of every shape
  body: any;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs `scripts/demo.mjs`; the ports are the free ones it finds. Rejects with what it printed when it does not start. */
export async function startDemo(): Promise<Demo> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-demo-'));
  const { PORT, SHOP_PORT, DATABASE_URL, CLICKHOUSE_URL, HEADWATER_BOOTSTRAP_KEY, ...rest } = process.env;
  const child = spawn(process.execPath, ['scripts/demo.mjs'], {
    cwd: root,
    env: { ...rest, HEADWATER_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async () => {
    child.kill('SIGINT');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  const printed = await waitFor(child, /The demo shop is ready at \S+\n/).catch(async (error) => {
    await close();
    throw error;
  });
  const shopUrl = /The demo shop is ready at (\S+)/.exec(printed)?.[1] ?? '';
  const serverUrl = /Headwater\s+(http\S+)/.exec(printed)?.[1] ?? '';
  const { programId, programToken, partners } = JSON.parse(
    await readFile(join(dataDir, 'demo.json'), 'utf8'),
  );
  const managementKey = (await readFile(join(dataDir, 'management-key'), 'utf8')).trim();

  async function call(method: string, path: string, token: string, body?: object): Promise<Reply> {
    const response = await fetch(`${serverUrl}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  return {
    shopUrl,
    serverUrl,
    programId,
    partners,
    post: (path, body) => call('POST', path, programToken, body),
    get: (path) => call('GET', path, managementKey),
    close,
  };
}

function waitFor(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const read = (chunk: Buffer) => {
      printed += chunk;
      if (pattern.test(printed)) resolve(printed);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`The demo ended with ${code}:\n${printed}`)));
  });
}
