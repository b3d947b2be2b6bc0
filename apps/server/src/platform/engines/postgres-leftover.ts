import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineLog } from './engine-log.ts';
import { commandLineOf, isAlive, processesWorkingIn, signal, waitUntilGone } from './processes.ts';

/** What PostgreSQL writes into `postmaster.pid`. */
export interface PostmasterFile {
  pid: number;
  ready: boolean;
}

/** Reads `postmaster.pid` of a cluster; undefined when PostgreSQL does not run and was stopped cleanly. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  // Line 8 is the state, padded with blanks: starting, stopping, ready, standby.
  return { pid, ready: (lines[7] ?? '').trim() === 'ready' };
}

/**
 * Stops the PostgreSQL of an earlier server that was killed before it could: fast, then immediate, then by force. It is
 * not adopted, because it may run with other settings and on its way down already (its leash was let go).
 */
export async function stopLeftoverPostmaster(cluster: string, log: EngineLog): Promise<void> {
  const file = await readPostmasterFile(cluster);
  if (!file || !(await isAlive(file.pid)) || !(await worksOn(file.pid, cluster))) return;
  log.info({ pid: file.pid }, 'stopping the PostgreSQL left over from an earlier run');
  await endPostmaster(file.pid, 3000);
}

/**
 * Ends a postmaster: fast shutdown (clients are cut off, everything is written); when that takes longer than
 * `patienceMs`, immediate shutdown (the next start recovers from the log); at last by force.
 */
export async function endPostmaster(pid: number, patienceMs: number): Promise<void> {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', patienceMs],
    ['SIGQUIT', 1000],
    ['SIGKILL', 1000],
  ];
  for (const [name, wait] of steps) {
    if (!signal(pid, name) || (await waitUntilGone(pid, wait))) return;
  }
}

/**
 * Ends backends whose postmaster was killed. They notice its death by themselves, except in the middle of a long
 * computation, and until the last is gone no new postmaster may start ("pre-existing shared memory block"). To be called
 * only while no postmaster runs: the answer they give to SIGQUIT is what they do when they notice.
 */
export async function endOrphanedBackends(cluster: string, log: EngineLog): Promise<void> {
  const orphans: number[] = [];
  for (const pid of await processesWorkingIn(await realpath(cluster))) {
    // Somebody may be looking around there with a shell.
    if (/^postgres: |\/postgres\0/.test(await commandLineOf(pid))) orphans.push(pid);
  }
  for (const pid of orphans) signal(pid, 'SIGQUIT');
  if (orphans.length > 0)
    log.warn({ pids: orphans }, 'ended PostgreSQL processes that had lost their postmaster');
  await Promise.all(orphans.map((pid) => waitUntilGone(pid, 1000)));
}

async function worksOn(pid: number, cluster: string): Promise<boolean> {
  const command = await commandLineOf(pid);
  return (
    command.includes('postgres') && (command.includes(cluster) || command.includes(await realpath(cluster)))
  );
}
