import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BoundedLogFile, openBoundedLog } from './bounded-log-file.ts';
import { childEnvironment } from './child-environment.ts';
import type { FromClickHouseChild, ToClickHouseChild } from './clickhouse-messages.ts';
import type { EngineLog } from './engine-log.ts';
import { pickLoopbackPort } from './loopback-port.ts';
import { commandLineOf, isAlive, signal, waitUntilGone } from './processes.ts';

export interface EmbeddedClickHouseOptions {
  /** Headwater's data directory, locked by the caller. The engine's files are its `clickhouse` directory. */
  dataDir: string;
  /** Path of the built clickhouse-process.js. */
  entry: string;
  log: EngineLog;
  /** For all statements together; default 2048. */
  memoryLimitMb?: number;
  /** Told after the engine died and runs again, at the same URL with every acknowledged row. */
  onRestart?: () => void;
}

export interface EmbeddedClickHouse {
  /** `http://user:password@127.0.0.1:port`, for `@clickhouse/client`: a secret. Valid across restarts. */
  readonly url: string;
  /** Of the engine: `26.7.2.1`. */
  readonly version: string;
  /** Process id of the child now running; it changes with a restart, and is 0 while there is none. */
  pid(): number;
  /** Lets running statements finish for two seconds and ends the child. */
  stop(): Promise<void>;
}

const USER = 'headwater';
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 3500;
// A child that lived this long is not in a loop of crashes: what killed it came from outside or with a query.
const STABLE_AFTER_MS = 1000;

interface Engine {
  entry: string;
  directory: string;
  pidFile: string;
  password: string;
  memoryMb: number;
  logFile: BoundedLogFile;
  log: EngineLog;
  /** The child now starting or running. */
  current: ChildProcess | undefined;
}

interface Child {
  process: ChildProcess;
  pid: number;
  version: string;
  ended: Promise<void>;
}

class ChildFailed extends Error {
  readonly reason: 'port' | 'directory' | 'other';

  constructor(reason: 'port' | 'directory' | 'other', message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Starts ClickHouse in a child process on the data directory and keeps it running until `stop()`. The app talks to it over
 * HTTP with `@clickhouse/client`, exactly as to a server or a cluster. A child that dies is started again on the same port,
 * with growing pauses; one whose server dies ends itself.
 *
 * An INSERT acknowledged at the first attempt survives kill -9, exactly once. One whose first attempt failed is in doubt, and
 * its `insert_deduplication_token` alone does not settle it: the engine (as any ClickHouse with a non-replicated table) notes
 * the token before the part is in place, and killed in between it drops the repetition of rows it does not have. Repeat
 * under the same token, then count, and add what is missing under another. Materialized views can miss a block the same way.
 */
export async function startEmbeddedClickHouse(
  options: EmbeddedClickHouseOptions,
): Promise<EmbeddedClickHouse> {
  const { log } = options;
  const directory = join(options.dataDir, 'clickhouse');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const engine: Engine = {
    entry: options.entry,
    directory: await realpath(directory),
    pidFile: join(options.dataDir, 'clickhouse.pid'),
    // New at every start: nothing but this process needs to know it.
    password: randomBytes(24).toString('hex'),
    memoryMb: options.memoryLimitMb ?? 2048,
    logFile: await openBoundedLog(join(options.dataDir, 'clickhouse.log')),
    log,
    current: undefined,
  };
  const { port, first } = await startFirst(engine).catch(async (error: unknown) => {
    await engine.logFile.close();
    throw error;
  });
  let stopping = false;
  let child: Child | undefined = first;

  const supervise = async (): Promise<void> => {
    let quickDeaths = 0;
    while (child) {
      const since = Date.now();
      await child.ended;
      if (stopping) return;
      const dead = child.pid;
      child = undefined;
      quickDeaths = Date.now() - since < STABLE_AFTER_MS ? quickDeaths + 1 : 0;
      log.warn({ pid: dead }, 'ClickHouse died; starting it again');
      while (!stopping && !child) {
        // The first restart is at once; a crash at every start must not keep a processor busy.
        await sleep(quickDeaths === 0 ? 0 : Math.min(50 * 2 ** quickDeaths, 2000));
        if (stopping) return;
        child = await startChild(engine, port).catch((error: Error) => {
          quickDeaths += 1;
          log.error({ reason: error.message }, 'ClickHouse does not start');
          return undefined;
        });
      }
      if (child && !stopping) {
        log.info({ pid: child.pid }, 'ClickHouse runs again');
        options.onRestart?.();
      }
    }
  };
  const supervision = supervise();

  const stop = async (): Promise<void> => {
    stopping = true;
    if (child) await endChild(child);
    else engine.current?.kill('SIGKILL');
    await supervision;
    if (child) await endChild(child);
    await rm(engine.pidFile, { force: true });
    await engine.logFile.close();
  };
  let stopped: Promise<void> | undefined;
  log.debug({ port, pid: first.pid, version: first.version }, 'ClickHouse is ready');
  return {
    url: `http://${USER}:${engine.password}@127.0.0.1:${port}`,
    version: first.version,
    pid: () => child?.pid ?? 0,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function startFirst(engine: Engine): Promise<{ port: number; first: Child }> {
  await endLeftoverChild(engine);
  for (let attempt = 1; ; attempt += 1) {
    const port = await pickLoopbackPort();
    try {
      return { port, first: await startChild(engine, port) };
    } catch (error) {
      const reason = error instanceof ChildFailed ? error.reason : 'other';
      // Another port, or another moment for the leftover child of a killed server to end itself.
      if (attempt >= 20 || reason === 'other') throw error;
      await sleep(reason === 'directory' ? 250 : 0);
    }
  }
}

/** Forks the child and waits until it serves. @throws ChildFailed when it says why it cannot */
async function startChild(engine: Engine, port: number): Promise<Child> {
  const { entry, directory, password, memoryMb, logFile } = engine;
  const child = fork(entry, [directory], {
    // Ctrl-C in the terminal is for us alone.
    detached: true,
    execArgv: [],
    cwd: '/',
    // Every running statement holds a thread of node's pool; compression and cancelling need some too.
    env: childEnvironment({ UV_THREADPOOL_SIZE: '16' }),
    stdio: ['ignore', logFile.fd, logFile.fd, 'ipc'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.on('error', () => undefined);
  engine.current = child;
  void ended.then(() => {
    if (engine.current === child) engine.current = undefined;
  });
  if (child.pid !== undefined) await writeFile(engine.pidFile, `${child.pid}\n`);
  const start: ToClickHouseChild = { type: 'start', directory, port, user: USER, password, memoryMb };
  try {
    const version = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new ChildFailed('other', `ClickHouse was not ready after ${READY_WITHIN_MS} ms.`));
      }, READY_WITHIN_MS);
      const settle = (act: () => void) => {
        clearTimeout(timer);
        act();
      };
      child.once('message', (message: FromClickHouseChild) => {
        if (message.type === 'ready') settle(() => resolve(message.version));
        else settle(() => reject(new ChildFailed(message.reason, message.message)));
      });
      void ended.then(() =>
        settle(() => reject(new ChildFailed('other', 'ClickHouse ended while it started.'))),
      );
      child.send(start, () => undefined);
    });
    // The channel stays open, for it tells the child that we live, but it does not keep us running.
    child.channel?.unref();
    child.unref();
    return { process: child, pid: child.pid ?? 0, version, ended };
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw error;
  }
}

async function endChild(child: Child): Promise<void> {
  const stop: ToClickHouseChild = { type: 'stop' };
  if (child.process.connected) child.process.send(stop, () => undefined);
  const late = setTimeout(() => child.process.kill('SIGKILL'), STOP_WITHIN_MS);
  await child.ended;
  clearTimeout(late);
}

/** A killed server's child ends itself at once; should one hang, it is ended here, if it is ours by its command line. */
async function endLeftoverChild(engine: Engine): Promise<void> {
  const pid = Number(await readFile(engine.pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0 || !(await isAlive(pid))) return;
  const command = await commandLineOf(pid);
  if (!command.includes(basename(engine.entry)) || !command.includes(engine.directory)) return;
  engine.log.info({ pid }, 'ending the ClickHouse left over from an earlier run');
  signal(pid, 'SIGKILL');
  await waitUntilGone(pid, 5000);
}
