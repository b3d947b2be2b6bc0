// How many clicks and page views a second are taken and on disk before they are answered, beside a bare Fastify server
// with the same schemas in the same run; and whether every answer's row is really there. `--quick`: under 40 s.
import { fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { median, round, say, showRates } from './figures.mjs';
import { loadTool, sendLoad, writeRequests } from './load.mjs';
import { watchMemory } from './memory.mjs';
import { askClickHouseFiles, startRealServer, waitUntilShipped } from './real-server.mjs';
import { batchRequests, clickRequests, pageViewRequests } from './requests.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const quick = process.argv.includes('--quick');
const rounds = quick ? 2 : 7;
const seconds = quick ? 1 : 5;
// Until the compiler has settled: a constant answer is there at once, the real path after some seconds of load.
const warmUpSeconds = quick ? { bare: 1, real: 3 } : { bare: 3, real: 6 };
const connections = 64;
const p99LimitMs = 50;

const profiled = process.argv.includes('--profile');

async function startBareServer() {
  const outfile = join(here, 'dist/bare-server.mjs');
  await build({
    entryPoints: [join(here, 'bare-server.mjs')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['fastify'],
    logLevel: 'warning',
  });
  const child = fork(outfile, [], { execArgv: [] });
  const { port } = await new Promise((resolve) => child.once('message', resolve));
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

/** A program with eight partners and a bound website; clicks of before, for browsers that come back. */
async function setUp(server) {
  const program = await server.create('/programs', {
    name: 'Northwind',
    domain: 'northwind-outdoor.example',
    commission: { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 },
  });
  const website = await server.create('/websites', {
    name: 'Northwind',
    domain: 'northwind-outdoor.example',
    program_id: program.id,
  });
  const codes = ['anna', 'ben', 'carla', 'deniz', 'emil', 'fatima', 'george', 'hanna'];
  for (const code of codes) await server.create(`/programs/${program.id}/partners`, { name: code, code });
  const earlierClickIds = [];
  for (const { path, headers, body } of clickRequests(codes, [undefined]).slice(0, 64)) {
    const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body });
    earlierClickIds.push((await response.json()).click_id);
  }
  return { codes, websiteId: website.website_id, earlierClickIds };
}

say(`Ingestion, ${connections} connections, load from ${loadTool}`);
const server = await startRealServer({
  nodeArguments: profiled ? ['--cpu-prof', `--cpu-prof-dir=${process.cwd()}`] : [],
});
const bare = await startBareServer();
const { codes, websiteId, earlierClickIds } = await setUp(server);
const memory = watchMemory(server.pid);
const before = memory.now();

const files = {
  click: join(server.dataDir, 'clicks.requests'),
  view: join(server.dataDir, 'views.requests'),
  batch: join(server.dataDir, 'batches.requests'),
};
writeRequests(files.click, clickRequests(codes, earlierClickIds));
writeRequests(files.view, pageViewRequests(websiteId));
writeRequests(files.batch, batchRequests(websiteId));

const acknowledged = { clicks: earlierClickIds.length, page_views: 0 };
const results = { bareClick: [], click: [], bareView: [], view: [], batch: [] };
let failed = 0;

async function measure(name, target, file, runSeconds = seconds) {
  const result = await sendLoad({ url: target.url, file: files[file], seconds: runSeconds, connections });
  failed += result.failed;
  if (target === server) {
    if (file === 'click') acknowledged.clicks += result.answered;
    else acknowledged.page_views += result.answered * (file === 'batch' ? 10 : 1);
  }
  if (name !== null) results[name].push(result);
  return result;
}

for (const file of ['click', 'view']) {
  await measure(null, bare, file, warmUpSeconds.bare);
  await measure(null, server, file, warmUpSeconds.real);
}
for (let number = 1; number <= rounds; number += 1) {
  const taken = [
    ['bare clicks', await measure('bareClick', bare, 'click')],
    ['clicks', await measure('click', server, 'click')],
    ['bare page views', await measure('bareView', bare, 'view')],
    ['page views', await measure('view', server, 'view')],
    ['batches of 10', await measure('batch', server, 'batch')],
  ];
  showRates(`round ${number}/${rounds}`, taken);
}

const postgres = await server.connect();
say('  waiting until ClickHouse has everything …');
const catchUpSeconds = await waitUntilShipped(postgres, 300);
const count = async (text) => Number((await postgres.query(text)).rows[0].count);
const clickRows = await count('select count(*) from clicks');
const visitRows = await count('select count(*) from visits');
const after = memory.now();
const peak = memory.peak();
memory.stop();
bare.stop();
await server.stop();
const shipped = await askClickHouseFiles(
  server.dataDir,
  `select countIf(type = 'click') as clicks, countIf(type = 'pageview') as page_views,
     uniqExact(event_id) as distinct_events, count() as events from headwater.events`,
);
server.remove();

const onDisk = {
  clicks: clickRows,
  page_views: Number(shipped[0].page_views),
  clicks_in_clickhouse: Number(shipped[0].clicks),
  events: Number(shipped[0].events),
  distinct_events: Number(shipped[0].distinct_events),
  visits: visitRows,
};
const rate = (name) => median(results[name].map((result) => result.rate));
const time = (name, key) => median(results[name].map((result) => result[key]));
/** Each round's two neighbours are compared: what else the machine did meanwhile touches both. */
const ratio = (name, bareName, factor = 1) =>
  round(
    median(results[name].map((result, index) => (factor * result.rate) / results[bareName][index].rate)),
    3,
  );
const latencies = Object.fromEntries(
  Object.keys(results).map((name) => [
    name,
    { p50_ms: round(time(name, 'p50_ms')), p99_ms: round(time(name, 'p99_ms')) },
  ]),
);
const p99 = Math.max(latencies.click.p99_ms, latencies.view.p99_ms, latencies.batch.p99_ms);
const isAllThere =
  onDisk.clicks === acknowledged.clicks &&
  onDisk.clicks_in_clickhouse === acknowledged.clicks &&
  onDisk.page_views === acknowledged.page_views &&
  onDisk.distinct_events === onDisk.events;

say(`  acknowledged ${JSON.stringify(acknowledged)}, on disk ${JSON.stringify(onDisk)}`);
if (!isAllThere) say('  NOT EQUAL: what was acknowledged and what is on disk');
console.log(
  JSON.stringify({
    bench: 'ingest',
    quick,
    clicks_ratio: ratio('click', 'bareClick'),
    collect_ratio: ratio('view', 'bareView'),
    collect_events_ratio: ratio('batch', 'bareView', 10),
    p99_ms: p99,
    targets: { clicks_ratio: 0.5, collect_ratio: 0.5, collect_events_ratio: 1, p99_ms: p99LimitMs },
    acknowledged,
    on_disk: onDisk,
    failed,
    per_second: {
      bare_clicks: round(rate('bareClick'), 0),
      clicks: round(rate('click'), 0),
      bare_collects: round(rate('bareView'), 0),
      collects: round(rate('view'), 0),
      collect_events: round(10 * rate('batch'), 0),
    },
    latencies,
    catch_up_seconds: round(catchUpSeconds),
    memory_mb: { before, after, peak },
    connections,
    rounds,
    seconds_a_round: seconds,
    load: loadTool,
  }),
);
process.exitCode = isAllThere && failed === 0 ? 0 : 1;
