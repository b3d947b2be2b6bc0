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
async function insist<T>(act: () => Promise<T>, onFailure: () => void = () => undefined): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt > 1200) throw error;
      onFailure();
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
              partition by toYYYYMM(day) order by (batch, id) settings non_replicated_deduplication_window = 10000`,
    });
    type Row = { batch: number; id: number; day: string };
    const insert = (token: string, values: Row[]) =>
      client.insert({
        table: 'hammered',
        values,
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: token },
      });
    const rowsOf = (batch: number): Row[] =>
      Array.from({ length: 300 }, (_, id) => ({ batch, id, day: `2026-0${1 + (id % 3)}-01` }));
    /**
     * The token alone is not enough: the engine notes it before the part is in place, so killed in between it drops the
     * repetition of rows it does not have. Who could not be sure of the first attempt repeats it under the same token,
     * then looks, and adds what is missing under another.
     */
    const insertSurely = async (batch: number) => {
      const rows = rowsOf(batch);
      let token = `batch-${batch}`;
      let missing = rows;
      for (let attempt = 1; missing.length > 0; attempt += 1) {
        let failures = 0;
        await insist(
          () => insert(token, missing),
          () => (failures += 1),
        );
        if (attempt === 1 && failures === 0) return;
        const there = await insist(async () => {
          const query = `select id from hammered where batch = ${batch}`;
          return (await client.query({ query, format: 'JSONEachRow' })).json<{ id: number }>();
        });
        const ids = new Set(there.map(({ id }) => id));
        missing = rows.filter(({ id }) => !ids.has(id));
        token = `batch-${batch}-rest-${attempt}`;
      }
    };
    const acknowledged = new Set<number>();
    let batch = 0;
    let running = true;
    const writer = async () => {
      while (running) {
        batch += 1;
        const own = batch;
        await insertSurely(own);
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
    // And a batch from before all the deaths is still known.
    await insert('batch-1', rowsOf(1));
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
