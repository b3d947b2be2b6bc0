/**
 * Main of the child process that holds the embedded ClickHouse: an engine crash or an exhausted memory ends this process
 * and not the server. Started by embedded-clickhouse.ts, from which it gets everything over the channel; its one argument,
 * the data directory, is there to be seen in a process list.
 */
import { writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { setPriority } from 'node:os';
import { createClickHouseServer } from './clickhouse-http.ts';
import type { FromClickHouseChild, ToClickHouseChild } from './clickhouse-messages.ts';
import { defaultLimits, Sessions } from './clickhouse-sessions.ts';

const PATIENCE_MS = 2000;

// Where processors are short, requests and their commits come first and reports catch up behind them: events wait safely
// in PostgreSQL's log meanwhile, a payment's answer does not. Still a ninth of an equal share: reports never stand still.
const NICENESS = 10;

let sessions: Sessions | undefined;
let server: Server | undefined;

function tell(message: FromClickHouseChild): Promise<void> {
  return new Promise((resolve) => {
    if (!process.send) return resolve();
    process.send(message, () => resolve());
  });
}

async function fail(reason: 'port' | 'directory' | 'other', message: string): Promise<void> {
  await tell({ type: 'failed', reason, message });
  process.exit(1);
}

function stepBack(): void {
  try {
    setPriority(NICENESS);
    // Linux weighs whole sessions against each other, and this process leads one of its own.
    writeFileSync('/proc/self/autogroup', String(NICENESS));
  } catch {
    // Not there on every system, and only a matter of order.
  }
}

async function start(message: ToClickHouseChild & { type: 'start' }): Promise<void> {
  const { directory, port, user, password, memoryMb } = message;
  stepBack();
  try {
    sessions = new Sessions(directory, { ...defaultLimits, memoryMb });
  } catch (error) {
    const text = (error as Error).message;
    return fail(/Code: 76\b|CANNOT_OPEN_FILE|lock/i.test(text) ? 'directory' : 'other', text);
  }
  const version = await sessions.version();
  server = createClickHouseServer({
    sessions,
    user,
    password,
    version,
    onFatal: (reason) => {
      console.error(`The engine gave up: ${reason}`);
      // Not exit(): the exit hooks would close sessions of an engine that no longer answers.
      process.kill(process.pid, 'SIGKILL');
    },
  });
  server.once('error', (error: NodeJS.ErrnoException) => {
    void fail(error.code === 'EADDRINUSE' ? 'port' : 'other', error.message);
  });
  server.listen({ port, host: '127.0.0.1' }, () => void tell({ type: 'ready', version }));
}

async function stop(): Promise<void> {
  server?.close();
  server?.closeIdleConnections();
  await sessions?.close(PATIENCE_MS);
  process.exit(0);
}

/**
 * The server is gone: nobody is left to serve. At once and by force, because a statement may be running for another
 * minute, and a data directory that is still open stands in the way of the next start. What was acknowledged is written.
 */
function vanish(): void {
  process.kill(process.pid, 'SIGKILL');
}

// Ctrl-C and SIGTERM are for the server, which then stops us in order.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void stop());
process.on('disconnect', vanish);
process.on('message', (message: ToClickHouseChild) => {
  if (message.type === 'start') {
    start(message).catch((error: unknown) => fail('other', String(error)));
  } else {
    stop().catch(() => process.exit(1));
  }
});
if (!process.send) {
  console.error('This program is started by Headwater, not by hand.');
  process.exit(1);
}
