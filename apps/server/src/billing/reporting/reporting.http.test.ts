import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../../test/test-server.ts';
import { releaseHolds } from '../../commissions/index.ts';
import { issueInvoices } from '../index.ts';

let server: TestServer;
let told = 0;

beforeAll(async () => {
  server = await openTestServer({ clock: testClock('2026-06-03T12:00:00Z') });
  const rates = [
    { date: '2026-06-02', currency: 'EUR', usd_per_unit: '1.25' },
    { date: '2026-06-10', currency: 'EUR', usd_per_unit: '1.5' },
    { date: '2026-06-02', currency: 'JPY', usd_per_unit: '0.005' },
    { date: '2026-06-02', currency: 'GBP', usd_per_unit: '1.3' },
  ];
  expect((await server.post('/api/v1/fx-rates', { rates }, server.key)).status).toBe(201);
});
afterAll(() => server.close());

async function openProgram(currency: string, settings: Record<string, unknown> = {}) {
  told += 1;
  server.clock.set('2026-06-03T12:00:00Z');
  const story = await tellStory(server, {
    commission: { type: 'cps_lifetime', rate_bps: 1000 },
    settings: { currency, hold_period_days: 0, ...settings },
  });
  const partner = await story.addPartner(`anna-${told}`);
  return { story, partner, path: `/api/v1/programs/${story.programId}` };
}

async function sell(story: Story, id: string, cents: number, currency: string) {
  const click_id = await story.click(`anna-${told}`);
  const sale = { transaction_id: id, customer_key: id, click_id, amount_cents: cents, currency };
  expect((await story.sale(sale)).status).toBe(200);
}

interface Figure {
  figure: string;
  cents: number;
  parts: unknown[];
}

async function read(path: string, query = '') {
  const { status, body } = await server.get(`${path}/totals${query}`, server.key);
  expect(status, JSON.stringify(body)).toBe(200);
  const figures: Figure[] = body.data.figures;
  return {
    ...body.data,
    of: Object.fromEntries(figures.map(({ figure, cents }) => [figure, cents])),
    parts: (name: string) => figures.find(({ figure }) => figure === name)?.parts,
  };
}

it('adds up several currencies by the rate of each payment’s own day, and says which', async () => {
  const { story, path } = await openProgram('USD');
  await sell(story, 'a', 10_000, 'USD');
  await sell(story, 'b', 10_000, 'EUR');
  await sell(story, 'c', 10_000, 'JPY');
  server.clock.set('2026-06-10T12:00:00Z');
  await sell(story, 'd', 10_000, 'EUR');
  const { of, parts, rates, currency } = await read(path);
  // 100 USD + 100 EUR × 1.25 + 10000 JPY × 0.005 + 100 EUR × 1.5
  expect([currency, of.revenue_attributed]).toEqual(['USD', 10_000 + 12_500 + 5000 + 15_000]);
  expect(of.pending).toBe(1000 + 1250 + 500 + 1500);
  expect(parts('pending')).toEqual([
    { currency: 'EUR', cents: 2000, converted_cents: 2750, unconverted_cents: 0 },
    { currency: 'JPY', cents: 1000, converted_cents: 500, unconverted_cents: 0 },
    { currency: 'USD', cents: 1000, converted_cents: 1000, unconverted_cents: 0 },
  ]);
  expect(rates).toEqual([
    { currency: 'EUR', usd_per_unit: '1.25', rate_date: '2026-06-02', from: '2026-06-03', to: '2026-06-03' },
    { currency: 'EUR', usd_per_unit: '1.5', rate_date: '2026-06-10', from: '2026-06-10', to: '2026-06-10' },
    { currency: 'JPY', usd_per_unit: '0.005', rate_date: '2026-06-02', from: '2026-06-03', to: '2026-06-03' },
  ]);
});

it('into another currency than dollars it goes over the dollar, and rounds once, half to even', async () => {
  const { story, path } = await openProgram('GBP');
  await sell(story, 'a', 10_000, 'EUR');
  await sell(story, 'b', 10_000, 'USD');
  const { of, rates } = await read(path);
  // 100 × 1.25 / 1.3 = 96.1538…, of commission 9.61538…; 100 / 1.3 = 76.923…
  expect(of.revenue_attributed).toBe(9615 + 7692);
  expect(of.pending).toBe(962 + 769);
  expect(rates.map((one: { currency: string }) => one.currency)).toEqual(['EUR', 'GBP']);
  const yen = await openProgram('JPY');
  await sell(yen.story, 'c', 50, 'USD');
  await sell(yen.story, 'd', 25, 'USD');
  // 0.75 USD / 0.005 = 150 yen; one sum a day and currency, so nothing is rounded twice.
  expect((await read(yen.path)).of.revenue_attributed).toBe(150);
});

it('what has no rate is in no sum, and is named', async () => {
  const { story, path } = await openProgram('USD');
  await sell(story, 'a', 10_000, 'CHF');
  await sell(story, 'b', 10_000, 'EUR');
  server.clock.set('2026-06-20T12:00:00Z');
  await sell(story, 'c', 10_000, 'EUR');
  const { of, parts } = await read(path);
  expect(of.revenue_attributed).toBe(12_500);
  expect(parts('revenue_attributed')).toEqual([
    { currency: 'CHF', cents: 10_000, converted_cents: 0, unconverted_cents: 10_000 },
    { currency: 'EUR', cents: 20_000, converted_cents: 12_500, unconverted_cents: 10_000 },
  ]);
});

it('a rate that a fee was decided by stays; one that is corrected later changes only what was derived', async () => {
  const { story, path } = await openProgram('USD', { fee_bps: 100, fee_free_revenue: 0 });
  server.clock.set('2026-06-20T12:00:00Z');
  const rate = (usd_per_unit: string) =>
    server.post(
      '/api/v1/fx-rates',
      { rates: [{ date: '2026-06-20', currency: 'NOK', usd_per_unit }] },
      server.key,
    );
  await rate('0.1');
  await sell(story, 'a', 10_000, 'NOK');
  await rate('0.2');
  const { of, rates } = await read(path);
  expect([of.revenue_attributed, of.pending]).toEqual([1000, 200]);
  expect(rates.map((one: Record<string, unknown>) => [one.usd_per_unit, one.rate_date])).toEqual([
    ['0.2', '2026-06-20'],
    ['0.1', null],
  ]);
});

it('money is worth the same wherever it moves, and a statement closes to the cent', async () => {
  const { story, path, partner } = await openProgram('USD');
  await sell(story, 'a', 3333, 'EUR');
  await sell(story, 'b', 1111, 'USD');
  server.clock.set('2026-06-10T12:00:00Z');
  await sell(story, 'c', 7777, 'EUR');
  await story.refund({ transaction_id: 'a', refund_amount_cents: 1000, refund_id: 'r' });
  const { of: before } = await read(path);
  await releaseHolds(server.database.postgres, server.clock.now());
  server.clock.set('2026-06-16T12:00:00Z');
  await issueInvoices({ postgres: server.database.postgres, clock: server.clock });
  const { of: after } = await read(path, `?partner_id=${partner.id}`);
  expect(before.pending + before.approved).toBeGreaterThan(0);
  expect(after.available).toBe(before.pending + before.approved);
  expect(after.revenue_attributed).toBeUndefined();
  const { of: whole } = await read(path);
  // Issued on the 16th, where the rate of the 10th still counts.
  expect(whole.invoices_open).toBeGreaterThan(0);
  const statement = `${path}/partners/${partner.id}/statement`;
  const { of } = await read(statement, '?from=2026-06-05&to=2026-06-30');
  expect(of.opening + of.earned + of.reversed + of.paid).toBe(of.closing);
  expect(of.opening).toBe(Math.round(333 * 1.25) + 111);
  expect(of.reversed).toBe(-125);
  expect(of.closing).toBe(after.available);
  const bad = await server.get(`${statement}/totals?from=2026-06-05`, server.key);
  expect(bad.body.error).toBe('to is required');
  expect((await server.get(`${path}/totals?partner_id=987654`, server.key)).status).toBe(404);
});
