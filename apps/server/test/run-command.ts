import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../src/platform/index.ts';

// The command as a stranger meets it: a process of its own, its two streams and its exit code.

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
  /** Called with what was written to standard error so far. */
  onError?: (text: string) => void;
}

const bin = join(packageRoot(), '../../packages/cli/bin/headwater.mjs');

/** `headwater …`; of this process's environment it sees nothing but the path. */
export function runCommand(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, ...options.env },
  });
  const ended: Ended = { code: null, out: '', err: '' };
  child.stdout.on('data', (data) => {
    ended.out += data;
  });
  child.stderr.on('data', (data) => {
    ended.err += data;
    options.onError?.(ended.err);
  });
  child.stdin.end(options.input ?? '');
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}
