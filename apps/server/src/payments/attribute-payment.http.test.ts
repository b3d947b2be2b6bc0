import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, type StoryOptions, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';

const path = '/api/v1/attribute-payment';
const done = { message: 'Payment event attributed successfully.' };
const duplicate = { ...done, duplicate: true };
const ids = { visitor_id: 'v', session_id: 's' };

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

interface Listed {
  id: number;
  transaction_id: string;
  amount_cents: number;
  currency: string;
  source: string;
  partner_id: number | null;
  commission_id: number | null;
}
const payments = async (): Promise<Listed[]> =>
  (await server.get(`/api/v1/programs/${story.programId}/payments`, server.key)).body.data;
const commissions = async () =>
  (await server.get(`/api/v1/programs/${story.programId}/commissions`, server.key)).body.data;
const explainLast = async () => (await story.explain((await payments())[0]?.id as number)).body.data;
const visitWithClick = async (visitor = 'v', session = 's') => {
  await story.pageview(visitor, session, `https://shop.example/?aff=${code}&utm_source=blog`);
  return story.click(code, { visitor_id: visitor, session_id: session });
};

describe(`POST ${path}, refusals in their order`, () => {
  it('401 Missing or malformed Authorization header, under the key message alone', async () => {
    for (const authorization of [undefined, '', 'Bearer ', 'Basic x', story.websiteToken]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const reply = await server.call('POST', path, { website_id: 5 }, { headers });
      expect(reply.status, String(authorization)).toBe(401);
      expect(reply.body).toEqual({ message: 'Missing or malformed Authorization header' });
    }
  });

  it('401 Invalid API token: unknown, or of the wrong kind', async () => {
    for (const token of ['tf_wrong', story.token, server.key]) {
      const reply = await server.post(path, {}, token);
      expect(reply.status).toBe(401);
      expect(reply.body).toEqual({ message: 'Invalid API token' });
    }
  });

  it.each([undefined, null, '', ' ', 5])('400 website_id is required: %j', async (websiteId) => {
    const reply = await server.post(path, { website_id: websiteId }, story.websiteToken);
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({ message: 'website_id is required' });
  });

  it('401 Invalid API token: of another website, whether it exists or not, before the other fields', async () => {
    const other = await tellStory(server);
    for (const websiteId of [other.websiteId, 'nothing']) {
      const reply = await server.post(path, { website_id: websiteId }, story.websiteToken);
      expect(reply.status).toBe(401);
      expect(reply.body).toEqual({ message: 'Invalid API token' });
    }
  });

  it.each([
    [{}, 'session_id is required'],
    [{ session_id: ' ', revenue: 'x' }, 'session_id is required'],
    [{ session_id: 's' }, 'visitor_id is required'],
    [{ session_id: 's', visitor_id: 5 }, 'visitor_id is required'],
    [{ ...ids, revenue: undefined }, 'revenue must be a positive integer in cents'],
    [{ ...ids, revenue: null }, 'revenue must be a positive integer in cents'],
    [{ ...ids, revenue: 0 }, 'revenue must be a positive integer in cents'],
    [{ ...ids, revenue: -5 }, 'revenue must be a positive integer in cents'],
    [{ ...ids, revenue: 9.5 }, 'revenue must be a positive integer in cents'],
    [{ ...ids, revenue: '9900' }, 'revenue must be a positive integer in cents'],
    [{ ...ids, revenue: 1e12 + 1 }, 'revenue must be a positive integer in cents'],
    [{ ...ids, email: undefined }, 'email must be a valid email address'],
    [{ ...ids, email: null }, 'email must be a valid email address'],
    [{ ...ids, email: 'nobody', currency: 'XXZ' }, 'email must be a valid email address'],
    [{ ...ids, email: 5 }, 'email must be a valid email address'],
    [{ ...ids, currency: 'XXZ' }, 'currency must be an ISO 4217 code'],
    [
      { ...ids, transaction_id: 'x'.repeat(256) },
      'transaction_id must be a string of at most 255 characters',
    ],
    [{ ...ids, occurred_at: 'yesterday' }, 'occurred_at is invalid'],
    [{ ...ids, occurred_at: '2999-01-01T00:00:00Z' }, 'occurred_at is invalid'],
  ])('400: %j', async (body, message) => {
    const reply = await story.attribute(body);
    expect(reply.status).toBe(400);
    expect(reply.body).toEqual({ message });
  });

  it('400: an Idempotency-Key that is too long', async () => {
    const reply = await story.attribute(ids, { 'idempotency-key': 'k'.repeat(256) });
    expect(reply.status).toBe(400);
    expect(reply.body.message).toContain('Idempotency-Key');
  });

  it('404: no event is known; a match needs both ids on this website, and leaves the id free', async () => {
    const elsewhere = await tellStory(server);
    await elsewhere.pageview('v', 's');
    await story.pageview('v', 'other');
    await story.pageview('other', 's');
    const body = { ...ids, transaction_id: 't' };
    const reply = await story.attribute(body);
    expect(reply.status).toBe(404);
    expect(reply.body).toEqual({
      message: 'No event is known for this session_id, visitor_id and website_id.',
    });
    expect(await payments()).toEqual([]);
    await story.pageview('v', 's');
    expect((await story.attribute(body)).body).toEqual(done);
  });

  it('general errors carry both keys', async () => {
    const reply = await server.call('POST', path, '[]', { token: story.websiteToken });
    expect(reply.body).toEqual({
      message: 'Request body must be a JSON object',
      error: 'Request body must be a JSON object',
    });
  });
});

describe(`POST ${path}, 200`, () => {
  it('as its page says: five fields, and the visit’s context is copied', async () => {
    await story.pageview('v', 's', 'https://shop.example/start?utm_source=news&utm_medium=email', {
      referrer: 'https://mail.example/',
    });
    await story.pageview('v', 's', 'https://shop.example/checkout?utm_source=other');
    const reply = await story.attribute(ids);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual(done);
    const explained = await explainLast();
    expect(explained.payment).toMatchObject({
      source: 'attribute_payment',
      amount_cents: 9900,
      currency: 'USD',
      website_id: story.websiteId,
    });
    expect(explained.visit).toMatchObject({
      visitor_id: 'v',
      session_id: 's',
      matched_by: 'session',
      source: 'news',
      medium: 'email',
      channel: 'email',
      landing_page: 'https://shop.example/start?utm_source=news&utm_medium=email',
    });
    expect(explained.commission).toBeNull();
  });

  it('reads its writes: a page view answered just before is found, 50 times', async () => {
    for (let round = 0; round < 50; round += 1) {
      await story.pageview(`v${round}`, 's');
      expect((await story.attribute({ visitor_id: `v${round}`, session_id: 's' })).status).toBe(200);
    }
    expect((await payments()).length).toBe(50);
  });

  it('events and identify calls make a match too, not only page views', async () => {
    await server.post('/api/v1/collect', {
      website_id: story.websiteId,
      ...ids,
      events: [{ type: 'event', name: 'checkout' }],
    });
    expect((await story.attribute(ids)).body).toEqual(done);
  });

  it('the currency is the website’s unless another is named', async () => {
    const { body } = await server.post(
      '/api/v1/websites',
      { domain: 'euro.example', currency: 'EUR' },
      server.key,
    );
    const { website_id: websiteId, api_token: token } = body.data;
    await server.post('/api/v1/collect', {
      website_id: websiteId,
      ...ids,
      events: [{ type: 'pageview', url: 'https://euro.example/' }],
    });
    const fields = { website_id: websiteId, ...ids, revenue: 500, email: 'a@example.com' };
    await server.post(path, { ...fields, transaction_id: '1' }, token);
    await server.post(path, { ...fields, transaction_id: '2', currency: 'jpy' }, token);
    const stored = await server.database.postgres.query(
      'select currency from payments where website_id = $1 order by id',
      [websiteId],
    );
    expect(stored).toEqual([{ currency: 'EUR' }, { currency: 'JPY' }]);
  });

  it('visitor and hashed email are joined, the address is kept nowhere', async () => {
    await story.pageview('v', 's');
    await story.attribute({ ...ids, email: ' Jo@Example.com' });
    const joined = await server.database.postgres.query(
      'select visitor_id, email_masked from visitor_identities where website_id = $1',
      [story.websiteId],
    );
    expect(joined).toEqual([{ visitor_id: 'v', email_masked: 'j***@example.com' }]);
  });
});

describe(`POST ${path}: once`, () => {
  beforeEach(async () => {
    await visitWithClick();
  });

  it('200 duplicate: the transaction_id was seen, whatever else is sent, even for an unknown visit', async () => {
    const body = { ...ids, transaction_id: 't' };
    expect((await story.attribute(body)).body).toEqual(done);
    for (const more of [{}, { revenue: 1 }, { email: 'other@example.com' }, { visitor_id: 'unknown' }]) {
      const reply = await story.attribute({ ...body, ...more });
      expect(reply.status).toBe(200);
      expect(reply.body).toEqual(duplicate);
    }
    expect(await payments()).toEqual([expect.objectContaining({ transaction_id: 't', amount_cents: 9900 })]);
    expect(await commissions()).toHaveLength(1);
  });

  it('200 duplicate: the Idempotency-Key stands in for it; a transaction_id in the body wins', async () => {
    const key = { 'idempotency-key': 'k1' };
    expect((await story.attribute(ids, key)).body).toEqual(done);
    expect((await story.attribute(ids, key)).body).toEqual(duplicate);
    expect((await story.attribute({ ...ids, transaction_id: 'k1' })).body).toEqual(duplicate);
    expect((await story.attribute({ ...ids, transaction_id: 't' }, key)).body).toEqual(done);
    expect((await story.attribute({ ...ids, transaction_id: null }, key)).body).toEqual(duplicate);
  });

  it('with neither, each call is a new payment', async () => {
    for (let sent = 0; sent < 3; sent += 1) expect((await story.attribute(ids)).body).toEqual(done);
    expect(await payments()).toHaveLength(3);
  });

  it('64 at once are one payment and one commission', async () => {
    const replies = await Promise.all(
      Array.from({ length: 64 }, () => story.attribute({ ...ids, transaction_id: 't' })),
    );
    expect(replies.filter(({ body }) => body.duplicate === undefined)).toHaveLength(1);
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect(await payments()).toHaveLength(1);
    expect(await commissions()).toHaveLength(1);
    await expectBalancedBooks(server);
  });

  it('another website’s id is another payment', async () => {
    await story.attribute({ ...ids, transaction_id: 't' });
    const other = await tellStory(server);
    await other.pageview('v', 's');
    expect((await other.attribute({ ...ids, transaction_id: 't' })).body).toEqual(done);
  });
});

describe(`POST ${path} on a website bound to a program`, () => {
  it('the visitor’s partner click earns that partner’s commission', async () => {
    const clickId = await visitWithClick();
    await story.pageview('v', 'later');
    await story.attribute({ visitor_id: 'v', session_id: 'later', revenue: 10_000 });
    const explained = await explainLast();
    expect(explained.attribution).toMatchObject({ attributed: true, method: 'visitor' });
    expect(explained.attribution.candidates).toEqual([
      expect.objectContaining({ click_id: clickId, partner_id: partnerId, outcome: 'won' }),
    ]);
    expect(explained.commission).toMatchObject({ partner_id: partnerId, amount_cents: 2000 });
    await expectBalancedBooks(server);
  });

  it('known by email on another browser: the customer’s partner earns', async () => {
    await story.lead({ click_id: await story.click(code), customer_key: 'k', email: 'jo@example.com' });
    await story.pageview('phone', 's');
    await story.attribute({ visitor_id: 'phone', session_id: 's', email: 'JO@example.com' });
    const explained = await explainLast();
    expect(explained.attribution).toMatchObject({ attributed: true, method: 'email' });
    expect(explained.attribution.evidence[0]).toMatchObject({ kind: 'email', value: 'j***@example.com' });
    expect(explained.commission.partner_id).toBe(partnerId);
  });

  it('two people on one browser: the email says who pays', async () => {
    const clickId = await visitWithClick();
    for (const name of ['ann', 'ben', 'cas']) {
      await story.lead({ click_id: clickId, customer_key: name, email: `${name}@example.com` });
    }
    await story.attribute({ ...ids, email: 'ben@example.com' });
    const [paid] = await server.database.postgres.query(
      "select customer_key from customers where program_id = $1 and status = 'conversion'",
      [story.programId],
    );
    expect(paid).toEqual({ customer_key: 'ben' });
  });

  it('a click outside the window earns nothing, nor does none; organic_payments does not apply', async () => {
    await visitWithClick();
    server.clock.advance(61 * 86_400_000);
    await story.pageview('v', 'late');
    expect((await story.attribute({ visitor_id: 'v', session_id: 'late' })).body).toEqual(done);
    expect((await explainLast()).attribution).toMatchObject({
      attributed: false,
      reason: 'attribution_window_expired',
      click_age_days: 61,
    });
    await story.pageview('x', 's');
    expect(
      (await story.attribute({ visitor_id: 'x', session_id: 's', email: 'x@example.com' })).body,
    ).toEqual(done);
    expect((await explainLast()).attribution).toMatchObject({ attributed: false, reason: 'no_touch' });
    expect(await commissions()).toEqual([]);
  });

  it('its transaction id is the program’s: refunds find it', async () => {
    await visitWithClick();
    await story.attribute({ ...ids, transaction_id: 't', revenue: 10_000 });
    expect((await story.refund({ transaction_id: 't' })).body).toMatchObject({
      status: 'reversed',
      deductionAmount: 20,
    });
  });
});

describe(`POST ${path} and /track/sale with one transaction id`, () => {
  const sale = (more: Record<string, unknown> = {}) =>
    story.sale({ transaction_id: 't', amount_cents: 9900, ...more });
  const attribute = (more: Record<string, unknown> = {}) =>
    story.attribute({ ...ids, transaction_id: 't', ...more });
  const expectOnce = async () => {
    expect(await payments()).toHaveLength(1);
    expect(await commissions()).toHaveLength(1);
    await expectBalancedBooks(server);
  };

  it('sale, then visit: the visit is added once; the partner stays', async () => {
    const clickId = await story.click(code);
    const sold = await sale({ click_id: clickId });
    await story.pageview('v', 's', 'https://shop.example/?utm_source=news');
    expect((await attribute()).body).toEqual(done);
    expect((await attribute()).body).toEqual(duplicate);
    expect((await sale({ click_id: clickId })).body).toMatchObject({
      statusCode: 409,
      sale_id: sold.body.sale_id,
      commission_id: sold.body.commission_id,
    });
    const explained = await explainLast();
    expect(explained.visit).toMatchObject({ visitor_id: 'v', matched_by: 'session', source: 'news' });
    expect(explained.decisions).toHaveLength(1);
    await expectOnce();
  });

  it('visit, then sale: the partner is added once, by a recorded re-decision', async () => {
    await story.lead({ click_id: await story.click(code), customer_key: 'k' });
    server.clock.advance(1000);
    await story.pageview('v', 's', 'https://shop.example/?utm_source=news');
    expect((await attribute()).body).toEqual(done);
    const sold = await sale({ customer_key: 'k' });
    expect(sold).toMatchObject({
      status: 200,
      body: { success: true, commission_id: expect.any(Number), message: 'Sale tracked successfully' },
    });
    expect(await sale({ customer_key: 'k' })).toMatchObject({
      status: 409,
      body: { sale_id: sold.body.sale_id, commission_id: sold.body.commission_id },
    });
    expect((await attribute()).body).toEqual(duplicate);
    const explained = await explainLast();
    expect(explained.visit).toMatchObject({ visitor_id: 'v', matched_by: 'session', source: 'news' });
    expect(explained.decisions.map(({ cause }: { cause: string }) => cause)).toEqual(['recorded', 'sale']);
    expect(explained.commission.partner_id).toBe(partnerId);
    await expectOnce();
  });

  it('visit that earned, then sale: 409 with its commission', async () => {
    await visitWithClick();
    await attribute();
    const [paid] = await payments();
    expect(await sale({ customer_key: 'nobody' })).toMatchObject({
      status: 409,
      body: { sale_id: paid?.id, commission_id: paid?.commission_id },
    });
    await expectOnce();
  });

  it('visit, then a sale by an unknown customer: 409, and the half stays free for a sale that knows', async () => {
    await story.lead({ click_id: await story.click(code), customer_key: 'k' });
    server.clock.advance(1000);
    await story.pageview('v', 's');
    await attribute();
    expect((await sale({ customer_key: 'nobody' })).body).toMatchObject({
      statusCode: 409,
      commission_id: null,
    });
    expect((await sale({ customer_key: 'k' })).body).toMatchObject({ commission_id: expect.any(Number) });
    await expectOnce();
  });

  it('organic sale, then a visit with a partner’s click: the partner is added too, once', async () => {
    await begin({ settings: { organic_payments: 'record' } });
    await visitWithClick();
    expect((await sale({ customer_key: 'k' })).body).toMatchObject({ attributed: false, reason: 'no_touch' });
    expect((await attribute()).body).toEqual(done);
    expect((await attribute()).body).toEqual(duplicate);
    const explained = await explainLast();
    expect(explained.attribution).toMatchObject({ attributed: true, method: 'visitor' });
    expect(explained.decisions).toHaveLength(2);
    await expectOnce();
    // The visitor and the customer of the sale are one: the next sale knows by the key alone.
    const next = await story.sale({ transaction_id: 'next', amount_cents: 100, customer_key: 'k' });
    expect(next.body.commission_id).toEqual(expect.any(Number));
  });

  it('both at once, in 20 rounds: one payment, one commission, both halves', async () => {
    const clickId = await story.click(code);
    server.clock.advance(1000);
    for (let round = 0; round < 20; round += 1) {
      const visitor = `v${round}`;
      await story.pageview(visitor, 's', 'https://shop.example/?utm_source=news');
      const id = `both-${round}`;
      const email = `p${round}@example.com`;
      const lead = { click_id: clickId, customer_key: `k${round}` };
      await story.lead(lead);
      const replies = await Promise.all([
        story.attribute({ visitor_id: visitor, session_id: 's', transaction_id: id, email }),
        sale({ transaction_id: id, customer_key: `k${round}` }),
      ]);
      expect(replies.map(({ status }) => status)).toEqual([200, 200]);
      const explained = await explainLast();
      expect(explained.visit).toMatchObject({ matched_by: 'session', source: 'news' });
      expect(explained.commission).toMatchObject({ partner_id: partnerId });
    }
    expect(await payments()).toHaveLength(20);
    expect(await commissions()).toHaveLength(20);
    await expectBalancedBooks(server);
  });

  it('the same id with other money is a duplicate, not a half', async () => {
    await story.pageview('v', 's');
    await attribute({ revenue: 5000 });
    await story.lead({ click_id: await story.click(code), customer_key: 'k' });
    expect((await sale({ customer_key: 'k' })).status).toBe(409);
    expect(await commissions()).toEqual([]);
  });
});

describe(`POST ${path} on a website without a program`, () => {
  it('200: the payment is kept with its visit, without customers or ledger; once per key', async () => {
    await begin({ bound: false });
    await story.pageview('v', 's', 'https://shop.example/?utm_source=news');
    await story.click(code, { visitor_id: 'v', session_id: 's' });
    expect((await story.attribute({ ...ids, transaction_id: 't' })).body).toEqual(done);
    expect((await story.attribute({ ...ids, transaction_id: 't' })).body).toEqual(duplicate);
    const [stored] = await server.database.postgres.query<{ id: bigint }>(
      'select id from payments where website_id = $1',
      [story.websiteId],
    );
    const explained = (await server.get(`/api/v1/payments/${stored?.id}/explain`, server.key)).body.data;
    expect(explained).toMatchObject({
      payment: { program_id: null, website_id: story.websiteId, transaction_id: 't' },
      attribution: null,
      visit: { source: 'news' },
      policy: null,
      commission: null,
      fee: null,
      ledger: [],
      decisions: [],
    });
    // The program that is not bound knows nothing of the id.
    expect(
      (await story.sale({ transaction_id: 't', amount_cents: 5, click_id: await story.click(code) })).status,
    ).toBe(200);
  });
});
