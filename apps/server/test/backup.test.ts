import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { readArchive } from '../src/backup/archive.ts';
import { newToken, openClickHouse, openPostgres, packageRoot } from '../src/platform/index.ts';
import { expectInClickHouse, expectInPostgres } from './crash/everything-once.ts';
import { type Acknowledged, putUnderLoad } from './crash/load.ts';
import { type ServerProcess, startServerProcess } from './crash/server-process.ts';
import { setUpShop } from './crash/set-up-shop.ts';

// The command as an operator runs it, beside a server that is at work. One file is made in the first story, for the others.

const left: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const clear of left.splice(0).reverse()) await clear();
});

const bootstrapKey = newToken('affk_');
let folder = '';
let file = '';

async function makeFolder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'headwater-backup-'));
  left.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function start(dataDir: string): Promise<ServerProcess> {
  const server = await startServerProcess({ dataDir, bootstrapKey });
  left.push(async () => {
    server.child.kill('SIGKILL');
    await server.ended;
  });
  return server;
}

async function stop({ child, ended }: ServerProcess): Promise<void> {
  child.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, signal: null });
}

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

const program = join(packageRoot(), 'dist/operate.js');
const command = join(packageRoot(), '../../packages/cli/bin/headwater.mjs');

function run(path: string, args: readonly string[], env: Record<string, string>, killAfterMs?: number) {
  const [file, argv] = path.startsWith('/bin/') ? [path, args] : [process.execPath, [path, ...args]];
  const child = spawn(file, argv, {
    env: { ...(process.env.PATH === undefined ? {} : { PATH: process.env.PATH }), ...env },
  });
  const told = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => {
    told.out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    told.err += data.toString();
  });
  if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  return new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...told })));
}

/** The commands that docs/operations.md has under a heading, as they stand there, but in our folder. */
async function runDocs(heading: string, env: Record<string, string>): Promise<Ended> {
  const page = await readFile(join(packageRoot(), '../../docs/operations.md'), 'utf8');
  const section = page.slice(page.indexOf(`\n${heading}\n`));
  const block = /```sh\n(.*?)```/s.exec(section)?.[1] as string;
  const text = block.replaceAll(/\/var\/(?:backups\/headwater|lib)\//g, `${folder}/`);
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  await symlink(command, join(bin, 'headwater')).catch(() => undefined);
  return run('/bin/sh', ['-eu', '-c', text], { ...env, TMPDIR: folder, PATH: `${bin}:${process.env.PATH}` });
}

/** What a file says that is in it. */
async function totalsOf(path: string): Promise<{ rows: Record<string, number>; events: number }> {
  let end = '';
  for await (const { name, body } of readArchive(path)) if (name === 'end.json') end = body.toString();
  return JSON.parse(end);
}

/** Answers of a server that must be the same before and after. */
async function ask(url: string, saleIds: readonly number[], websiteId: string) {
  const headers = { authorization: `Bearer ${bootstrapKey}`, 'content-type': 'application/json' };
  const json = async (response: Response) => {
    expect(response.status).toBe(200);
    return response.json();
  };
  const today = new Date().toISOString().slice(0, 10);
  return {
    explained: await Promise.all(
      saleIds.map(async (id) => json(await fetch(`${url}/api/v1/payments/${id}/explain`, { headers }))),
    ),
    report: await json(
      await fetch(`${url}/api/v1/query`, {
        ...{ method: 'POST', headers },
        body: JSON.stringify({
          ...{ website_id: websiteId, metrics: ['visitors', 'visits', 'pageviews'], dimensions: ['source'] },
          ...{ filters: [{ dimension: 'campaign', operator: 'is', values: ['before'] }] },
          ...{ from: today, to: today },
        }),
      }),
    ).then((body) => (body as { data: { rows: unknown } }).data.rows),
  };
}

/** Visits of a campaign that only ClickHouse remembers page by page. */
async function visitBefore(url: string, websiteId: string): Promise<void> {
  for (let visit = 0; visit < 24; visit += 1) {
    const response = await fetch(`${url}/api/v1/collect`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0',
      },
      body: JSON.stringify({
        ...{ website_id: websiteId, visitor_id: `before-${visit % 20}`, session_id: `before-${visit}` },
        events: [
          {
            type: 'pageview',
            // What tab-separated text must escape, and what it must not.
            url: `https://shop.example/before-${visit}?utm_campaign=before&utm_source=from-${visit % 3}`,
            title: `tab\tline\nback\\slash ${visit} ü 🏔`,
          },
          { type: 'pageview', url: `https://shop.example/next-${visit}` },
        ],
      }),
    });
    expect(response.status).toBe(202);
  }
}

const copyOf = ({ clicks, leads, sales, pages, refunds }: Acknowledged): Acknowledged => ({
  clicks: new Set(clicks),
  leads: new Set(leads),
  sales: new Map(sales),
  pages: new Set(pages),
  refunds: new Set(refunds),
});

async function storesOf(dataDir: string) {
  const urls = JSON.parse(await readFile(join(dataDir, 'engines.json'), 'utf8'));
  return {
    postgres: openPostgres(urls.databaseUrl, { max: 2 }),
    clickhouse: openClickHouse({ url: urls.clickhouseUrl }),
  };
}

describe('headwater backup, while sales go on', () => {
  it('is restored elsewhere: everything acknowledged once, books whole, the same answers', {
    timeout: 240_000,
  }, async () => {
    folder = await makeFolder();
    file = join(folder, 'today.backup');
    const [from, to] = [join(folder, 'from'), join(folder, 'headwater-restored')];
    const source = await start(from);
    const shop = await setUpShop(source.url, bootstrapKey);
    await visitBefore(source.url, shop.websiteId);
    const load = putUnderLoad({ ...shop, url: () => source.url }, 1);
    await vi.waitFor(() => expect(load.acknowledged.sales.size).toBeGreaterThan(30), {
      timeout: 20_000,
    });
    await sleep(1500);

    const acknowledged = copyOf(load.acknowledged);
    const before = load.acknowledged.sales.size;
    const saleIds = [...acknowledged.sales.values()].slice(0, 20);
    const answers = await ask(source.url, saleIds, shop.websiteId);
    const taken = await runDocs('## Back up', { HEADWATER_DATA_DIR: from });
    expect(taken, taken.err).toMatchObject({ code: 0 });
    expect(taken.out).toMatch(
      /today\.backup: .* as of .*\n.*The secret is in it.*\n.*The books are whole: \d+ payments/,
    );
    const after = load.acknowledged.sales.size;
    expect(after, 'sales went on').toBeGreaterThan(before + 5);
    const backup = await totalsOf(file);
    expect(backup.rows.payments).toBeGreaterThanOrEqual(before);
    expect(backup.rows.payments).toBeLessThanOrEqual(after + 3);
    await load.stop();
    expect(load.improper).toEqual([]);
    await stop(source);

    const restored = await runDocs('## Restore', { HEADWATER_DATA_DIR: from });
    expect(restored, restored.err).toMatchObject({ code: 0 });
    const whole = `The books are whole: ${backup.rows.payments} payments`;
    expect(restored.out).toMatch(new RegExp(`Restored, as of .*${whole}.* ${backup.events} events`));
    expect(await readFile(join(to, 'management-key'), 'utf8')).toBe(
      await readFile(join(from, 'management-key'), 'utf8'),
    );

    const target = await start(to);
    const { postgres, clickhouse } = await storesOf(to);
    left.push(async () => {
      await postgres.close();
      await clickhouse.close();
    });
    await vi.waitFor(
      async () => expect(await postgres.query('select seq from event_batches limit 1')).toEqual([]),
      { timeout: 20_000, interval: 100 },
    );
    await expectInPostgres(postgres, acknowledged);
    // With every event of the log: none is missing, none came twice, though the shipper was at work all the time.
    await expectInClickHouse(postgres, clickhouse, acknowledged);
    expect(await ask(target.url, saleIds, shop.websiteId)).toEqual(answers);
    const sale = async (transactionId: string) => {
      const response = await fetch(`${target.url}/api/v1/track/sale`, {
        method: 'POST',
        headers: { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ transaction_id: transactionId, customer_key: 'k-1', amount_cents: 1999 }),
      });
      return { status: response.status, id: ((await response.json()) as { sale_id: number }).sale_id };
    };
    expect((await readdir(folder)).filter((entry) => entry.startsWith('headwater-trial'))).toEqual([]);
    const [transactionId, id] = [...acknowledged.sales][0] as [string, number];
    expect(await sale(transactionId), 'an old sale again').toEqual({ status: 409, id });
    const [{ highest }] = (await postgres.query('select max(id)::int as highest from payments')) as [
      { highest: number },
    ];
    expect(await sale('after-the-restore'), 'a new one').toMatchObject({ status: 200 });
    expect((await sale('another')).id).toBeGreaterThan(highest);
    await stop(target);
  });
});

describe('where a restore may go', () => {
  it('not over data, and not beside a server at work', async () => {
    const from = join(folder, 'from');
    const full = await run(program, ['restore', file], { HEADWATER_DATA_DIR: from });
    expect(full).toMatchObject({ code: 1, out: '' });
    expect(full.err).toMatch(/is not empty \(postgres, .*Move it away, or set HEADWATER_DATA_DIR/);
    const again = await run(program, ['backup', file], { HEADWATER_DATA_DIR: from });
    expect(again).toMatchObject({ code: 1 });
    expect(again.err).toMatch(/is there already.*--force/);
    const nowhere = await run(program, ['backup', join(folder, 'x')], {
      HEADWATER_DATA_DIR: join(folder, 'empty'),
    });
    expect(nowhere.err).toMatch(/secret is not here/);
    const foreign = await run(program, ['restore', file], {
      HEADWATER_DATA_DIR: join(folder, 'other'),
      HEADWATER_SECRET: 'of another installation',
    });
    expect(foreign.err).toMatch(/HEADWATER_SECRET is not the one/);
  });
});

describe('a restore that is killed', () => {
  it('leaves nothing that starts, and is simply run again', { timeout: 240_000 }, async () => {
    const dataDir = join(folder, 'killed');
    const restore = (killAfterMs?: number) =>
      run(program, ['restore', file], { HEADWATER_DATA_DIR: dataDir }, killAfterMs);
    for (const killAfterMs of [700, 2000]) {
      const killed = await restore(killAfterMs);
      if (killed.code === 0) break;
      expect(killed.code).toBeNull();
      if (!existsSync(join(dataDir, 'restoring'))) continue;
      await expect(startServerProcess({ dataDir, bootstrapKey })).rejects.toThrow(
        /cannot start: A restore into .* was not finished.*headwater restore again/,
      );
    }
    const ended = await restore();
    expect(ended, ended.err).toMatchObject({ code: 0 });
    expect(existsSync(join(dataDir, 'restoring'))).toBe(false);
    await stop(await start(dataDir));
  });
});
