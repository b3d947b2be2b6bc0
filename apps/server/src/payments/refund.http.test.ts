import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { markPaid } from '../../test/mark-paid.ts';
import { expectBalancedBooks, type Story, type StoryOptions, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { releaseHolds } from '../commissions/index.ts';
import { balanceOf } from '../ledger/index.ts';

const path = '/api/v1/track/refund';
let server: TestServer;
let story: Story;
let n = 0;

beforeAll(async () => {
  server = await openTestServer({ fee: { bps: 350, freeRevenueMinor: 0n } });
});
afterAll(() => server.close());
beforeEach(async () => {
  story = await newStory();
});

let code: string;
let partnerId: number;

async function newStory(options: StoryOptions = {}): Promise<Story> {
  n += 1;
  code = `anna-${n}`;
  const told = await tellStory(server, options);
  partnerId = (await told.addPartner(code)).id;
  return told;
}

interface Sold {
  transactionId: string;
  saleId: number;
  commissionId: number;
}

/** A sale through the partner's link, with the commission it earned. */
async function sell(amount: number, more: Record<string, unknown> = {}): Promise<Sold> {
  n += 1;
  const transactionId = `t-${n}`;
  const sale = await story.sale({
    transaction_id: transactionId,
    amount_cents: amount,
    click_id: await story.click(code),
    ...more,
  });
  expect(sale.status, JSON.stringify(sale.body)).toBe(200);
  return { transactionId, saleId: sale.body.sale_id, commissionId: sale.body.commission_id };
}

const refund = async (body: Record<string, unknown>) => {
  const reply = await story.refund(body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body;
};

/** Where a sale stands: its money, and what the books hold of its commission and fee. */
async function standing({ saleId }: Sold) {
  const { data } = (await story.explain(saleId)).body;
  const sums: Record<string, number> = {};
  for (const { account, amount_cents: amount } of data.ledger) sums[account] = (sums[account] ?? 0) + amount;
  return { refunded: data.payment.refunded_cents, status: data.commission?.status, sums };
}

const partnerBalance = async (account: 'partner_pending' | 'partner_approved' | 'partner_paid') => {
  const [program] = await server.database.postgres.query<{ workspace_id: number }>(
    'select workspace_id from programs where id = $1',
    [story.programId],
  );
  const balances = await balanceOf(server.database.postgres, {
    workspaceId: program?.workspace_id as number,
    programId: story.programId,
    partnerId,
    account,
  });
  return 0 - Number([...balances.values()][0] ?? 0n);
};

describe(`POST ${path}, refusals in their order`, () => {
  it('401: no token, wrong kind', async () => {
    expect(await server.post(path, {})).toMatchObject({
      status: 401,
      body: { error: 'Missing or malformed Authorization header' },
    });
    expect(await server.post(path, {}, story.websiteToken)).toMatchObject({
      status: 401,
      body: { error: 'Invalid API token' },
    });
  });

  it.each([
    [{ refund_amount_cents: -1 }, 'transaction_id is required'],
    [{ transaction_id: null }, 'transaction_id is required'],
    [{ transaction_id: ' ' }, 'transaction_id is required'],
    [{ transaction_id: 5 }, 'transaction_id is required'],
    [
      { transaction_id: 'x', refund_amount_cents: -1 },
      'refund_amount_cents must be an integer of at least 0',
    ],
    [
      { transaction_id: 'x', refund_amount_cents: 1.5 },
      'refund_amount_cents must be an integer of at least 0',
    ],
    [
      { transaction_id: 'x', refund_amount_cents: '5' },
      'refund_amount_cents must be an integer of at least 0',
    ],
    [
      { transaction_id: 'x', refund_id: 'y'.repeat(256) },
      'refund_id must be a string of at most 255 characters',
    ],
  ])('400: %j', async (body, error) => {
    expect(await story.refund(body)).toMatchObject({ status: 400, body: { error } });
  });

  it('404 Sale not found for transaction_id: unknown, of another program, or a test', async () => {
    const { transactionId } = await sell(1000);
    const other = await newStory();
    await other.sale({ transaction_id: 'test', additional_data: { test_mode: true } });
    for (const id of ['nothing', transactionId, 'test']) {
      expect(await other.refund({ transaction_id: id })).toMatchObject({
        status: 404,
        body: { error: 'Sale not found for transaction_id' },
      });
    }
  });

  it('400 refund_amount_cents exceeds the refundable amount; nothing changes', async () => {
    const sold = await sell(1000);
    const tooMuch = { status: 400, body: { error: 'refund_amount_cents exceeds the refundable amount' } };
    for (const amount of [1001, 1e15, Number.MAX_SAFE_INTEGER, 1e300]) {
      expect(
        await story.refund({ transaction_id: sold.transactionId, refund_amount_cents: amount }),
        String(amount),
      ).toMatchObject(tooMuch);
    }
    await refund({ transaction_id: sold.transactionId, refund_amount_cents: 400, refund_id: 'a' });
    for (const amount of [601, 1000]) {
      expect(
        await story.refund({
          transaction_id: sold.transactionId,
          refund_amount_cents: amount,
          refund_id: 'b',
        }),
      ).toMatchObject(tooMuch);
    }
    expect(
      await story.refund({ transaction_id: sold.transactionId, refund_amount_cents: 1001 }),
    ).toMatchObject(tooMuch);
    expect((await standing(sold)).refunded).toBe(400);
  });
});

describe(`POST ${path}, 200`, () => {
  it.each([{}, { refund_amount_cents: 0 }, { refund_amount_cents: null }, { refund_amount_cents: 12_500 }])(
    'reversed: whole by %j; commission and fee are exactly zero',
    async (amount) => {
      const sold = await sell(12_500);
      expect(await refund({ transaction_id: sold.transactionId, ...amount })).toEqual({
        success: true,
        status: 'reversed',
        deductionAmount: 25,
        commission_id: sold.commissionId,
      });
      expect(await standing(sold)).toEqual({
        refunded: 12_500,
        status: 'reversed',
        sums: {
          customer_receipts: 0,
          revenue_attributed: 0,
          commission_expense: 0,
          partner_pending: 0,
          fee_expense: 0,
          fee_payable: 0,
        },
      });
      await expectBalancedBooks(server);
    },
  );

  it('refunded: a part takes its part of commission and fee, the rest raises to reversed', async () => {
    const sold = await sell(10_000);
    const body = { transaction_id: sold.transactionId };
    expect(await refund({ ...body, refund_amount_cents: 2500 })).toEqual({
      success: true,
      status: 'refunded',
      deductionAmount: 5,
      commission_id: sold.commissionId,
    });
    expect(await standing(sold)).toMatchObject({
      refunded: 2500,
      status: 'refunded',
      sums: { partner_pending: -1500, fee_payable: -262, customer_receipts: 7500 },
    });
    expect(await refund(body)).toMatchObject({ status: 'reversed', deductionAmount: 15 });
    expect(await standing(sold)).toMatchObject({ refunded: 10_000, status: 'reversed' });
  });

  it('reversed: without refund_id the amount of the whole sale means all that is left', async () => {
    const sold = await sell(10_000);
    const body = { transaction_id: sold.transactionId };
    await refund({ ...body, refund_amount_cents: 2500 });
    expect(await refund({ ...body, refund_amount_cents: 10_000 })).toMatchObject({
      status: 'reversed',
      deductionAmount: 15,
    });
  });

  it('skipped, refund_id already recorded: also with another amount, also when it is reversed', async () => {
    const sold = await sell(10_000);
    const body = { transaction_id: sold.transactionId, refund_id: 're_1' };
    const skipped = {
      success: true,
      status: 'skipped',
      reason: 'refund_id already recorded',
      commission_id: sold.commissionId,
    };
    await refund({ ...body, refund_amount_cents: 2500 });
    expect(await refund({ ...body, refund_amount_cents: 2500 })).toEqual(skipped);
    expect(await refund({ ...body, refund_amount_cents: 99_999 })).toEqual(skipped);
    await refund({ transaction_id: sold.transactionId });
    expect(await refund(body)).toEqual(skipped);
    expect((await standing(sold)).refunded).toBe(10_000);
  });

  it('skipped, already reversed: before the amount is looked at', async () => {
    const sold = await sell(10_000);
    await refund({ transaction_id: sold.transactionId });
    for (const more of [
      {},
      { refund_amount_cents: 5 },
      { refund_amount_cents: 99_999 },
      { refund_id: 'new' },
    ]) {
      expect(await refund({ transaction_id: sold.transactionId, ...more })).toEqual({
        success: true,
        status: 'skipped',
        reason: 'already reversed',
        commission_id: sold.commissionId,
      });
    }
  });

  it('skipped, already refunded in part: a second part without refund_id looks like a retry', async () => {
    const sold = await sell(10_000);
    const body = { transaction_id: sold.transactionId };
    await refund({ ...body, refund_amount_cents: 2500, refund_id: 'with an id' });
    for (const amount of [2500, 100, 9999]) {
      expect(await refund({ ...body, refund_amount_cents: amount })).toEqual({
        success: true,
        status: 'skipped',
        reason: 'already refunded in part; send refund_id to record another partial refund',
        commission_id: sold.commissionId,
      });
    }
    expect((await standing(sold)).refunded).toBe(2500);
  });

  it('refund_id is per sale', async () => {
    const [first, second] = [await sell(1000), await sell(1000)];
    for (const { transactionId } of [first, second]) {
      expect(
        await refund({ transaction_id: transactionId, refund_amount_cents: 100, refund_id: 'same' }),
      ).toMatchObject({ status: 'refunded', deductionAmount: 0.2 });
    }
  });

  it('any parts that add up to the sale leave exactly zero, whatever they round to', async () => {
    const sold = await sell(9999);
    const parts = [1, 3333, 7, 2, 1666, 4990];
    const deducted: number[] = [];
    for (const [index, part] of parts.entries()) {
      const reply = await refund({
        transaction_id: sold.transactionId,
        refund_amount_cents: part,
        refund_id: `part-${index}`,
      });
      expect(reply.status).toBe(index === parts.length - 1 ? 'reversed' : 'refunded');
      deducted.push(Math.round(reply.deductionAmount * 100));
    }
    expect(deducted.reduce((sum, one) => sum + one, 0)).toBe(2000);
    expect(Object.values((await standing(sold)).sums).every((sum) => sum === 0)).toBe(true);
    await expectBalancedBooks(server);
  });

  it('64 at once: one whole refund reverses once; 20 parts with ids take each their part', async () => {
    const whole = await sell(10_000);
    const replies = await Promise.all(
      Array.from({ length: 64 }, () => refund({ transaction_id: whole.transactionId })),
    );
    expect(replies.filter(({ status }) => status === 'reversed')).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 'skipped')).toHaveLength(63);
    const parted = await sell(10_000);
    const parts = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        refund({
          transaction_id: parted.transactionId,
          refund_amount_cents: 500,
          refund_id: `part-${index % 20}`,
        }),
      ),
    );
    expect(parts.filter(({ status }) => status === 'refunded')).toHaveLength(19);
    expect(parts.filter(({ status }) => status === 'reversed')).toHaveLength(1);
    expect((await standing(parted)).refunded).toBe(10_000);
    await expectBalancedBooks(server);
  });

  it('a refund racing its sale is a 404 or takes back all of it, never half', async () => {
    for (let round = 0; round < 10; round += 1) {
      n += 1;
      const body = { transaction_id: `race-${n}`, amount_cents: 1000, click_id: await story.click(code) };
      const [sale, reply] = await Promise.all([
        story.sale(body),
        story.refund({ transaction_id: body.transaction_id }),
      ]);
      expect(sale.status).toBe(200);
      if (reply.status === 404) continue;
      expect(reply.body).toMatchObject({
        status: 'reversed',
        deductionAmount: 2,
        commission_id: sale.body.commission_id,
      });
    }
    await expectBalancedBooks(server);
  });

  it('no_commission: the payment is marked refunded all the same, and skipped the next time', async () => {
    story = await newStory({ settings: { organic_payments: 'record' } });
    const sale = await story.sale({ transaction_id: 'organic', amount_cents: 5000, customer_key: 'nobody' });
    const none = { success: true, status: 'no_commission', message: 'Sale has no commission to reverse' };
    expect(await refund({ transaction_id: 'organic', refund_amount_cents: 2000 })).toEqual(none);
    expect(await refund({ transaction_id: 'organic' })).toEqual(none);
    expect(await refund({ transaction_id: 'organic' })).toEqual({
      success: true,
      status: 'skipped',
      reason: 'already reversed',
      commission_id: null,
    });
    const { data } = (await story.explain(sale.body.sale_id)).body;
    expect(data.payment.refunded_cents).toBe(5000);
    expect(
      data.ledger.reduce((sum: number, one: { amount_cents: number }) => sum + one.amount_cents, 0),
    ).toBe(0);
  });

  it('deductionAmount is in major units of the commission’s currency: JPY has none, KWD three decimals', async () => {
    const yen = await sell(5000, { currency: 'jpy' });
    expect(
      (await refund({ transaction_id: yen.transactionId, refund_amount_cents: 333 })).deductionAmount,
    ).toBe(67);
    const dinar = await sell(12_345, { currency: 'KWD' });
    expect((await refund({ transaction_id: dinar.transactionId })).deductionAmount).toBe(2.469);
  });

  it('a fixed commission is taken back in proportion to the payment', async () => {
    story = await newStory({ commission: { type: 'cps_lifetime', fixed_cents: 1000 } });
    const sold = await sell(9000);
    const body = { transaction_id: sold.transactionId };
    expect((await refund({ ...body, refund_amount_cents: 3000 })).deductionAmount).toBe(3.33);
    expect((await refund(body)).deductionAmount).toBe(6.67);
  });

  it('under linear: what all partners lose together, by the largest share’s id', async () => {
    story = await newStory({ settings: { attribution_model: 'linear' } });
    await story.addPartner(`${code}-friend`);
    const first = await story.click(code);
    await story.click(`${code}-friend`, { existing_click_id: first });
    const sale = await story.sale({ transaction_id: 'linear', amount_cents: 10_001, click_id: first });
    expect(sale.body.commission_ids).toHaveLength(2);
    expect(await refund({ transaction_id: 'linear' })).toEqual({
      success: true,
      status: 'reversed',
      deductionAmount: 20,
      commission_id: sale.body.commission_id,
    });
    const { data } = (await story.explain(sale.body.sale_id)).body;
    expect(data.commissions.map(({ status }: { status: string }) => status)).toEqual([
      'reversed',
      'reversed',
    ]);
    await expectBalancedBooks(server);
  });
});

describe(`POST ${path} after the hold`, () => {
  const release = async () => {
    server.clock.advance(16 * 86_400_000);
    await releaseHolds(server.database.postgres, server.clock.now());
  };
  const pay = async ({ commissionId }: Sold) => {
    const [row] = await server.database.postgres.query<{ workspace_id: number }>(
      'select workspace_id from commissions where id = $1',
      [commissionId],
    );
    await server.database.postgres.transaction((trx) =>
      markPaid(trx, row?.workspace_id as number, [BigInt(commissionId)], server.clock.now()),
    );
  };

  it('approved: taken from what is approved', async () => {
    const sold = await sell(10_000);
    await release();
    expect(await standing(sold)).toMatchObject({ status: 'approved' });
    await refund({ transaction_id: sold.transactionId, refund_amount_cents: 2500 });
    expect(await partnerBalance('partner_approved')).toBe(1500);
    expect(await standing(sold)).toMatchObject({ status: 'refunded' });
    await refund({ transaction_id: sold.transactionId });
    expect(await partnerBalance('partner_approved')).toBe(0);
    expect(await standing(sold)).toMatchObject({ status: 'reversed' });
  });

  it('refunded in part while on hold: only the rest is approved; refunded whole: nothing is', async () => {
    const [part, whole] = [await sell(10_000), await sell(10_000)];
    await refund({ transaction_id: part.transactionId, refund_amount_cents: 2500 });
    await refund({ transaction_id: whole.transactionId });
    await release();
    expect(await partnerBalance('partner_approved')).toBe(1500);
    expect(await partnerBalance('partner_pending')).toBe(0);
  });

  it('paid: the partner’s balance goes negative, and the next commission is carried against it', async () => {
    const sold = await sell(10_000);
    await release();
    await pay(sold);
    expect(await standing(sold)).toMatchObject({ status: 'paid' });
    await refund({ transaction_id: sold.transactionId, refund_amount_cents: 5000 });
    expect(await partnerBalance('partner_approved')).toBe(-1000);
    expect(await refund({ transaction_id: sold.transactionId })).toMatchObject({
      status: 'reversed',
      deductionAmount: 10,
    });
    expect(await partnerBalance('partner_approved')).toBe(-2000);
    expect(await partnerBalance('partner_paid')).toBe(2000);
    await sell(20_000);
    await release();
    expect(await partnerBalance('partner_approved')).toBe(2000);
    await expectBalancedBooks(server);
  });
});

describe(`POST ${path} in test mode`, () => {
  it('200: an event that changes nothing; transaction_id optional, the sale need not exist', async () => {
    const sold = await sell(10_000);
    for (const body of [
      {},
      { transaction_id: 'nothing' },
      { transaction_id: sold.transactionId, refund_id: 'r' },
    ]) {
      expect(await refund({ ...body, additional_data: { test_mode: true } })).toEqual({
        success: true,
        message: 'Test refund event tracked successfully',
        data: { eventId: expect.any(Number), programId: story.programId, test_mode: true },
      });
    }
    expect((await standing(sold)).refunded).toBe(0);
    expect(await refund({ transaction_id: sold.transactionId, refund_id: 'r' })).toMatchObject({
      status: 'reversed',
    });
  });

  it('what is sent is checked as usual, and 401 stays 401', async () => {
    const test = { additional_data: { test_mode: true } };
    expect(await story.refund({ ...test, refund_amount_cents: -5 })).toMatchObject({
      status: 400,
      body: { error: 'refund_amount_cents must be an integer of at least 0' },
    });
    expect((await server.post(path, test, 'aff_wrong')).status).toBe(401);
  });
});
