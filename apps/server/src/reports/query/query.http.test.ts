import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../../test/test-server.ts';

let server: TestServer;
let story: Story;
let anna: { id: number; linkId: number };
const clock = testClock('2026-06-10T12:00:00Z');

beforeAll(async () => {
  server = await openTestServer({ clock, fee: { bps: 300, freeRevenueMinor: 0n } });
  story = await tellStory(server);
  anna = await story.addPartner('anna');
  const rates = [
    { date: '2026-06-09', currency: 'EUR', usd_per_unit: '1.25' },
    { date: '2026-06-10', currency: 'EUR', usd_per_unit: '1.10' },
  ];
  await server.post('/api/v1/fx-rates', { rates }, server.key);
  // Yesterday: one visit by email. Today: Anna's visitor reads two pages, signs up, pays, gets a part back.
  clock.set('2026-06-09T12:00:00Z');
  await story.pageview('v0', 's0', 'https://shop.example/blog?utm_medium=email&utm_campaign=may');
  clock.set('2026-06-10T12:00:00Z');
  await story.pageview('v0', 's0b', 'https://shop.example/?utm_medium=email&utm_campaign=june');
  await story.pageview('v1', 's1', 'https://shop.example/pricing?aff=anna');
  const clickId = await story.click('anna', { visitor_id: 'v1', session_id: 's1' });
  clock.advance(60_000);
  await story.pageview('v1', 's1', 'https://shop.example/signup');
  await story.lead({ click_id: clickId, customer_key: 'u1', visitor_id: 'v1', session_id: 's1' });
  await story.sale({
    transaction_id: 't1',
    customer_key: 'u1',
    amount_cents: 10_000,
    product_id: 'pro',
    subscription_interval: 'monthly',
  });
  await story.refund({ transaction_id: 't1', refund_amount_cents: 2500 });
  await story.sale({ transaction_id: 't2', customer_key: 'u1', amount_cents: 1001, currency: 'EUR' });
  await story.sale({ transaction_id: 't3', customer_key: 'u1', amount_cents: 500, currency: 'GBP' });
  await server.server.shipper.catchUp(20_000);
});
afterAll(() => server.close());

const query = (body: Record<string, unknown>) =>
  server.post('/api/v1/query', { program_id: story.programId, ...body }, server.key);
const rowsOf = async (body: Record<string, unknown>) => {
  const reply = await query(body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data.rows;
};

describe('POST /api/v1/query', () => {
  it('200: totals of every kind in one query', async () => {
    const metrics = [
      ...[
        'visitors',
        'visits',
        'pageviews',
        'bounce_rate',
        'visit_duration',
        'pages_per_visit',
        'clicks',
        'leads',
      ],
      ...['customers', 'payments', 'gross_revenue_cents', 'net_revenue_cents', 'refunds_cents', 'fees_cents'],
      ...['average_order_value_cents', 'ltv_cents', 'lead_rate', 'conversion_rate', 'commissions_cents'],
    ];
    const { data } = (await query({ metrics })).body;
    expect(data.rows).toEqual([
      {
        dimensions: {},
        metrics: {
          ...{
            visitors: 2,
            visits: 3,
            pageviews: 4,
            bounce_rate: 66.67,
            visit_duration: 20,
            pages_per_visit: 1.33,
          },
          ...{ clicks: 1, leads: 1, customers: 1, payments: 3 },
          // 1001 euro cents at 1.10 are 1101.1; pounds have no rate.
          ...{ gross_revenue_cents: 11_101, net_revenue_cents: 8601, refunds_cents: 2500 },
          // 3 % of 7500 and of the euros; a fee is kept in the payment's currency.
          fees_cents: 225 + 33,
          ...{ average_order_value_cents: 3700, ltv_cents: 8601, lead_rate: 50, conversion_rate: 50 },
          commissions_cents: 1500 + 220,
        },
      },
    ]);
    expect(data.currencies).toEqual([
      expect.objectContaining({ currency: 'EUR', gross_revenue_cents: 1001, unconverted_days: [] }),
      expect.objectContaining({ currency: 'GBP', payments: 1, unconverted_days: ['2026-06-10'] }),
      expect.objectContaining({ currency: 'USD', gross_revenue_cents: 10_000, refunds_cents: 2500 }),
    ]);
  });

  it('200: by several dimensions, with the names of partners', async () => {
    const rows = await rowsOf({
      metrics: ['clicks', 'leads', 'payments', 'visits'],
      dimensions: ['channel', 'partner'],
    });
    expect(rows).toContainEqual({
      dimensions: { channel: 'affiliate', partner: String(anna.id) },
      names: { partner: 'anna' },
      metrics: { clicks: 1, leads: 1, payments: 3, visits: 1 },
    });
    expect(
      await rowsOf({ metrics: ['gross_revenue_cents'], dimensions: ['product', 'plan'] }),
    ).toContainEqual({
      dimensions: { product: 'pro', plan: 'monthly' },
      metrics: { gross_revenue_cents: 10_000 },
    });
    const [group] = await rowsOf({ metrics: ['payments'], dimensions: ['group'] });
    expect(group).toMatchObject({
      dimensions: { group: String(story.groupId) },
      names: { group: 'Default' },
    });
    const types = await rowsOf({ metrics: ['visits'], dimensions: ['visitor_type'] });
    expect(
      types.map((row: { dimensions: unknown; metrics: unknown }) => [row.dimensions, row.metrics]),
    ).toEqual([
      [{ visitor_type: 'new' }, { visits: 2 }],
      [{ visitor_type: 'returning' }, { visits: 1 }],
    ]);
  });

  it('200: filters, nested, and pages', async () => {
    const by = (filters: unknown) => rowsOf({ metrics: ['visits'], filters });
    const is = (dimension: string, operator: string, ...values: string[]) => ({
      dimension,
      operator,
      values,
    });
    const visits = async (filters: unknown) => (await by(filters))[0].metrics.visits;
    expect(await visits([is('channel', 'is', 'email')])).toBe(2);
    expect(await visits([is('channel', 'is_not', 'email')])).toBe(1);
    expect(await visits([is('landing_page', 'wildcard', '/pri*')])).toBe(1);
    expect(
      await visits([
        { or: [is('campaign', 'contains', 'JUN'), { and: [is('channel', 'is', 'affiliate')] }] },
      ]),
    ).toBe(2);
    const metrics = ['pageviews'];
    const dimensions = ['page'];
    const first = (
      await query({ metrics, dimensions, limit: 3, order_by: [{ by: 'page', direction: 'asc' }] })
    ).body.data;
    expect(first.rows.map((row: { dimensions: { page: string } }) => row.dimensions.page)).toEqual([
      '/',
      '/blog',
      '/pricing',
    ]);
    expect(first.next_offset).toBe(3);
    const next = (
      await query({ metrics, dimensions, limit: 3, offset: 3, order_by: [{ by: 'page', direction: 'asc' }] })
    ).body.data;
    expect(next).toMatchObject({ rows: [{ dimensions: { page: '/signup' } }], next_offset: null });
  });

  it('200: a curve without holes, beside the days before', async () => {
    const { data } = (
      await query({
        metrics: ['visits'],
        dimensions: ['day'],
        from: '2026-06-10',
        to: '2026-06-10',
        compare: 'previous_period',
      })
    ).body;
    expect(data.rows).toEqual([
      { dimensions: { day: '2026-06-10' }, metrics: { visits: 2 }, previous: { visits: 1 } },
    ]);
    expect(data.compared).toEqual({ from: '2026-06-09T00:00:00.000Z', to: '2026-06-09T23:59:59.999Z' });
    const month = await rowsOf({ metrics: ['visits'], dimensions: ['day'] });
    expect(month).toHaveLength(30);
    const [total] = await rowsOf({ metrics: ['visits'], compare: 'previous_year' });
    expect(total).toMatchObject({ metrics: { visits: 3 }, previous: { visits: 0 } });
  });

  it('200: segments by name, which others do not see', async () => {
    const filters = [{ dimension: 'channel', operator: 'is', values: ['email'] }];
    const segment = { program_id: story.programId, name: 'Letters', filters };
    const made = await server.post('/api/v1/segments', segment, server.key);
    expect(made).toMatchObject({ status: 201, body: { data: { name: 'Letters', filters } } });
    expect(await server.post('/api/v1/segments', segment, server.key)).toMatchObject({ status: 409 });
    const [row] = await rowsOf({ metrics: ['visits'], segment: 'letters' });
    expect(row.metrics).toEqual({ visits: 2 });
    const stranger = await server.otherWorkspace();
    const path = `/api/v1/segments/${made.body.data.id}`;
    expect(await server.call('DELETE', path, undefined, { token: stranger })).toMatchObject({ status: 404 });
    const listed = await server.get(`/api/v1/segments?program_id=${story.programId}`, server.key);
    expect(listed.body.data).toHaveLength(1);
    expect(await server.call('DELETE', path, undefined, { token: server.key })).toMatchObject({
      status: 200,
    });
    expect(await query({ metrics: ['visits'], segment: 'letters' })).toMatchObject({ status: 404 });
  });

  it('200: files that ClickHouse writes', async () => {
    const asked = {
      program_id: story.programId,
      metrics: ['visits', 'bounce_rate'],
      dimensions: ['channel'],
    };
    const csv = await server.post('/api/v1/query', { ...asked, format: 'csv' }, server.key);
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.body).toBe('"channel","visits","bounce_rate"\n"email",2,100\n"affiliate",1,0\n');
    const headers = { accept: 'application/vnd.apache.parquet', authorization: `Bearer ${server.key}` };
    const parquet = await server.call('POST', '/api/v1/query', asked, { headers });
    expect(parquet.headers['content-type']).toBe('application/vnd.apache.parquet');
    expect(String(parquet.body).startsWith('PAR1')).toBe(true);
  });

  it.each([
    [{ metrics: ['visits'], dimensions: ['planet'] }, 'dimensions is invalid'],
    [{ metrics: ['payments'], dimensions: ['page'] }, 'payments cannot be asked by page'],
    [{ metrics: [] }, 'metrics is invalid'],
    [
      { metrics: ['visits'], dimensions: ['day', 'week'] },
      'dimensions is invalid: of hour, day, week, month at most one',
    ],
    [
      { metrics: ['visits'], filters: [{ dimension: 'channel', operator: 'like', values: ['x'] }] },
      /^filters is invalid/,
    ],
    [{ metrics: ['visits'], order_by: [{ by: 'payments' }] }, /^order_by is invalid/],
    [{ metrics: ['visits'], currency: 'XXQ' }, 'currency must be an ISO 4217 code'],
    [{ metrics: ['visits'], from: '2026-02-02', to: '2026-02-01' }, 'to is invalid'],
    [{ metrics: ['visits'], website_id: 'x' }, 'website_id or program_id is required, and not both'],
  ])('400: %j', async (body, error) => {
    expect(await query(body)).toMatchObject({
      status: 400,
      body: { error: typeof error === 'string' ? error : expect.stringMatching(error) },
    });
  });
});

describe('reports and the books', () => {
  it('say the same of random histories, once nothing is on its way', async () => {
    const other = await tellStory(server, { commission: { type: 'cps_lifetime', rate_bps: 1700 } });
    const codes = ['p-one', 'p-two'];
    for (const code of codes) await other.addPartner(code);
    let state = 5;
    const pick = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let step = 0; step < 60; step += 1) {
      clock.advance(pick(9 * 3600) * 1000);
      const transaction = `h${pick(25)}`;
      const visitor = `h-v${pick(12)}`;
      const session = `h-s${pick(30)}`;
      switch (pick(5)) {
        case 0:
          await other.pageview(visitor, session);
          await other.lead({
            click_id: await other.click(codes[pick(2)] as string, { visitor_id: visitor }),
            customer_key: `c${pick(8)}`,
          });
          break;
        case 1:
          await other.refund({
            transaction_id: transaction,
            refund_amount_cents: 1 + pick(900),
            refund_id: `r${step}`,
          });
          break;
        case 2:
          await other.pageview(visitor, session);
          await other.attribute({
            visitor_id: visitor,
            session_id: session,
            revenue: 1000 + pick(3),
            transaction_id: transaction,
          });
          break;
        default:
          await other.sale({
            transaction_id: transaction,
            customer_key: `c${pick(8)}`,
            amount_cents: 1000 + pick(3),
            // Late: it was paid some days ago.
            occurred_at: new Date(clock.now().getTime() - pick(20) * 86_400_000).toISOString(),
          });
      }
    }
    await server.server.shipper.catchUp(20_000);
    const { postgres } = server.database;
    const sums = (sql: string, ...values: unknown[]) =>
      postgres.query<{ sum: bigint }>(sql, [other.programId, ...values]);
    const now = clock.now().getTime();
    for (const days of [3, 10, 40]) {
      const from = new Date(now - days * 86_400_000);
      const [row] = (
        await query({
          program_id: other.programId,
          metrics: ['payments', 'gross_revenue_cents', 'refunds_cents'],
          from: from.toISOString(),
          to: clock.now().toISOString(),
        })
      ).body.data.rows;
      const [payments] = await sums(
        'select count(*)::bigint as sum from payments where program_id = $1 and occurred_at >= $2',
        from,
      );
      const [gross] = await sums(
        'select coalesce(sum(amount_minor), 0)::bigint as sum from payments where program_id = $1 and occurred_at >= $2',
        from,
      );
      const [back] = await sums(
        'select coalesce(sum(amount_minor), 0)::bigint as sum from refunds where program_id = $1 and undone_at is null and occurred_at >= $2',
        from,
      );
      expect(row.metrics).toEqual({
        payments: Number(payments?.sum),
        gross_revenue_cents: Number(gross?.sum),
        refunds_cents: Number(back?.sum),
      });
    }
    const expense = (account: string) =>
      sums(
        'select coalesce(sum(amount_minor), 0)::bigint as sum from ledger_entries where program_id = $1 and account = $2',
        account,
      );
    const [commissions] = await expense('commission_expense');
    const [fees] = await expense('fee_expense');
    const asked = {
      program_id: other.programId,
      from: '2020-01-01',
      metrics: ['commissions_cents', 'fees_cents', 'payments'],
    };
    const [whole] = (await query(asked)).body.data.rows;
    expect(whole.metrics).toMatchObject({
      commissions_cents: Number(commissions?.sum),
      fees_cents: Number(fees?.sum),
    });
    expect(Number(commissions?.sum)).toBeGreaterThan(0);
    expect(Number(fees?.sum)).toBeGreaterThan(0);
    const partners = (await query({ ...asked, dimensions: ['partner'] })).body.data.rows;
    const total = (name: string) =>
      partners.reduce(
        (sum: number, row: { metrics: Record<string, number> }) => sum + Number(row.metrics[name]),
        0,
      );
    expect([total('commissions_cents'), total('payments')]).toEqual([
      whole.metrics.commissions_cents,
      whole.metrics.payments,
    ]);
  });
});
