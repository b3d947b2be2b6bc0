import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildEntry,
  eventually,
  makeTemporaryDirectory,
  processesNaming,
  removeEntry,
  removeTemporaryDirectory,
} from './building.testing.ts';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from './embedded-clickhouse.ts';
import { silentLog } from './engine-log.ts';

let directory: string;
let entry: string;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  entry = await buildEntry({ file: 'clickhouse-process.ts' });
});

afterAll(async () => {
  await removeEntry(entry);
  await removeTemporaryDirectory(directory);
});

const start = () => startEmbeddedClickHouse({ dataDir: directory, entry, log: silentLog });

function clientOf(engine: EmbeddedClickHouse): ClickHouseClient {
  return createClient({ url: engine.url, log: { level: ClickHouseLogLevel.OFF } });
}

async function count(client: ClickHouseClient, query: string): Promise<number> {
  const result = await client.query({ query, format: 'JSONEachRow' });
  const [row] = await result.json<{ n: string | number }>();
  return Number(row?.n);
}

/** Tries again until the child is back. */
async function insist<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt > 1200) throw error;
      await sleep(50);
    }
  }
}

describe('startEmbeddedClickHouse', () => {
  it('keeps its data over a stop and a start', async () => {
    const engine = await start();
    expect(engine.version).toMatch(/^\d+\.\d+/);
    const client = clientOf(engine);
    await client.command({ query: 'create table kept (a UInt8) engine = MergeTree order by a' });
    await client.insert({ table: 'kept', values: [{ a: 1 }], format: 'JSONEachRow' });
    await client.close();
    const pid = engine.pid();
    await engine.stop();
    await engine.stop();
    expect(await processesNaming(directory)).not.toContain(pid);
    const again = await start();
    const other = clientOf(again);
    expect(await count(other, 'select count() as n from kept')).toBe(1);
    await other.close();
    await again.stop();
  }, 60_000);

  it('has every acknowledged insert exactly once after kill -9 of the child in the middle', async () => {
    const engine = await start();
    const client = clientOf(engine);
    await client.command({
      query: `create table hammered (batch UInt32, id UInt32, day Date) engine = MergeTree
              partition by toYYYYMM(day) order by id settings non_replicated_deduplication_window = 10000`,
    });
    // A view's target needs a window of its own: the view is fed after the source table, and a death in between is
    // mended by the repetition only if the target can tell what it has.
    await client.command({
      query: `create table hammered_days (day Date, n UInt64) engine = SummingMergeTree order by day
              settings non_replicated_deduplication_window = 10000`,
    });
    await client.command({
      query: `create materialized view hammered_view to hammered_days as
              select day, count() as n from hammered group by day`,
    });
    const acknowledged = new Set<number>();
    let batch = 0;
    let running = true;
    const writer = async () => {
      while (running) {
        batch += 1;
        const own = batch;
        const values = Array.from({ length: 300 }, (_, id) => ({
          batch: own,
          id,
          day: `2026-0${1 + (id % 3)}-01`,
        }));
        // The same batch under the same token until it is acknowledged: it may be there already, or in part.
        await insist(() =>
          client.insert({
            table: 'hammered',
            values,
            format: 'JSONEachRow',
            clickhouse_settings: { insert_deduplication_token: `batch-${own}` },
          }),
        );
        acknowledged.add(own);
      }
    };
    const writers = Promise.all([writer(), writer(), writer()]);
    for (let round = 0; round < 5; round += 1) {
      await sleep(300 + Math.random() * 500);
      const pid = engine.pid();
      if (pid !== 0) process.kill(pid, 'SIGKILL');
      await eventually(() => engine.pid() !== 0 && engine.pid() !== pid, 20_000);
    }
    running = false;
    await writers;
    expect(acknowledged.size).toBe(batch);
    const wrong = `select count() as n from (
      select batch, count() as c, uniqExact(id) as u from hammered group by batch having c != 300 or u != 300)`;
    expect(await count(client, wrong)).toBe(0);
    expect(await count(client, 'select uniqExact(batch) as n from hammered')).toBe(acknowledged.size);
    expect(await count(client, 'select sum(n) as n from hammered_days')).toBe(300 * acknowledged.size);
    // And a batch from before all the deaths is still known.
    await client.insert({
      table: 'hammered',
      values: Array.from({ length: 300 }, (_, id) => ({ batch: 1, id, day: `2026-0${1 + (id % 3)}-01` })),
      format: 'JSONEachRow',
      clickhouse_settings: { insert_deduplication_token: 'batch-1' },
    });
    expect(await count(client, 'select count() as n from hammered where batch = 1')).toBe(300);
    await client.close();
    await engine.stop();
  }, 120_000);

  it('ends with a server that is killed -9, even while a query runs, and starts again at once', async () => {
    const parent = await buildEntry({
      text: `import { createClient } from '@clickhouse/client';
             import { startEmbeddedClickHouse } from './embedded-clickhouse.ts';
             import { silentLog } from './engine-log.ts';
             const [dataDir, entry] = process.argv.slice(2);
             const engine = await startEmbeddedClickHouse({ dataDir: dataDir!, entry: entry!, log: silentLog });
             const client = createClient({ url: engine.url });
             void client.query({ query: 'select sum(sipHash64(number)) from numbers(100000000000)' });
             setTimeout(() => console.log(engine.pid()), 500);
             setInterval(() => undefined, 1000);`,
    });
    const server = spawn(process.execPath, [parent, directory, entry], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => {
      server.stdout.once('data', (text: Buffer) => resolve(Number(text.toString('utf8'))));
    });
    expect(await processesNaming(directory)).toContain(pid);
    server.kill('SIGKILL');
    const engine = await start();
    await eventually(async () => !(await processesNaming(directory)).includes(pid), 2000);
    await engine.stop();
    expect(await processesNaming(directory)).toEqual([]);
    await removeEntry(parent);
  }, 60_000);

  it('ends a child that was left over and does not end by itself', async () => {
    const parent = await buildEntry({
      text: `import { startEmbeddedClickHouse } from './embedded-clickhouse.ts';
             import { silentLog } from './engine-log.ts';
             const [dataDir, entry] = process.argv.slice(2);
             const engine = await startEmbeddedClickHouse({ dataDir: dataDir!, entry: entry!, log: silentLog });
             process.kill(engine.pid(), 'SIGSTOP');
             process.kill(process.pid, 'SIGKILL');`,
    });
    await new Promise((resolve) => spawn(process.execPath, [parent, directory, entry]).once('exit', resolve));
    expect(await processesNaming(directory)).toHaveLength(1);
    const engine = await start();
    await engine.stop();
    expect(await processesNaming(directory)).toEqual([]);
    await removeEntry(parent);
  }, 60_000);
});
