import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../test/test-server.ts';
import { createSender, sheet } from './sending.testing.ts';

let server: TestServer;
let story: Story;
let send: ReturnType<typeof createSender>;

beforeAll(async () => {
  server = await openTestServer({
    clock: testClock('2026-06-01T08:00:00Z'),
    fee: { bps: 350, freeRevenueMinor: 0n },
  });
  story = await tellStory(server);
  await story.addPartner('anna', { email: 'anna@partner.example' });
  send = createSender(server);
  await server.post('/api/v1/webhook-endpoints', { url: 'https://hooks.example/in' }, server.key);
});
afterAll(() => server.close());

const sql = <Row>(text: string, values: unknown[] = []) => server.database.postgres.query<Row>(text, values);
const settings = (more: Record<string, unknown> = {}) => ({
  kind: 'payments',
  program_id: story.programId,
  ...more,
});
const counts = async () => {
  const [row] = await sql<Record<string, string>>(
    `select (select count(*) from payments)::text as payments, (select count(*) from refunds)::text as refunds,
       (select count(*) from customers)::text as customers, (select count(*) from commissions)::text as commissions,
       (select count(*) from ledger_entries)::text as entries, (select count(*) from fees)::text as fees,
       (select count(*) from webhook_messages where type <> 'program.created')::text as told`,
  );
  return row;
};
async function expectWholeBooks() {
  await expectBalancedBooks(server);
  const { body } = await server.get('/api/v1/verify', server.key);
  expect(body.data.fault).toBe(null);
}

const history = sheet(`
Order,Total,Curr,Paid at,Mail,Who,Affiliate,Refunded,Plan
old-1,49.00,usd,2025-01-10 09:00:00,sam@buyer.example,user_1,anna,,pro
old-2,49.00,usd,2025-02-10 09:00:00,sam@buyer.example,user_1,anna,49.00,pro
old-3,1200,JPY,2025-02-11T09:00:00+09:00,kim@buyer.example,,,,
old-4,10.00,,2025-03-01,,,,2.50,
old-5,19.99,EUR,2025-03-02,lou@buyer.example,,anna@partner.example,,
`);
const map = {
  mapping: {
    transaction_id: 'Order',
    amount: 'Total',
    currency: 'Curr',
    customer_email: 'Mail',
    customer_key: 'Who',
  },
};

describe('payments of the past', () => {
  it('a dry run says what would be, and stores nothing', async () => {
    const before = await counts();
    const { item, refused } = await send.importAll(history, settings({ ...map, dry_run: true }), 2);
    expect(refused).toEqual([]);
    expect(item).toMatchObject({
      ...{ state: 'done', rows_read: 5, taken: 5, already_there: 0, refused: 0, dry_run: true, next_part: 4 },
      sums: [
        { currency: 'EUR', payments: 1, amount_cents: 1999, attributed_cents: 1999, commission_cents: 0 },
        { currency: 'JPY', payments: 1, amount_cents: 1200, attributed_cents: 0 },
        { currency: 'USD', payments: 3, amount_cents: 10800, refunded_cents: 5150, attributed_cents: 9800 },
      ],
    });
    expect(await counts()).toEqual(before);
    expect(await sql('select 1 from import_keys')).toEqual([]);
  });

  it('are in the books as of their time, with partner and refunds; owed nothing, told to nobody', async () => {
    const { item } = await send.importAll(history, settings(map), 2);
    expect(item).toMatchObject({ state: 'done', taken: 5, already_there: 0, refused: 0 });
    expect(await counts()).toMatchObject({
      ...{ payments: '5', refunds: '2', customers: '3', commissions: '0', fees: '0' },
    });
    expect(
      await sql(`select 1 from webhook_messages where type like 'payment%' or type like 'refund%'`),
    ).toEqual([]);
    const { body } = await server.get(`/api/v1/programs/${story.programId}/payments`, server.key);
    expect(
      body.data.map((one: Record<string, unknown>) => [
        one.transaction_id,
        one.status,
        one.attributed,
        one.reason,
      ]),
    ).toEqual([
      ['old-5', 'paid', true, 'settled_elsewhere'],
      ['old-4', 'partially_refunded', false, 'no_touch'],
      ['old-3', 'paid', false, 'no_touch'],
      ['old-2', 'refunded', true, 'settled_elsewhere'],
      ['old-1', 'paid', true, 'settled_elsewhere'],
    ]);
    expect(body.data[4]).toMatchObject({
      occurred_at: '2025-01-10T09:00:00.000Z',
      source: 'import',
      amount_cents: 4900,
    });
    await expectWholeBooks();
  });

  it('the same file again, whole and in other parts: all there already', async () => {
    const before = await counts();
    for (const size of [2, 100]) {
      const { item } = await send.importAll(history, settings(map), size);
      expect(item).toMatchObject({ state: 'done', taken: 0, already_there: 5, refused: 0, sums: [] });
    }
    expect(await counts()).toEqual(before);
  });

  it('an overlapping file of later: what is new, and what went back since', async () => {
    const later = sheet(`
transaction_id,amount_cents,currency,occurred_at,refunded_cents,refunded_at
old-1,4900,USD,2025-01-10T09:00:00Z,1000,2025-04-01
old-4,1000,USD,2025-03-01,250,
old-6,700,USD,2025-04-02,,
old-5,2000,EUR,2025-03-02,,
`);
    const { item, refused } = await send.importAll(later, settings());
    expect(item).toMatchObject({ taken: 2, already_there: 1, refused: 1 });
    expect(refused).toEqual([
      { line: 5, reason: 'transaction_id is known already, with another amount or currency' },
    ]);
    expect(item.sums).toMatchObject([
      { currency: 'USD', payments: 1, amount_cents: 700, refunded_cents: 1000 },
    ]);
    const again = await send.importAll(later, settings());
    expect(again.item).toMatchObject({ taken: 0, already_there: 3, refused: 1 });
    await expectWholeBooks();
  });

  it('a customer of history stays with the partner: a renewal of today earns, and counts its months from then', async () => {
    const [late, inTime] = [
      await story.sale({ transaction_id: 'new-1', customer_key: 'user_1', amount_cents: 4900 }),
      await story.sale({ transaction_id: 'new-2', customer_key: 'user_2', amount_cents: 4900 }),
    ];
    // 12 months from January 2025 are over.
    expect(late.body).toMatchObject({
      attributed: true,
      reason: 'commission_duration_ended',
      commission_id: null,
    });
    expect(inTime.status).toBe(400);
    await send.importAll(
      sheet('id,amount,date,user id,partner\nold-7,49,2026-03-05,user_2,ANNA'),
      settings(),
    );
    const renewal = await story.sale({ transaction_id: 'new-2', customer_key: 'user_2', amount_cents: 4900 });
    expect(renewal.body).toMatchObject({ success: true, commission_id: expect.any(Number) });
    const { body } = await story.explain(renewal.body.sale_id);
    expect(body.data.attribution.method).toBe('bound');
    // Other terms would change what this payment earns, and nothing of history; another window changes nothing at all.
    const simulate = async (draft: Record<string, unknown>) => {
      const path = `/api/v1/programs/${story.programId}/simulate`;
      const { body: answer } = await server.post(path, { from: '2020-01-01', ...draft }, server.key);
      return answer.data;
    };
    const policy = { type: 'cps_recurring', rate_bps: 1000, duration_months: 12 };
    expect(await simulate({ policy })).toMatchObject({
      payments: 2,
      totals: [{ now_cents: 980, then_cents: 490 }],
    });
    expect(await simulate({ attribution_window_days: 1 })).toMatchObject({
      totals: [{ now_cents: 980, then_cents: 980 }],
    });
    await expectWholeBooks();
  });

  it('a sale with an id of history is the same payment', async () => {
    const sale = await story.sale({ transaction_id: 'old-1', customer_key: 'user_1', amount_cents: 4900 });
    expect(sale.status).toBe(409);
  });

  it('commissions: true pays under the terms of then', async () => {
    const owed = sheet('id,amount,created,email,partner\nowed-1,100.00,2026-02-01,pat@buyer.example,anna');
    const { item } = await send.importAll(owed, settings({ commissions: true }));
    expect(item.sums).toMatchObject([{ attributed_cents: 10000, commission_cents: 2000 }]);
    expect(
      await sql(
        'select c.amount_minor from commissions c join payments p on p.id = c.payment_id where p.source = $1',
        ['import_owed'],
      ),
    ).toEqual([{ amount_minor: 2000n }]);
    await expectWholeBooks();
  });

  it('refuses rows with the line and the reason, and never with what they say', async () => {
    const bad = sheet(`
id,amount,currency,created,email,partner,status,refunded,is_recurring
b-1,ten,USD,2025-01-01,,,,,
b-2,0,USD,2025-01-01,,,,,
b-3,-5,USD,2025-01-01,,,,,
b-4,1.005,USD,2025-01-01,,,,,
b-5,1,DOLLARS,2025-01-01,,,,,
b-6,1,USD,01/02/2025,,,,,
b-7,1,USD,2027-01-01,,,,,
b-8,1,USD,2025-02-30,,,,,
b-9,1,USD,2025-01-01,not an address,,,,
b-10,1,USD,2025-01-01,a@b.example,nobody,,,
b-11,1,USD,2025-01-01,,anna,,,
b-12,1,USD,2025-01-01,,,failed,,
b-13,1,USD,2025-01-01,,,,2,
,1,USD,2025-01-01,,,,,
b-15,1,USD,2025-01-01,,,,,maybe
b-16,1,USD,2025-01-01,,,Paid,,
b-16,1,USD,2025-01-01,,,Paid,,
`);
    const before = await counts();
    const { item, refused } = await send.importAll(bad, settings(), 4);
    expect(item).toMatchObject({ taken: 1, already_there: 1, refused: 15 });
    expect(refused).toEqual([
      { line: 2, reason: 'amount is no number such as 1234.50' },
      { line: 3, reason: 'amount is zero: no money moved' },
      { line: 4, reason: 'amount is below zero: a refund belongs into the row of its payment' },
      { line: 5, reason: 'amount has more decimals than USD, which has 2' },
      { line: 6, reason: 'currency is no ISO 4217 code' },
      { line: 7, reason: expect.stringMatching(/^occurred_at is no time such as/) },
      { line: 8, reason: 'occurred_at is in the future' },
      { line: 9, reason: expect.stringMatching(/^occurred_at is no time such as/) },
      { line: 10, reason: 'customer_email is no email address' },
      { line: 11, reason: 'partner is not known in this program: import partners first' },
      {
        line: 12,
        reason: 'it names a partner and no customer: customer_key, customer_email or click_id is needed',
      },
      { line: 13, reason: 'status says that it was not paid' },
      { line: 14, reason: 'refunded is not between nothing and the amount' },
      { line: 15, reason: 'transaction_id is missing' },
      { line: 16, reason: 'is_recurring is neither true nor false' },
    ]);
    expect(Number((await counts())?.payments) - Number(before?.payments)).toBe(1);
    const csv = await server.get(`/api/v1/imports/${item.id}/refused`, server.key);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.body.split('\n').slice(0, 2)).toEqual([
      'line,reason',
      '2,amount is no number such as 1234.50',
    ]);
    expect(csv.body).not.toContain('not an address');
    await expectWholeBooks();
  });
});

describe('parts', () => {
  const many = {
    columns: ['id', 'amount', 'date', 'email'],
    rows: Array.from({ length: 120 }, (_, index) => [
      `many-${index}`,
      `${10 + (index % 7)}.50`,
      `2025-${String(1 + (index % 12)).padStart(2, '0')}-03`,
      `buyer${index % 40}@many.example`,
    ]),
  };

  it('repeated, in parallel, and of two overlapping files at once: each row once', async () => {
    const before = await counts();
    const overlapping = { ...many, rows: many.rows.slice(60) };
    const items = [
      (await send.start(many, settings())).body.data,
      (await send.start(overlapping, settings())).body.data,
    ];
    const bodies = [1, 2, 3, 4, 5, 6].flatMap((part) => [
      { id: items[0].id, body: send.partOf(many, items[0], part, 20) },
      ...(part <= 3 ? [{ id: items[1].id, body: send.partOf(overlapping, items[1], part, 20) }] : []),
    ]);
    const twice = [...bodies, ...[...bodies].reverse()];
    const replies = await Promise.all(twice.map(({ id, body }) => send.send(id, body)));
    expect(replies.map(({ status }) => status)).toEqual(twice.map(() => 200));
    // The same part is answered as it was.
    for (const [index, { body }] of replies.slice(0, bodies.length).entries()) {
      const { import: _, ...answer } = body.data;
      const { import: __, ...repeated } = replies[twice.length - 1 - index]?.body.data ?? {};
      expect(repeated).toEqual(answer);
    }
    const after = await counts();
    expect(Number(after?.payments) - Number(before?.payments)).toBe(120);
    expect(Number(after?.customers) - Number(before?.customers)).toBe(40);
    const [whole, part] = await Promise.all(
      items.map(async ({ id }) => (await server.get(`/api/v1/imports/${id}`, server.key)).body.data),
    );
    expect(whole).toMatchObject({ state: 'done', rows_read: 120, next_part: 7 });
    expect(part).toMatchObject({ state: 'done', rows_read: 60 });
    expect(whole.taken + part.taken).toBe(120);
    await expectWholeBooks();
  });

  it('an import that stopped goes on with the same file, and says from where', async () => {
    const file = { ...many, rows: many.rows.map(([id, ...rest]) => [`again-${id}`, ...rest]) };
    const first = (await send.start(file, settings())).body.data;
    await send.send(first.id, send.partOf(file, first, 1, 50));
    const found = (await send.start(file, settings())).body.data;
    expect(found).toMatchObject({ id: first.id, next_part: 2, rows_read: 50, state: 'running' });
    // Other settings are another import.
    const other = (await send.start(file, settings({ commissions: true }))).body.data;
    expect(other.id).not.toBe(first.id);
    const { item } = await send.importAll(file, settings(), 50);
    expect(item).toMatchObject({ id: first.id, state: 'done', taken: 120, already_there: 0 });
  });

  it('409 for another content under a part’s number, and for more rows than were told; 400 for a wrong width', async () => {
    const file = { ...many, rows: many.rows.slice(0, 3).map(([id, ...rest]) => [`three-${id}`, ...rest]) };
    const item = (await send.start(file, settings())).body.data;
    const one = send.partOf(file, item, 1, 2);
    expect((await send.send(item.id, one)).status).toBe(200);
    const other = await send.send(item.id, { ...one, rows: one.rows.slice(1) });
    expect([other.status, other.body.error]).toEqual([409, 'Part 1 was sent before, with other rows']);
    const more = await send.send(item.id, { ...one, part: 2 });
    expect([more.status, more.body.error]).toEqual([409, 'The import was told to have fewer rows']);
    const narrow = await send.send(item.id, { part: 2, rows: [{ line: 4, values: ['x'] }] });
    expect(narrow.status).toBe(400);
  });

  it('404 for another workspace’s and another program’s key', async () => {
    const item = (await send.start(many, settings({ dry_run: true }))).body.data;
    const stranger = await server.otherWorkspace();
    for (const path of [`/api/v1/imports/${item.id}`, `/api/v1/imports/${item.id}/refused`]) {
      expect([(await server.get(path, stranger)).status, path]).toEqual([404, path]);
    }
    const sent = await server.post(
      `/api/v1/imports/${item.id}/rows`,
      send.partOf(many, item, 1, 1),
      stranger,
    );
    expect(sent.body).toMatchObject({ code: 'import_not_found' });
  });
});
