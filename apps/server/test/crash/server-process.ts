import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/platform/index.ts';

/** The built server in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  url: string;
  child: ChildProcess;
  /** Everything it printed. */
  output(): string;
  /** Resolves with how it ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

interface ServerProcessOptions {
  dataDir: string;
  bootstrapKey: string;
  /** Left out: it starts its own engines, whatever this test itself runs on. */
  databaseUrl?: string;
  clickhouseUrl?: string;
  secret?: string;
  /** Default: any that is free. */
  port?: number;
  /** To be loaded before the server. */
  preload?: string;
  environment?: Record<string, string>;
}

/** Starts it, and waits until it says that it is ready. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { PATH, HOME, LANG } = process.env;
  const preload = options.preload === undefined ? [] : ['--import', options.preload];
  const child = spawn(process.execPath, [...preload, join(packageRoot(), 'dist/main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...(PATH === undefined ? {} : { PATH }),
      ...(HOME === undefined ? {} : { HOME }),
      ...(LANG === undefined ? {} : { LANG }),
      PORT: String(options.port ?? 0),
      HOST: '127.0.0.1',
      HEADWATER_DATA_DIR: options.dataDir,
      HEADWATER_BOOTSTRAP_KEY: options.bootstrapKey,
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      ...(options.clickhouseUrl === undefined ? {} : { CLICKHOUSE_URL: options.clickhouseUrl }),
      ...(options.secret === undefined ? {} : { HEADWATER_SECRET: options.secret }),
      ...options.environment,
    },
  });
  let output = '';
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const port = await new Promise<string>((resolve, reject) => {
    const read = (data: Buffer) => {
      output += data.toString();
      const ready = /Headwater is ready at http:\/\/localhost:(\d+)/.exec(output);
      if (ready !== null) resolve(ready[1] as string);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(({ code, signal }) =>
      reject(new Error(`the server ended (${code ?? signal}) before it was ready:\n${output}`)),
    );
  });
  return { url: `http://127.0.0.1:${port}`, child, output: () => output, ended };
}

/** Process id of the PostgreSQL in a data directory; undefined while it is down. */
export async function findPostmaster(dataDir: string): Promise<number | undefined> {
  for (const name of await readdir(dataDir, { recursive: true })) {
    if (name.endsWith('postmaster.pid')) return firstNumber(join(dataDir, name));
  }
  return undefined;
}

/** Process id of the child that holds the ClickHouse of a data directory; undefined while it is down. */
export function findClickHouse(dataDir: string): Promise<number | undefined> {
  return firstNumber(join(dataDir, 'clickhouse.pid'));
}

async function firstNumber(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const number = Number(/\d+/.exec(text)?.[0]);
  return Number.isInteger(number) && number > 1 ? number : undefined;
}
