// How long all eight attribution models take over the paths of a million payments, from the request to the answer, beside
// the plain revenue report over the same events; and how that grows with the data. `--quick`: a tenth.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { call } from '../scripts/management-api.mjs';
import { median, round, say } from './figures.mjs';
import { watchMemory } from './memory.mjs';
import { days } from './models-data.mjs';
import { startRealServer } from './real-server.mjs';

const quick = process.argv.includes('--quick');
const paymentCount = quick ? 100_000 : 1_000_000;
const rounds = 3;
const patienceMs = 120_000;

say(`Eight models over the paths of ${paymentCount} payments, and of a quarter of them`);
const first = await startRealServer();
const programs = [];
for (const name of ['All', 'Quarter']) {
  const { id } = await first.create('/programs', { name, domain: `${name.toLowerCase()}.example` });
  programs.push(id);
}
await first.stop();

const loadStartedAt = performance.now();
const [all, quarter] = programs;
// In a process that ends: only one at a time may have the files open.
const loader = fileURLToPath(new URL('models-data.mjs', import.meta.url));
for (const [program, count] of [
  [all, paymentCount],
  [quarter, paymentCount / 4],
]) {
  execFileSync(process.execPath, [loader, first.dataDir, String(program), String(count)], {
    stdio: 'inherit',
  });
}
const loadSeconds = round((performance.now() - loadStartedAt) / 1000);
say(`  loaded in ${loadSeconds} s`);

const server = await startRealServer({ again: first });
const memory = watchMemory(server.pid, 50);
const before = memory.now();
const plain = await timed(`/reports/revenue?by=channel&program_id=${all}&${period()}`);
const small = await timed(`/reports/models?by=channel&program_id=${quarter}&${period()}`);
const large = await timed(`/reports/models?by=channel&program_id=${all}&${period()}`);
const rules = await timed(
  `/reports/models?by=channel&models=first_touch,last_touch,linear&program_id=${all}&${period()}`,
);
const moves = await timed(
  `/reports/models/moves?by=channel&key=email&from_model=last_touch&to_model=linear&program_id=${all}&${period()}`,
);
const journeys = await timed(`/reports/journeys?by=channel&program_id=${all}&${period()}`);
const peak = memory.peak();
memory.stop();
await server.stop();
server.remove();

const { data } = large;
const revenueUnder = (model) => data.rows.reduce((sum, { models }) => sum + models[model].revenue_cents, 0);
const left = data.untouched.revenue_cents + data.cut.revenue_cents;
const isRight =
  data.totals.payments === paymentCount &&
  data.models.every((model) => revenueUnder(model) + left === data.totals.revenue_cents);
if (!isRight) say('  NOT EQUAL: what was paid and what the models give away');
console.log(
  JSON.stringify({
    bench: 'models',
    quick,
    payments: paymentCount,
    models_seconds: round(large.seconds, 2),
    // How many times the time of the plain report over the same rows.
    models_ratio: round(large.seconds / plain.seconds, 1),
    // 1: as the data grows, so does the time.
    growth: round(large.seconds / small.seconds / 4, 2),
    rule_models_seconds: round(rules.seconds, 2),
    moves_seconds: round(moves.seconds, 2),
    journeys_seconds: round(journeys.seconds, 2),
    revenue_report_seconds: round(plain.seconds, 3),
    paths: data.paths,
    untouched: data.untouched.payments,
    cut: data.cut.payments,
    load_seconds: loadSeconds,
    memory_mb: { before, peak },
    conserved: isRight,
  }),
);
process.exitCode = isRight ? 0 : 1;

function period() {
  const day = (at) => new Date(at).toISOString().slice(0, 10);
  return `from=${day(Date.now() - days * 86_400_000)}&to=${day(Date.now())}`;
}

async function timed(path) {
  const taken = [];
  let data;
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const { status, answer } = await call(
      server.url,
      server.key,
      'GET',
      `/api/v1${path}`,
      undefined,
      patienceMs,
    );
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${JSON.stringify(answer)}`);
    taken.push((performance.now() - startedAt) / 1000);
    data = answer.data;
  }
  say(`  ${path.split('?')[0]}: ${round(median(taken), 2)} s`);
  return { seconds: median(taken), data };
}
