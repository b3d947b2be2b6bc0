import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One of examples/ as a newcomer starts it, beside a Headwater that runs on the port with its data in the directory. */
export async function runExample(
  name: string,
  { dataDir, port }: { dataDir: string; port: number },
): Promise<{ url: string; programId: number; end(): Promise<void> }> {
  const { SHOP_PORT, HEADWATER_TOKEN, HEADWATER_BOOTSTRAP_KEY, STRIPE_SECRET_KEY, ...rest } = process.env;
  const child = spawn(process.execPath, ['scripts/example.mjs', name], {
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
        if (/The example is ready at \S+\n/.test(text)) resolve(text);
      });
    child.once('exit', (code) => reject(new Error(`The example ended with ${code}:\n${text}`)));
  });
  return {
    url: /The example is ready at (\S+)/.exec(printed)?.[1] ?? '',
    programId: Number(/program (\d+)/.exec(printed)?.[1]),
    async end() {
      child.kill('SIGINT');
      await ended;
    },
  };
}
