import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { signal } from './processes.ts';

const here = dirname(fileURLToPath(import.meta.url));
// Below the repository, so that the built files find its node_modules.
const cache = join(here, '../../../../../node_modules/.cache/headwater-engines');

/** Builds a file of this folder (or the given source text, as if it lay here) and answers the path of the result. */
export async function buildEntry(source: { file: string } | { text: string }): Promise<string> {
  const outfile = join(cache, `${randomBytes(6).toString('hex')}`, 'clickhouse-process.js');
  const input =
    'file' in source
      ? { entryPoints: [join(here, source.file)] }
      : { stdin: { contents: source.text, resolveDir: here, loader: 'ts' as const } };
  await build({
    ...input,
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return outfile;
}

export async function removeEntry(entry: string): Promise<void> {
  await rm(dirname(entry), { recursive: true, force: true });
}

export async function makeTemporaryDirectory(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'headwater-engines-')));
}

/** Processes whose command line names the directory. Linux only. */
export async function processesNaming(text: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(text)) found.push(Number(entry));
  }
  return found;
}

/** Ends whatever a failed test left running on the directory, and removes it. */
export async function removeTemporaryDirectory(directory: string): Promise<void> {
  for (const pid of await processesNaming(directory)) signal(pid, 'SIGKILL');
  await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Waits until `check` holds, at most `timeoutMs`; throws otherwise. */
export async function eventually(check: () => Promise<boolean> | boolean, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Did not happen within ${timeoutMs} ms.`);
    await sleep(20);
  }
}
