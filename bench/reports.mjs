// How long a dashboard's ten standard queries take over 30 days and over a year, on 10 and on 100 million events in the
// embedded engine, and the same asked of the raw table with the SQL that comes to mind first.
// `--quick`: 2 and 10 million. `--events 2,10`: millions of one's own. Most of the time goes into making the events.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { buildAll } from '../scripts/build.mjs';
import { median, quantile, round, say } from './figures.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const quick = process.argv.includes('--quick');
const asked = process.argv[process.argv.indexOf('--events') + 1];
const millions = process.argv.includes('--events')
  ? asked.split(',').map(Number)
  : quick
    ? [2, 10]
    : [10, 100];
const rounds = quick ? 3 : 7;
const until = '2026-06-30';
const timeZone = 'America/New_York';
const dayMs = 86_400_000;
const owner = { workspaceId: 1, of: { websiteId: 'web_demo' } };

// Days of the website's own clock: none of them is a day of UTC.
const before = new Date('2026-07-01T04:00:00Z');
const periods = {
  '30 days': { from: new Date(before.getTime() - 30 * dayMs), before },
  // Summer time is not what is measured: a year to the hour.
  year: { from: new Date(before.getTime() - 365 * dayMs), before },
};

const byTop = (metric) => [{ by: metric, direction: 'desc' }];
const top = (dimension, ...metrics) => ({
  metrics,
  dimensions: [dimension],
  orderBy: byTop(metrics[0]),
  limit: 10,
});
/** The ten, each with the SQL that asks the raw table for the same. */
const queries = [
  {
    name: 'overview',
    ask: { metrics: ['visitors', 'visits', 'pageviews', 'bounce_rate', 'visit_duration'], dimensions: [] },
    naive: `select uniqExact(visitor_id), count(), sum(views), countIf(views <= 1 and customs = 0) / count(), avg(seconds)
      from (select any(visitor_id) as visitor_id, countIf(type = 'pageview') as views, countIf(type = 'custom') as customs,
              dateDiff('second', min(occurred_at), max(occurred_at)) as seconds
            from raw where type in ('visit', 'pageview', 'custom') group by session_id)`,
  },
  {
    name: 'visitors by day',
    ask: {
      metrics: ['visitors', 'visits', 'pageviews'],
      dimensions: ['day'],
      orderBy: [{ by: 'day', direction: 'asc' }],
    },
    naive: `select toDate(occurred_at, '${timeZone}') as day, uniqExactIf(visitor_id, type = 'visit'), countIf(type = 'visit'), countIf(type = 'pageview')
      from raw group by day order by day`,
  },
  {
    name: 'channels',
    ask: top('channel', 'visitors', 'visits', 'bounce_rate'),
    naive: `select channel, uniqExact(visitor_id) as visitors, count(), countIf(views <= 1) / count()
      from (select any(visitor_id) as visitor_id, max(channel) as channel, countIf(type = 'pageview') as views
            from raw where type in ('visit', 'pageview', 'custom') group by session_id)
      group by channel order by visitors desc limit 10`,
  },
  {
    name: 'sources',
    ask: top('source', 'visitors', 'visits'),
    naive: `select source, uniqExact(visitor_id) as visitors, count() from raw where type = 'visit' group by source order by visitors desc limit 10`,
  },
  {
    name: 'campaigns with revenue',
    ask: top('campaign', 'gross_revenue_cents', 'visitors', 'payments'),
    naive: `select campaign, sumIf(amount, type = 'payment') as revenue, uniqExactIf(visitor_id, type = 'visit'), sumIf(sign, type = 'payment')
      from raw group by campaign order by revenue desc limit 10`,
  },
  {
    name: 'pages',
    ask: top('page', 'pageviews', 'visitors'),
    naive: `select path, count() as views, uniqExact(visitor_id) from raw where type = 'pageview' group by path order by views desc limit 10`,
  },
  {
    name: 'landing pages',
    ask: top('landing_page', 'visits', 'visitors', 'bounce_rate'),
    naive: `select page, count() as visits, uniqExact(visitor_id), countIf(views <= 1) / count()
      from (select any(visitor_id) as visitor_id, max(path(landing_page)) as page, countIf(type = 'pageview') as views
            from raw where type in ('visit', 'pageview', 'custom') group by session_id)
      group by page order by visits desc limit 10`,
  },
  {
    name: 'countries',
    ask: top('country', 'visitors', 'visits'),
    naive: `select country, uniqExact(visitor_id) as visitors, count() from raw where type = 'visit' group by country order by visitors desc limit 10`,
  },
  {
    name: 'devices',
    ask: top('device', 'visitors', 'visits'),
    naive: `select device, uniqExact(visitor_id) as visitors, count() from raw where type = 'visit' group by device order by visitors desc limit 10`,
  },
  {
    name: 'partners',
    ask: top('partner', 'net_revenue_cents', 'clicks', 'leads', 'customers', 'payments', 'commissions_cents'),
    naive: `select partner_id, sumIf(amount, type = 'payment') - sumIf(amount, type = 'refund') as net, countIf(type = 'click'),
        countIf(type = 'lead'), uniqExactIf(customer_id, type = 'payment'), sumIf(sign, type = 'payment'), sum(commission)
      from raw group by partner_id order by net desc limit 10`,
  },
];

await buildAll();
const outfile = join(root, 'apps/server/dist/bench-reports.mjs');
mkdirSync(dirname(outfile), { recursive: true });
await build({
  entryPoints: [join(root, 'bench/reports-room.ts')],
  ...{ outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' },
  plugins: [
    {
      name: 'npm-packages-outside',
      setup({ onResolve }) {
        onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
          kind === 'entry-point' || path.startsWith('@headwater/') ? undefined : { path, external: true },
        );
      },
    },
  ],
});
const room = await import(pathToFileURL(outfile).href);

const results = [];
for (const size of millions) results.push(await measure(size));
const [small] = results;
const large = results.at(-1);
const name = (size) => `p95_ms_${size}m`;
const isRight = results.every(({ isSame }) => isSame);
console.log(
  JSON.stringify({
    bench: 'reports',
    quick,
    [name(small.size)]: small.p95,
    [name(large.size)]: large.p95,
    growth: round(large.p95 / small.p95, 2),
    data_growth: large.size / small.size,
    naive_ratio: round(large.naiveP95 / large.p95, 1),
    peak_rss_mb: Math.max(...results.map(({ peak }) => peak)),
    targets: { p95_ms_10m: 150, p95_ms_100m: 500, peak_rss_mb: 3072 },
    sizes: results.map(({ rows, ...rest }) => rest),
  }),
);
process.exitCode = isRight ? 0 : 1;

async function measure(size) {
  const dataDir = mkdtempSync(join(tmpdir(), 'headwater-bench-'));
  const engine = await room.startEmbeddedClickHouse({
    dataDir,
    entry: join(root, 'apps/server/dist/clickhouse-process.js'),
    log: room.silentLog,
  });
  const clickhouse = room.openClickHouse({ url: engine.url, timeoutMs: 600_000 });
  try {
    await room.migrateClickHouse(clickhouse);
    const load = await loadEvents(clickhouse, size);
    const buildAt = performance.now();
    const built = await room.buildRollups(clickhouse, { now: () => new Date('2026-07-03T00:00:00Z') });
    const buildSeconds = round((performance.now() - buildAt) / 1000);
    say(`  ${built.days} days added up in ${buildSeconds} s`);
    const peakLoading = peakOf(engine.pid());
    const taken = await askAll(clickhouse);
    const peak = peakOf(engine.pid());
    return { size, ...load, build_seconds: buildSeconds, ...taken, peak, peak_loading: peakLoading };
  } finally {
    await clickhouse.close();
    await engine.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function loadEvents(clickhouse, size) {
  const parts = Math.min(365, Math.ceil(Math.max(1, size)));
  const startedAt = performance.now();
  let events = 0;
  for (let part = 0; part < parts; part += 1) {
    events += await room.insertDemoPart(clickhouse, {
      ...{
        workspaceId: 1,
        websiteId: 'web_demo',
        programId: 1,
        partnerIds: [1, 2, 3, 4, 5, 6, 7, 8],
        currency: 'USD',
      },
      ...{ seed: 1, events: size * 1e6, until, part, parts },
    });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  say(`${size} M: ${events} events in ${round(seconds)} s, ${Math.round(events / seconds)}/s`);
  return { events, load_seconds: round(seconds), events_per_second: Math.round(events / seconds) };
}

async function askAll(clickhouse) {
  const times = [];
  const naiveTimes = [];
  let isSame = true;
  for (const [period, range] of Object.entries(periods)) {
    for (const { name: query, ask, naive } of queries) {
      const question = {
        ...{
          owner,
          period: range,
          timeZone,
          filters: [],
          orderBy: [],
          limit: 1000,
          offset: 0,
          groups: new Map(),
        },
        money: { currency: 'USD', factors: [], isConverted: false },
        ...ask,
      };
      const own = [];
      // The first one finds the files; a dashboard is looked at more than once.
      const first = await timed(() => room.answer(clickhouse, question));
      for (let round = 0; round < rounds; round += 1)
        own.push((await timed(() => room.answer(clickhouse, question))).ms);
      const sql = naive.replaceAll(
        'raw',
        `(select * from events where workspace_id = 1 and website_id = 'web_demo' and is_test = 0
           and occurred_at >= fromUnixTimestamp64Milli(${range.from.getTime()}) and occurred_at < fromUnixTimestamp64Milli(${range.before.getTime()}))`,
      );
      const plain = await timed(() =>
        clickhouse.rows(`${sql} settings max_bytes_before_external_group_by = 700000000`),
      );
      isSame &&= isAlike(question, first.result, plain.result, query);
      times.push(...own);
      naiveTimes.push(plain.ms);
      say(
        `  ${period}, ${query}: ${round(median(own))} ms (first ${round(first.ms)}), naive ${round(plain.ms)} ms`,
      );
    }
  }
  return {
    isSame,
    p95: round(quantile(times, 0.95)),
    median: round(median(times)),
    naiveP95: round(quantile(naiveTimes, 0.95)),
  };
}

/** The first metric of the first row by both ways: counts to the unit, visitors within two percent. */
function isAlike({ metrics, dimensions }, rows, plain, query) {
  const metric = metrics[0];
  const ours = Number(rows[0]?.metrics[metric]);
  const theirs = Number(Object.values(plain[0] ?? {})[dimensions.length]);
  const isClose = metric === 'visitors' ? Math.abs(ours - theirs) <= 0.03 * theirs + 1 : ours === theirs;
  if (!isClose) say(`  NOT THE SAME: ${query}: ${ours} and ${theirs}`);
  return isClose;
}

async function timed(work) {
  const startedAt = performance.now();
  const result = await work();
  return { ms: performance.now() - startedAt, result };
}

function peakOf(pid) {
  return Math.round(
    Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
  );
}
