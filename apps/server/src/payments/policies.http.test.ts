import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { releaseHolds } from '../commissions/index.ts';

// A policy's bounds, caps, tiers and dates, as payments meet them.

let server: TestServer;
let story: Story;
let code: string;
let sales = 0;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  server.clock.set('2026-03-10T12:00:00Z');
  story = await tellStory(server, { commission: { type: 'cps_lifetime', rate_bps: 2000 }, bound: false });
  sales += 1;
  code = `anna-${sales}`;
  await story.addPartner(code);
});

async function addPolicy(terms: Record<string, unknown>) {
  const body = { type: 'cps_lifetime', rate_bps: 2000, ...terms };
  const reply = await server.post(`/api/v1/groups/${story.groupId}/policies`, body, server.key);
  server.clock.advance(1000);
  return reply;
}

/** Sells, and tells what the sale earned (null: nothing). */
async function sell(amount: number, more: Record<string, unknown> = {}): Promise<number | null> {
  sales += 1;
  const who = (more.customer_key ?? more.click_id) ? {} : { click_id: await story.click(code) };
  const reply = await story.sale({ transaction_id: `t-${sales}`, amount_cents: amount, ...who, ...more });
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  if (reply.body.commission_id === null) return null;
  const told = await story.explain(reply.body.sale_id);
  return told.body.data.commission.amount_cents;
}

async function customer(key: string): Promise<{ customer_key: string }> {
  await story.lead({ click_id: await story.click(code), customer_key: key });
  return { customer_key: key };
}

async function expectVerified(): Promise<void> {
  expect((await server.get('/api/v1/verify', server.key)).body.data.fault).toBeNull();
  await expectBalancedBooks(server);
}

it('keeps each payment between minimum and maximum', async () => {
  const added = await addPolicy({ min_cents: 300, max_cents: 1500 });
  expect(added.body.data).toMatchObject({ version: 2, min_cents: 300, max_cents: 1500, tiers: [] });
  expect([await sell(100), await sell(5000), await sell(50_000)]).toEqual([300, 1000, 1500]);
  expect(await sell(50_000, { currency: 'JPY' })).toBe(10_000);
  await expectVerified();
});

it('caps what one customer earns a partner, as earned: refunds and rejections give no room back', async () => {
  await addPolicy({ customer_cap_cents: 5000 });
  const anna = await customer('anna');
  expect(await sell(20_000, anna)).toBe(4000);
  await story.refund({ transaction_id: `t-${sales}` });
  expect(await sell(10_000, anna)).toBe(1000);
  expect(await sell(10_000, anna)).toBeNull();
  expect(await sell(10_000, await customer('ben'))).toBe(2000);
  await expectVerified();
});

it('pays by the tier that the partner’s month has reached, net of what went back', async () => {
  await addPolicy({
    tiers: [
      { from_cents: 10_000, rate_bps: 3000 },
      { from_cents: 20_000, rate_bps: 5000 },
    ],
  });
  expect(await sell(10_000)).toBe(2000);
  expect(await sell(10_000)).toBe(3000);
  await story.refund({ transaction_id: `t-${sales}`, refund_amount_cents: 1, refund_id: 'a' });
  expect(await sell(1)).toBeNull();
  expect(await sell(10_000)).toBe(3000);
  expect(await sell(10_000)).toBe(5000);
  const late = await customer('late');
  server.clock.set('2026-04-01T00:00:00Z');
  expect(await sell(10_000)).toBe(2000);
  // of the month before, though it comes late
  expect(await sell(10_000, { ...late, occurred_at: '2026-03-31T23:59:59Z' })).toBe(5000);
  await expectVerified();
});

it('counts two customers’ payments at once one after the other', async () => {
  await addPolicy({ tiers: [{ from_cents: 10_000, rate_bps: 3000 }] });
  const keys = await Promise.all(Array.from({ length: 6 }, (_, n) => customer(`crowd-${n}`)));
  const replies = await Promise.all(
    keys.map((key, n) => story.sale({ transaction_id: `crowd-${n}`, amount_cents: 10_000, ...key })),
  );
  const amounts = await Promise.all(
    replies.map(async ({ body }) => (await story.explain(body.sale_id)).body.data.commission.amount_cents),
  );
  expect(amounts.sort()).toEqual([2000, 3000, 3000, 3000, 3000, 3000]);
});

it('a product’s own terms go first, and a version that starts later waits for its date', async () => {
  await addPolicy({ rate_bps: 5000, product_id: 'gold' });
  await addPolicy({ rate_bps: 1000, effective_from: '2026-04-01T00:00:00Z' });
  expect([await sell(1000), await sell(1000, { product_id: 'gold' })]).toEqual([200, 500]);
  const { body: before } = await server.get(`/api/v1/programs/${story.programId}/commissions`, server.key);
  server.clock.set('2026-04-01T00:00:00Z');
  expect([await sell(1000), await sell(1000, { product_id: 'gold' })]).toEqual([100, 500]);
  // a sale of before that comes late is paid by the terms of its day
  expect(await sell(1000, { click_id: await lateClick(), occurred_at: '2026-03-31T23:59:59Z' })).toBe(200);
  const { body: after } = await server.get(`/api/v1/programs/${story.programId}/commissions`, server.key);
  expect(after.data.slice(-2)).toEqual(before.data);
  await expectVerified();
});

async function lateClick(): Promise<string> {
  server.clock.set('2026-03-31T12:00:00Z');
  const click = await story.click(code);
  server.clock.set('2026-04-02T00:00:00Z');
  return click;
}

it('manual approval waits for a person, however late the job runs', async () => {
  await addPolicy({ approval: 'manual', hold_period_days: 0 });
  expect(await sell(10_000)).toBe(2000);
  server.clock.advance(90 * 86_400_000);
  await releaseHolds(server.database.postgres, server.clock.now());
  const list = () => server.get(`/api/v1/programs/${story.programId}/commissions`, server.key);
  const [waiting] = (await list()).body.data;
  expect(waiting.status).toBe('pending');
  const body = { reason: 'looked at it' };
  await server.post(`/api/v1/commissions/${waiting.id}/approve`, body, server.key);
  expect((await list()).body.data[0].status).toBe('approved');
});

describe('terms that do not fit together are refused', () => {
  const tier = { from_cents: 100, rate_bps: 3000 };
  it.each<[string, Record<string, unknown>, string]>([
    ['a minimum above the maximum', { min_cents: 2, max_cents: 1 }, 'max_cents is invalid'],
    [
      'bounds of a click',
      { type: 'cpc', rate_bps: null, fixed_cents: 5, min_cents: 1 },
      'min_cents is invalid',
    ],
    [
      'a cap of a lead',
      { type: 'cpl', rate_bps: null, fixed_cents: 5, customer_cap_cents: 1 },
      'customer_cap_cents is invalid',
    ],
    ['tiers of a click', { type: 'cpc', rate_bps: null, fixed_cents: 5, tiers: [tier] }, 'tiers is invalid'],
    ['tiers that fall', { tiers: [tier, { from_cents: 99, rate_bps: 1 }] }, 'tiers is invalid'],
    ['two of one volume', { tiers: [tier, tier] }, 'tiers is invalid'],
    ['a fixed tier of a rate', { tiers: [{ from_cents: 1, fixed_cents: 5 }] }, 'tiers is invalid'],
    ['a rated tier of a fixed amount', { rate_bps: null, fixed_cents: 5, tiers: [tier] }, 'tiers is invalid'],
    ['a tier that pays nothing', { tiers: [{ from_cents: 1 }] }, 'tiers is invalid'],
    [
      'eleven tiers',
      { tiers: Array.from({ length: 11 }, (_, n) => ({ from_cents: n + 1, rate_bps: 1 })) },
      'tiers is invalid',
    ],
  ])('%s', async (_what, terms, error) => {
    const reply = await addPolicy(terms);
    expect([reply.status, reply.body.error]).toEqual([400, error]);
  });
});

it('a new hold is a new version of all the terms, tiers and bounds included', async () => {
  const tiers = [{ from_cents: 100, rate_bps: 3000 }];
  await addPolicy({ tiers, min_cents: 3, max_cents: 900, customer_cap_cents: 1000 });
  await server.call(
    'PATCH',
    `/api/v1/programs/${story.programId}`,
    { hold_period_days: 3 },
    { token: server.key },
  );
  const { body } = await server.get(`/api/v1/groups/${story.groupId}/policies`, server.key);
  expect(body.data[0]).toMatchObject({
    ...{ version: 3, hold_period_days: 3, tiers, min_cents: 3, max_cents: 900, customer_cap_cents: 1000 },
  });
});
