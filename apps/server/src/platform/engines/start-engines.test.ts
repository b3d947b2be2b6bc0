import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildEntry,
  eventually,
  makeTemporaryDirectory,
  processesNaming,
  removeEntry,
  removeTemporaryDirectory,
} from './building.testing.ts';
import { DataDirectoryInUse } from './data-directory-lock.ts';
import { silentLog } from './engine-log.ts';
import { findLaunch } from './postgres-account.ts';
import { type EnginesConfig, startEngines } from './start-engines.ts';

let directory: string;
let clickhouseEntry: string;
let server: string;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  clickhouseEntry = await buildEntry({ file: 'clickhouse-process.ts' });
  // A server in small: starts the engines, says so, and stops them in order when asked.
  server = await buildEntry({
    text: `import { startEngines } from './start-engines.ts';
           import { silentLog } from './engine-log.ts';
           const [dataDir, clickhouseEntry] = process.argv.slice(2);
           const started = Date.now();
           const engines = await startEngines({
             config: { dataDir: dataDir!, clickhouseEntry: clickhouseEntry! }, log: silentLog, onProgress: () => undefined,
           });
           for (const name of ['SIGINT', 'SIGTERM'] as const) {
             process.on(name, () => void engines.stop().then(() => { console.log('stopped'); process.exit(0); }));
           }
           console.log(JSON.stringify({
             ms: Date.now() - started, uid: process.getuid?.(), pids: engines.pids(),
             databaseUrl: engines.databaseUrl, clickhouseUrl: engines.clickhouseUrl,
           }));
           setInterval(() => undefined, 1000);`,
  });
});

afterAll(async () => {
  await removeEntry(clickhouseEntry);
  await removeEntry(server);
  await removeTemporaryDirectory(directory);
});

const start = (config: Partial<EnginesConfig>) =>
  startEngines({
    config: { dataDir: directory, clickhouseEntry, ...config },
    log: silentLog,
    onProgress: () => undefined,
  });

interface Ready {
  ms: number;
  uid: number;
  pids: { postgres: number; clickhouse: number };
  databaseUrl: string;
  clickhouseUrl: string;
}

async function firstLine(child: ChildProcess): Promise<Ready> {
  if (!child.stdout) throw new Error('The server was started without a pipe.');
  for await (const line of createInterface(child.stdout)) return JSON.parse(line) as Ready;
  throw new Error('The server said nothing.');
}

function startServer(dataDir: string): ChildProcess {
  return spawn(process.execPath, [server, dataDir, clickhouseEntry], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

describe('startEngines', () => {
  it('starts both, refuses a second start, and leaves nothing behind', async () => {
    const engines = await start({});
    expect(engines.databaseDescription).toMatch(/^PostgreSQL 18\.\d+ \(embedded\)$/);
    expect(engines.clickhouseDescription).toMatch(/^ClickHouse [\d.]+ \(embedded\)$/);
    engines.announce('http://localhost:3000');
    const refused = await start({}).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataDirectoryInUse);
    expect((refused as Error).message).toContain('http://localhost:3000');
    const database = new pg.Client({ connectionString: engines.databaseUrl });
    await database.connect();
    expect((await database.query('select current_database() as d')).rows).toEqual([{ d: 'headwater' }]);
    await database.end();
    const analytics = createClient({ url: engines.clickhouseUrl });
    expect(await analytics.ping({ select: true })).toEqual({ success: true });
    await analytics.close();
    await engines.stop();
    expect(await processesNaming(directory)).toEqual([]);
  }, 60_000);

  it('starts nothing, and touches no directory, when both URLs are given', async () => {
    const engines = await start({
      dataDir: join(directory, 'untouched'),
      databaseUrl: 'postgres://elsewhere/db',
      clickhouseUrl: 'http://elsewhere:8123',
    });
    expect(engines.databaseUrl).toBe('postgres://elsewhere/db');
    expect(engines.databaseDescription).toBe('PostgreSQL (external)');
    expect(engines.clickhouseDescription).toBe('ClickHouse (external)');
    await expect(stat(join(directory, 'untouched'))).rejects.toThrow('ENOENT');
    await engines.stop();
  });

  it('stops the one when the other does not start', async () => {
    const broken = start({
      dataDir: join(directory, 'half'),
      clickhouseEntry: join(directory, 'missing.js'),
    });
    await expect(broken).rejects.toThrow('ClickHouse');
    expect(await processesNaming(join(directory, 'half'))).toEqual([]);
    await (await start({ dataDir: join(directory, 'half') })).stop();
  }, 60_000);

  it('leaves no process after kill -9 of the server, and starts again at once', async () => {
    const first = startServer(directory);
    const { databaseUrl, pids } = await firstLine(first);
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create table acknowledged (a int)');
    await client.query('insert into acknowledged values (7)');
    const gone = ended(first);
    first.kill('SIGKILL');
    await gone;
    await eventually(async () => (await processesNaming(directory)).length === 0, 5000);
    await client.end().catch(() => undefined);
    expect(pids.postgres).toBeGreaterThan(0);

    // And once more, without waiting for the leftovers to end.
    const second = startServer(directory);
    await firstLine(second);
    const goneToo = ended(second);
    second.kill('SIGKILL');
    await goneToo;
    const engines = await start({});
    const again = new pg.Client({ connectionString: engines.databaseUrl });
    await again.connect();
    expect((await again.query('select a from acknowledged')).rows).toEqual([{ a: 7 }]);
    await again.end();
    await engines.stop();
    await eventually(async () => (await processesNaming(directory)).length === 0, 5000);
  }, 90_000);

  it('is stopped in order by Ctrl-C, which reaches the whole process group of the terminal', async () => {
    const child = spawn(process.execPath, [server, directory, clickhouseEntry], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const { pids, clickhouseUrl } = await firstLine(child);
    const client = createClient({ url: clickhouseUrl, log: { level: ClickHouseLogLevel.OFF } });
    expect((await client.ping()).success).toBe(true);
    await client.close();
    const gone = ended(child);
    const started = Date.now();
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await gone).toBe(0);
    expect(Date.now() - started).toBeLessThan(5000);
    expect(pids.clickhouse).toBeGreaterThan(0);
    expect(await processesNaming(directory)).toEqual([]);
  }, 60_000);

  it('works for an ordinary user', async () => {
    const own = join(directory, 'ordinary');
    await mkdir(own);
    let child: ChildProcess;
    if (process.getuid?.() === 0) {
      // The tests run as root: the account that PostgreSQL runs as is an ordinary user too.
      await chmod(directory, 0o755);
      const launch = await findLaunch(process.execPath, dirname(server));
      if (launch.owner) await chown(own, launch.owner.uid, launch.owner.gid);
      const { file, args } = launch.command(process.execPath, [server, own, clickhouseEntry]);
      child = spawn(file, args, { ...launch.options, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
    } else {
      child = startServer(own);
    }
    const ready = await firstLine(child);
    expect(ready.uid).not.toBe(0);
    expect((await stat(join(own, 'postgres'))).uid).toBe(ready.uid);
    const gone = ended(child);
    child.kill('SIGTERM');
    expect(await gone).toBe(0);
    expect(await processesNaming(own)).toEqual([]);
  }, 60_000);
});
