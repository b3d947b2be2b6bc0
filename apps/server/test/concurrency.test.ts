import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { releaseHolds } from '../src/commissions/index.ts';
import { markPaid } from './mark-paid.ts';
import { expectBalancedBooks, type Story, tellStory } from './story.ts';
import { openTestServer, type Reply, type TestServer } from './test-server.ts';

vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
let story: Story;
let n = 0;
const code = (suffix = '') => `racer-${n}${suffix}`;

beforeAll(async () => {
  server = await openTestServer({ fee: { bps: 350, freeRevenueMinor: 0n } });
});
afterAll(() => server.close());
beforeEach(async () => {
  n += 1;
  story = await tellStory(server, { commission: { type: 'cps_lifetime', rate_bps: 3333 } });
  await story.addPartner(code());
});
afterEach(() => expectBalancedBooks(server));

const times = <T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));

/** How many replies have which status. */
function statuses(replies: readonly Reply[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  return server.database.postgres.query<Row>(sql, values);
}

/** Sums the program's ledger by account; accounts at zero are left out. */
async function balances(programId: number): Promise<Record<string, number>> {
  const rows = await query<{ account: string; amount: number }>(
    `select account, sum(amount_minor)::float8 as amount from ledger_entries where program_id = $1
     group by account having sum(amount_minor) <> 0`,
    [programId],
  );
  return Object.fromEntries(rows.map(({ account, amount }) => [account, amount]));
}

async function customerWithKey(key: string): Promise<void> {
  const reply = await story.lead({ click_id: await story.click(code()), customer_key: key });
  expect(reply.status).toBe(200);
}

describe('one transaction id', () => {
  it('64 identical sales at once: one 200, sixty-three 409 with its ids, one commission', async () => {
    await customerWithKey('buyer');
    const body = { transaction_id: 'same', customer_key: 'buyer', amount_cents: 9999 };
    const replies = await times(64, () => story.sale(body));
    expect(statuses(replies)).toEqual({ 200: 1, 409: 63 });
    const ids = new Set(replies.map(({ body }) => `${body.sale_id} ${body.commission_id}`));
    expect(ids.size).toBe(1);
    expect(await balances(story.programId)).toEqual({
      customer_receipts: 9999,
      revenue_attributed: -9999,
      commission_expense: 3333,
      partner_pending: -3333,
      fee_expense: 350,
      fee_payable: -350,
    });
  });

  it('64 sales of one id with different contents: one of them is the payment', async () => {
    await customerWithKey('buyer');
    const replies = await times(64, (index) =>
      story.sale({ transaction_id: 'same', customer_key: 'buyer', amount_cents: 100 + index }),
    );
    expect(statuses(replies)).toEqual({ 200: 1, 409: 63 });
    const won = replies.findIndex(({ status }) => status === 200);
    expect((await balances(story.programId)).customer_receipts).toBe(100 + won);
  });

  it('sales that are refused give the id back to one that is not', async () => {
    await customerWithKey('buyer');
    const replies = await times(32, (index) =>
      story.sale({
        transaction_id: 'same',
        customer_key: index % 2 === 0 ? 'stranger' : 'buyer',
        amount_cents: 100,
      }),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => status >= 500)).toHaveLength(0);
  });

  it('through sale and attribute-payment at once: one payment with both halves', async () => {
    for (let round = 0; round < 30; round += 1) {
      const [visitor, session, key, id] = ['v', 's', 'buyer', 'txn'].map((name) => `${name}-${round}`) as [
        string,
        string,
        string,
        string,
      ];
      await story.pageview(visitor, session);
      const click = await story.click(code(), { visitor_id: visitor });
      await story.lead({ click_id: click, customer_key: key });
      const [sale, visit, again] = await Promise.all([
        story.sale({ transaction_id: id, customer_key: key, amount_cents: 3000 }),
        story.attribute({
          transaction_id: id,
          revenue: 3000,
          visitor_id: visitor,
          session_id: session,
          email: `${key}@x.example`,
        }),
        story.sale({ transaction_id: id, customer_key: key, amount_cents: 3000 }),
      ]);
      expect([200, 409]).toContain(sale.status);
      expect([200, 409]).toContain(again.status);
      expect(visit.status).toBe(200);
      const rows = await query<{ payments: number; commissions: number; matched: string }>(
        `select count(distinct p.id)::int as payments, count(distinct c.id)::int as commissions, min(v.matched_by) as matched
         from payments p left join commissions c on c.payment_id = p.id left join payment_visits v on v.payment_id = p.id
         where p.program_id = $1 and p.transaction_id = $2`,
        [story.programId, id],
      );
      expect(rows).toEqual([{ payments: 1, commissions: 1, matched: 'session' }]);
    }
    expect((await balances(story.programId)).customer_receipts).toBe(30 * 3000);
  });
});

describe('refunds', () => {
  const nothing = {};

  it('a refund that races its sale comes after it or finds none, and never loses money', async () => {
    await customerWithKey('buyer');
    for (let round = 0; round < 40; round += 1) {
      const id = `txn-${round}`;
      const [sale, refund] = await Promise.all([
        story.sale({ transaction_id: id, customer_key: 'buyer', amount_cents: 777 }),
        story.refund({ transaction_id: id }),
      ]);
      expect(sale.status).toBe(200);
      expect([200, 404]).toContain(refund.status);
      if (refund.status === 404)
        expect((await story.refund({ transaction_id: id })).body.status).toBe('reversed');
    }
    expect(await balances(story.programId)).toEqual(nothing);
  });

  it('64 partial refunds at once with ids of their own never exceed the sale', async () => {
    await customerWithKey('buyer');
    await story.sale({ transaction_id: 'txn', customer_key: 'buyer', amount_cents: 1000 });
    const replies = await times(64, (index) =>
      story.refund({ transaction_id: 'txn', refund_amount_cents: 37, refund_id: `r${index}` }),
    );
    // 27 × 37 = 999: one cent is left, and too little for another.
    expect(statuses(replies)).toEqual({ 200: 27, 400: 37 });
    const [{ refunded }] = (await query(
      'select sum(amount_minor)::int as refunded from refunds where program_id = $1',
      [story.programId],
    )) as [{ refunded: number }];
    expect(refunded).toBe(999);
    expect((await story.refund({ transaction_id: 'txn' })).body.status).toBe('reversed');
    expect(await balances(story.programId)).toEqual(nothing);
  });

  it('64 equal partial refunds at once without an id are one, with one id are one', async () => {
    await customerWithKey('buyer');
    for (const [id, refund_id] of [
      ['without', undefined],
      ['with', 'r'],
    ] as const) {
      await story.sale({ transaction_id: id, customer_key: 'buyer', amount_cents: 1000 });
      const replies = await times(64, () =>
        story.refund({ transaction_id: id, refund_amount_cents: 10, refund_id }),
      );
      expect(replies.filter(({ body }) => body.status === 'refunded')).toHaveLength(1);
      expect(replies.filter(({ body }) => body.status === 'skipped')).toHaveLength(63);
    }
  });

  it('64 full refunds at once are one', async () => {
    await customerWithKey('buyer');
    await story.sale({ transaction_id: 'txn', customer_key: 'buyer', amount_cents: 1000 });
    const replies = await times(64, (index) =>
      story.refund({ transaction_id: 'txn', refund_id: index % 2 ? `r${index}` : undefined }),
    );
    expect(replies.filter(({ body }) => body.status === 'reversed')).toHaveLength(1);
    expect(await balances(story.programId)).toEqual(nothing);
  });

  it('a refund that races the end of the hold and the payout leaves nothing to pay out twice', async () => {
    await customerWithKey('buyer');
    const { postgres } = server.database;
    const now = server.clock.now();
    const later = new Date(now.getTime() + 91 * 86_400_000);
    for (let round = 0; round < 40; round += 1) {
      const id = `txn-${round}`;
      const { body: sale } = await story.sale({
        transaction_id: id,
        customer_key: 'buyer',
        amount_cents: 3000,
      });
      const [{ workspaceId }] = (await query(
        'select workspace_id as "workspaceId" from commissions where id = $1',
        [sale.commission_id],
      )) as [{ workspaceId: number }];
      if (round % 2 === 1) await releaseHolds(postgres, later);
      await Promise.all([
        story.refund({ transaction_id: id, refund_amount_cents: 1500 }),
        round % 2 === 0
          ? releaseHolds(postgres, later)
          : postgres.transaction((trx) => markPaid(trx, workspaceId, [BigInt(sale.commission_id)], later)),
      ]);
      const [standing] = await query<{ pending: bigint; approved: bigint; paid: bigint }>(
        'select pending_minor as pending, approved_minor as approved, paid_minor as paid from commission_standings where id = $1',
        [sale.commission_id],
      );
      expect(standing, `round ${round}`).toBeDefined();
      const { pending, approved, paid } = standing as { pending: bigint; approved: bigint; paid: bigint };
      expect(pending + approved + paid).toBe(500n);
      expect(pending, `round ${round}: ${pending} ${approved} ${paid}`).toBeGreaterThanOrEqual(0n);
      // Below zero is a debt of the partner: only what was paid out before it was refunded.
      if (paid === 0n) expect(approved, `round ${round}`).toBeGreaterThanOrEqual(0n);
      else expect([500n, 1000n]).toContain(paid);
    }
  });
});

describe('people', () => {
  it('32 leads at once with one new key, each by its own click, are one customer and one lead', async () => {
    for (let round = 0; round < 5; round += 1) {
      const clicks = await times(32, () => story.click(code()));
      const replies = await Promise.all(
        clicks.map((click_id) => story.lead({ click_id, customer_key: `new-${round}` })),
      );
      expect(statuses(replies)).toEqual({ 200: 32 });
      const [found] = await query(
        `select (select count(*) from customers where program_id = $1 and customer_key = $2)::int as customers,
           (select count(*) from leads where program_id = $1 and customer_key = $2)::int as leads,
           (select count(*) from customers where program_id = $1)::int as all_customers,
           (select count(*) from customer_visitors v join customers c on c.id = v.customer_id
            where c.program_id = $1 and c.customer_key = $2)::int as browsers`,
        [story.programId, `new-${round}`],
      );
      expect(found).toEqual({ customers: 1, leads: 1, all_customers: round + 1, browsers: 32 });
    }
  });

  it('32 leads at once with one new key under a policy that pays for leads earn once', async () => {
    story = await tellStory(server, { commission: { type: 'cpl', fixed_cents: 700 } });
    await story.addPartner(code('-cpl'));
    const clicks = await times(32, () => story.click(code('-cpl')));
    const replies = await Promise.all(
      clicks.map((click_id) => story.lead({ click_id, customer_key: 'new' })),
    );
    expect(statuses(replies)).toEqual({ 200: 32 });
    expect(await balances(story.programId)).toEqual({ commission_expense: 700, partner_pending: -700 });
  });

  it('one click taken by two keys at once: two people, one browser, no failure', async () => {
    for (let round = 0; round < 30; round += 1) {
      const click_id = await story.click(code());
      const keys = [`a-${round}`, `b-${round}`];
      const leads = await times(8, (index) => story.lead({ click_id, customer_key: keys[index % 2] }));
      expect(statuses(leads)).toEqual({ 200: 8 });
      const sales = await times(2, (index) =>
        story.sale({ transaction_id: `t-${round}-${index}`, customer_key: keys[index], amount_cents: 100 }),
      );
      for (const { status, body } of sales) {
        expect(status).toBe(200);
        expect(body.commission_id).toEqual(expect.any(Number));
      }
    }
    const rows = await query('select count(*)::int as n from customers where program_id = $1', [
      story.programId,
    ]);
    expect(rows).toEqual([{ n: 60 }]);
  });

  it('a lead, a sale and an identity of one new person at once make one customer, whoever is first', async () => {
    for (let round = 0; round < 20; round += 1) {
      const [key, visitor, session] = [`p-${round}`, `pv-${round}`, `ps-${round}`];
      const click_id = await story.click(code(), { visitor_id: visitor });
      const replies = await Promise.all([
        story.lead({ click_id, customer_key: key }),
        story.sale({ transaction_id: `p-${round}`, customer_key: key, click_id, amount_cents: 100 }),
        story.lead({ click_id, customer_key: key, email: `p${round}@x.example` }),
        server.post('/api/v1/collect', {
          website_id: story.websiteId,
          visitor_id: visitor,
          session_id: session,
          events: [{ type: 'identify', customer_key: key, email: `p${round}@x.example` }],
        }),
      ]);
      for (const { status, body } of replies) expect([200, 202, 400], JSON.stringify(body)).toContain(status);
      expect(replies[1]?.status).toBe(200);
    }
    const rows = await query(
      'select customer_key as key, count(*)::int as n from customers where program_id = $1 group by 1 having count(*) > 1 or customer_key is null',
      [story.programId],
    );
    expect(rows).toEqual([]);
  });

  it('people who cross each other’s browsers do not wait for each other for ever', async () => {
    const clicks = await times(6, (index) => story.click(code(), { visitor_id: `shared-${index % 3}` }));
    const replies = await times(120, (index) => {
      const click_id = clicks[(index * 7) % 6] as string;
      const customer_key = `cross-${index % 5}`;
      if (index % 3 === 0) return story.lead({ click_id, customer_key, click_ids: clicks });
      if (index % 3 === 1)
        return story.sale({ transaction_id: `cross-${index}`, click_id, customer_key, amount_cents: 100 });
      return story.sale({ transaction_id: `cross-${index}`, click_id, amount_cents: 100 });
    });
    for (const { status, body } of replies) expect([200, 400], JSON.stringify(body)).toContain(status);
  });
});

describe('clicks that are paid for', () => {
  it('are paid once a visitor and partner in 24 hours, however many come at once', async () => {
    story = await tellStory(server, { commission: { type: 'cpc', fixed_cents: 50 } });
    await story.addPartner(code('-cpc'));
    const first = await story.click(code('-cpc'));
    await times(32, () => story.click(code('-cpc'), { existing_click_id: first }));
    expect(await balances(story.programId)).toEqual({ commission_expense: 50, partner_pending: -50 });
    server.clock.advance(25 * 3_600_000);
    await times(32, () => story.click(code('-cpc'), { existing_click_id: first }));
    expect(await balances(story.programId)).toEqual({ commission_expense: 100, partner_pending: -100 });
    await times(8, () => story.click(code('-cpc')));
    expect(await balances(story.programId)).toEqual({ commission_expense: 500, partner_pending: -500 });
  });
});

describe('what was acknowledged is found by the next request', () => {
  const rounds = 200;

  it('a click by lead, a lead by sale, a page view by attribute-payment', async () => {
    await times(8, async (lane) => {
      for (let round = 0; round < rounds / 4; round += 1) {
        const id = `${lane}-${round}`;
        const click_id = await story.click(code());
        expect((await story.lead({ click_id, customer_key: id })).body).toMatchObject({ success: true });
        const sale = await story.sale({ transaction_id: id, customer_key: id, amount_cents: 100 });
        expect(sale.body).toMatchObject({ success: true, commission_id: expect.any(Number) });
        await story.pageview(`rv-${id}`, `rs-${id}`);
        const visit = await story.attribute({
          visitor_id: `rv-${id}`,
          session_id: `rs-${id}`,
          email: `${lane}${round}@x.example`,
        });
        expect(visit).toMatchObject({
          status: 200,
          body: { message: 'Payment event attributed successfully.' },
        });
      }
    });
  });

  it('a program’s new settings, partners and policies by the next payment', async () => {
    for (let round = 0; round < 20; round += 1) {
      server.clock.advance(1000);
      const rate = 1000 + round;
      await server.post(
        `/api/v1/groups/${story.groupId}/policies`,
        { type: 'cps_lifetime', rate_bps: rate },
        server.key,
      );
      await story.addPartner(code(`-${round}`));
      const sale = await story.sale({
        transaction_id: `s-${round}`,
        click_id: await story.click(code(`-${round}`)),
        amount_cents: 10_000,
      });
      const { data } = (await story.explain(sale.body.sale_id)).body;
      expect(data.commission.amount_cents).toBe(rate);
    }
  });
});
