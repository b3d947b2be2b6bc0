// How fast Stripe's deliveries are acknowledged, each on disk before its answer, beside a bare insert of the same bodies on
// as many connections; and how long an event takes from its arrival to the books at 200 a second while visits come in.
// `--quick`: under 40 s.
import { createHmac, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { median, quantile, round, say } from './figures.mjs';
import { watchMemory } from './memory.mjs';
import { startRealServer, waitUntilShipped } from './real-server.mjs';
import { clickRequests, pageViewRequests } from './requests.mjs';

const quick = process.argv.includes('--quick');
const profiled = process.argv.includes('--profile');
const rounds = quick ? 2 : 5;
const ackSeconds = quick ? 0.8 : 3;
const sustainedSeconds = quick ? 6 : 40;
const eventsPerSecond = 200;
const visitsPerSecond = 200;
const concurrency = 16;
const warmUpSeconds = quick ? 4 : 10;

const agent = new Agent({ keepAlive: true, maxSockets: 4 * concurrency });

function post(url, headers, body) {
  return new Promise((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, ...length } }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        answer += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, answer }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const id = (prefix) => `${prefix}_${randomBytes(12).toString('hex')}`;

/** The paid first invoice of a new subscription, of a customer who came through a click; about 4 KB, as Stripe's are. */
function invoicePaid({ programId, clickId }) {
  const customer = id('cus');
  const subscription = id('sub');
  const created = Math.floor(Date.now() / 1000);
  const metadata = {
    ...(clickId === undefined ? {} : { affitor_click_id: clickId }),
    affitor_customer_key: customer,
    program_id: String(programId),
  };
  const invoice = {
    id: id('in'),
    object: 'invoice',
    account_name: 'Northwind Outdoor',
    amount_due: 4900,
    amount_paid: 4900,
    amount_remaining: 0,
    attempted: true,
    billing_reason: 'subscription_create',
    created,
    currency: 'usd',
    customer,
    customer_email: `${customer}@customer.example`,
    description: null,
    lines: {
      object: 'list',
      data: Array.from({ length: 4 }, (_, line) => ({
        id: id('il'),
        object: 'line_item',
        amount: line === 0 ? 4900 : 0,
        currency: 'usd',
        description: '1 × Pro Plan (at $49.00 / month)',
        metadata,
        parent: {
          type: 'subscription_item_details',
          subscription_item_details: { subscription, proration: false },
        },
        period: { end: created + 2_592_000, start: created },
        pricing: { price_details: { price: 'price_pro', product: 'prod_pro' }, type: 'price_details' },
        quantity: 1,
      })),
      has_more: false,
    },
    livemode: true,
    metadata: {},
    parent: { subscription_details: { metadata, subscription }, type: 'subscription_details' },
    starting_balance: 0,
    status: 'paid',
    status_transitions: { finalized_at: created, paid_at: created },
    subtotal: 4900,
    total: 4900,
    total_excluding_tax: 4900,
    total_taxes: [],
  };
  return JSON.stringify({
    id: id('evt'),
    object: 'event',
    api_version: '2026-03-25.dahlia',
    created,
    data: { object: invoice },
    livemode: true,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'invoice.paid',
  });
}

function signed(body, secret) {
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': `t=${at},v1=${signature}` };
}

/** The bare side: the same bodies into a table with the same key, one commit each. */
async function openBareInserts(databaseUrl) {
  const clients = await Promise.all(
    Array.from({ length: concurrency }, async () => {
      const client = new pg.Client(databaseUrl);
      await client.connect();
      return client;
    }),
  );
  await clients[0].query(
    'create table bench_bare (event_id text primary key, payload text not null, at timestamptz)',
  );
  return {
    insert: (worker, body) =>
      clients[worker].query({
        name: 'bare',
        text: 'insert into bench_bare (event_id, payload, at) values ($1, $2, now()) on conflict do nothing',
        values: [JSON.parse(body).id, body],
      }),
    close: () => Promise.all(clients.map((client) => client.end())),
  };
}

/** Keeps `concurrency` acts going over bodies made beforehand; answers a second and their latencies. */
async function keepGoing(bodies, seconds, act) {
  const latencies = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  await Promise.all(
    Array.from({ length: concurrency }, async (_, worker) => {
      while (performance.now() < until && bodies.length > 0) {
        const body = bodies.pop();
        const from = performance.now();
        await act(worker, body);
        latencies.push(performance.now() - from);
      }
    }),
  );
  return { rate: latencies.length / ((performance.now() - startedAt) / 1000), latencies };
}

/** Starts `act` so many times a second, whatever it takes to answer: load that does not wait for the server. */
async function atPace(perSecond, seconds, act) {
  const startedAt = performance.now();
  const under_way = [];
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const due = startedAt + (n * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    under_way.push(act(n));
  }
  return Promise.all(under_way);
}

say(`Stripe deliveries, ${concurrency} at a time`);
const server = await startRealServer({
  nodeArguments: profiled ? ['--cpu-prof', `--cpu-prof-dir=${process.cwd()}`] : [],
});
const program = await server.create('/programs', {
  name: 'Northwind',
  domain: 'northwind-outdoor.example',
  commission: { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 },
  // what nobody referred is booked as well: the rounds at full speed have no clicks
  organic_payments: 'record',
});
const website = await server.create('/websites', {
  domain: 'northwind-outdoor.example',
  program_id: program.id,
});
await server.create(`/programs/${program.id}/partners`, { name: 'Anna', code: 'anna' });
const secret = `whsec_${randomBytes(24).toString('hex')}`;
await server.create(`/programs/${program.id}/stripe/endpoints`, { webhook_secret: secret });
/** A click of a browser of its own for each customer to come. */
async function makeClicks(count) {
  const made = [];
  const requests = clickRequests(['anna'], [undefined]);
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) {
        const n = next++;
        const { path, headers, body } = requests[n % requests.length];
        const { visitor_id: _, session_id: __, ...click } = JSON.parse(body);
        const { answer } = await post(`${server.url}${path}`, headers, JSON.stringify(click));
        made.push(JSON.parse(answer).click_id);
      }
    }),
  );
  return made;
}

const clickIds = await makeClicks(eventsPerSecond * (warmUpSeconds + sustainedSeconds));
// Stripe's clock has whole seconds: a purchase in the second of its click would come before it.
await sleep(1100);
const client = await server.connect();
const bare = await openBareInserts(server.databaseUrl());
const memory = watchMemory(server.pid);

const address = `${server.url}/webhooks/stripe/${program.id}`;
const make = (count, clicks = []) =>
  Array.from({ length: count }, () => invoicePaid({ programId: program.id, clickId: clicks.pop() }));
let acknowledged = 0;
let failed = 0;
async function deliver(body) {
  const { status } = await post(address, signed(body, secret), body);
  if (status === 200) acknowledged += 1;
  else failed += 1;
}

const waiting = async () => {
  const { rows } = await client.query(
    `select count(*)::integer as events from stripe_inbox where state in ('waiting', 'failed')`,
  );
  return rows[0].events;
};
async function untilProcessed(timeoutSeconds) {
  const startedAt = performance.now();
  for (let left = await waiting(); left > 0; left = await waiting()) {
    if (performance.now() - startedAt > timeoutSeconds * 1000) throw new Error(`${left} events still wait`);
    await sleep(100);
  }
  return (performance.now() - startedAt) / 1000;
}

const views = pageViewRequests(website.website_id);
/** Events and page views at their pace; milliseconds until each event was acknowledged. */
async function runAtPace(seconds) {
  const bodies = make(eventsPerSecond * seconds, clickIds);
  const latencies = [];
  await Promise.all([
    atPace(eventsPerSecond, seconds, async (n) => {
      const from = performance.now();
      await deliver(bodies[n]);
      latencies.push(performance.now() - from);
    }),
    atPace(visitsPerSecond, seconds, (n) => {
      const { path, headers, body } = views[n % views.length];
      return post(`${server.url}${path}`, headers, body);
    }),
  ]);
  return latencies;
}

// Until the compiler has settled, as in the other benchmarks.
await runAtPace(warmUpSeconds);
await untilProcessed(60);

// First the pace that a busy account has, with the machine doing what it does all day.
say(`  ${eventsPerSecond} events/s for ${sustainedSeconds} s, with ${visitsPerSecond} page views/s …`);
const sustainedFrom = new Date();
const sustainedLatencies = await runAtPace(sustainedSeconds);
const referred = acknowledged;
const catchUpSeconds = await untilProcessed(120);
const { rows: lags } = await client.query(
  `select extract(epoch from processed_at - received_at)::float8 as lag from stripe_inbox where received_at >= $1`,
  [sustainedFrom],
);
const lag = lags.map((row) => row.lag);
say(
  `  answered in p50 ${round(quantile(sustainedLatencies, 0.5))} ms, p99 ${round(quantile(sustainedLatencies, 0.99))} ms, in the books in p50 ${round(quantile(lag, 0.5), 3)} s, p99 ${round(quantile(lag, 0.99), 3)} s`,
);

// Then as fast as it goes, each round beside its bare neighbour. What is acknowledged is worked off at the same time.
const rates = { bare: [], ours: [] };
const ackLatencies = [];
for (let number = 1; number <= rounds; number += 1) {
  const most = Math.ceil(ackSeconds * 6000);
  const bodiesOfRound = make(most);
  const byHand = await keepGoing([...bodiesOfRound], ackSeconds, (worker, body) => bare.insert(worker, body));
  const ours = await keepGoing(bodiesOfRound, ackSeconds, (_worker, body) => deliver(body));
  rates.bare.push(byHand.rate);
  rates.ours.push(ours.rate);
  ackLatencies.push(...ours.latencies);
  say(
    `  round ${number}/${rounds}: bare inserts ${round(byHand.rate, 0)}/s, acknowledged ${round(ours.rate, 0)}/s (p99 ${round(quantile(ours.latencies, 0.99))} ms)`,
  );
  await client.query('truncate bench_bare');
  await untilProcessed(300);
}

await waitUntilShipped(client, 300);
const { rows: sums } = await client.query(
  `select (select count(*) from stripe_inbox)::integer as stored,
     (select count(*) from stripe_inbox where state = 'applied')::integer as applied,
     (select count(*) from payments)::integer as payments,
     (select count(*) from commissions)::integer as commissions,
     (select coalesce(sum(amount_minor), 0) from ledger_entries)::integer as balance`,
);
const [books] = sums;
const memoryPeak = memory.peak();
memory.stop();
await bare.close();
await server.stop();
server.remove();
agent.destroy();

const isAllThere =
  failed === 0 &&
  books.stored === acknowledged &&
  books.payments === acknowledged &&
  books.commissions === referred &&
  books.balance === 0;
if (!isAllThere) say('  NOT EQUAL: what was acknowledged and what is in the books');
console.log(
  JSON.stringify({
    bench: 'stripe',
    quick,
    ack_ratio: round(median(rates.ours.map((rate, index) => rate / rates.bare[index])), 3),
    ack_p99_ms: round(quantile(sustainedLatencies, 0.99), 2),
    lag_p99_seconds: round(quantile(lag, 0.99), 3),
    targets: { ack_ratio: 0.5, ack_p99_ms: 20, lag_p99_seconds: 1 },
    lag_p50_seconds: round(quantile(lag, 0.5), 3),
    catch_up_seconds: round(catchUpSeconds, 2),
    full_speed: {
      acknowledged_per_second: round(median(rates.ours), 0),
      bare_inserts_per_second: round(median(rates.bare), 0),
      p99_ms: round(quantile(ackLatencies, 0.99), 2),
    },
    acknowledged,
    failed,
    ...books,
    memory_mb: { peak: memoryPeak },
    events_per_second: eventsPerSecond,
    page_views_per_second: visitsPerSecond,
    sustained_seconds: sustainedSeconds,
    concurrency,
    rounds,
  }),
);
process.exitCode = isAllThere ? 0 : 1;
