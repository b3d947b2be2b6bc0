import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildEntry,
  makeTemporaryDirectory,
  removeEntry,
  removeTemporaryDirectory,
} from './building.testing.ts';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from './embedded-clickhouse.ts';
import { silentLog } from './engine-log.ts';

let directory: string;
let entry: string;
let engine: EmbeddedClickHouse;
let client: ClickHouseClient;
const log = { level: ClickHouseLogLevel.OFF };

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  entry = await buildEntry({ file: 'clickhouse-process.ts' });
  engine = await startEmbeddedClickHouse({ dataDir: directory, entry, log: silentLog, memoryLimitMb: 1024 });
  client = createClient({ url: engine.url, log });
}, 60_000);

afterAll(async () => {
  await client?.close();
  await engine?.stop();
  await removeEntry(entry);
  await removeTemporaryDirectory(directory);
});

async function rows<T = Record<string, unknown>>(query: string, more: object = {}): Promise<T[]> {
  const result = await client.query({ query, format: 'JSONEachRow', ...more });
  return result.json<T>();
}

async function failureOf(act: Promise<unknown>): Promise<ClickHouseError> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ClickHouseError);
  return error as ClickHouseError;
}

describe('reading through @clickhouse/client', () => {
  it('answers both kinds of ping', async () => {
    expect(await client.ping()).toEqual({ success: true });
    expect(await client.ping({ select: true })).toEqual({ success: true });
  });

  it('answers in every text format', async () => {
    const query = 'select number as n, toString(number) as s from numbers(2)';
    const json = await (await client.query({ query, format: 'JSON' })).json();
    expect(json.data).toEqual([
      { n: 0, s: '0' },
      { n: 1, s: '1' },
    ]);
    expect(json.rows).toBe(2);
    const text = async (format: 'CSV' | 'TabSeparated' | 'JSONCompactEachRow' | 'TabSeparatedWithNames') =>
      (await client.query({ query, format })).text();
    expect(await text('CSV')).toBe('0,"0"\n1,"1"\n');
    expect(await text('TabSeparated')).toBe('0\t0\n1\t1\n');
    expect(await text('TabSeparatedWithNames')).toBe('n\ts\n0\t0\n1\t1\n');
    expect(await text('JSONCompactEachRow')).toBe('[0,"0"]\n[1,"1"]\n'.replaceAll(',', ', '));
    expect(await rows(query)).toHaveLength(2);
  });

  it('with wait_end_of_query=0 hands rows on as the engine reads them, all of one instant, while others read and write', async () => {
    await client.command({ query: 'create table old (n UInt64, pad String) engine = MergeTree order by n' });
    await client.command({ query: `insert into old select number, repeat('x', 200) from numbers(400000)` });
    const { stream } = await client.exec({
      query: 'select n from old format TabSeparated',
      clickhouse_settings: { wait_end_of_query: 0, max_threads: 1, max_block_size: '10000' },
    });
    let read = '';
    for await (const chunk of stream) {
      if (read === '') {
        await client.command({ query: `insert into old select 1000000 + number, '' from numbers(1000)` });
        expect(await rows('select count() as n from old')).toEqual([{ n: 401_000 }]);
        expect(String(chunk).split('\n').length).toBeLessThan(200_000);
      }
      read += String(chunk);
    }
    const numbers = read.trimEnd().split('\n').map(Number);
    expect(numbers.length).toBe(400_000);
    expect(Math.max(...numbers.slice(-1000))).toBeLessThan(400_000);
  });

  it('and a failure after its first rows ends the connection, not the result', async () => {
    const { stream } = await client.exec({
      query: 'select throwIf(number = 300000) from numbers(400000) format TabSeparated',
      clickhouse_settings: { wait_end_of_query: 0, max_threads: 1, max_block_size: '10000' },
    });
    let bytes = 0;
    await expect(
      (async () => {
        for await (const chunk of stream) bytes += (chunk as Buffer).length;
      })(),
    ).rejects.toThrow();
    expect(bytes).toBeGreaterThan(0);
    const before = client.exec({
      query: 'select nothing from nowhere format TabSeparated',
      clickhouse_settings: { wait_end_of_query: 0 },
    });
    expect((await failureOf(before)).message).toMatch(/nowhere/);
  });

  it('streams a result of many megabytes', async () => {
    const result = await client.query({
      query: "select number, repeat('x', 100) as pad from numbers(200000)",
      format: 'JSONEachRow',
    });
    let count = 0;
    for await (const part of result.stream()) count += part.length;
    expect(count).toBe(200_000);
  });

  it('packs the result when asked to', async () => {
    const packed = createClient({ url: engine.url, log, compression: { response: true, request: true } });
    const result = await packed.query({ query: 'select number from numbers(50000)', format: 'JSONEachRow' });
    expect(result.response_headers['content-encoding']).toBe('gzip');
    expect(await result.json()).toHaveLength(50_000);
    await packed.close();
  });

  it('binds typed parameters', async () => {
    const awkward = 'O\'Brien \\ "q" \t\n\r ü 漢字 🙂 {x:String} ; -- `';
    const [row] = await rows(
      `select {text:String} as text, {list:Array(String)} as list, {numbers:Array(UInt64)} as numbers,
              {day:Date} as day, {moment:DateTime64(3, 'UTC')} as moment, {none:Nullable(String)} as none,
              {some:Nullable(UInt32)} as some, {flag:Bool} as flag, {map:Map(String, UInt8)} as map,
              {table:Identifier} as ident from (select 1 as one)`,
      {
        query_params: {
          text: awkward,
          list: [awkward, '', "'"],
          numbers: [1, 2],
          day: '2026-02-03',
          moment: new Date('2026-02-03T04:05:06.789Z'),
          none: null,
          some: 7,
          flag: true,
          map: { a: 1 },
          table: 'one',
        },
      },
    );
    expect(row).toEqual({
      text: awkward,
      list: [awkward, '', "'"],
      numbers: [1, 2],
      day: '2026-02-03',
      moment: '2026-02-03 04:05:06.789',
      none: null,
      some: 7,
      flag: true,
      map: { a: 1 },
      ident: 1,
    });
  });

  it('binds parameters sent as a multipart body', async () => {
    const ids = Array.from({ length: 5000 }, (_, i) => `id-${i}-ü`);
    const options = { query_params: { ids }, use_multipart_params: true };
    expect(
      await rows('select length({ids:Array(String)}) as n, {ids:Array(String)}[2] as second', options),
    ).toEqual([{ n: 5000, second: 'id-1-ü' }]);
  });

  it('accepts long parameters in the URL', async () => {
    const options = { query_params: { text: 'y'.repeat(100_000) } };
    expect(await rows('select length({text:String}) as n', options)).toEqual([{ n: 100_000 }]);
  });

  it('keeps settings and parameters to their statement', async () => {
    const setting =
      "select getSetting('max_threads') as threads, getSetting('max_execution_time') as seconds";
    const [usual] = await rows(setting);
    const changed = {
      clickhouse_settings: { max_threads: 7, max_execution_time: 3 },
      query_params: { p: 1 },
    };
    expect(await rows(`${setting}, {p:UInt8} as p`, changed)).toEqual([{ threads: 7, seconds: 3, p: 1 }]);
    for (let i = 0; i < 12; i += 1) expect(await rows(setting)).toEqual([usual]);
    expect((await failureOf(rows('select {p:UInt8}'))).type).toBe('UNKNOWN_QUERY_PARAMETER');
  });

  it('does not mix up parameters of simultaneous statements', async () => {
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const options = { query_params: { v: `value ${i}` } };
        expect(await rows('select {v:String} as v, sleepEachRow(0.001)', options)).toEqual([
          { v: `value ${i}`, 'sleepEachRow(0.001)': 0 },
        ]);
      }),
    );
  });

  it('uses the database of the client', async () => {
    await client.command({ query: 'create database if not exists `other db`' });
    const other = createClient({ url: engine.url, database: 'other db' });
    const result = await other.query({ query: 'select currentDatabase() as d', format: 'JSONEachRow' });
    expect(await result.json()).toEqual([{ d: 'other db' }]);
    expect(await rows('select currentDatabase() as d')).toEqual([{ d: 'default' }]);
    await other.close();
  });

  it('names the statement by the id given', async () => {
    const result = await client.query({ query: 'select 1', query_id: 'my-id' });
    expect(result.query_id).toBe('my-id');
    expect(result.response_headers['x-clickhouse-query-id']).toBe('my-id');
  });

  it('answers a small question while large ones run', async () => {
    const slow = [1, 2].map(() => rows('select sum(sipHash64(number)) from numbers(60000000)'));
    await sleep(50);
    const started = Date.now();
    await rows('select 1');
    expect(Date.now() - started).toBeLessThan(1500);
    await Promise.all(slow);
  }, 60_000);
});

describe('errors', () => {
  it('gives code, type and the text of the engine', async () => {
    expect(await failureOf(rows('select * from nowhere'))).toMatchObject({
      code: '60',
      type: 'UNKNOWN_TABLE',
    });
    expect(await failureOf(rows('selec 1'))).toMatchObject({ code: '62', type: 'SYNTAX_ERROR' });
    const thrown = await failureOf(rows("select throwIf(1, 'my (OWN) words')"));
    expect(thrown.code).toBe('395');
    expect(thrown.message).toContain('my ');
    const setting = await failureOf(rows('select 1', { clickhouse_settings: { no_such_setting: 1 } }));
    expect(setting).toMatchObject({ code: '115', type: 'UNKNOWN_SETTING' });
  });

  it('answers with the status and headers of ClickHouse', async () => {
    const { origin, username, password } = new URL(engine.url);
    const post = (query: string, headers: Record<string, string>) =>
      fetch(origin, { method: 'POST', body: query, headers });
    const key = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password };
    const missing = await post('select * from nowhere', key);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('x-clickhouse-exception-code')).toBe('60');
    expect((await post('selec 1', key)).status).toBe(400);
    expect((await post('select throwIf(1)', key)).status).toBe(500);
    expect((await post('', key)).status).toBe(400);
    const fine = await post('select 1', key);
    expect([fine.status, await fine.text()]).toEqual([200, '1\n']);
    expect((await post('select 1', {})).status).toBe(403);
    expect((await post('select 1', { ...key, 'X-ClickHouse-Key': 'wrong' })).status).toBe(403);
    expect((await post('select 1', { ...key, 'X-ClickHouse-User': 'default' })).status).toBe(403);
    expect((await fetch(`${origin}/elsewhere`)).status).toBe(404);
    const get = await fetch(
      `${origin}/?query=${encodeURIComponent('create table g (a Int8) engine=Memory')}`,
      {
        headers: key,
      },
    );
    expect(get.headers.get('x-clickhouse-exception-code')).toBe('164');
  });

  it('refuses a wrong password', async () => {
    const stranger = createClient({ url: engine.url.replace(/:[0-9a-f]{48}@/, ':wrong@'), log });
    const error = await failureOf(stranger.query({ query: 'select 1' }));
    expect(error).toMatchObject({ code: '516', type: 'AUTHENTICATION_FAILED' });
    await stranger.close();
  });

  it('bounds time and memory', async () => {
    const time = { clickhouse_settings: { max_execution_time: 0.2 } };
    const late = await failureOf(rows('select sum(sipHash64(number)) from numbers(100000000000)', time));
    expect(late.type).toBe('TIMEOUT_EXCEEDED');
    const big =
      "select length(groupArray(toString(number) || 'xxxxxxxxxxxxxxxxxxxx')) as n from numbers(100000000)";
    expect((await failureOf(rows(big))).type).toBe('MEMORY_LIMIT_EXCEEDED');
    const own = { clickhouse_settings: { max_memory_usage: '50000000' } };
    expect((await failureOf(rows(big, own))).type).toBe('MEMORY_LIMIT_EXCEEDED');
  }, 60_000);

  it('cancels a read whose client went away', async () => {
    const abort = new AbortController();
    const query = 'select sum(sipHash64(number)) as cancelled_one from numbers(100000000000)';
    const asked = client.query({ query, abort_signal: abort.signal }).catch((error: Error) => error.message);
    await sleep(200);
    const count = "select count() as n from system.processes where query like '%cancelled' || '_one%'";
    expect(await rows(count)).toEqual([{ n: 1 }]);
    abort.abort();
    expect(await asked).toContain('aborted');
    await expect.poll(() => rows(count), { timeout: 3000 }).toEqual([{ n: 0 }]);
  });
});

describe('writing through @clickhouse/client', () => {
  it('inserts ten thousand rows, packed or not', async () => {
    await client.command({
      query: 'create table plain (id UInt64, text String) engine = MergeTree order by id',
    });
    const values = Array.from({ length: 10_000 }, (_, id) => ({ id, text: `row ${id} ü\n'"\\` }));
    const written = await client.insert({ table: 'plain', values, format: 'JSONEachRow' });
    expect(written.summary?.written_rows).toBe('10000');
    const packing = createClient({ url: engine.url, log, compression: { request: true } });
    await packing.insert({ table: 'plain', values, format: 'JSONEachRow', columns: ['id', 'text'] });
    await packing.close();
    expect(await rows('select count() as n, uniqExact(text) as texts from plain')).toEqual([
      { n: 20_000, texts: 10_000 },
    ]);
    expect((await rows('select text from plain where id = 7 limit 1'))[0]).toEqual({ text: values[7]?.text });
  });

  it('takes the general way for rich INSERTs', async () => {
    await client.command({
      query: "create table `rich` (`a b` UInt8, c String default 'd') engine = MergeTree order by tuple()",
    });
    await client.insert({
      table: '`default`.`rich`',
      values: [{ 'a b': 1 }],
      columns: ['`a b`'],
      format: 'JSONEachRow',
    });
    await client.insert({ table: 'rich', values: [[2, 'ü']], format: 'JSONCompactEachRow' });
    await client.insert({
      table: 'rich',
      values: [[3]],
      columns: { except: ['c'] },
      format: 'JSONCompactEachRow',
    });
    await client.command({ query: "insert into rich values (4, 'four'), (5, 'five')" });
    await client.command({ query: 'insert into rich select number, toString(number) from numbers(6, 2)' });
    await client.exec({ query: 'insert into rich format CSV\n8,"eight"\n' });
    const stored = await rows('select `a b` as a, c from rich order by a');
    expect(stored).toEqual([
      { a: 1, c: 'd' },
      { a: 2, c: 'ü' },
      { a: 3, c: 'd' },
      { a: 4, c: 'four' },
      { a: 5, c: 'five' },
      { a: 6, c: '6' },
      { a: 7, c: '7' },
      { a: 8, c: 'eight' },
    ]);
  });

  it('accepts an INSERT of no rows', async () => {
    await client.command({ query: 'create table empty (a UInt8) engine = MergeTree order by a' });
    await client.insert({ table: 'empty', values: [], format: 'JSONEachRow' });
    await client.exec({ query: 'insert into empty format JSONEachRow' });
    expect(await rows('select count() as n from empty')).toEqual([{ n: 0 }]);
  });

  it('says which row cannot be read and stores none', async () => {
    await client.command({ query: 'create table strict (a UInt8) engine = MergeTree order by a' });
    const error = await failureOf(
      client.insert({ table: 'strict', values: [{ a: 1 }, { a: 'x' }], format: 'JSONEachRow' }),
    );
    expect(error.type).toBe('CANNOT_PARSE_INPUT_ASSERTION_FAILED');
    expect(await rows('select count() as n from strict')).toEqual([{ n: 0 }]);
  });

  it('refuses binary input and sessions in plain words', async () => {
    const post = (query: string, body: Buffer) => {
      const { origin, username, password } = new URL(engine.url);
      const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password };
      return fetch(`${origin}/?query=${encodeURIComponent(query)}`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers,
      });
    };
    expect((await post('insert into plain format RowBinary', randomBytes(20))).status).toBe(501);
    expect((await failureOf(client.query({ query: 'select 1', session_id: 's' }))).type).toBe(
      'NOT_IMPLEMENTED',
    );
  });

  it('drops a repeated INSERT by its token, over several partitions and behind views', async () => {
    await client.command({
      query: `create table events (id UInt64, day Date) engine = MergeTree partition by toYYYYMM(day) order by id
              settings non_replicated_deduplication_window = 10000, fsync_after_insert = 1, fsync_part_directory = 1`,
    });
    const target = (name: string, settings: string) =>
      client.command({
        query: `create table ${name} (day Date, n UInt64) engine = SummingMergeTree order by day ${settings}`,
      });
    await target('guarded', 'settings non_replicated_deduplication_window = 10000');
    await target('unguarded', '');
    for (const name of ['guarded', 'unguarded']) {
      await client.command({
        query: `create materialized view ${name}_view to ${name} as select day, count() as n from events group by day`,
      });
    }
    const values = ['2026-01-31', '2026-02-01', '2026-03-01'].map((day, id) => ({ id, day }));
    const insert = (token: string, extra: object = {}) =>
      client.insert({
        table: 'events',
        values,
        format: 'JSONEachRow',
        clickhouse_settings: { insert_deduplication_token: token, ...extra },
      });
    const counts = () =>
      rows(`select (select count() from events) as events, (select sum(n) from guarded) as guarded,
                   (select sum(n) from unguarded) as unguarded`);
    await insert('first');
    await insert('first');
    // A view's target without a window of its own takes the rows again, although the source table drops them.
    expect(await counts()).toEqual([{ events: 3, guarded: 3, unguarded: 6 }]);
    await insert('second');
    expect(await counts()).toEqual([{ events: 6, guarded: 6, unguarded: 9 }]);
    await insert('second', { deduplicate_blocks_in_dependent_materialized_views: 1 });
    expect(await counts()).toEqual([{ events: 6, guarded: 6, unguarded: 12 }]);
    // It is on unless switched off, and then the window of the view's target does not help either.
    await insert('second', { deduplicate_blocks_in_dependent_materialized_views: 0 });
    expect(await counts()).toEqual([{ events: 6, guarded: 9, unguarded: 15 }]);
  });
});
