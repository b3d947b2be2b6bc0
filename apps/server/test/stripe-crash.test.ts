import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, deliver, openAccount } from '@headwater/stripe-double';
import { afterEach, expect, it } from 'vitest';
import { startEngines } from '../src/platform/engines/index.ts';
import { newToken, openPostgres, packageRoot, silentLog } from '../src/platform/index.ts';
import { findPostmaster, type ServerProcess, startServerProcess } from './crash/server-process.ts';

// The server and its database are killed at random moments, while Stripe's events pour in and are processed. Afterwards
// every event that was acknowledged is applied, once, and the books are those of a run in which nobody died.

// HEADWATER_CRASH_ROUNDS=50 kills more often.
const rounds = Number(process.env.HEADWATER_CRASH_ROUNDS ?? 8);
const customers = 60 * Math.max(1, Math.floor(rounds / 8));
const bootstrapKey = newToken('affk_');
const secret = 'whsec_of_the_crash_test';

const left: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clear of left.splice(0).reverse()) await clear();
});

async function newDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-stripe-crash-'));
  left.push(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function start(dataDir: string): Promise<ServerProcess> {
  const server = await startServerProcess({ dataDir, bootstrapKey });
  left.push(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
  });
  return server;
}

/** The same program on every server: ids are counted from one. */
async function setUp(url: string): Promise<void> {
  const create = async (path: string, body: unknown) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bootstrapKey}` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
  };
  await create('/programs', {
    ...{ name: 'Crash', domain: 'shop.example', fee_bps: 350, organic_payments: 'record' },
    commission: { type: 'cps_lifetime', rate_bps: 2000 },
  });
  await create('/programs/1/partners', { name: 'Anna', code: 'anna' });
  await create('/programs/1/stripe/endpoints', { webhook_secret: secret });
}

/** A busy day of an account: purchases, subscriptions, renewals, refunds, disputes; some through a partner's code. */
function busyDay(): Account {
  // Of yesterday: no hold is over, so the job that releases holds every five minutes moves nothing in either run.
  let at = Date.now() - 86_400_000;
  const tick = () => {
    at += 1000;
    return new Date(at);
  };
  const account = openAccount({ id: 'acct_busy', livemode: true, now: tick });
  for (let n = 0; n < customers; n += 1) {
    const metadata = {
      program_id: '1',
      affitor_customer_key: `user-${n}`,
      ...(n % 3 === 0 ? {} : { partner_code: 'anna' }),
    };
    const email = `user-${n}@customer.example`;
    if (n % 2 === 0) {
      const { charge } = account.checkout({ amount: 1999 + n, email, metadata });
      if (n % 4 === 0) account.refund(charge, 500);
      if (n % 8 === 0) account.refund(charge);
    } else {
      const { subscription } = account.subscribe({ amount: 4900, tax: 400, email, metadata });
      const { charge } = account.renew(subscription, { amount: 4900, tax: 400 });
      if (n % 5 === 0) {
        const dispute = account.dispute(charge);
        account.closeDispute(dispute, n % 10 === 5 ? 'lost' : 'won');
      }
    }
  }
  return account;
}

/** What the books say, whatever numbers their rows have. */
const books = `
  select 'payment' as what, p.transaction_id as key, p.amount_minor::text || ' ' || p.currency || ' ' || coalesce(
    (select sum(amount_minor)::text from refunds r where r.payment_id = p.id and r.undone_at is null), '0') as value
  from payments p
  union all
  select 'commission', p.transaction_id, c.amount_minor || ' ' || s.status || ' ' || s.reversed_minor
  from commissions c join payments p on p.id = c.payment_id join commission_standings s on s.id = c.id
  where c.superseded_at is null
  union all
  select 'balance', p.transaction_id || ' ' || e.account, sum(e.amount_minor)::text
  from ledger_entries e join payments p on p.id = e.payment_id group by 1, 2 having sum(e.amount_minor) <> 0
  union all
  select 'decision', p.transaction_id, a.attributed || ' ' || coalesce(a.reason, '') || ' ' || coalesce(a.method, '')
  from payments p join lateral (
    select * from attributions a where a.payment_id = p.id order by decision desc limit 1) a on true
  order by 1, 2, 3`;

interface Outcome {
  books: unknown[];
  inbox: { event_id: string; state: string }[];
}

async function readOutcome(dataDir: string): Promise<Outcome> {
  const engines = await startEngines({
    config: { dataDir, clickhouseEntry: join(packageRoot(), 'dist/clickhouse-process.js') },
    log: silentLog,
    onProgress() {},
  });
  const postgres = openPostgres(engines.databaseUrl);
  try {
    return {
      books: await postgres.query(books),
      inbox: await postgres.query('select event_id, state from stripe_inbox order by event_id'),
    };
  } finally {
    await postgres.close();
    await engines.stop();
  }
}

async function untilProcessed(url: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const response = await fetch(`${url}/api/v1/programs/1/stripe`, {
      headers: { authorization: `Bearer ${bootstrapKey}` },
    }).catch(() => undefined);
    if (response?.status === 200) {
      const { data } = (await response.json()) as { data: { events: { waiting: number; failed: number } } };
      if (data.events.waiting + data.events.failed === 0) return;
    }
    if (Date.now() > deadline) throw new Error('events still wait after two minutes');
    await sleep(200);
  }
}

async function stop(server: ServerProcess): Promise<void> {
  server.child.kill('SIGTERM');
  expect(await server.ended).toEqual({ code: 0, signal: null });
}

it(`kill -9 of server and database, ${rounds} times: every acknowledged event is applied once, and the books are the straight run’s`, {
  timeout: 240_000 + rounds * 20_000,
}, async () => {
  const account = busyDay();
  const endpoint = account.createEndpoint({
    ...{ url: '', enabledEvents: ['*'], apiVersion: null, metadata: {}, description: null },
  });
  endpoint.signingSecret = secret;

  const straightDir = await newDataDir();
  const straight = await start(straightDir);
  await setUp(straight.url);
  endpoint.url = `${straight.url}/webhooks/stripe/1`;
  const taken = await deliver(account, { lanes: 4 });
  expect(taken.every(({ status }) => status === 200)).toBe(true);
  await untilProcessed(straight.url);
  await stop(straight);
  const expected = await readOutcome(straightDir);

  const dataDir = await newDataDir();
  let server = await start(dataDir);
  await setUp(server.url);
  endpoint.url = `${server.url}/webhooks/stripe/1`;
  let isOver = false;
  const acknowledged = new Set<string>();
  // Shuffled, each twice, by several at once; what was not taken is sent again, as Stripe does.
  const pouring = (async () => {
    const waiting = [...account.events, ...account.events].sort(() => Math.random() - 0.5);
    const lane = async (): Promise<void> => {
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
        const [answer] = await deliver(account, { events: [event] });
        if (answer?.status === 200) acknowledged.add(event.id);
        else {
          waiting.push(event);
          await sleep(30);
        }
        // Slowly enough that there is something to kill in every round.
        await sleep(Math.random() * 40);
      }
    };
    await Promise.all([lane(), lane(), lane()]);
    isOver = true;
  })();
  for (let round = 0; round < rounds; round += 1) {
    await sleep(150 + Math.random() * 700);
    const postmaster = Math.random() < 0.4 ? await findPostmaster(dataDir) : undefined;
    if (postmaster !== undefined) {
      try {
        process.kill(postmaster, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    } else {
      server.child.kill('SIGKILL');
      await server.ended;
      server = await start(dataDir);
      endpoint.url = `${server.url}/webhooks/stripe/1`;
    }
  }
  await pouring;
  expect(isOver).toBe(true);
  await untilProcessed(server.url);
  await stop(server);

  const outcome = await readOutcome(dataDir);
  const ids = [...new Set(account.events.map(({ id }) => id))].sort();
  expect([...acknowledged].sort()).toEqual(ids);
  expect(outcome.inbox.map((one) => one.event_id).sort()).toEqual(ids);
  expect(outcome.inbox.filter(({ state }) => state !== 'applied' && state !== 'noted')).toEqual([]);
  expect(expected.books.length).toBeGreaterThan(customers * 4);
  expect(outcome.books).toEqual(expected.books);
});
