import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A server that can be killed, and started again where it was with what it had. */
export interface Restartable {
  url: string;
  /** What it printed for the first owner. */
  ownerLink: string;
  /** Ends it, as a restart or an upgrade does. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startRestartable(): Promise<Restartable> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-insight-'));
  const port = await freePort();
  let running: { kill(): Promise<void> } | undefined;
  const begin = async () => {
    const { printed, kill } = await start(dataDir, port);
    running = { kill };
    return printed;
  };
  const printed = await begin();
  return {
    url: `http://localhost:${port}`,
    ownerLink: /http\S+\/first-owner#\S+/.exec(printed)?.[0] ?? '',
    async kill() {
      await running?.kill();
      running = undefined;
    },
    async start() {
      await begin();
    },
    async close() {
      await running?.kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function start(dataDir: string, port: number) {
  const { DATABASE_URL, CLICKHOUSE_URL, HEADWATER_BOOTSTRAP_KEY, HEADWATER_PUBLIC_URL, ...rest } =
    process.env;
  const child = spawn(process.execPath, ['apps/server/dist/main.js'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...rest, HEADWATER_DATA_DIR: dataDir, PORT: String(port), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const printed = await new Promise<string>((resolve, reject) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        text += chunk;
        if (/Headwater is ready at \S+\n/.test(text)) resolve(text);
      });
    child.once('exit', (code) => reject(new Error(`Headwater ended with ${code}:\n${text}`)));
  });
  return { printed, kill };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
