// The built server on engines and a data directory of its own, as a benchmark starts, asks and stops it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Session } from 'chdb';
import pg from 'pg';
import { buildAll } from '../scripts/build.mjs';
import { ask } from '../scripts/management-api.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const readyWithinMs = 60_000;

/**
 * Builds and starts the server; resolves when it is ready.
 *
 * @param {{ nodeArguments?: string[], again?: { dataDir: string, key: string } }} [options] `nodeArguments`: for profiling,
 *   e.g. `['--cpu-prof']`; `again`: a server that was stopped, to be started once more on what it kept
 */
export async function startRealServer({ nodeArguments = [], again } = {}) {
  await buildAll();
  const dataDir = again?.dataDir ?? mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  const key = again?.key ?? `affk_${randomBytes(24).toString('hex')}`;
  const main = join(root, 'apps/server/dist/main.js');
  const child = spawn(process.execPath, [...nodeArguments, main], {
    cwd: dataDir,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      HEADWATER_DATA_DIR: dataDir,
      HEADWATER_BOOTSTRAP_KEY: key,
      // All of the load has one token or one machine's addresses: the limit is not what is measured.
      HEADWATER_RATE_LIMIT: '1000000000',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A benchmark that fails leaves nothing running.
  const stopWithUs = () => child.kill('SIGTERM');
  process.once('exit', stopWithUs);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const printed = await readyText(child, ended);
  const [, url] = readyLine.exec(printed);
  const clients = [];
  return {
    url,
    /** By which the first owner comes in; undefined when there is one. */
    ownerLink: /http\S+\/first-owner#\S+/.exec(printed)?.[0],
    pid: child.pid,
    dataDir,
    key,
    /** A call of the management API that must succeed; its `data`. */
    create: async (path, body) => (await ask(url, key, 'POST', `/api/v1${path}`, body)).data,
    databaseUrl: () => databaseUrlIn(dataDir),
    /** A connection to the server's own PostgreSQL. */
    async connect() {
      const client = new pg.Client(databaseUrlIn(dataDir));
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      process.off('exit', stopWithUs);
      child.kill('SIGTERM');
      await ended;
    },
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

const readyLine = /is ready at (http:\S+)\n/;

async function readyText(child, ended) {
  let text = '';
  const ready = new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (readyLine.test(text)) resolve(text);
    });
  });
  const failed = ended.then(() => Promise.reject(new Error(`the server ended while it started\n${text}`)));
  const late = sleep(readyWithinMs, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`the server was not ready after ${readyWithinMs / 1000} s\n${text}`)),
  );
  failed.catch(() => undefined);
  late.catch(() => undefined);
  return Promise.race([ready, failed, late]);
}

function databaseUrlIn(dataDir) {
  const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim();
  const lines = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  const [port, socket] = [lines[3], lines[4]];
  // By the way that the server itself takes: what is written by hand beside it must have no longer one.
  const way = socket ? `?host=${encodeURIComponent(socket)}` : '';
  return `postgres://headwater:${password}@127.0.0.1:${port}/headwater${way}`;
}

/** Resolves when every event is in ClickHouse; the seconds that took. */
export async function waitUntilShipped(client, timeoutSeconds) {
  const startedAt = performance.now();
  const waiting = async () => {
    const { rows } = await client.query(
      'select (select count(*) from event_batches) + (select count(*) from event_shipments) as waiting',
    );
    return Number(rows[0].waiting);
  };
  for (;;) {
    const seconds = (performance.now() - startedAt) / 1000;
    if ((await waiting()) === 0) return seconds;
    if (seconds > timeoutSeconds)
      throw new Error(`events still wait for ClickHouse after ${timeoutSeconds} s`);
    await sleep(100);
  }
}

/** A query on the ClickHouse files of a server that was stopped: what is on disk, whoever said so. */
export async function askClickHouseFiles(dataDir, query) {
  const session = new Session(join(dataDir, 'clickhouse'));
  try {
    const answer = await session.queryAsync(query, { format: 'JSONEachRow' });
    return answer
      .text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    session.close?.();
  }
}
