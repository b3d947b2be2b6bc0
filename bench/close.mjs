// How long it takes to close a month of a program: holds released, weeks billed, a payout batch made, approved, exported
// and settled, and a statement for each partner as CSV and PDF; then, how long `headwater verify` reckons the books.
// `--quick`: 40 partners and 20 thousand payments, under 40 s; else 200 and 100 thousand.
import { setTimeout as sleep } from 'node:timers/promises';
import { call, Refused } from '../scripts/management-api.mjs';
import { loadMonth } from './close-data.mjs';
import { round, say } from './figures.mjs';
import { watchMemory } from './memory.mjs';
import { startRealServer } from './real-server.mjs';

const quick = process.argv.includes('--quick');
const partnerCount = quick ? 40 : 200;
const paymentCount = quick ? 20_000 : 100_000;
const holdDays = 7;
const dayMs = 24 * 60 * 60 * 1000;

const server = await startRealServer();
const client = await server.connect();
const patienceMs = 120_000;

async function api(method, path, body, key = server.key) {
  const { status, answer } = await call(server.url, key, method, `/api/v1${path}`, body, patienceMs);
  if (status >= 400) throw new Refused(method, path, status, answer);
  return answer;
}

async function file(path) {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${server.key}` },
  });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

async function one(sql, values = []) {
  const { rows } = await client.query(sql, values);
  return Number(Object.values(rows[0])[0]);
}

say(`A month of ${partnerCount} partners and ${paymentCount} payments`);
const program = await server.create('/programs', {
  name: 'Northwind',
  domain: 'northwind-outdoor.example',
  commission: { type: 'cps_lifetime', rate_bps: 2000 },
  ...{ hold_period_days: holdDays, fee_bps: 350, fee_free_revenue: 0 },
});
const partnerIds = [];
for (let number = 1; number <= partnerCount; number += 1) {
  const { id } = await server.create(`/programs/${program.id}/partners`, {
    name: `Partner ${number}`,
    code: `p${number}`,
  });
  const method = { method: 'paypal', email: `partner-${number}@partner.example` };
  await api('PUT', `/programs/${program.id}/partners/${id}/payout-method`, method);
  partnerIds.push(id);
}
const { data: second } = await api('POST', '/api-keys', { name: 'second person' });

// So long ago that every hold was over when the last week ended that is billed by now.
const end = new Date(Date.now() - (holdDays + 8) * dayMs);
const loadStartedAt = performance.now();
await loadMonth(client, { programId: program.id, partnerIds, end, count: paymentCount, holdDays });
const loadSeconds = round((performance.now() - loadStartedAt) / 1000);
say(`  loaded in ${loadSeconds} s`);

const memory = watchMemory(server.pid, 100);
const steps = {};
const rssAfter = { start: memory.now().server };

async function step(name, work) {
  const startedAt = performance.now();
  let told = startedAt;
  await work((text) => {
    if (performance.now() - told < 1000) return;
    told = performance.now();
    say(`  ${name}: ${text}`);
  });
  steps[name] = round((performance.now() - startedAt) / 1000, 2);
  rssAfter[name] = memory.now().server;
  say(`  ${name}: ${steps[name]} s`);
}

/** Runs a job of the schedule in the server, and tells how far it is until it is done. */
async function job(identifier, progress, tell) {
  await client.query('select graphile_worker.add_job($1)', [identifier]);
  const waiting = () =>
    one('select count(*) from graphile_worker.jobs where task_identifier = $1', [identifier]);
  while ((await waiting()) > 0) {
    tell(await progress());
    await sleep(250);
  }
}

const closeStartedAt = performance.now();
const holdsLeft = () => one('select count(*) from commission_holds');
await step('release', (tell) =>
  job('release_holds', async () => `${paymentCount - (await holdsLeft())} of ${paymentCount}`, tell),
);
await step('invoices', (tell) =>
  job('issue_invoices', async () => `${await one('select count(*) from invoices')} issued`, tell),
);
let batch;
await step('payout batch', async (tell) => {
  ({ data: batch } = await api('POST', `/programs/${program.id}/payout-batches`, {}));
  tell(`${batch.lines.length} payouts`);
  await api('POST', `/payout-batches/${batch.id}/approve`, {}, second.key);
  await file(`/payout-batches/${batch.id}/export?format=paypal`);
  await api('POST', `/payout-batches/${batch.id}/start`, {});
});
await step('settled payouts', async (tell) => {
  for (const [index, { id }] of batch.lines.entries()) {
    await api('POST', `/payouts/${id}/complete`, { reference: `ref-${id}` });
    tell(`${index + 1} of ${batch.lines.length}`);
  }
});
const day = (instant) => new Date(instant).toISOString().slice(0, 10);
const period = `from=${day(end.getTime() - 31 * dayMs)}&to=${day(Date.now())}`;
await step('statements', async (tell) => {
  for (const [index, id] of partnerIds.entries()) {
    for (const format of ['csv', 'pdf']) {
      await file(`/programs/${program.id}/partners/${id}/statement/${format}?${period}`);
    }
    tell(`${index + 1} of ${partnerIds.length}`);
  }
});
const closeSeconds = (performance.now() - closeStartedAt) / 1000;
const peak = memory.peak();

const verifyStartedAt = performance.now();
const { data: verified } = await api('GET', '/verify').catch(() => ({ data: { ok: false } }));
const verifySeconds = (performance.now() - verifyStartedAt) / 1000;
say(
  `  verify: ${round(verifySeconds, 2)} s, ${verified.ok ? 'nothing wrong' : JSON.stringify(verified.fault)}`,
);

const peakWithVerify = memory.peak();
const memoryNow = memory.now();
memory.stop();
const { rows: sums } = await client.query(
  `select (select count(*) from invoices)::integer as invoices, (select count(*) from payouts)::integer as payouts,
     (select count(*) from ledger_entries)::integer as entries,
     (select sum(amount_minor) from ledger_entries)::integer as balance,
     (select -sum(amount_minor) from ledger_entries where account = 'partner_paid')::bigint::text as paid,
     (select sum(amount_minor) from commissions)::bigint::text as earned`,
);
const [books] = sums;
await server.stop();
server.remove();

const isRight =
  verified.ok && books.balance === 0 && books.paid === books.earned && books.payouts === partnerCount;
if (!isRight) say('  NOT EQUAL: what was earned and what was paid out, or the books are not whole');
console.log(
  JSON.stringify({
    bench: 'close',
    quick,
    close_seconds: round(closeSeconds, 2),
    verify_seconds: round(verifySeconds, 2),
    rss_mb: peakWithVerify.server,
    targets: { close_seconds: 60, verify_seconds: 20, rss_mb: 500 },
    partners: partnerCount,
    payments: paymentCount,
    steps,
    ...books,
    verified: verified.checked,
    load_seconds: loadSeconds,
    memory_mb: {
      after: rssAfter,
      peak,
      peak_with_verify: peakWithVerify,
      postgres_pss: memoryNow.postgres_pss,
    },
  }),
);
process.exitCode = isRight ? 0 : 1;
