import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../test/test-server.ts';

// The platform's preset: 3.5 % after 10,000.00 US dollars.

let server: TestServer;
let sold = 0;

beforeAll(async () => {
  server = await openTestServer({
    clock: testClock('2026-06-03T12:00:00Z'),
    fee: { bps: 350, freeRevenueMinor: 1_000_000n },
  });
});
afterAll(() => server.close());

async function openProgram(): Promise<Story & { sell(cents: number, currency: string): Promise<Fee> }> {
  server.clock.set('2026-06-03T12:00:00Z');
  const story = await tellStory(server);
  const code = `anna${story.programId}`;
  await story.addPartner(code);
  return {
    ...story,
    async sell(amount_cents, currency) {
      sold += 1;
      const sale = { transaction_id: `t${sold}`, customer_key: `c${sold}`, amount_cents, currency };
      const { body } = await story.sale({ ...sale, click_id: await story.click(code) });
      const { fee } = (await story.explain(body.sale_id)).body.data;
      return [fee.revenue_before, fee.amount_cents, fee.usd_rate];
    },
  };
}

/** Revenue before in US cents, the fee, and the rate that is pinned. */
type Fee = [number, number, { usd_per_unit: string; date: string } | null];

const rate = (usd_per_unit: string, date: string, currency = 'EUR') =>
  server.post('/api/v1/fx-rates', { rates: [{ date, currency, usd_per_unit }] }, server.key);

it('in dollars: free up to and with the payment that crosses the amount, then whole', async () => {
  const { sell } = await openProgram();
  expect(await sell(900_000, 'USD')).toEqual([0, 0, null]);
  expect(await sell(200_000, 'USD')).toEqual([900_000, 0, null]);
  expect(await sell(100_000, 'USD')).toEqual([1_100_000, 3500, null]);
});

it('another currency counts by the rate of its day, which stays with it when the rate is corrected', async () => {
  const { sell } = await openProgram();
  expect(await sell(2_000_000, 'EUR')).toEqual([0, 0, null]);
  // Without a rate it was free and counts for nothing.
  await rate('1.10', '2026-06-01');
  const pinned = { usd_per_unit: '1.1', date: '2026-06-01' };
  expect(await sell(500_000, 'EUR')).toEqual([0, 0, pinned]);
  expect(await sell(500_000, 'EUR')).toEqual([550_000, 0, pinned]);
  expect(await sell(100_000, 'EUR')).toEqual([1_100_000, 3500, pinned]);
  await rate('0.5', '2026-06-01');
  const corrected = { usd_per_unit: '0.5', date: '2026-06-01' };
  expect(await sell(100_000, 'EUR')).toEqual([1_210_000, 3500, corrected]);
  expect(await sell(100_000, 'USD')).toEqual([1_260_000, 3500, null]);
});

it('a rate older than a week says nothing, a later one neither; minor units are those of the currency', async () => {
  const { sell } = await openProgram();
  await rate('0.0065', '2026-06-03', 'JPY');
  await rate('3.25', '2026-05-27', 'KWD');
  await rate('3.25', '2026-06-04', 'KWD');
  expect(await sell(2_000_000, 'JPY')).toEqual([0, 0, { usd_per_unit: '0.0065', date: '2026-06-03' }]);
  expect(await sell(1_000_000, 'KWD')).toEqual([1_300_000, 0, null]);
  server.clock.set('2026-06-10T12:00:00Z');
  expect(await sell(1_000_000, 'KWD')).toEqual([
    1_300_000,
    35_000,
    { usd_per_unit: '3.25', date: '2026-06-04' },
  ]);
  expect(await sell(1000, 'USD')).toEqual([1_300_000 + 325_000, 35, null]);
});

it('a refund gives the amount back at the rate that was pinned', async () => {
  const { sell, refund } = await openProgram();
  await rate('2', '2026-06-03', 'EUR');
  await sell(600_000, 'EUR');
  await refund({ transaction_id: `t${sold}` });
  expect((await sell(100, 'USD'))[0]).toBe(0);
});
