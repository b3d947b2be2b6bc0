import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';

describe('POST /api/v1/track/sale', () => {
  let server: TestServer;
  let story: Story;
  let n = 0;
  const code = () => `partner-${n}`;

  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    n += 1;
    story = await tellStory(server);
    await story.addPartner(code());
  });

  it('200: a click, a lead and a sale by customer key alone earn the commission', async () => {
    const clickId = await story.click(code());
    expect(await story.lead({ click_id: clickId, customer_key: 'user_1' })).toMatchObject({
      status: 200,
      body: { success: true, message: 'Lead tracked successfully' },
    });
    const sale = await story.sale({ transaction_id: 't1', customer_key: 'user_1', amount_cents: 9999 });
    expect(sale.status).toBe(200);
    expect(sale.body).toEqual({
      success: true,
      sale_id: expect.any(Number),
      commission_id: expect.any(Number),
      message: 'Sale tracked successfully',
    });
    const { data } = (await story.explain(sale.body.sale_id)).body;
    expect(data.attribution).toMatchObject({ attributed: true, method: 'customer_key', model: 'last_click' });
    expect(data.arithmetic).toEqual([{ step: 'commission', text: '9999 × 2000 / 10000', result: 2000 }]);
    expect(data.commission).toMatchObject({ status: 'pending', amount_cents: 2000 });
    expect(
      data.ledger.reduce((sum: number, entry: { amount_cents: number }) => sum + entry.amount_cents, 0),
    ).toBe(0);
    await expectBalancedBooks(server);
  });

  it('200: by click id alone, without a lead', async () => {
    const clickId = await story.click(code());
    const sale = await story.sale({ transaction_id: 't1', click_id: clickId, amount_cents: 1000 });
    expect(sale.body).toMatchObject({ success: true, commission_id: expect.any(Number) });
    const { data } = (await story.explain(sale.body.sale_id)).body;
    expect(data.attribution.method).toBe('click_id');
  });

  it('200 attribution_window_expired: the click is too old, the money is kept', async () => {
    const clickId = await story.click(code());
    const later = new Date(server.clock.now().getTime() + 75 * 86_400_000 + 3_600_000).toISOString();
    server.clock.set(later);
    const sale = await story.sale({ transaction_id: 't1', click_id: clickId, amount_cents: 1000 });
    expect(sale.body).toEqual({
      success: true,
      sale_id: expect.any(Number),
      commission_id: null,
      attributed: false,
      reason: 'attribution_window_expired',
      click_age_days: 75,
      window_days: 60,
      message: 'Sale tracked — attribution window expired, no commission created',
    });
  });

  it('200: 64 identical sales at once are one payment and one commission', async () => {
    const clickId = await story.click(code());
    const body = { transaction_id: 'same', click_id: clickId, amount_cents: 9999 };
    const replies = await Promise.all(Array.from({ length: 64 }, () => story.sale(body)));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
    const duplicates = replies.filter((reply) => reply.status === 409);
    expect(duplicates).toHaveLength(63);
    const won = replies.find((reply) => reply.status === 200)?.body;
    for (const { body: duplicate } of duplicates) {
      expect(duplicate).toEqual({
        error: 'Duplicate transaction_id. This sale has already been recorded.',
        message: 'transaction_id already recorded',
        statusCode: 409,
        sale_id: won.sale_id,
        commission_id: won.commission_id,
      });
    }
    await expectBalancedBooks(server);
  });

  it('200: two programs use the same transaction id', async () => {
    const other = await tellStory(server);
    await other.addPartner(`${code()}-other`);
    const body = { transaction_id: 'shared', amount_cents: 100 };
    const mine = await story.sale({ ...body, click_id: await story.click(code()) });
    const theirs = await other.sale({ ...body, click_id: await other.click(`${code()}-other`) });
    expect([mine.status, theirs.status]).toEqual([200, 200]);
  });

  it.each([
    [{ amount_cents: 1 }, 'transaction_id is required and must be a string'],
    [{ transaction_id: 5, amount_cents: 1 }, 'transaction_id is required and must be a string'],
    [{ transaction_id: '  ', amount_cents: 1 }, 'transaction_id is required and must be a string'],
    [
      { transaction_id: 'x'.repeat(256), amount_cents: 1 },
      'transaction_id must be a string of at most 255 characters',
    ],
    [
      { transaction_id: 'a\u0000b', amount_cents: 1 },
      'transaction_id must be a string of at most 255 characters',
    ],
    [{ transaction_id: 'x' }, 'amount_cents is required and must be a positive integer'],
    [{ transaction_id: 'x', amount_cents: 0 }, 'amount_cents is required and must be a positive integer'],
    [{ transaction_id: 'x', amount_cents: 1.5 }, 'amount_cents is required and must be a positive integer'],
    [{ transaction_id: 'x', amount_cents: '100' }, 'amount_cents is required and must be a positive integer'],
    [{ transaction_id: 'x', amount_cents: 1e12 + 1 }, 'amount_cents must not exceed 1000000000000'],
    [{ transaction_id: 'x', amount_cents: 1, currency: 'XXZ' }, 'currency must be an ISO 4217 code'],
    [{ transaction_id: 'x', amount_cents: 1, sale_type: 'gift' }, 'sale_type is invalid'],
    [{ transaction_id: 'x', amount_cents: 1, is_recurring: 'yes' }, 'is_recurring is invalid'],
    [{ transaction_id: 'x', amount_cents: 1, occurred_at: 'yesterday' }, 'occurred_at is invalid'],
    [{ transaction_id: 'x', amount_cents: 10, tax_cents: 11 }, 'tax_cents is invalid'],
    [{ transaction_id: 'x', amount_cents: 10, tax_cents: 6, shipping_cents: 5 }, 'shipping_cents is invalid'],
    [{ transaction_id: 'x', amount_cents: 1 }, 'Customer not found. Provide customer_key or click_id.'],
    [
      { transaction_id: 'x', amount_cents: 1, customer_key: 'nobody', click_id: 'clk_nothing' },
      'Customer not found. Provide customer_key or click_id.',
    ],
  ])('400: %j', async (body, error) => {
    expect(await story.sale(body)).toMatchObject({ status: 400, body: { error } });
  });

  it('400 leaves the transaction id free', async () => {
    const refused = await story.sale({ transaction_id: 'again', amount_cents: 100, customer_key: 'later' });
    expect(refused.status).toBe(400);
    await story.lead({ click_id: await story.click(code()), customer_key: 'later' });
    expect(
      (await story.sale({ transaction_id: 'again', amount_cents: 100, customer_key: 'later' })).status,
    ).toBe(200);
  });

  it('400: a click of another program of the workspace', async () => {
    const other = await tellStory(server);
    await other.addPartner(`${code()}-b`);
    const sale = await story.sale({
      transaction_id: 'x',
      amount_cents: 1,
      click_id: await other.click(`${code()}-b`),
    });
    expect(sale).toMatchObject({
      status: 400,
      body: { error: 'No affiliate attribution found for this customer in this program' },
    });
  });

  it('401: no token, and the wrong kind of token', async () => {
    const body = { transaction_id: 'x', amount_cents: 1 };
    expect(await server.post('/api/v1/track/sale', body)).toMatchObject({
      status: 401,
      body: { error: 'Missing or malformed Authorization header' },
    });
    for (const token of ['aff_wrong', story.websiteToken, server.key]) {
      expect(await server.post('/api/v1/track/sale', body, token)).toMatchObject({
        status: 401,
        body: { error: 'Invalid API token' },
      });
    }
  });

  describe('in test mode', () => {
    const test = { additional_data: { test_mode: true } };
    const answer = {
      success: true,
      message: 'Test sale event tracked successfully',
      data: { eventId: expect.any(Number), programId: expect.any(Number), test_mode: true },
    };

    it('200: nothing else is needed; generated ids never collide', async () => {
      const replies = await Promise.all(Array.from({ length: 50 }, () => story.sale(test)));
      for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: answer });
      expect(new Set(replies.map(({ body }) => body.data.eventId)).size).toBe(50);
      const stored = await server.database.postgres.query<{ transaction_id: string; amount_minor: bigint }>(
        'select transaction_id, amount_minor from payments where program_id = $1 and is_test limit 1',
        [story.programId],
      );
      expect(stored).toEqual([
        { transaction_id: expect.stringMatching(/^test_txn_\d{13}/), amount_minor: 9999n },
      ]);
    });

    it('200: as the page of the API shows it', async () => {
      const reply = await story.sale({ ...test, amount_cents: 9999, currency: 'USD', sale_type: 'payment' });
      expect(reply.body).toEqual({ ...answer, data: { ...answer.data, programId: story.programId } });
    });

    it('409: an explicit id twice; test ids and real ids are separate', async () => {
      const first = await story.sale({ ...test, transaction_id: 't1' });
      expect(await story.sale({ ...test, transaction_id: 't1' })).toMatchObject({
        status: 409,
        body: { statusCode: 409, sale_id: first.body.data.eventId, commission_id: null },
      });
      const clickId = await story.click(code());
      const real = { transaction_id: 't1', amount_cents: 100, click_id: clickId };
      expect((await story.sale(real)).status).toBe(200);
      expect((await story.sale({ ...test, transaction_id: 't2' })).status).toBe(200);
      expect((await story.refund({ transaction_id: 't2' })).status).toBe(404);
    });

    it('changes nothing: no customer, commission, ledger entry or list entry', async () => {
      const clickId = await story.click(code());
      await story.sale({ ...test, click_id: clickId, customer_key: 'k', transaction_id: 't' });
      for (const list of ['payments', 'commissions', 'leads']) {
        const reply = await server.get(`/api/v1/programs/${story.programId}/${list}`, server.key);
        expect(reply.body.data).toEqual([]);
      }
      expect((await story.lead({ click_id: clickId, customer_key: 'k' })).body.success).toBe(true);
      const [entries] = await server.database.postgres.query(
        'select count(*)::integer as count from ledger_entries where program_id = $1',
        [story.programId],
      );
      expect(entries).toEqual({ count: 0 });
    });

    it('400 and 401: what is sent is checked as usual', async () => {
      expect((await story.sale({ ...test, amount_cents: -1 })).body.error).toBe(
        'amount_cents is required and must be a positive integer',
      );
      expect((await story.sale({ ...test, currency: 'XXZ' })).body.error).toBe(
        'currency must be an ISO 4217 code',
      );
      expect((await server.post('/api/v1/track/sale', test)).status).toBe(401);
      expect((await server.post('/api/v1/track/sale', test, 'aff_wrong')).status).toBe(401);
    });
  });
});
