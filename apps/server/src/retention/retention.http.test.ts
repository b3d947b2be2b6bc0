import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { silentLog } from '../platform/index.ts';
import { keepRollups, mendRollups, reconcile } from '../reports/index.ts';
import { forgetOldBehaviour } from './index.ts';

let server: TestServer;
let brief: Story;
let whole: Story;

const deps = () => ({ ...server.server, clock: server.clock, log: silentLog });
const keep = (days: number | null) =>
  server.call(
    'PATCH',
    `/api/v1/websites/${brief.websiteId}`,
    { retention_days: days },
    { token: server.key },
  );
const all = { from: '2026-01-01', to: '2026-12-31' };
const ask = async (story: Story, metrics: string[], dimensions: string[] = []) => {
  const body = { website_id: story.websiteId, metrics, dimensions, ...all };
  const reply = await server.post('/api/v1/query', body, server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data.rows;
};
/** Rows by table, of a website. */
async function counts(story: Story): Promise<Record<string, number>> {
  const tables = ['events', 'sessions', 'hours', 'rollups', 'rollup_builds'];
  const found = await server.server.clickhouse.rows<{ name: string; n: string }>(
    tables
      .map(
        (table) =>
          `select '${table}' as name, count() as n from ${table} where website_id = {websiteId:String}`,
      )
      .join(' union all '),
    { websiteId: story.websiteId },
  );
  const [rows] = await server.database.postgres.query<Record<string, number>>(
    `select (select count(*)::integer from visits where website_id = $1) as visits,
       (select count(*)::integer from visitor_identities where website_id = $1) as identities`,
    [story.websiteId],
  );
  return { ...rows, ...Object.fromEntries(found.map(({ name, n }) => [name, Number(n)])) };
}
const mutations = async () =>
  (
    await server.server.clickhouse.rows<{ n: string }>(
      'select count() as n from system.mutations where database = {database:String}',
      { database: server.server.clickhouse.database },
    )
  )[0]?.n;

/** A visit long ago that paid, one over the last midnight that is too long ago, one of the first day kept, one of today. */
async function live(code: string): Promise<Story> {
  const story = await tellStory(server);
  await story.addPartner(code);
  server.clock.set('2026-01-10T09:00:00Z');
  await story.pageview('v1', 's1', 'https://shop.example/?utm_source=news');
  await server.post('/api/v1/collect', {
    ...{ website_id: story.websiteId, visitor_id: 'v1', session_id: 's1' },
    events: [{ type: 'identify', customer_key: 'u1' }],
  });
  const clickId = await story.click(code, { visitor_id: 'v1', session_id: 's1' });
  await story.lead({ click_id: clickId, customer_key: 'u1', visitor_id: 'v1', session_id: 's1' });
  await story.sale({ transaction_id: 't1', customer_key: 'u1', amount_cents: 5000 });
  await story.attribute({ visitor_id: 'v1', session_id: 's1', revenue: 700, transaction_id: 't2' });
  server.clock.set('2026-02-07T23:50:00Z');
  await story.pageview('v2', 's2');
  server.clock.set('2026-02-08T00:05:00Z');
  await story.pageview('v2', 's2', 'https://shop.example/pricing');
  await story.pageview('v3', 's3');
  server.clock.set('2026-03-10T12:00:00Z');
  await story.pageview('v1', 's4', 'https://shop.example/?utm_source=later');
  await story.refund({ transaction_id: 't1', refund_id: 'r', refund_amount_cents: 100 });
  return story;
}

beforeAll(async () => {
  server = await openTestServer();
  brief = await live('brief');
  whole = await live('whole');
  await server.server.shipper.catchUp(20_000);
  await keepRollups(deps());
}, 60_000);
afterAll(() => server.close());

describe('how long a website keeps what visitors did', () => {
  it('200, 400: is a setting, for ever unless told', async () => {
    expect((await server.get('/api/v1/websites', server.key)).body.data[0]).toMatchObject({
      retention_days: null,
    });
    for (const days of [0, -1, 1.5, '30', 36_501]) expect((await keep(days as number)).status).toBe(400);
    expect((await keep(30)).body.data.retention_days).toBe(30);
    expect((await keep(null)).body.data.retention_days).toBeNull();
    const made = await server.post(
      '/api/v1/websites',
      { domain: 'x.example', retention_days: 7 },
      server.key,
    );
    expect(made.body.data.retention_days).toBe(7);
  });

  it('nothing goes while nobody wants it to', async () => {
    const before = [await counts(brief), await counts(whole), await mutations()];
    await forgetOldBehaviour(deps());
    expect([await counts(brief), await counts(whole), await mutations()]).toEqual(before);
  });

  it('behaviour of before goes from both stores, raw and added up, with what was there before it was told; money stays', async () => {
    const before = await counts(brief);
    const others = await counts(whole);
    const money = [
      'payments',
      'gross_revenue_cents',
      'refunds_cents',
      'commissions_cents',
      'leads',
      'clicks',
    ];
    const earned = await ask(brief, money, ['channel']);
    expect(await ask(brief, ['visits', 'pageviews'])).toMatchObject([
      { metrics: { visits: 4, pageviews: 5 } },
    ]);
    expect(before).toMatchObject({ visits: 4, identities: 2 });
    expect(before.rollup_builds).toBeGreaterThan(3);

    await keep(30);
    await forgetOldBehaviour(deps());
    const left = await counts(brief);
    expect(left).toMatchObject({ visits: 2, identities: 0 });
    const rows = await server.server.clickhouse.rows<Record<string, string>>(
      `select type, toString(count()) as n, toString(min(visit_day)) as first from events
       where website_id = {websiteId:String} and type in ('visit', 'pageview', 'identify', 'custom') group by type order by type`,
      { websiteId: brief.websiteId },
    );
    expect(rows).toEqual([
      { type: 'pageview', n: '2', first: '2026-02-08' },
      { type: 'visit', n: '2', first: '2026-02-08' },
    ]);
    // Of a month that is over half way nothing stays added up but the days that are kept.
    expect(left.rollups).toBeLessThan(before.rollups as number);
    expect(await counts(whole)).toEqual(others);

    expect(
      await ask(brief, ['visits', 'pageviews'], ['day']).then((days) =>
        days.filter((day: { metrics: { visits: number } }) => day.metrics.visits > 0),
      ),
    ).toEqual([
      { dimensions: { day: '2026-02-08' }, metrics: { visits: 1, pageviews: 1 } },
      { dimensions: { day: '2026-03-10' }, metrics: { visits: 1, pageviews: 1 } },
    ]);
    expect(await ask(brief, money, ['channel'])).toEqual(earned);
    expect(await reconcile(server.server, { from: new Date(0), before: new Date('2027-01-01') })).toEqual([]);
    const explained = await brief.explain(
      (await server.get(`/api/v1/programs/${brief.programId}/payments`, server.key)).body.data[0].id,
    );
    expect(explained.status).toBe(200);
    expect((await server.get('/api/v1/verify', server.key)).body.data).toMatchObject({ ok: true });
  });

  it('run again it finds nothing to do, views and events agree, and the month is added up anew', async () => {
    const before = await mutations();
    await forgetOldBehaviour(deps());
    expect(await mutations()).toBe(before);
    const left = await counts(brief);
    await mendRollups(deps());
    await keepRollups(deps());
    await forgetOldBehaviour(deps());
    expect(await counts(brief)).toMatchObject({
      events: left.events,
      sessions: left.sessions,
      hours: left.hours,
    });
    expect(await ask(brief, ['visits'])).toMatchObject([{ metrics: { visits: 2 } }]);
  });

  it('what comes late for a day that is over goes with the next run; days move with the clock', async () => {
    const at = server.clock.now();
    server.clock.set('2026-01-12T09:00:00Z');
    await brief.pageview('late', 'sl');
    server.clock.set(at);
    await server.server.shipper.catchUp(20_000);
    expect(await ask(brief, ['visits'])).toMatchObject([{ metrics: { visits: 3 } }]);
    await forgetOldBehaviour(deps());
    expect(await ask(brief, ['visits'])).toMatchObject([{ metrics: { visits: 2 } }]);
    server.clock.set('2026-03-11T00:00:01Z');
    await forgetOldBehaviour(deps());
    expect(await ask(brief, ['visits'])).toMatchObject([{ metrics: { visits: 1 } }]);
    expect(await counts(brief)).toMatchObject({ visits: 1 });
    expect(await ask(whole, ['visits'])).toMatchObject([{ metrics: { visits: 4 } }]);
  });
});
