import { ExplainAnswer } from '@headwater/contract';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Story, type StoryOptions, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { hashToken, maskToken, newToken } from '../platform/index.ts';

const day = 86_400_000;
const documented = Compile(ExplainAnswer);

let server: TestServer;
let story: Story;
let code: string;
let partnerId: number;
let n = 0;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(() => begin());

async function begin(options: StoryOptions = {}): Promise<void> {
  n += 1;
  code = `anna-${n}`;
  story = await tellStory(server, options);
  partnerId = (await story.addPartner(code)).id;
}

async function sell(body: Record<string, unknown>): Promise<number> {
  n += 1;
  const sale = await story.sale({ transaction_id: `t-${n}`, amount_cents: 9999, ...body });
  expect(sale.status, JSON.stringify(sale.body)).toBe(200);
  return sale.body.sale_id;
}

async function explain(saleId: number) {
  const reply = await story.explain(saleId);
  expect(reply.status).toBe(200);
  expect([...documented.Errors(reply.body)]).toEqual([]);
  return reply.body.data;
}

describe('GET /api/v1/payments/:id/explain, 200', () => {
  it('has every key of a commissioned payment, and the ledger sums to zero', async () => {
    await begin({ settings: { fee_bps: 350 } });
    const clickedAt = server.clock.now().toISOString();
    const clickId = await story.click(code);
    server.clock.advance(2 * day + 120_000);
    const paidAt = new Date(server.clock.now().getTime() - 60_000).toISOString();
    const saleId = await sell({ transaction_id: 'all', click_id: clickId, occurred_at: paidAt });
    const now = server.clock.now().toISOString();
    const data = await explain(saleId);
    const { policy, commission } = data;
    expect(data).toMatchObject({
      payment: {
        id: saleId,
        program_id: story.programId,
        website_id: story.websiteId,
        transaction_id: 'all',
        source: 'sale',
        amount_cents: 9999,
        currency: 'USD',
        refunded_cents: 0,
        occurred_at: paidAt,
        received_at: now,
        is_test: false,
      },
      attribution: {
        attributed: true,
        reason: null,
        model: 'last_click',
        window_days: 60,
        method: 'click_id',
        evidence: [
          { kind: 'click_id', value: clickId, at: now },
          { kind: 'click', value: clickId, at: clickedAt },
        ],
        candidates: [
          {
            click_id: clickId,
            partner_id: partnerId,
            clicked_at: clickedAt,
            age_days: 2,
            outcome: 'won',
            reason: null,
          },
        ],
      },
      policy: {
        id: expect.any(Number),
        version: 1,
        group: 'Default',
        type: 'cps_recurring',
        rate_bps: 2000,
        effective_from: expect.stringMatching(/Z$/),
      },
      arithmetic: [
        { step: 'commission', text: '9999 × 2000 / 10000', result: 2000 },
        { step: 'fee', text: expect.any(String), result: 350 },
      ],
      commission: {
        id: expect.any(Number),
        status: 'pending',
        amount_cents: 2000,
        hold_until: new Date(Date.parse(paidAt) + 15 * day).toISOString(),
      },
      fee: { bps: 350, amount_cents: 350, revenue_before: 0 },
      decisions: [{ at: now, cause: 'recorded' }],
    });
    expect(policy).not.toHaveProperty('fixed_cents');
    const entries = data.ledger.map((one: { account: string; amount_cents: number }) => [
      one.account,
      one.amount_cents,
    ]);
    expect(Object.fromEntries(entries)).toEqual({
      customer_receipts: 9999,
      revenue_attributed: -9999,
      commission_expense: 2000,
      partner_pending: -2000,
      fee_expense: 350,
      fee_payable: -350,
    });
    expect(commission.partner_id).toBe(partnerId);
    for (const entry of data.ledger) {
      expect(entry).toMatchObject({ entry_id: expect.any(Number), currency: 'USD', at: now });
    }
  });

  it('refunds show in the payment, the commission and as further entries that sum to zero', async () => {
    const saleId = await sell({ transaction_id: 'back', click_id: await story.click(code), currency: 'EUR' });
    await story.refund({ transaction_id: 'back', refund_amount_cents: 999 });
    const data = await explain(saleId);
    expect(data.payment.refunded_cents).toBe(999);
    expect(data.commission).toMatchObject({ status: 'refunded', amount_cents: 2000 });
    const sums: Record<string, number> = {};
    for (const { currency, amount_cents: amount } of data.ledger)
      sums[currency] = (sums[currency] ?? 0) + amount;
    expect(sums).toEqual({ EUR: 0 });
    expect(data.ledger).toHaveLength(8);
  });

  it('an unattributed payment: parts that do not apply are null or empty, losers have their reason', async () => {
    const clickId = await story.click(code);
    server.clock.advance(61 * day);
    const data = await explain(await sell({ click_id: clickId }));
    expect(data).toMatchObject({
      attribution: {
        attributed: false,
        reason: 'attribution_window_expired',
        method: null,
        candidates: [{ click_id: clickId, outcome: 'lost', reason: 'outside_window', age_days: 61 }],
      },
      policy: null,
      arithmetic: [],
      commission: null,
      fee: null,
    });
    expect(data.ledger.map(({ account }: { account: string }) => account).sort()).toEqual([
      'customer_receipts',
      'revenue_organic',
    ]);
  });

  it('no customer at all: organic, with nothing to show', async () => {
    await begin({ settings: { organic_payments: 'record' } });
    const data = await explain(await sell({}));
    expect(data.attribution).toMatchObject({
      attributed: false,
      reason: 'no_touch',
      method: null,
      evidence: [],
      candidates: [],
    });
  });

  it('says of each candidate why it lost', async () => {
    const outcomes = (data: { attribution: { candidates: Record<string, unknown>[] } }) =>
      Object.fromEntries(data.attribution.candidates.map((one) => [one.click_id, one.reason ?? one.outcome]));
    const removed = await story.addPartner(`${code}-removed`);
    const outside = await story.click(code);
    const again = { existing_click_id: outside };
    server.clock.advance(50 * day);
    const older = await story.click(code, again);
    server.clock.advance(10 * day);
    const gone = await story.click(`${code}-removed`, again);
    server.clock.advance(5 * day);
    const won = await story.click(code, again);
    server.clock.advance(2000);
    const paidAt = new Date(server.clock.now().getTime() - 1000).toISOString();
    const after = await story.click(code, again);
    await server.call(
      'PATCH',
      `/api/v1/programs/${story.programId}/partners/${removed.id}`,
      { status: 'removed' },
      { token: server.key },
    );
    const first = await explain(await sell({ click_id: after, customer_key: 'k', occurred_at: paidAt }));
    expect(outcomes(first)).toEqual({
      [outside]: 'outside_window',
      [older]: 'older_click',
      [gone]: 'partner_not_enrolled',
      [won]: 'won',
      [after]: 'after_payment',
    });
    const order = first.attribution.candidates.map((one: { click_id: string }) => one.click_id);
    expect(order).toEqual([after, won, gone, older, outside]);
    server.clock.advance(1000);
    const renewal = await explain(await sell({ customer_key: 'k' }));
    expect(renewal.attribution.method).toBe('bound');
    expect(outcomes(renewal)).toMatchObject({
      [won]: 'won',
      [after]: 'customer_bound',
      [older]: 'customer_bound',
    });
  });

  it('first_click: the newer ones lost as such', async () => {
    await begin({ settings: { attribution_model: 'first_click' } });
    const first = await story.click(code);
    server.clock.advance(1000);
    const second = await story.click(code, { existing_click_id: first });
    const { attribution } = await explain(await sell({ click_id: second }));
    expect(attribution).toMatchObject({
      model: 'first_click',
      candidates: [
        { click_id: second, outcome: 'lost', reason: 'newer_click' },
        { click_id: first, outcome: 'won', reason: null },
      ],
    });
  });

  it('linear: every partner’s share, with its arithmetic', async () => {
    await begin({ settings: { attribution_model: 'linear' } });
    const others = [await story.addPartner(`${code}-b`), await story.addPartner(`${code}-c`)];
    const first = await story.click(code);
    const again = { existing_click_id: first };
    for (const other of [code, `${code}-b`, `${code}-c`]) {
      server.clock.advance(1000);
      await story.click(other, again);
    }
    const data = await explain(await sell({ click_id: first, amount_cents: 10_001 }));
    expect(data.attribution.candidates.every((one: { outcome: string }) => one.outcome === 'won')).toBe(true);
    const shares = new Map<number, number>(
      data.commissions.map((one: { partner_id: number; amount_cents: number }) => [
        one.partner_id,
        one.amount_cents,
      ]),
    );
    expect(shares.get(partnerId)).toBe(1000);
    expect(others.map(({ id }) => shares.get(id))).toEqual([500, 500]);
    expect(data.commission.partner_id).toBe(partnerId);
    const results = data.arithmetic.filter(({ step }: { step: string }) => step === 'share');
    expect(results.map(({ result }: { result: number }) => result).sort()).toEqual([1000, 500, 500]);
    expect(
      data.ledger.reduce((sum: number, one: { amount_cents: number }) => sum + one.amount_cents, 0),
    ).toBe(0);
  });

  it('a fixed policy shows fixed_cents in place of rate_bps', async () => {
    await begin({ commission: { type: 'cps_lifetime', fixed_cents: 1500 } });
    const data = await explain(await sell({ click_id: await story.click(code) }));
    expect(data.policy).toMatchObject({ type: 'cps_lifetime', fixed_cents: 1500 });
    expect(data.policy).not.toHaveProperty('rate_bps');
    expect(data.arithmetic).toEqual([{ step: 'commission', text: 'fixed 1500', result: 1500 }]);
  });

  it('keeps what was decided, whatever is changed afterwards', async () => {
    const saleId = await sell({ click_id: await story.click(code) });
    const before = await explain(saleId);
    server.clock.advance(day);
    const asKey = { token: server.key };
    await server.call(
      'POST',
      `/api/v1/groups/${story.groupId}/policies`,
      { type: 'cps_one_time', rate_bps: 1 },
      asKey,
    );
    await server.call('PATCH', `/api/v1/programs/${story.programId}`, { attribution_model: 'linear' }, asKey);
    await server.call(
      'PATCH',
      `/api/v1/programs/${story.programId}/partners/${partnerId}`,
      { status: 'removed' },
      asKey,
    );
    expect(await explain(saleId)).toEqual(before);
  });

  it('a test payment is explained as one', async () => {
    const test = await story.sale({ additional_data: { test_mode: true } });
    const data = await explain(test.body.data.eventId);
    expect(data).toMatchObject({
      payment: { is_test: true, amount_cents: 9999 },
      attribution: null,
      commission: null,
      ledger: [],
      decisions: [],
    });
  });
});

describe('GET /api/v1/payments/:id/explain, access', () => {
  const get = (saleId: number | string, token?: string) =>
    server.get(`/api/v1/payments/${saleId}/explain`, token);
  const newKey = async (fields: Record<string, unknown>) => {
    const key = newToken('affk_');
    await server.database.postgres.query(
      `insert into management_keys (workspace_id, name, key_hash, prefix, mask, scopes, program_scope)
       select workspace_id, 'k', $2, 'affk_', $3, $4, $5 from programs where id = $1`,
      [story.programId, hashToken(key), maskToken(key), fields.scopes ?? ['*'], fields.programs ?? null],
    );
    return key;
  };

  it('200: the token of the payment’s program, a management key with program:read', async () => {
    const saleId = await sell({ click_id: await story.click(code) });
    for (const token of [story.token, server.key, await newKey({ scopes: ['program:read'] })]) {
      expect((await get(saleId, token)).status).toBe(200);
    }
    expect((await get(saleId, await newKey({ programs: [story.programId] }))).status).toBe(200);
  });

  it('401: none, unknown, of a website', async () => {
    const saleId = await sell({ click_id: await story.click(code) });
    for (const token of [undefined, 'affk_wrong', story.websiteToken]) {
      const reply = await get(saleId, token);
      expect(reply.status).toBe(401);
      expect(reply.body.error).toEqual(expect.any(String));
    }
  });

  it('403: a key without the scope', async () => {
    const saleId = await sell({ click_id: await story.click(code) });
    expect(await get(saleId, await newKey({ scopes: ['program:list'] }))).toMatchObject({
      status: 403,
      body: { error: 'Missing permission: program:read' },
    });
  });

  it('404 Payment not found: unknown, no id, of another program, workspace or scope', async () => {
    const saleId = await sell({ click_id: await story.click(code) });
    const sister = await tellStory(server);
    const notFound = { status: 404, body: { error: 'Payment not found' } };
    for (const id of [saleId + 100_000, 0, -1, 'abc', '1.5', '99999999999999999999', '%00']) {
      expect(await get(id, story.token), String(id)).toMatchObject(notFound);
    }
    expect(await get(saleId, sister.token)).toMatchObject(notFound);
    expect(await get(saleId, await server.otherWorkspace())).toMatchObject(notFound);
    expect(await get(saleId, await newKey({ programs: [sister.programId] }))).toMatchObject(notFound);
  });
});
