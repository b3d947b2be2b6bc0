import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The built server as `npm start` runs it, on its own engines in the directory; a port of 0 is any that is free. */
export async function runHeadwater(
  dataDir: string,
  port: number,
): Promise<{ url: string; ownerLink: string; end(): Promise<void> }> {
  const { DATABASE_URL, CLICKHOUSE_URL, HEADWATER_BOOTSTRAP_KEY, HEADWATER_PUBLIC_URL, ...rest } =
    process.env;
  const child = spawn(process.execPath, ['apps/server/dist/main.js'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...rest, HEADWATER_DATA_DIR: dataDir, PORT: String(port), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const printed = await new Promise<string>((resolve, reject) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        text += chunk;
        if (/Headwater is ready at \S+\n/.test(text)) resolve(text);
      });
    child.once('exit', (code) => reject(new Error(`Headwater ended with ${code}:\n${text}`)));
  });
  return {
    url: /Headwater is ready at (\S+)/.exec(printed)?.[1] ?? '',
    ownerLink: /http\S+\/first-owner#\S+/.exec(printed)?.[0] ?? '',
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** For what has to know its address before it listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
