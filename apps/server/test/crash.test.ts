import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { startEngines } from '../src/platform/engines/index.ts';
import {
  type ClickHouse,
  createMetrics,
  createShipper,
  newToken,
  openClickHouse,
  openPostgres,
  type Postgres,
  packageRoot,
  silentLog,
} from '../src/platform/index.ts';
import { reconcile } from '../src/reports/index.ts';
import { type Acknowledged, type Load, type LoadTarget, putUnderLoad } from './crash/load.ts';
import {
  findClickHouse,
  findPostmaster,
  type ServerProcess,
  startServerProcess,
} from './crash/server-process.ts';

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

/** A program, a website bound to it, and a partner with a link. */
async function setUp(url: string): Promise<Pick<LoadTarget, 'token' | 'websiteId' | 'code'>> {
  const create = async (path: string, body: unknown) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bootstrapKey}` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { data: Record<string, string> }).data;
  };
  const website = await create('/websites', { domain: 'shop.example' });
  const program = await create('/programs', {
    ...{ name: 'Crash', domain: 'shop.example', website_id: website.website_id, fee_bps: 350 },
    commission: { type: 'cps_lifetime', rate_bps: 2000 },
  });
  await create(`/programs/${program.id}/partners`, { name: 'Anna', code: 'anna' });
  return { token: program.api_token as string, websiteId: website.website_id as string, code: 'anna' };
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
    const target = { ...(await setUp(server.url)), url: () => server.url };
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

async function expectInPostgres(
  postgres: Postgres,
  { clicks, leads, sales, refunds }: Acknowledged,
): Promise<void> {
  const all = async <T>(sql: string) => (await postgres.query<{ it: T }>(sql)).map(({ it }) => it);
  expect(sales.size).toBeGreaterThan(rounds);
  const storedClicks = await all<string>('select click_id as it from clicks');
  expect(new Set(storedClicks).size).toBe(storedClicks.length);
  expect([...clicks].filter((id) => !new Set(storedClicks).has(id))).toEqual([]);

  const storedLeads = await all<string>('select customer_key as it from leads');
  expect(new Set(storedLeads).size).toBe(storedLeads.length);
  expect([...leads].filter((key) => !new Set(storedLeads).has(key))).toEqual([]);

  const payments = await postgres.query<{ transaction_id: string; id: bigint }>(
    'select transaction_id, id from payments',
  );
  const ids = new Map(payments.map((row) => [row.transaction_id, Number(row.id)]));
  expect(ids.size).toBe(payments.length);
  expect([...sales].filter(([transactionId, id]) => ids.get(transactionId) !== id)).toEqual([]);

  const refunded = await all<string>(
    'select p.transaction_id as it from refunds r join payments p on p.id = r.payment_id',
  );
  expect(new Set(refunded).size).toBe(refunded.length);
  expect([...refunds].filter((id) => !refunded.includes(id))).toEqual([]);

  expect(
    await postgres.query(
      'select transaction_id, currency from ledger_entries group by 1, 2 having sum(amount_minor) <> 0',
    ),
  ).toEqual([]);
  // Each payment has its one commission, its fee, and what a refund of 500 of 1999 leaves of 400 and 70.
  const odd = await postgres.query(
    `select p.transaction_id, count(distinct c.id) as commissions, count(distinct r.id) as refunds,
       (select -sum(amount_minor) from ledger_entries e where e.payment_id = p.id and e.account like 'partner_%') as kept,
       (select -sum(amount_minor) from ledger_entries e where e.payment_id = p.id and e.account = 'fee_payable') as fee
     from payments p left join commissions c on c.payment_id = p.id left join refunds r on r.payment_id = p.id
     group by p.workspace_id, p.id
     having count(distinct c.id) <> 1
       or (select -sum(amount_minor) from ledger_entries e where e.payment_id = p.id and e.account like 'partner_%')
          <> case when count(distinct r.id) = 1 then 300 else 400 end
       or (select -sum(amount_minor) from ledger_entries e where e.payment_id = p.id and e.account = 'fee_payable')
          <> case when count(distinct r.id) = 1 then 52 else 70 end`,
  );
  expect(odd).toEqual([]);
}

async function expectInClickHouse(
  postgres: Postgres,
  clickhouse: ClickHouse,
  { pages }: Acknowledged,
): Promise<void> {
  expect(await postgres.query('select seq from event_batches')).toEqual([]);
  const day = 86_400_000;
  const period = { from: new Date(Date.now() - day), before: new Date(Date.now() + day) };
  expect(await reconcile({ postgres, clickhouse }, period)).toEqual([]);

  const twice = await clickhouse.rows('select event_id from events group by event_id having count() > 1');
  expect(twice).toEqual([]);
  const inClickHouse = async (column: string, type: string) =>
    (
      await clickhouse.rows<{ it: string }>(
        `select toString(${column}) as it from events where type = '${type}' order by it`,
      )
    ).map(({ it }) => it);
  const inPostgres = async (sql: string) =>
    (await postgres.query<{ it: string }>(sql)).map(({ it }) => it).sort();

  expect(await inClickHouse('click_id', 'click')).toEqual(
    await inPostgres('select click_id as it from clicks'),
  );
  expect(await inClickHouse('click_id', 'lead')).toEqual(
    await inPostgres('select click_id as it from leads'),
  );
  const payments = await inPostgres('select id::text as it from payments');
  expect((await inClickHouse('payment_id', 'payment')).sort()).toEqual(payments);
  const refunds = await inPostgres('select payment_id::text as it from refunds');
  expect((await inClickHouse('payment_id', 'refund')).sort()).toEqual(refunds);
  const visits = await inPostgres('select session_id as it from visits');
  expect((await inClickHouse('session_id', 'visit')).sort()).toEqual(visits);

  const seen = await inClickHouse('path', 'pageview');
  expect(new Set(seen).size).toBe(seen.length);
  expect([...pages].filter((path) => !seen.includes(path))).toEqual([]);
}

describe('SIGTERM under load', () => {
  it('ends within five seconds with code 0, and what was acknowledged is there', {
    timeout: 90_000,
  }, async () => {
    const dataDir = await newDataDir();
    const server = await start({ dataDir, bootstrapKey });
    const load = putUnderLoad({ ...(await setUp(server.url)), url: () => server.url }, 32);
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
    const target = await setUp((twins[0] as ServerProcess).url);
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
