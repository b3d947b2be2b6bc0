// How many events a second go the whole way, from the HTTP request to where a report finds them, and how long one is on its
// way meanwhile; beside the rate at which the engine itself takes the same rows in bulk, in the same run and with nothing
// else to do. Events are sent as fast as they are taken; the clock stops when the last one is in ClickHouse. `--quick`: under 40 s.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Session } from 'chdb';
import { median, quantile, round, say } from './figures.mjs';
import { loadTool, sendLoad, writeRequests } from './load.mjs';
import { processorSeconds, watchMemory } from './memory.mjs';
import { startRealServer, waitUntilShipped } from './real-server.mjs';
import { batchRequests } from './requests.mjs';

const quick = process.argv.includes('--quick');
const profiled = process.argv.includes('--profile');
const seconds = quick ? 8 : 30;
const warmUpSeconds = quick ? 3 : 6;
const connections = 64;
// As the shipper sends them, and in blocks five times as large: the better of the two is the engine's own rate.
const blockSizes = [20_000, 100_000];
const engineRows = quick ? 200_000 : 600_000;
const markerEveryMs = 100;
const targets = { pipeline_ratio: 0.3 };

say(`Pipeline, ${connections} connections, load from ${loadTool}`);
const server = await startRealServer({
  nodeArguments: profiled ? ['--cpu-prof', `--cpu-prof-dir=${process.cwd()}`] : [],
});
const memory = watchMemory(server.pid);
const busy = await server.create('/websites', { name: 'Northwind', domain: 'northwind-outdoor.example' });
const marked = await server.create('/websites', { name: 'Marked', domain: 'marked.example' });
const file = join(server.dataDir, 'batches.requests');
writeRequests(file, batchRequests(busy.website_id));
const postgres = await server.connect();

const warmUp = await sendLoad({ url: server.url, file, seconds: warmUpSeconds, connections });
await waitUntilShipped(postgres, 120);

/** One page view of a website that has few: sent like all others, and looked for in its report. */
const sentAt = new Map();
const lags = [];
let acknowledged = 0;
let isSending = true;

async function sendMarkers() {
  for (let number = 1; isSending; number += 1) {
    const path = `/marker-${number}`;
    const at = performance.now();
    const response = await fetch(`${server.url}/api/v1/collect`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
      },
      body: JSON.stringify({
        ...{ website_id: marked.website_id, visitor_id: `m-${number}`, session_id: `s-${number}` },
        events: [{ type: 'pageview', url: `https://marked.example${path}` }],
      }),
    });
    if (response.status === 202) {
      sentAt.set(path, at);
      acknowledged += 1;
    }
    await response.arrayBuffer();
    await sleep(Math.max(0, markerEveryMs - (performance.now() - at)));
  }
}

async function findMarkers() {
  while (isSending || sentAt.size > 0) {
    const paths = [...sentAt.keys()].slice(0, 100);
    if (paths.length > 0) {
      const response = await fetch(`${server.url}/api/v1/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${server.key}` },
        body: JSON.stringify({
          ...{ website_id: marked.website_id, metrics: ['pageviews'], dimensions: ['page'] },
          filters: [{ dimension: 'page', operator: 'is', values: paths }],
        }),
      });
      const { data } = await response.json();
      const now = performance.now();
      for (const { dimensions } of data.rows) {
        lags.push(now - sentAt.get(dimensions.page));
        sentAt.delete(dimensions.page);
      }
    }
    // Reports cost processor time as well: asked for seldom enough not to be what is measured.
    await sleep(200);
  }
}

const processorsBefore = processorSeconds(server.pid);
const startedAt = performance.now();
const markers = [sendMarkers(), findMarkers()];
const load = await sendLoad({ url: server.url, file, seconds, connections });
const sentSeconds = (performance.now() - startedAt) / 1000;
isSending = false;
await waitUntilShipped(postgres, 300);
const wholeSeconds = (performance.now() - startedAt) / 1000;
await Promise.all(markers);
const processorsAfter = processorSeconds(server.pid);
const processors = Object.fromEntries(
  Object.entries(processorsAfter).map(([name, after]) => [name, round(after - processorsBefore[name])]),
);
const peak = memory.peak();
memory.stop();
await server.stop();

const clickhouse = new Session(join(server.dataDir, 'clickhouse'));
const rows = async (query) => (await clickhouse.queryAsync(query, { format: 'JSONEachRow' })).text().trim();
const { events, distinct_events: distinct } = JSON.parse(
  await rows('select count() as events, uniqExact(event_id) as distinct_events from headwater.events'),
);
const { mine, pageviews } = JSON.parse(
  await rows(`select countIf(occurred_at >= fromUnixTimestamp64Milli(${Math.floor(performance.timeOrigin + startedAt)})) as mine,
    countIf(type = 'pageview') as pageviews from headwater.events`),
);

const lines = (await rows(`select * from headwater.events limit ${engineRows}`)).split('\n');

/** The same rows in bulk: into the table alone, and into it with the views that feed visits and hours. */
async function engineRate(table, size) {
  const blocks = [];
  for (let from = 0; from + size <= lines.length; from += size)
    blocks.push(Buffer.from(lines.slice(from, from + size).join('\n')));
  const rates = [];
  for (const block of blocks) {
    const at = performance.now();
    await clickhouse.insert({ table, values: block, format: 'JSONEachRow' });
    rates.push(size / ((performance.now() - at) / 1000));
  }
  return median(rates);
}

await clickhouse.queryAsync('create database plain');
await clickhouse.queryAsync('create table plain.events as headwater.events');
const engine = { plain: {}, with_views: {} };
// On a machine so slow that there are not two such blocks, two of what there is.
const sizes = blockSizes.filter((one) => one <= lines.length / 2);
for (const size of sizes.length > 0 ? sizes : [Math.floor(lines.length / 2)]) {
  engine.plain[size] = round(await engineRate('plain.events', size), 0);
  engine.with_views[size] = round(await engineRate('headwater.events', size), 0);
}
clickhouse.close?.();
server.remove();

const eventsPerSecond = mine / wholeSeconds;
const enginePerSecond = Math.max(...Object.values(engine.plain));
const isAllThere =
  events === distinct && Number(pageviews) === 10 * (warmUp.answered + load.answered) + acknowledged;
say(
  `  ${mine} events in ${round(wholeSeconds)} s (${round(sentSeconds)} s of them sending), lag ${lags.length} markers`,
);
say(`  engine alone, rows/s by block size: ${JSON.stringify(engine)}`);
console.log(
  JSON.stringify({
    bench: 'pipeline',
    quick,
    pipeline_ratio: round(eventsPerSecond / enginePerSecond, 3),
    events_per_s: round(eventsPerSecond, 0),
    lag_p99_ms: round(quantile(lags, 0.99), 0),
    lag_p50_ms: round(quantile(lags, 0.5), 0),
    targets,
    engine_per_s: enginePerSecond,
    ratio_with_views: round(eventsPerSecond / Math.max(...Object.values(engine.with_views)), 3),
    engine,
    events: Number(mine),
    pageviews: Number(pageviews),
    seconds: { sending: round(sentSeconds), until_queryable: round(wholeSeconds) },
    markers: lags.length,
    http: { rate: round(load.rate, 0), p99_ms: round(load.p99_ms), failed: load.failed },
    processor_seconds: processors,
    memory_peak_mb: peak,
    load: loadTool,
  }),
);
process.exitCode = isAllThere && load.failed === 0 ? 0 : 1;
