import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { reconcile } from './index.ts';

describe('GET /api/v1/reports/revenue', () => {
  let server: TestServer;
  let story: Story;
  let partnerId: number;

  beforeAll(async () => {
    server = await openTestServer();
    story = await tellStory(server);
    partnerId = (await story.addPartner('anna')).id;
    // Anna's visitor: landing, click, sign-up, sale; part of it refunded.
    await story.pageview('v1', 's1', 'https://shop.example/pricing?aff=anna');
    const clickId = await story.click('anna', { visitor_id: 'v1', session_id: 's1' });
    await story.lead({ click_id: clickId, customer_key: 'u1', visitor_id: 'v1', session_id: 's1' });
    await story.sale({ transaction_id: 't1', customer_key: 'u1', amount_cents: 10_000 });
    await story.refund({ transaction_id: 't1', refund_amount_cents: 2500 });
    // A newsletter's visitor pays; another comes directly and does not.
    await story.pageview(
      'v2',
      's2',
      'https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=spring',
    );
    await story.attribute({ visitor_id: 'v2', session_id: 's2', revenue: 4900, transaction_id: 't2' });
    await story.pageview('v3', 's3');
    await story.pageview('v3', 's3', 'https://shop.example/about');
    await server.server.shipper.catchUp(20_000);
  });
  afterAll(() => server.close());

  const report = async (by: string, more = '') =>
    (await server.get(`/api/v1/reports/revenue?by=${by}&program_id=${story.programId}${more}`, server.key))
      .body.data;

  it('200 by=channel: visits, payments, refunds and commissions of each', async () => {
    const data = await report('channel');
    expect(data).toMatchObject({ currency: 'USD', other_currencies: [], lag_seconds: 0 });
    const counts = { visitors: 1, visits: 1, payments: 1, refunded_cents: 0, commission_cents: 0 };
    expect(data.rows).toEqual([
      { key: 'affiliate', ...counts, revenue_cents: 10_000, refunded_cents: 2500, commission_cents: 1500 },
      { key: 'email', ...counts, revenue_cents: 4900 },
      { key: 'direct', ...counts, payments: 0, revenue_cents: 0 },
    ]);
  });

  it('200 by=partner names the partner', async () => {
    const { rows } = await report('partner');
    expect(rows[0]).toEqual({
      key: String(partnerId),
      name: 'anna',
      visitors: 1,
      visits: 1,
      payments: 1,
      revenue_cents: 10_000,
      refunded_cents: 2500,
      commission_cents: 1500,
    });
  });

  it.each(['source', 'medium', 'campaign', 'referrer', 'landing_page', 'country', 'device'])(
    '200 by=%s adds up to the same totals',
    async (by) => {
      const { rows } = await report(by);
      const total = (name: string) =>
        rows.reduce((sum: number, row: Record<string, number>) => sum + (row[name] as number), 0);
      expect([total('visits'), total('payments'), total('revenue_cents')]).toEqual([3, 2, 14_900]);
    },
  );

  it('200 for the website, and nothing outside of the period', async () => {
    const byWebsite = await server.get(
      `/api/v1/reports/revenue?by=campaign&website_id=${story.websiteId}`,
      server.key,
    );
    expect(byWebsite.body.data.rows).toContainEqual(
      expect.objectContaining({ key: 'spring', payments: 1, revenue_cents: 4900 }),
    );
    expect((await report('channel', '&from=2020-01-01&to=2020-12-31')).rows).toEqual([]);
  });

  it('200: a sale that gains its visit later is counted once, with its new context', async () => {
    const story2 = await tellStory(server);
    await story2.addPartner('berta');
    await story2.pageview('v9', 's9', 'https://shop.example/?utm_source=podcast');
    const clickId = await story2.click('berta');
    await story2.sale({ transaction_id: 'late', click_id: clickId, amount_cents: 700 });
    const attributed = { visitor_id: 'v9', session_id: 's9', revenue: 700, transaction_id: 'late' };
    expect((await story2.attribute(attributed)).body).not.toHaveProperty('duplicate');
    expect((await story2.attribute(attributed)).body).toMatchObject({ duplicate: true });
    await server.server.shipper.catchUp(20_000);
    const { data } = (
      await server.get(`/api/v1/reports/revenue?by=source&program_id=${story2.programId}`, server.key)
    ).body;
    expect(data.rows).toContainEqual(
      expect.objectContaining({ key: 'podcast', payments: 1, revenue_cents: 700 }),
    );
    expect(data.rows.reduce((sum: number, row: { payments: number }) => sum + row.payments, 0)).toBe(1);
  });

  it.each([
    ['by=planet&program_id=1', 'by is invalid'],
    ['by=source', 'website_id or program_id is required, and not both'],
    ['by=source&program_id=1&website_id=x', 'website_id or program_id is required, and not both'],
    ['by=source&program_id=1&from=soon', 'from is invalid'],
    ['by=source&program_id=1&from=2026-02-30', 'from is invalid'],
    ['by=source&program_id=1&from=2026-02-02&to=2026-02-01', 'to is invalid'],
  ])('400: %s', async (query, error) => {
    expect(await server.get(`/api/v1/reports/revenue?${query}`, server.key)).toMatchObject({
      status: 400,
      body: { error },
    });
  });

  it('404: a program of another workspace', async () => {
    const stranger = await server.otherWorkspace();
    expect(
      await server.get(`/api/v1/reports/revenue?by=source&program_id=${story.programId}`, stranger),
    ).toMatchObject({ status: 404, body: { error: 'Program not found' } });
  });

  it('both stores hold the same, each event once', async () => {
    await server.server.shipper.catchUp(20_000);
    const period = { from: new Date(0), before: new Date(Date.now() + 86_400_000) };
    expect(await reconcile(server.server, period)).toEqual([]);
  });
});
