import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, type StoryOptions, tellStory } from '../../test/story.ts';
import { openTestServer, type Reply, type TestServer, testClock } from '../../test/test-server.ts';

// Stories over time, told through the API alone. Every one starts at the same noon.

const start = '2026-01-15T12:00:00.000Z';
const day = 86_400_000;

let server: TestServer;
let story: Story;
let n = 0;
/** Partners of the story by their first names, codes by the same. */
let partners: Record<string, number>;

beforeAll(async () => {
  server = await openTestServer({ clock: testClock(start) });
});
afterAll(async () => {
  await expectBalancedBooks(server);
  await server.close();
});

const code = (name: string) => `${name}-${n}`;
const passDays = (days: number) => server.clock.advance(days * day);

async function begin(options: StoryOptions = {}, names = ['anna', 'bert', 'cleo']): Promise<void> {
  n += 1;
  server.clock.set(start);
  story = await tellStory(server, options);
  partners = {};
  for (const name of names) partners[name] = (await story.addPartner(code(name))).id;
  server.clock.advance(1000);
}

/** The browser of one person: each click knows the one before. */
function browser() {
  let last: string | undefined;
  return {
    async click(name: string): Promise<string> {
      server.clock.advance(1000);
      last = await story.click(code(name), last === undefined ? {} : { existing_click_id: last });
      return last;
    },
    get last() {
      return last;
    },
  };
}

let sales = 0;
async function trySale(body: Record<string, unknown>): Promise<Reply> {
  sales += 1;
  server.clock.advance(1000);
  return story.sale({ transaction_id: `sale-${sales}`, amount_cents: 10_000, ...body });
}

interface Told {
  attributed: boolean;
  reason: string | null;
  method: string | null;
  /** Cents by the partner's first name. */
  earned: Record<string, number>;
  fee: number | null;
  body: Record<string, unknown>;
}

async function pay(body: Record<string, unknown>): Promise<Told> {
  const reply = await trySale(body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  const { data } = (await story.explain(reply.body.sale_id)).body;
  const nameOf = (id: number) => Object.keys(partners).find((name) => partners[name] === id) ?? '?';
  return {
    attributed: data.attribution.attributed,
    reason: data.attribution.reason,
    method: data.attribution.method,
    earned: Object.fromEntries(
      data.commissions.map((one: { partner_id: number; amount_cents: number }) => [
        nameOf(one.partner_id),
        one.amount_cents,
      ]),
    ),
    fee: data.fee?.amount_cents ?? null,
    body: reply.body,
  };
}

const asKey = (method: string, path: string, body: unknown) =>
  server.call(method, path, body, { token: server.key });
const setPartner = async (name: string, change: Record<string, unknown>) => {
  const reply = await asKey(
    'PATCH',
    `/api/v1/programs/${story.programId}/partners/${partners[name]}`,
    change,
  );
  expect(reply.status).toBe(200);
};
const addPolicy = async (policy: Record<string, unknown>, groupId = story.groupId) => {
  const reply = await asKey('POST', `/api/v1/groups/${groupId}/policies`, policy);
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
};
const inMonths = (months: number, ms = 0) => {
  const first = new Date(start);
  server.clock.set(new Date(Date.UTC(2026, first.getUTCMonth() + months, 15, 12, 0, 0) + ms));
};

describe('who', () => {
  it('last_click: the last partner wins, across sign-up and browsers', async () => {
    await begin();
    const laptop = browser();
    const phone = browser();
    await laptop.click('anna');
    await story.lead({ click_id: laptop.last, customer_key: 'k' });
    passDays(3);
    await phone.click('bert');
    await story.lead({ click_id: phone.last, customer_key: 'k' });
    passDays(3);
    await laptop.click('cleo');
    passDays(1);
    expect(await pay({ customer_key: 'k' })).toMatchObject({
      earned: { cleo: 2000 },
      method: 'customer_key',
    });
  });

  it('first_click: the first partner inside the window wins', async () => {
    await begin({ settings: { attribution_model: 'first_click' } });
    const laptop = browser();
    await laptop.click('anna');
    passDays(30);
    await laptop.click('bert');
    passDays(20);
    await laptop.click('cleo');
    expect(await pay({ click_id: laptop.last, customer_key: 'early' })).toMatchObject({
      earned: { anna: 2000 },
    });
    passDays(15);
    expect(await pay({ click_id: laptop.last, customer_key: 'late' })).toMatchObject({
      earned: { bert: 2000 },
    });
  });

  it('linear: every click a share, to the cent, the largest first', async () => {
    await begin({ settings: { attribution_model: 'linear' } });
    const laptop = browser();
    for (const name of ['anna', 'bert', 'cleo', 'anna']) await laptop.click(name);
    for (const [amount, whole] of [
      [10_000, 2000],
      [9_999, 2000],
      [35, 7],
      [10_007, 2001],
    ] as const) {
      const told = await pay({ click_id: laptop.last, customer_key: `k${amount}`, amount_cents: amount });
      const shares = Object.values(told.earned);
      expect(shares.reduce((sum, one) => sum + one, 0)).toBe(whole);
      expect(Math.max(...shares)).toBe(told.earned.anna);
      expect(Math.abs((told.earned.bert ?? 0) - (told.earned.cleo ?? 0))).toBeLessThanOrEqual(1);
      expect(told.body.commission_ids).toHaveLength(3);
      expect((told.body.commission_ids as number[])[0]).toBe(told.body.commission_id);
    }
  });

  it('linear: clicks outside the window and of partners who left have no share', async () => {
    await begin({ settings: { attribution_model: 'linear' } });
    const laptop = browser();
    await laptop.click('anna');
    passDays(50);
    await laptop.click('bert');
    await laptop.click('cleo');
    await setPartner('cleo', { status: 'removed' });
    passDays(11);
    expect(await pay({ click_id: laptop.last })).toMatchObject({ earned: { bert: 2000 } });
  });

  it('the first earning payment binds: later clicks do not move the customer, other customers are free', async () => {
    await begin();
    const laptop = browser();
    await laptop.click('anna');
    expect(await pay({ click_id: laptop.last, customer_key: 'k' })).toMatchObject({ earned: { anna: 2000 } });
    passDays(2);
    await laptop.click('bert');
    await story.lead({ click_id: laptop.last, customer_key: 'other' });
    expect(await pay({ customer_key: 'k', click_id: laptop.last })).toMatchObject({
      earned: { anna: 2000 },
      method: 'bound',
    });
    expect(await pay({ customer_key: 'other' })).toMatchObject({ earned: { bert: 2000 } });
  });

  it('linear binds to all who were credited', async () => {
    await begin({ settings: { attribution_model: 'linear' } });
    const laptop = browser();
    await laptop.click('anna');
    await laptop.click('bert');
    await pay({ click_id: laptop.last, customer_key: 'k' });
    await laptop.click('cleo');
    expect(await pay({ click_id: laptop.last, customer_key: 'k' })).toMatchObject({
      earned: { anna: 1000, bert: 1000 },
      method: 'bound',
    });
  });

  it('a click after the payment, or at its very instant', async () => {
    await begin();
    const laptop = browser();
    await laptop.click('anna');
    const at = server.clock.now();
    await story.lead({ click_id: laptop.last, customer_key: 'k' });
    const before = new Date(at.getTime() - 1).toISOString();
    expect(await pay({ customer_key: 'k', occurred_at: before })).toMatchObject({
      attributed: false,
      reason: 'no_touch',
      body: { commission_id: null, attributed: false, reason: 'no_touch' },
    });
    expect(await pay({ customer_key: 'k', occurred_at: at.toISOString() })).toMatchObject({
      earned: { anna: 2000 },
    });
  });
});

describe('the window', () => {
  it('runs to the second from click to payment, and lets a later click in', async () => {
    await begin({ settings: { attribution_window_days: 10 } });
    const laptop = browser();
    await laptop.click('anna');
    const clickedAt = server.clock.now().getTime();
    await story.lead({ click_id: laptop.last, customer_key: 'k' });
    server.clock.set(new Date(clickedAt + 10 * day + 60_000));
    const late = new Date(clickedAt + 10 * day + 1).toISOString();
    expect((await pay({ customer_key: 'k', occurred_at: late })).body).toMatchObject({
      reason: 'attribution_window_expired',
      click_age_days: 10,
      window_days: 10,
    });
    const inTime = new Date(clickedAt + 10 * day).toISOString();
    expect(await pay({ customer_key: 'k', occurred_at: inTime })).toMatchObject({ earned: { anna: 2000 } });
    await story.lead({ click_id: laptop.last, customer_key: 'other' });
    await laptop.click('bert');
    expect(await pay({ customer_key: 'other' })).toMatchObject({ earned: { bert: 2000 } });
  });

  it('does not cut the renewals of a bound customer', async () => {
    await begin({ settings: { attribution_window_days: 7 } });
    const laptop = browser();
    await laptop.click('anna');
    await pay({ click_id: laptop.last, customer_key: 'k' });
    inMonths(6);
    expect(await pay({ customer_key: 'k', is_recurring: true })).toMatchObject({ earned: { anna: 2000 } });
  });

  it('a change of the setting acts on later payments', async () => {
    await begin();
    const laptop = browser();
    await laptop.click('anna');
    passDays(20);
    await asKey('PATCH', `/api/v1/programs/${story.programId}`, { attribution_window_days: 14 });
    expect(await pay({ click_id: laptop.last })).toMatchObject({ reason: 'attribution_window_expired' });
  });
});

describe('subscriptions', () => {
  const payment = (more: Record<string, unknown> = {}) =>
    pay({ customer_key: 'k', sale_type: 'subscription', subscription_id: 'sub', ...more });

  it('follow their first recorded payment: a later click captures no renewals', async () => {
    await begin({ settings: { organic_payments: 'record' } });
    expect(await payment()).toMatchObject({ attributed: false, reason: 'no_touch' });
    passDays(5);
    const laptop = browser();
    await laptop.click('anna');
    await story.lead({ click_id: laptop.last, customer_key: 'other' });
    passDays(25);
    expect(await payment({ click_id: laptop.last, is_recurring: true })).toMatchObject({
      attributed: false,
      reason: 'no_touch',
    });
    expect(await payment({ subscription_id: 'a new one' })).toMatchObject({ attributed: true });
  });

  it('whose first payment was too late stay unattributed, with its reason', async () => {
    await begin();
    const laptop = browser();
    await laptop.click('anna');
    await story.lead({ click_id: laptop.last, customer_key: 'k' });
    passDays(70);
    expect((await payment()).body).toMatchObject({
      reason: 'attribution_window_expired',
      click_age_days: 70,
    });
    await laptop.click('bert');
    passDays(30);
    expect(await payment({ is_recurring: true })).toMatchObject({ reason: 'attribution_window_expired' });
  });

  it('a customer who paid but is unbound: other payments are tested alone', async () => {
    await begin({
      settings: { organic_payments: 'record' },
      commission: { type: 'cps_lifetime', rate_bps: 1000 },
    });
    expect(await pay({ customer_key: 'k' })).toMatchObject({ attributed: false });
    const laptop = browser();
    await laptop.click('anna');
    expect(await pay({ customer_key: 'k', click_id: laptop.last })).toMatchObject({ earned: { anna: 1000 } });
  });
});

describe('terms', () => {
  it('cps_recurring: 12 of 13 monthly payments, seconds early or late', async () => {
    await begin();
    const laptop = browser();
    await laptop.click('anna');
    const earned = [];
    for (let month = 0; month <= 12; month += 1) {
      inMonths(month, month === 0 ? 60_000 : month % 2 === 0 ? -30_000 : 30_000);
      earned.push(
        (await pay({ click_id: laptop.last, customer_key: 'k', is_recurring: month > 0 })).earned.anna,
      );
    }
    expect(earned).toEqual([...Array.from({ length: 12 }, () => 2000), undefined]);
    const after = await pay({ customer_key: 'k' });
    expect(after.body).toMatchObject({
      attributed: true,
      reason: 'commission_duration_ended',
      commission_id: null,
      message: 'Sale tracked — no commission created',
    });
  });

  it('cps_one_time: the first payment only', async () => {
    await begin({ commission: { type: 'cps_one_time', rate_bps: 3000 } });
    const laptop = browser();
    await laptop.click('anna');
    expect(await pay({ click_id: laptop.last, customer_key: 'k' })).toMatchObject({ earned: { anna: 3000 } });
    expect(await pay({ customer_key: 'k' })).toMatchObject({
      earned: {},
      attributed: true,
      reason: 'commission_duration_ended',
    });
    expect(await pay({ click_id: laptop.last, customer_key: 'second' })).toMatchObject({
      earned: { anna: 3000 },
    });
  });

  it('cps_lifetime: for years', async () => {
    await begin({ commission: { type: 'cps_lifetime', rate_bps: 1000 } });
    const laptop = browser();
    await laptop.click('anna');
    await pay({ click_id: laptop.last, customer_key: 'k' });
    inMonths(50);
    expect(await pay({ customer_key: 'k' })).toMatchObject({ earned: { anna: 1000 } });
  });

  it('a fixed amount is in the program’s currency, whatever the payment’s', async () => {
    await begin({ commission: { type: 'cps_lifetime', fixed_cents: 700 } });
    const laptop = browser();
    await laptop.click('anna');
    expect(await pay({ click_id: laptop.last, amount_cents: 100, currency: 'jpy' })).toMatchObject({
      earned: { anna: 700 },
    });
  });

  it('zero_commission, and it binds nobody', async () => {
    await begin({ commission: { type: 'cps_lifetime', rate_bps: 1 } });
    const laptop = browser();
    await laptop.click('anna');
    expect((await pay({ click_id: laptop.last, customer_key: 'k', amount_cents: 1 })).body).toMatchObject({
      attributed: true,
      reason: 'zero_commission',
      commission_id: null,
    });
    await laptop.click('bert');
    expect(await pay({ click_id: laptop.last, customer_key: 'k' })).toMatchObject({ earned: { bert: 1 } });
  });

  it('no_sale_policy: a program without terms records who it was all the same', async () => {
    await begin({ commission: null });
    const laptop = browser();
    await laptop.click('anna');
    expect(await pay({ click_id: laptop.last })).toMatchObject({
      attributed: true,
      reason: 'no_sale_policy',
      earned: {},
    });
  });

  it('a policy acts on payments dated from its effective date, and changes no earlier commission', async () => {
    await begin();
    const laptop = browser();
    await laptop.click('anna');
    const first = await pay({ click_id: laptop.last, customer_key: 'k' });
    passDays(10);
    const changesAt = new Date(server.clock.now().getTime() + 5 * day);
    await addPolicy({ type: 'cps_recurring', rate_bps: 500, effective_from: changesAt.toISOString() });
    expect(await pay({ customer_key: 'k' })).toMatchObject({ earned: { anna: 2000 } });
    server.clock.set(new Date(changesAt.getTime() + day));
    expect(await pay({ customer_key: 'k' })).toMatchObject({ earned: { anna: 500 } });
    const justBefore = new Date(changesAt.getTime() - 1).toISOString();
    expect(await pay({ customer_key: 'k', occurred_at: justBefore })).toMatchObject({
      earned: { anna: 2000 },
    });
    expect(await pay({ customer_key: 'k', occurred_at: changesAt.toISOString() })).toMatchObject({
      earned: { anna: 500 },
    });
    const { data } = (await story.explain(first.body.sale_id as number)).body;
    expect(data).toMatchObject({ policy: { version: 1 }, commission: { amount_cents: 2000 } });
  });

  it('a move to another group acts on later payments', async () => {
    await begin();
    const group = await asKey('POST', `/api/v1/programs/${story.programId}/groups`, { name: 'Gold' });
    await addPolicy({ type: 'cps_lifetime', rate_bps: 4000 }, group.body.data.id);
    const laptop = browser();
    await laptop.click('anna');
    expect(await pay({ click_id: laptop.last, customer_key: 'k' })).toMatchObject({ earned: { anna: 2000 } });
    passDays(1);
    const yesterday = new Date(server.clock.now().getTime() - day / 2).toISOString();
    await setPartner('anna', { group_id: group.body.data.id });
    expect(await pay({ customer_key: 'k' })).toMatchObject({ earned: { anna: 4000 } });
    expect(await pay({ customer_key: 'k', occurred_at: yesterday })).toMatchObject({
      earned: { anna: 2000 },
    });
  });

  it('a product’s own policy goes first, for that product only', async () => {
    await begin();
    await addPolicy({ type: 'cps_lifetime', rate_bps: 100, product_id: 'cheap' });
    const laptop = browser();
    await laptop.click('anna');
    const sale = { click_id: laptop.last, customer_key: 'k' };
    expect(await pay({ ...sale, product_id: 'cheap' })).toMatchObject({ earned: { anna: 100 } });
    expect(await pay({ ...sale, product_id: 'other' })).toMatchObject({ earned: { anna: 2000 } });
    expect(await pay(sale)).toMatchObject({ earned: { anna: 2000 } });
  });

  it('tax and shipping are outside the base if the policy says so', async () => {
    await begin({ commission: null });
    await addPolicy({ type: 'cps_lifetime', rate_bps: 1000, exclude_tax: true, exclude_shipping: true });
    const laptop = browser();
    await laptop.click('anna');
    expect(await pay({ click_id: laptop.last, tax_cents: 1900, shipping_cents: 100 })).toMatchObject({
      earned: { anna: 800 },
    });
  });

  it('a partner’s own purchase is recorded and flagged, not paid: by email, by key', async () => {
    await begin({}, []);
    partners.ella = (
      await story.addPartner(code('ella'), { email: 'ella@example.com', customer_key: 'ella-key' })
    ).id;
    server.clock.advance(1000);
    const laptop = browser();
    await laptop.click('ella');
    for (const who of [{ customer_email: ' Ella@Example.com ' }, { customer_key: 'ella-key' }]) {
      const told = await pay({ click_id: laptop.last, customer_key: 'k', ...who });
      expect(told).toMatchObject({ attributed: true, reason: 'self_referral', earned: {} });
      expect(told.body).toMatchObject({ success: true, commission_id: null, attributed: true });
    }
    expect(await pay({ click_id: laptop.last, customer_key: 'friend' })).toMatchObject({
      earned: { ella: 2000 },
    });
  });

  it('the hold is the group’s, counted from the payment', async () => {
    await begin({ settings: { hold_period_days: 30 } });
    const laptop = browser();
    await laptop.click('anna');
    const occurredAt = server.clock.now();
    passDays(1);
    const told = await pay({ click_id: laptop.last, occurred_at: occurredAt.toISOString() });
    const { data } = (await story.explain(told.body.sale_id as number)).body;
    expect(data.commission.hold_until).toBe(new Date(occurredAt.getTime() + 30 * day).toISOString());
  });
});

describe('the fee', () => {
  it('is a step: free below the free amount, the crossing payment too, then whole; refunds give room again', async () => {
    await begin({ settings: { fee_bps: 350, fee_free_revenue: 25_000 } });
    const laptop = browser();
    await laptop.click('anna');
    const sale = { click_id: laptop.last };
    const crossing = [await pay(sale), await pay(sale), await pay(sale)];
    expect(crossing.map(({ fee }) => fee)).toEqual([0, 0, 0]);
    expect((await pay(sale)).fee).toBe(350);
    await story.refund({ transaction_id: `sale-${sales}` });
    await story.refund({ transaction_id: `sale-${sales - 1}` });
    expect((await pay(sale)).fee).toBe(0);
    expect((await pay(sale)).fee).toBe(350);
  });

  it('counts attributed revenue only, in its order under concurrency', async () => {
    await begin({ settings: { fee_bps: 1000, fee_free_revenue: 10_000, organic_payments: 'record' } });
    expect((await pay({ amount_cents: 1_000_000 })).fee).toBeNull();
    const laptop = browser();
    await laptop.click('anna');
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => trySale({ click_id: laptop.last, amount_cents: 5000 })),
    );
    const fees = await Promise.all(
      replies.map(async ({ body }) => (await story.explain(body.sale_id)).body.data.fee.amount_cents),
    );
    expect(fees.filter((fee) => fee === 0)).toHaveLength(2);
    expect(fees.filter((fee) => fee === 500)).toHaveLength(8);
  });

  it('without a rate another currency is free', async () => {
    await begin({ settings: { fee_bps: 350 } });
    const laptop = browser();
    await laptop.click('anna');
    expect((await pay({ click_id: laptop.last, currency: 'EUR' })).fee).toBe(0);
    expect((await pay({ click_id: laptop.last })).fee).toBe(350);
  });
});

describe('organic payments', () => {
  it('reject: refused while nobody is known, and nothing is stored', async () => {
    await begin();
    for (const body of [{}, { customer_key: 'k' }, { click_id: 'clk_nonsense' }]) {
      expect((await trySale(body)).body).toEqual({
        error: 'Customer not found. Provide customer_key or click_id.',
      });
    }
    const list = await server.get(`/api/v1/programs/${story.programId}/payments`, server.key);
    expect(list.body.data).toEqual([]);
  });

  it('record: kept as organic, and the customer is known from then on', async () => {
    await begin({ settings: { organic_payments: 'record' } });
    for (const body of [{}, { customer_key: 'k' }, { click_id: 'clk_nonsense' }]) {
      expect((await pay(body)).body).toEqual({
        success: true,
        sale_id: expect.any(Number),
        commission_id: null,
        attributed: false,
        reason: 'no_touch',
        message: 'Sale tracked — no commission created',
      });
    }
    expect((await story.lead({ customer_key: 'k' })).body.error).toMatch(
      /^Customer status cannot be updated/,
    );
  });
});

describe('a partner who was removed', () => {
  it('reject: 400 while only its clicks are known; another partner’s click wins; approved again, it earns', async () => {
    await begin();
    const laptop = browser();
    await laptop.click('anna');
    await story.lead({ click_id: laptop.last, customer_key: 'k' });
    await setPartner('anna', { status: 'removed' });
    const refused = await trySale({ customer_key: 'k' });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: 'No partner-program relationship found for this customer' },
    });
    await setPartner('anna', { status: 'approved' });
    const retried = await story.sale({
      transaction_id: `sale-${sales}`,
      amount_cents: 100,
      customer_key: 'k',
    });
    expect(retried.status).toBe(200);
    await laptop.click('bert');
    await setPartner('bert', { status: 'removed' });
    expect(await pay({ click_id: laptop.last, customer_key: 'other' })).toMatchObject({
      earned: { anna: 2000 },
    });
  });

  it('record: kept, partner_not_enrolled', async () => {
    await begin({ settings: { organic_payments: 'record' } });
    const laptop = browser();
    await laptop.click('anna');
    await setPartner('anna', { status: 'removed' });
    expect((await pay({ click_id: laptop.last })).body).toMatchObject({
      commission_id: null,
      attributed: false,
      reason: 'partner_not_enrolled',
    });
  });

  it('keeps what it earned, earns no renewals; under linear those who stay share the whole', async () => {
    await begin({ settings: { attribution_model: 'linear', organic_payments: 'record' } });
    const laptop = browser();
    await laptop.click('anna');
    await laptop.click('bert');
    const first = await pay({ click_id: laptop.last, customer_key: 'k' });
    expect(first.earned).toEqual({ anna: 1000, bert: 1000 });
    await setPartner('anna', { status: 'removed' });
    expect((await pay({ customer_key: 'k' })).earned).toEqual({ bert: 2000 });
    await setPartner('bert', { status: 'removed' });
    expect(await pay({ customer_key: 'k' })).toMatchObject({
      attributed: false,
      reason: 'partner_not_enrolled',
    });
    const { data } = (await story.explain(first.body.sale_id as number)).body;
    expect(data.commissions.map(({ status }: { status: string }) => status)).toEqual(['pending', 'pending']);
  });
});
