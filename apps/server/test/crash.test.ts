import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { startEngines } from '../src/platform/engines/index.ts';
import {
  createMetrics,
  createShipper,
  newToken,
  openClickHouse,
  openPostgres,
  packageRoot,
  silentLog,
} from '../src/platform/index.ts';
import { expectInClickHouse, expectInPostgres } from './crash/everything-once.ts';
import { type Load, putUnderLoad } from './crash/load.ts';
import {
  findClickHouse,
  findPostmaster,
  type ServerProcess,
  startServerProcess,
} from './crash/server-process.ts';
import { setUpShop } from './crash/set-up-shop.ts';

// HEADWATER_CRASH_ROUNDS=50 kills more often.
const rounds = Number(process.env.HEADWATER_CRASH_ROUNDS ?? 12);
const bootstrapKey = newToken('affk_');

const left: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clear of left.splice(0).reverse()) await clear();
});

async function newDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-crash-'));
  left.push(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function start(options: Parameters<typeof startServerProcess>[0]): Promise<ServerProcess> {
  const server = await startServerProcess(options);
  left.push(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
  });
  return server;
}

async function untilReady({ url, output }: ServerProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.status === 200) return;
    await sleep(50);
  }
  throw new Error(`not ready again within 30 s:\n${output().slice(-4000)}`);
}

describe('kill -9 under load', () => {
  it(`loses nothing acknowledged and doubles nothing, ${rounds} times at random moments; SIGTERM ends it cleanly`, {
    timeout: 90_000 + rounds * 15_000,
  }, async () => {
    const dataDir = await newDataDir();
    let server = await start({ dataDir, bootstrapKey });
    const target = { ...(await setUpShop(server.url, bootstrapKey)), url: () => server.url };
    const load = putUnderLoad(target, 6);
    for (let round = 0; round < rounds; round += 1) {
      await sleep(200 + Math.random() * 900);
      switch (['server', 'postgres', 'clickhouse'][Math.floor(Math.random() * 3)]) {
        case 'server':
          server.child.kill('SIGKILL');
          await server.ended;
          server = await start({ dataDir, bootstrapKey });
          break;
        case 'postgres':
          killIfThere(await findPostmaster(dataDir));
          break;
        default:
          killIfThere(await findClickHouse(dataDir));
      }
      await untilReady(server);
    }
    await sleep(300);
    const toldAt = performance.now();
    server.child.kill('SIGTERM');
    const end = await server.ended;
    expect(performance.now() - toldAt).toBeLessThan(5000);
    expect(end, server.output().slice(-4000)).toEqual({ code: 0, signal: null });
    await load.stop();
    expect(load.improper).toEqual([]);
    await expectEverythingOnce(dataDir, load);
  });
});

function killIfThere(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It went by itself, because of the kill before this one.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function expectEverythingOnce(dataDir: string, { acknowledged }: Load): Promise<void> {
  const engines = await startEngines({
    config: { dataDir, clickhouseEntry: join(packageRoot(), 'dist/clickhouse-process.js') },
    log: silentLog,
    onProgress() {},
  });
  const postgres = openPostgres(engines.databaseUrl);
  const clickhouse = openClickHouse({ url: engines.clickhouseUrl });
  try {
    await expectInPostgres(postgres, acknowledged);
    expect(acknowledged.sales.size).toBeGreaterThan(rounds);
    const shipper = createShipper({
      postgres,
      databaseUrl: engines.databaseUrl,
      clickhouse,
      log: silentLog,
      metrics: createMetrics(),
    });
    await shipper.catchUp(60_000);
    await shipper.stop();
    await expectInClickHouse(postgres, clickhouse, acknowledged);
  } finally {
    await clickhouse.close();
    await postgres.close();
    await engines.stop();
  }
}

describe('SIGTERM under load', () => {
  it('ends within five seconds with code 0, and what was acknowledged is there', {
    timeout: 90_000,
  }, async () => {
    const dataDir = await newDataDir();
    const server = await start({ dataDir, bootstrapKey });
    const load = putUnderLoad({ ...(await setUpShop(server.url, bootstrapKey)), url: () => server.url }, 32);
    await sleep(2000);
    const toldAt = performance.now();
    server.child.kill('SIGTERM');
    const end = await server.ended;
    expect(performance.now() - toldAt).toBeLessThan(5000);
    expect(end, server.output().slice(-4000)).toEqual({ code: 0, signal: null });
    await load.stop();
    expect(load.improper).toEqual([]);
    await expectEverythingOnce(dataDir, load);
  });
});

describe('two processes that start at once on one new database', () => {
  it('both migrate safely and serve, with one first key', { timeout: 90_000 }, async () => {
    const name = `headwater_test_twins_${process.pid}_${Date.now().toString(36)}`;
    const admin = new pg.Client({ connectionString: inject('databaseUrl') });
    await admin.connect();
    await admin.query(`create database ${name}`);
    left.push(async () => {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
    });
    const url = new URL(inject('databaseUrl'));
    url.pathname = `/${name}`;
    const dataDirs = await Promise.all([newDataDir(), newDataDir(), newDataDir()]);
    const twins = await Promise.all(
      dataDirs.map((dataDir) =>
        start({ dataDir, bootstrapKey, databaseUrl: url.href, clickhouseUrl: inject('clickhouseUrl') }),
      ),
    );
    const target = await setUpShop((twins[0] as ServerProcess).url, bootstrapKey);
    for (const twin of twins) {
      await untilReady(twin);
      const response = await fetch(`${twin.url}/api/v1/track/sale`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${target.token}` },
        body: '{"transaction_id":"t","amount_cents":1,"customer_key":"nobody"}',
      });
      expect(await response.json()).toEqual({
        error: 'Customer not found. Provide customer_key or click_id.',
      });
    }
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    const { rows } = await client.query(
      `select (select count(*)::int from workspaces) as workspaces, (select count(*)::int from management_keys) as keys,
         (select count(*)::int from headwater_migrations) as migrations`,
    );
    await client.end();
    expect(rows).toEqual([{ workspaces: 1, keys: 2, migrations: expect.any(Number) }]);
  });
});
