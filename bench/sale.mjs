// How many sales a second are recorded through the HTTP API, and how long one takes, with few clicks and with many in
// the tables; beside a hand-written transaction that inserts the same rows (sale-by-hand.mjs) on as many connections.
// `--quick`: 10 thousand and 500 thousand clicks, under 40 s; else 10 thousand and 5 million.
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { median, quantile, round, say } from './figures.mjs';
import { watchMemory } from './memory.mjs';
import { startRealServer, waitUntilShipped } from './real-server.mjs';
import { openByHand } from './sale-by-hand.mjs';
import { findFreshClicks, loadClicks, makeCustomers, makePartitions } from './sale-data.mjs';

const quick = process.argv.includes('--quick');
const profiled = process.argv.includes('--profile');
const sizes = quick ? [10_000, 500_000] : [10_000, 5_000_000];
const rounds = quick ? 2 : 5;
const seconds = quick ? 1 : 5;
const concurrency = 16;
// A sixth of the clicks are of the program's own visitors: enough for customers, and for those yet to become some.
const customersOf = (size) => Math.min(size / 20, 3000);
const freshClicksOf = (size) => Math.min(Math.floor(size / 12 / (rounds + 1)), 2000);

/** Programs, each with ten partners. All sales go to the first; the others' clicks lie between. */
async function setUp(server) {
  const programs = [];
  for (let number = 1; number <= 4; number += 1) {
    const program = await server.create('/programs', {
      name: `Northwind ${number}`,
      domain: 'northwind-outdoor.example',
      commission: { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 },
      // so that every click of the year can be credited
      attribution_window_days: 365,
    });
    const partners = [];
    for (let partner = 1; partner <= 10; partner += 1) {
      const code = `p${number}-${partner}`;
      const { id, links } = await server.create(`/programs/${program.id}/partners`, { name: code, code });
      partners.push({ partnerId: id, linkId: links[0].id });
    }
    programs.push({ id: program.id, token: program.api_token, partners });
  }
  return programs;
}

const agent = new Agent({ keepAlive: true, maxSockets: concurrency });

function post(url, token, body) {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        answer += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, answer }));
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

/** Keeps `concurrency` acts going until the time is over or `next` has no more. */
async function keepGoing(runSeconds, next, act) {
  const latencies = [];
  const startedAt = performance.now();
  const until = startedAt + runSeconds * 1000;
  await Promise.all(
    Array.from({ length: concurrency }, async (_, worker) => {
      while (performance.now() < until) {
        const item = next();
        if (item === undefined) return;
        const from = performance.now();
        await act(item, worker);
        latencies.push(performance.now() - from);
      }
    }),
  );
  return { rate: latencies.length / ((performance.now() - startedAt) / 1000), latencies };
}

const roundAndRound = (list) => {
  let position = 0;
  return () => list[position++ % list.length];
};
const once = (list) => () => list.pop();
const amount = () => 1000 + Math.floor(Math.random() * 50_000);

say(`Sales, ${concurrency} at a time`);
const server = await startRealServer({
  nodeArguments: profiled ? ['--cpu-prof', `--cpu-prof-dir=${process.cwd()}`] : [],
});
const programs = await setUp(server);
const [program] = programs;
const client = await server.connect();
const { rows: policies } = await client.query('select id from policies where program_id = $1', [program.id]);
const byHand = await openByHand(server.databaseUrl(), concurrency, {
  programId: program.id,
  policyId: policies[0].id,
});
const memory = watchMemory(server.pid);
await makePartitions(client);

let sold = 0;
async function sell(identifier) {
  const body = { transaction_id: randomUUID(), amount_cents: amount(), currency: 'USD', ...identifier };
  const { status, answer } = await post(`${server.url}/api/v1/track/sale`, program.token, body);
  if (status !== 200 || JSON.parse(answer).commission_id === null) throw new Error(`${status}: ${answer}`);
  sold += 1;
}

async function measure(size) {
  const customers = await makeCustomers(client, program.id, customersOf(size));
  const nextCustomer = roundAndRound(customers);
  const takenByHand = { rates: [], latencies: [] };
  const byKey = { rates: [], latencies: [] };
  const byClick = { rates: [], latencies: [] };
  const run = async (into, runSeconds, next, act) => {
    const { rate, latencies } = await keepGoing(runSeconds, next, act);
    into?.rates.push(rate);
    into?.latencies.push(...latencies);
    return rate;
  };
  const hand = (customer, worker) => byHand.recordSale(worker, customer, amount());
  const key = (customer) => sell({ customer_key: customer.key });
  await run(null, 0.5, nextCustomer, hand);
  await run(null, 0.5, nextCustomer, key);
  for (let number = 1; number <= rounds; number += 1) {
    const fresh = once(await findFreshClicks(client, program.id, freshClicksOf(size)));
    const rates = [
      await run(takenByHand, seconds, nextCustomer, hand),
      await run(byKey, seconds, nextCustomer, key),
      await run(byClick, seconds, fresh, (clickId) =>
        sell({ click_id: clickId, customer_key: randomUUID() }),
      ),
    ];
    say(
      `  ${size} clicks, round ${number}/${rounds}: by hand ${round(rates[0], 0)}/s, sales by customer key ${round(rates[1], 0)}/s, by click id ${round(rates[2], 0)}/s`,
    );
  }
  const figures = ({ rates, latencies }) => ({
    per_second: round(median(rates), 0),
    p50_ms: round(quantile(latencies, 0.5), 2),
    p99_ms: round(quantile(latencies, 0.99), 2),
    count: latencies.length,
  });
  const ratio = (own) => round(median(own.rates.map((rate, index) => rate / takenByHand.rates[index])), 3);
  return {
    clicks: size,
    by_hand: figures(takenByHand),
    by_customer_key: { ...figures(byKey), ratio: ratio(byKey) },
    by_click_id: { ...figures(byClick), ratio: ratio(byClick) },
  };
}

const results = [];
let loaded = 0;
for (const size of sizes) {
  say(`  loading ${size} clicks …`);
  const startedAt = performance.now();
  while (loaded < size) {
    const upTo = Math.min(size, loaded + 500_000);
    await loadClicks(client, programs, loaded, upTo);
    loaded = upTo;
  }
  const loadSeconds = round((performance.now() - startedAt) / 1000);
  results.push({ ...(await measure(size)), load_seconds: loadSeconds });
}
const [small, large] = results;
const growth = (kind) => round(large[kind].p99_ms / small[kind].p99_ms, 2);

await waitUntilShipped(client, 120);
const { rows: sums } = await client.query(
  `select (select count(*) from payments where source = 'sale')::integer as payments,
     (select coalesce(sum(amount_minor), 0) from ledger_entries)::integer as balance,
     (select count(*) from commissions)::integer as commissions`,
);
const memoryNow = memory.now();
const memoryPeak = memory.peak();
memory.stop();
await byHand.close();
await server.stop();
server.remove();
agent.destroy();

console.log(
  JSON.stringify({
    bench: 'sale',
    quick,
    sale_ratio: Math.min(large.by_customer_key.ratio, small.by_customer_key.ratio),
    p99_growth: growth('by_customer_key'),
    p99_growth_by_click_id: growth('by_click_id'),
    targets: { sale_ratio: 0.4, p99_growth: 1.5 },
    sizes: results,
    sold_over_http: sold,
    ...sums[0],
    memory_mb: { after: memoryNow, peak: memoryPeak },
    concurrency,
    rounds,
    seconds_a_round: seconds,
  }),
);
process.exitCode = sums[0].balance === 0 ? 0 : 1;
