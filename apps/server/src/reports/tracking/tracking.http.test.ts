import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../../test/test-server.ts';

let server: TestServer;
let story: Story;
const clock = testClock('2026-06-08T12:00:00Z');

beforeAll(async () => {
  server = await openTestServer({ clock });
  story = await tellStory(server);
  await story.addPartner('anna');
  // One click on the 8th; on the 10th one that signs up, pays twice and once in euros; and a test click.
  await story.click('anna');
  clock.set('2026-06-10T12:00:00Z');
  const clickId = await story.click('anna', { session_id: 's1', visitor_id: 'v1' });
  clock.advance(1000);
  await story.lead({ click_id: clickId, customer_key: 'u1' });
  for (const [id, currency] of Object.entries({ t1: 'USD', t2: 'USD', t3: 'EUR' })) {
    clock.advance(1000);
    await story.sale({ transaction_id: id, customer_key: 'u1', amount_cents: 5000, currency });
  }
  await server.post('/api/v1/track/click', {
    affiliate_url: 'https://shop.example/?aff=anna',
    additional_data: { test_mode: true, program_id: story.programId },
  });
});
afterAll(() => server.close());

const read = (path: string, key = server.key) => {
  const [name, query] = path.split('?');
  return server.get(`/api/tracking/${name}/${story.programId}${query === undefined ? '' : `?${query}`}`, key);
};

describe('GET /api/tracking/events/:programId', () => {
  it('200: one list of clicks, sign-ups and payments, newest first, without tests', async () => {
    const { body } = await read('events');
    expect(body.meta.pagination).toEqual({ page: 1, pageSize: 10, pageCount: 1, total: 6 });
    expect(body.data.map((one: { event_type: string }) => one.event_type)).toEqual([
      ...['conversion', 'conversion', 'conversion', 'lead', 'click', 'click'],
    ]);
    expect(body.data[0]).toMatchObject({
      amount_cents: 5000,
      currency: 'EUR',
      processor_event_id: 't3',
      payment_status: 'paid',
    });
    expect(body.data[3]).toMatchObject({ customer_key: 'u1', converted: true });
    expect(body.data[4]).toMatchObject({
      click_id: expect.stringMatching(/^clk_/),
      session_id: 's1',
      converted: true,
    });
    expect(body.data[5]).toMatchObject({ converted: false });
  });

  it('200: pages, kinds and days', async () => {
    const second = (await read('events?page=2&pageSize=4')).body;
    expect([second.data.length, second.meta.pagination.pageCount]).toEqual([2, 2]);
    expect((await read('events?eventType=click&dateTo=2026-06-09')).body.meta.pagination.total).toBe(1);
    expect((await read('events?dateFrom=2026-06-10')).body.meta.pagination.total).toBe(5);
  });

  it.each(['page=0', 'pageSize=101', 'eventType=visit', 'dateFrom=soon', 'dateTo=2026-02-30'])(
    '400: %s',
    async (query) => {
      expect(await read(`events?${query}`)).toMatchObject({
        status: 400,
        body: { error: `${query.split('=')[0]} is invalid` },
      });
    },
  );
});

describe('GET /api/tracking/performance/:programId', () => {
  it('200: seven days with zeros, in major units, beside the seven before', async () => {
    const { body } = await read('performance');
    expect(body.data).toHaveLength(7);
    expect(body.data.at(-1)).toEqual({
      ...{
        date: '2026-06-10',
        period: '2026-06-10',
        clicks: 1,
        leads: 1,
        conversions: 1,
        partners: 0,
        sales: 3,
      },
      ...{ revenue: 100, commission: 20 },
    });
    expect(body.data[0]).toMatchObject({ date: '2026-06-04', clicks: 0, revenue: 0 });
    expect(body.metrics).toMatchObject({
      ...{ totalClicks: 2, totalLeads: 1, totalConversions: 1, totalRevenue: 100, totalSales: 3 },
      ...{ totalPartnersCommission: 20, conversionRate: 50, averageOrderValue: 100 },
      clicksTrend: { trend: 100, trendDirection: 'up' },
      byCurrency: { EUR: { revenue: 50, commission: 10 } },
    });
    expect(body.meta).toEqual({
      period: '7d',
      ...{ dateFrom: '2026-06-04', dateTo: '2026-06-10' },
      previousPeriod: { dateFrom: '2026-05-28', dateTo: '2026-06-03' },
    });
  });

  it('200: other periods; days win over them', async () => {
    expect((await read('performance?period=90d')).body.data).toHaveLength(90);
    const one = (await read('performance?period=30d&dateFrom=2026-06-10&dateTo=2026-06-10')).body;
    expect(one.data).toHaveLength(1);
    expect(one.metrics.clicksTrend).toEqual({ trend: 100, trendDirection: 'up' });
    expect(await read('performance?dateFrom=2026-06-10')).toMatchObject({ status: 400 });
  });
});

describe('GET /api/tracking/status/:programId', () => {
  it('200: what was tried so far', async () => {
    const { data } = (await read('status')).body;
    expect(data).toMatchObject({
      programId: String(story.programId),
      stepStatuses: { pageview: 'complete', referrals: 'pending', payments: 'pending' },
      statistics: {
        pageview: { testEventCount: 1, hasTestEvents: true, latestTestEvent: { id: expect.any(Number) } },
        referrals: { testEventCount: 0, latestTestEvent: null },
        payments: { isStripeConnected: false, stripeAccountId: null },
      },
      hasPartners: true,
    });
  });

  it('404: a program of another workspace', async () => {
    const stranger = await server.otherWorkspace();
    for (const path of ['events', 'performance', 'status']) {
      expect(await read(path, stranger)).toMatchObject({ status: 404, body: { error: 'Program not found' } });
    }
  });
});
