import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestClickHouse } from '../../test/databases.ts';
import { tellStory } from '../../test/story.ts';
import { openTestServer, testSecret } from '../../test/test-server.ts';
import { migrate, openClickHouse, silentLog } from '../platform/index.ts';
import { createArchive, readArchive } from './archive.ts';
import { type Backup, restoreBackup, takeBackup } from './index.ts';

// The file itself: what it is, and that it is refused when it is not what was written. With real processes, under load and
// killed: apps/server/test/backup.test.ts.

const left: (() => Promise<unknown>)[] = [];
let folder = '';
let file = '';
let backup: Backup;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headwater-backup-'));
  left.push(() => rm(folder, { recursive: true, force: true }));
  const server = await openTestServer();
  left.push(() => server.close());
  const story = await tellStory(server);
  await story.addPartner('anna');
  for (let n = 0; n < 5; n += 1) {
    const clickId = await story.click('anna');
    await story.pageview(`v-${n}`, `s-${n}`, `https://shop.example/page-${n}`, {
      // What tab-separated text must escape, and what it must not.
      title: `tab\tline\nback\\slash ${n} ü 🏔`,
    });
    await story.lead({ click_id: clickId, customer_key: `user-${n}` });
    await story.sale({ transaction_id: `t-${n}`, customer_key: `user-${n}`, amount_cents: 1999 });
  }
  await story.refund({ transaction_id: 't-1', refund_id: 'r', refund_amount_cents: 500 });
  await server.server.shipper.catchUp(20_000);
  // What comes after stays in the log: both stores have something.
  await story.sale({ transaction_id: 't-last', customer_key: 'user-0', amount_cents: 1999 });
  file = join(folder, 'all.backup');
  const { database } = server.server.clickhouse;
  backup = await takeBackup(
    {
      databaseUrl: server.database.url,
      clickhouse: { url: inject('clickhouseUrl'), database },
      secret: testSecret,
      secrets: { secret: testSecret, 'management-key': `${server.key}\n` },
    },
    file,
  );
});
afterAll(async () => {
  for (const clear of left.splice(0).reverse()) await clear();
});

/** The file as somebody else would have made it: whole, with another manifest, and nothing told of its rows. */
async function rewritten(name: string, change: (manifest: Record<string, unknown>) => void): Promise<string> {
  const path = join(folder, name);
  const archive = await createArchive(path, new Date());
  for await (const member of readArchive(file)) {
    if (member.name === 'end.json') break;
    const manifest = member.name === 'manifest.json' && JSON.parse(member.body.toString());
    if (manifest) change(manifest);
    await archive.add(member.name, manifest ? Buffer.from(JSON.stringify(manifest)) : member.body);
  }
  await archive.finish({ rows: {}, events: 0 });
  return path;
}

/** What restoring it says; nothing may come about. */
async function refusalOf(path: string): Promise<string> {
  const dataDir = join(folder, `never-${randomBytes(4).toString('hex')}`);
  const error = await restoreBackup(
    path,
    { dataDir, databaseUrl: undefined, clickhouseUrl: undefined },
    { log: silentLog },
  ).then(
    () => expect.unreachable('it was restored'),
    (refused: Error) => refused.message,
  );
  expect(existsSync(dataDir)).toBe(false);
  return error;
}

describe('a file that is not what was written', () => {
  it('is refused wherever it is cut off', async () => {
    const whole = await readFile(file);
    const path = join(folder, 'cut.backup');
    const places = [0, 1, 511, 512, 513, 5000, whole.length - 1, whole.length - 512, whole.length - 1024];
    for (let n = 0; n < 30; n += 1) places.push(Math.floor(Math.random() * whole.length));
    for (const place of places) {
      await writeFile(path, whole);
      await truncate(path, place);
      expect(await refusalOf(path), `cut at ${place}`).toMatch(/cut off|no backup of Headwater/);
    }
  });

  it('is refused wherever one bit is another', async () => {
    const whole = await readFile(file);
    const path = join(folder, 'bit.backup');
    // All over; and close together at the beginning and the end, which vouches for itself: heads, padding, what it says.
    const places = Array.from({ length: 40 }, () => Math.floor(Math.random() * whole.length));
    for (let at = Math.floor(Math.random() * 31); at < 6000; at += 31)
      places.push(at / 6, whole.length - 1 - at);
    for (const [n, at] of places.entries()) {
      const place = Math.floor(at);
      const changed = Buffer.from(whole);
      changed[place] = (changed[place] as number) ^ (1 << (n % 8));
      await writeFile(path, changed);
      expect(await refusalOf(path), `bit at ${place}`).toMatch(
        /checksum|cannot be read|cut off|no backup of Headwater|something follows|newer Headwater \(0\.1\.0: format/,
      );
    }
    await writeFile(path, Buffer.concat([whole, Buffer.from('x')]));
    expect(await refusalOf(path)).toMatch(/something follows/);
  });

  it('is refused when a newer program made it, whole as it is', async () => {
    const rewrite = async (...args: Parameters<typeof rewritten>) => refusalOf(await rewritten(...args));
    const newer = await rewrite('format.backup', (manifest) => {
      manifest.format = 2;
      manifest.headwater = '9.0.0';
    });
    expect(newer).toMatch(/made by a newer Headwater \(9\.0\.0: format 2, this one reads 1\)/);
    const ahead = await rewrite('ahead.backup', (manifest) => {
      (manifest.postgres as { migrations: string[] }).migrations.push('9999_later.sql');
    });
    expect(ahead).toMatch(/newer Headwater.*9999_later\.sql/);
  });

  it('is what it is: tar opens it, and a part of it is plain text', async () => {
    const listed = spawnSync('tar', ['tf', file], { encoding: 'utf8' }).stdout;
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(listed.split('\n')).toEqual(
      expect.arrayContaining([
        'manifest.json',
        'secret/secret',
        'clickhouse/events/000001.tsv.gz',
        'end.json',
      ]),
    );
    for await (const { name, body } of readArchive(file)) {
      if (name !== 'clickhouse/events/000001.tsv.gz') continue;
      const text = (await promisify(zlib.gunzip)(body)).toString();
      expect(text).toContain('tab\\tline\\nback\\\\slash');
    }
  });
});

describe('a restore into external databases', () => {
  it('is done by a user who owns one and is no superuser, over nothing; and from there into a file again', {
    timeout: 120_000,
  }, async () => {
    const name = `restore_${randomBytes(6).toString('hex')}`;
    const admin = new pg.Client({ connectionString: inject('databaseUrl') });
    await admin.connect();
    await admin.query(`create role ${name} login password 'plain'`);
    const makeDatabase = () => admin.query(`create database ${name} owner ${name} template template0`);
    const dropDatabase = () => admin.query(`drop database if exists ${name} with (force)`);
    await makeDatabase();
    left.push(async () => {
      await dropDatabase();
      await admin.query(`drop role ${name}`);
      await admin.end();
    });
    const url = new URL(inject('databaseUrl'));
    [url.username, url.password, url.pathname] = [name, 'plain', `/${name}`];
    const { url: engine, database } = createTestClickHouse();
    const clickhouseUrl = new URL(`/${database}`, engine).href;
    const clickhouse = openClickHouse({ url: clickhouseUrl });
    left.push(async () => {
      await clickhouse.command(`drop database if exists ${database}`);
      await clickhouse.close();
    });
    const target = { dataDir: join(folder, 'apart'), databaseUrl: url.href, clickhouseUrl };
    // One that lies about what is in it: what was begun is nothing that starts, or is restored over.
    const lying = await rewritten('lying.backup', () => undefined);
    await expect(restoreBackup(lying, target, { log: silentLog })).rejects.toThrow(
      /ClickHouse holds \d+ events/,
    );
    await expect(migrate(url.href)).rejects.toThrow(/restore into this database was not finished/);
    await expect(restoreBackup(file, target, { log: silentLog })).rejects.toThrow(
      /was not finished: drop it/,
    );
    await dropDatabase();
    await makeDatabase();
    await expect(restoreBackup(file, target, { log: silentLog })).rejects.toThrow(
      /CLICKHOUSE_URL is not empty/,
    );
    await clickhouse.command(`drop database ${database}`);

    const restored = await restoreBackup(file, target, { log: silentLog });
    expect(restored.fault).toBeNull();
    expect(restored).toMatchObject({ payments: 6, commissions: 6, events: backup.events });
    expect(await readdir(target.dataDir)).toEqual(['management-key', 'secret']);
    await expect(restoreBackup(file, target, { log: silentLog })).rejects.toThrow(
      /DATABASE_URL is not empty/,
    );

    const secret = await readFile(join(target.dataDir, 'secret'), 'utf8');
    const second = join(folder, 'second.backup');
    const again = await takeBackup(
      { databaseUrl: url.href, clickhouse: { url: clickhouseUrl }, secret, secrets: {} },
      second,
    );
    expect(again.rows).toEqual(backup.rows);
    expect(again.events).toBe(backup.events);
    expect(await refusalOf(second)).toMatch(/made without its secret: set HEADWATER_SECRET/);
  });
});
