import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findClickHouse, findPostmaster } from '../apps/server/test/crash/server-process.ts';
import type { SmallDisk } from './small-disk.ts';

export interface Victim {
  dataDir: string;
  clockFile: string;
  disk: SmallDisk | undefined;
  /** Kills the server and starts it again. */
  killServer(): Promise<void>;
}

/** What befalls a server, each of which ends by itself. */
export const mishaps: Record<string, (victim: Victim) => Promise<void>> = {
  'kill -9 of the server': (victim) => victim.killServer(),
  'kill -9 of PostgreSQL': async ({ dataDir }) => signal(await findPostmaster(dataDir), 'SIGKILL'),
  'kill -9 of ClickHouse': async ({ dataDir }) => signal(await findClickHouse(dataDir), 'SIGKILL'),
  'kill -9 of all three at once': async (victim) => {
    signal(await findPostmaster(victim.dataDir), 'SIGKILL');
    signal(await findClickHouse(victim.dataDir), 'SIGKILL');
    await victim.killServer();
  },
  'ClickHouse stands still for 8 s': async ({ dataDir }) => {
    const pid = await findClickHouse(dataDir);
    signal(pid, 'SIGSTOP');
    await sleep(8000);
    signal(pid, 'SIGCONT');
  },
  'the clock is two hours ahead for 10 s': (victim) => moveClock(victim, 2 * 3_600_000),
  'the clock is two hours behind for 10 s': (victim) => moveClock(victim, -2 * 3_600_000),
  'the disk is full for 10 s': async ({ disk }) => disk?.fillFor(10_000),
  'the disk stands still for 6 s': async ({ disk }) => disk?.freezeFor(6000),
};

async function moveClock({ clockFile }: Victim, byMs: number): Promise<void> {
  writeFileSync(clockFile, String(byMs));
  await sleep(10_000);
  writeFileSync(clockFile, '0');
  await sleep(1000);
}

/** Nothing where there is nobody: it went by itself, because of what befell it before. */
function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
