import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildEntry,
  makeTemporaryDirectory,
  removeEntry,
  removeTemporaryDirectory,
} from './building.testing.ts';
import { DataDirectoryInUse, lockDataDirectory } from './data-directory-lock.ts';

let directory: string;
let holder: string;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  holder = await buildEntry({
    text: `import { lockDataDirectory } from './data-directory-lock.ts';
           const lock = await lockDataDirectory(process.argv[2]!);
           lock.describe({ pid: process.pid, url: 'http://localhost:3000' });
           console.log('locked');
           setInterval(() => undefined, 1000);`,
  });
});

afterAll(async () => {
  await removeEntry(holder);
  await removeTemporaryDirectory(directory);
});

async function startHolder(of: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [holder, of], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`The holder ended with ${code}.`)));
  });
  return child;
}

describe('lockDataDirectory', () => {
  it('makes the directory and gives it free again', async () => {
    const path = join(directory, 'new', 'deep');
    const lock = await lockDataDirectory(path);
    await expect(lockDataDirectory(path)).rejects.toBeInstanceOf(DataDirectoryInUse);
    await lock.release();
    await lock.release();
    await (await lockDataDirectory(path)).release();
  });

  it('says who holds it, by whatever name the directory goes', async () => {
    const path = join(directory, 'named');
    await mkdir(path);
    await symlink(path, join(directory, 'alias'));
    const child = await startHolder(path);
    const error = await lockDataDirectory(join(directory, 'alias')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataDirectoryInUse);
    expect((error as DataDirectoryInUse).holder).toEqual({ pid: child.pid, url: 'http://localhost:3000' });
    expect((error as Error).message).toContain(`process ${child.pid}`);
    expect((error as Error).message).toContain('http://localhost:3000');
    child.kill('SIGKILL');
  });

  it('is free at once after kill -9 of its holder', async () => {
    const path = join(directory, 'killed');
    const child = await startHolder(path);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const started = Date.now();
    await (await lockDataDirectory(path)).release();
    expect(Date.now() - started).toBeLessThan(500);
  });

  it('is given to one of many who ask at the same moment', async () => {
    const path = join(directory, 'raced');
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDirectory(path)));
    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    await winners[0]?.value.release();
  });

  it('names a holder that does not answer, without waiting long', async () => {
    const path = join(directory, 'stopped');
    const child = await startHolder(path);
    child.kill('SIGSTOP');
    const started = Date.now();
    await expect(lockDataDirectory(path)).rejects.toThrow('in use by another Headwater');
    expect(Date.now() - started).toBeLessThan(3000);
    child.kill('SIGKILL');
  });
});
