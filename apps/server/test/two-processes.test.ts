import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { newToken, openClickHouse } from '../src/platform/index.ts';
import { expectInClickHouse, expectInPostgres } from './crash/everything-once.ts';
import { putUnderLoad } from './crash/load.ts';
import { type ServerProcess, startServerProcess } from './crash/server-process.ts';
import { setUpShop } from './crash/set-up-shop.ts';
import { createTestClickHouse, createTestDatabase } from './databases.ts';

// HEADWATER_CRASH_ROUNDS=50 kills more often.
const kills = Number(process.env.HEADWATER_CRASH_ROUNDS ?? 4);
const bootstrapKey = newToken('affk_');

const left: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const clear of left.splice(0).reverse()) await clear();
});

/** Two servers as behind a load balancer, on one PostgreSQL and one ClickHouse that neither of them started. */
describe('two processes on one PostgreSQL and one ClickHouse over HTTP', () => {
  it(`one of them killed ${kills} times under load: nothing acknowledged lost, nothing twice`, {
    timeout: 60_000 + kills * 10_000,
  }, async () => {
    const database = await createTestDatabase();
    left.push(() => database.drop());
    const { url: engine, database: name } = createTestClickHouse();
    const clickhouseUrl = new URL(`/${name}`, engine).href;
    const clickhouse = openClickHouse({ url: clickhouseUrl });
    left.push(async () => {
      await clickhouse.command(`drop database if exists ${name}`);
      await clickhouse.close();
    });
    const startTwin = async (): Promise<ServerProcess> => {
      const dataDir = await mkdtemp(join(tmpdir(), 'headwater-twin-'));
      left.push(() => rm(dataDir, { recursive: true, force: true }));
      const server = await startServerProcess({
        ...{ dataDir, bootstrapKey, databaseUrl: database.url, clickhouseUrl },
        secret: 'the same on every server of an installation',
      });
      left.push(async () => {
        server.child.kill('SIGKILL');
        await server.ended;
      });
      return server;
    };
    const twins = await Promise.all([startTwin(), startTwin()]);
    const shop = await setUpShop((twins[0] as ServerProcess).url, bootstrapKey);
    // Any request may reach either, and its repetition the other one.
    const balanced = { ...shop, url: () => (twins[Math.random() < 0.5 ? 0 : 1] as ServerProcess).url };
    const load = putUnderLoad(balanced, 3);
    const { sales } = load.acknowledged;
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(200 + Math.random() * 900);
      // Both at least once, then either.
      const victim = kill < 2 ? kill : Math.floor(Math.random() * 2);
      const dead = twins[victim] as ServerProcess;
      dead.child.kill('SIGKILL');
      await dead.ended;
      const before = sales.size;
      // The other one goes on by itself.
      await vi.waitFor(() => expect(sales.size).toBeGreaterThan(before + 5), {
        timeout: 20_000,
        interval: 20,
      });
      twins[victim] = await startTwin();
    }
    await sleep(300);
    await load.stop();
    expect(load.improper).toEqual([]);
    expect(sales.size).toBeGreaterThan(kills * 5);
    // One of them ships, whoever was killed while it did: without being told, and not twice.
    await vi.waitFor(
      async () => expect(await database.postgres.query('select seq from event_batches limit 1')).toEqual([]),
      { timeout: 30_000, interval: 100 },
    );
    await expectInPostgres(database.postgres, load.acknowledged);
    await expectInClickHouse(database.postgres, clickhouse, load.acknowledged);
    for (const { child, ended, output } of twins) {
      child.kill('SIGTERM');
      expect(await ended, output().slice(-4000)).toEqual({ code: 0, signal: null });
    }
  });
});
