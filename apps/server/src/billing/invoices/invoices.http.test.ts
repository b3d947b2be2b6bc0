import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../../test/test-server.ts';
import { releaseHolds } from '../../commissions/index.ts';
import { issueInvoices, markOverdue } from '../index.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
let told = 0;

beforeAll(async () => {
  server = await openTestServer({ clock: testClock('2026-06-01T08:00:00Z') });
});
afterAll(() => server.close());

interface Billed extends Story {
  /** A sale of `anna`'s of so many cents; 20 % of it hers after no hold, 3.5 % the platform's. */
  sell(id: string, cents: number, more?: Record<string, unknown>): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests look into
  invoices(): Promise<any[]>;
}

async function openProgram(at: string): Promise<Billed> {
  server.clock.set(at);
  told += 1;
  const code = `anna${told}`;
  const story = await tellStory(server, {
    commission: { type: 'cps_lifetime', rate_bps: 2000 },
    settings: { hold_period_days: 0, fee_bps: 350 },
  });
  await story.addPartner(code);
  return {
    ...story,
    async sell(id, cents, more = {}) {
      const body = {
        transaction_id: id,
        amount_cents: cents,
        click_id: await story.click(code),
        customer_key: id,
      };
      expect(await story.sale({ ...body, ...more })).toMatchObject({ status: 200 });
      server.clock.advance(1000);
      await releaseHolds(server.database.postgres, server.clock.now());
    },
    invoices: async () =>
      (await server.get(`/api/v1/programs/${story.programId}/invoices`, server.key)).body.data,
  };
}

function run(at?: string): Promise<number> {
  if (at !== undefined) server.clock.set(at);
  return issueInvoices({ postgres: server.database.postgres, clock: server.clock });
}

const overdue = () => markOverdue({ postgres: server.database.postgres, clock: server.clock });
const get = async (path: string) => (await server.get(path, server.key)).body.data;
const statusOf = async (story: Story) => (await get(`/api/v1/programs/${story.programId}`)).status;
const commissionOf = async (story: Story) =>
  (await get(`/api/v1/programs/${story.programId}/commissions`))[0];

describe('the Monday run', () => {
  it('bills the week that is over at 09:00, once, with the payments behind each line', async () => {
    const story = await openProgram('2026-06-02T12:00:00Z');
    await story.sell('w1', 10_000);
    server.clock.set('2026-06-08T08:30:00Z');
    await story.sell('w2', 5_000);
    await run('2026-06-08T08:59:59Z');
    expect(await story.invoices()).toEqual([]);
    expect((await commissionOf(story)).status).toBe('approved');

    await run('2026-06-08T09:00:00Z');
    await run();
    const [invoice, ...others] = await story.invoices();
    expect(others).toEqual([]);
    expect(invoice).toMatchObject({
      number: expect.stringMatching(/^INV-2026-06-\d{4}$/),
      ...{ status: 'open', period_start: '2026-06-01', period_end: '2026-06-07', currency: 'USD' },
      ...{ commission_cents: 2000, fee_cents: 350, carried_cents: 0, total_cents: 2350, due_cents: 2350 },
      ...{ issued_at: '2026-06-08T09:00:00.000Z', due_at: '2026-06-15T09:00:00.000Z', paid_at: null },
    });
    const { body } = await server.get(`/api/v1/invoices/${invoice.id}/lines`, server.key);
    expect(body.data).toMatchObject([
      { kind: 'fee', amount_cents: 350, transaction_id: 'w1', payment_cents: 10_000 },
      { kind: 'commission', amount_cents: 2000, transaction_id: 'w1', payment_cents: 10_000 },
    ]);
    expect(await get(`/api/v1/invoices/${invoice.id}`)).toMatchObject({
      by_partner: [{ commissions: 1, commission_cents: 2000, credits: 0, credit_cents: 0 }],
      fees: { payments: 1, fee_cents: 350, credits: 0, credit_cents: 0 },
    });
    const { body: list } = await server.get(`/api/v1/programs/${story.programId}/commissions`, server.key);
    expect(list.data.map((one: { status: string }) => one.status)).toEqual(['approved', 'invoiced']);
    await expectBalancedBooks(server);
  });

  it('after a downtime bills each missed week as it was, and the week under way not at all', async () => {
    const story = await openProgram('2026-07-01T12:00:00Z');
    await story.sell('a', 1000);
    server.clock.set('2026-07-08T12:00:00Z');
    await story.sell('b', 2000);
    await story.refund({ transaction_id: 'a' });
    server.clock.set('2026-07-22T12:00:00Z');
    await story.sell('c', 4000);
    await run('2026-07-29T12:00:00Z');
    await run('2026-07-29T12:00:01Z');
    const found = await story.invoices();
    expect(
      found.map(({ period_start, commission_cents, fee_cents }) => [
        period_start,
        commission_cents,
        fee_cents,
      ]),
    ).toEqual([
      ['2026-07-20', 800, 140],
      ['2026-07-06', 400 - 200, 70 - 35],
      ['2026-06-29', 200, 35],
    ]);
  });

  it('keeps currencies apart', async () => {
    const story = await openProgram('2026-08-04T12:00:00Z');
    await story.sell('usd', 10_000);
    await story.sell('jpy', 10_000, { currency: 'jpy' });
    await run('2026-08-10T09:00:00Z');
    const found = await story.invoices();
    expect(found.map(({ currency, total_cents }) => [currency, total_cents])).toEqual([
      ['USD', 2350],
      // No rate for JPY: free of the fee.
      ['JPY', 2000],
    ]);
  });
});

describe('a refund after the invoice', () => {
  it('is credited by the next one; a total below zero is carried over and taken off', async () => {
    const story = await openProgram('2026-09-01T12:00:00Z');
    await story.sell('one', 10_000);
    await run('2026-09-07T09:00:00Z');
    await story.refund({ transaction_id: 'one', refund_amount_cents: 4000, refund_id: 'r1' });
    expect((await commissionOf(story)).status).toBe('refunded');
    await run('2026-09-14T09:00:00Z');
    const [credit] = await story.invoices();
    expect(credit).toMatchObject({
      ...{ status: 'carried_over', commission_cents: -800, fee_cents: -140 },
      ...{ total_cents: -940, due_cents: 0 },
    });
    const { body } = await server.get(`/api/v1/invoices/${credit.id}/lines`, server.key);
    expect(body.data).toMatchObject([
      { kind: 'fee_credit', amount_cents: -140, transaction_id: 'one' },
      { kind: 'commission_credit', amount_cents: -800, transaction_id: 'one' },
    ]);
    expect((await server.post(`/api/v1/invoices/${credit.id}/pay`, {}, server.key)).body).toMatchObject({
      error: 'Nothing is due on this invoice',
      code: 'conflict',
    });

    server.clock.set('2026-09-15T12:00:00Z');
    await story.sell('two', 20_000);
    await run('2026-09-21T09:00:00Z');
    expect((await story.invoices())[0]).toMatchObject({
      ...{ status: 'open', commission_cents: 4000, fee_cents: 700, carried_cents: -940, total_cents: 3760 },
    });
    await expectBalancedBooks(server);
  });
});

describe('an invoice that is not paid', () => {
  it('pauses the program at 10:00 after seven days; sales go on; paying resumes it at once', async () => {
    const story = await openProgram('2026-10-01T12:00:00Z');
    await story.sell('first', 10_000);
    await run('2026-10-05T09:00:00Z');
    server.clock.set('2026-10-06T12:00:00Z');
    await story.sell('second', 10_000);
    await run('2026-10-12T09:00:00Z');
    server.clock.set('2026-10-12T08:00:00Z');
    await overdue();
    expect(await statusOf(story)).toBe('active');
    server.clock.set('2026-10-12T10:00:00Z');
    await overdue();
    expect(await statusOf(story)).toBe('paused');
    server.clock.set('2026-10-19T10:00:00Z');
    await Promise.all([overdue(), overdue()]);
    const [second, first] = await story.invoices();
    expect([first.status, second.status]).toEqual(['overdue', 'overdue']);

    await story.sell('while paused', 5000);
    const pay = (id: number, body = {}) => server.post(`/api/v1/invoices/${id}/pay`, body, server.key);
    expect((await pay(first.id, { reference: 'wire 7' })).body.data).toMatchObject({
      ...{ status: 'paid', due_cents: 0, payment_reference: 'wire 7', paid_at: '2026-10-19T10:00:01.000Z' },
    });
    expect(await statusOf(story)).toBe('paused');
    const twice = await Promise.all([pay(second.id), pay(second.id)]);
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await statusOf(story)).toBe('active');
    const [fees] = await server.database.postgres.query<{ paid: bigint; open: bigint }>(
      `select -sum(amount_minor) filter (where account = 'fee_paid') as paid,
         -sum(amount_minor) filter (where account = 'fee_invoiced') as open
       from ledger_entries where program_id = $1`,
      [story.programId],
    );
    expect({ paid: Number(fees?.paid), open: Number(fees?.open) }).toEqual({ paid: 700, open: 0 });
  });

  it('needs a key that may bill, of its own workspace and program', async () => {
    const story = await openProgram('2026-11-03T12:00:00Z');
    await story.sell('x', 10_000);
    await run('2026-11-09T09:00:00Z');
    const [{ id }] = await story.invoices();
    const path = `/api/v1/invoices/${id}`;
    const stranger = await server.otherWorkspace();
    for (const reply of [
      await server.get(path, stranger),
      await server.get(`${path}/pdf`, stranger),
      await server.get(`${path}/csv`, stranger),
      await server.get(`${path}/lines`, stranger),
      await server.post(`${path}/pay`, {}, stranger),
      await server.get('/api/v1/invoices/999999', server.key),
    ]) {
      expect([reply.status, reply.body]).toEqual([
        404,
        { error: 'Invoice not found', code: 'invoice_not_found' },
      ]);
    }
    const { body } = await server.post(
      '/api/v1/api-keys',
      { name: 'reads', scopes: ['program:read'] },
      server.key,
    );
    expect((await server.post(`${path}/pay`, {}, body.data.key)).body.error).toBe(
      'Missing permission: billing:manage',
    );
  });
});

it('numbers have no gaps and no doubles, however many processes run at once', async () => {
  const stories = [];
  for (let index = 0; index < 8; index += 1) stories.push(await openProgram('2027-01-05T12:00:00Z'));
  for (const story of stories) {
    server.clock.set('2027-01-05T13:00:00Z');
    await story.sell('s', 10_000);
  }
  server.clock.set('2027-01-11T09:00:00Z');
  const issued = await Promise.all([run(), run(), run(), run()]);
  expect(issued.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(8);
  const numbers: string[] = [];
  for (const story of stories) {
    const found = await story.invoices();
    expect(found).toHaveLength(1);
    numbers.push(found[0].number);
  }
  const rows = await server.database.postgres.query<{ number: string }>(
    `select number from invoices where number like 'INV-2027-01-%' order by number`,
  );
  expect(rows.map(({ number }) => number)).toEqual(
    rows.map((_, index) => `INV-2027-01-${String(index + 1).padStart(4, '0')}`),
  );
  expect(rows.map(({ number }) => number)).toEqual(expect.arrayContaining(numbers));
});

it('waits for a commission that another process is at, rather than billing it a week late', async () => {
  const story = await openProgram('2027-03-02T12:00:00Z');
  await story.addPartner('slow');
  const click = await story.click('slow');
  await story.sale({ transaction_id: 's', amount_cents: 10_000, click_id: click, customer_key: 's' });
  server.clock.set('2027-03-08T09:00:00Z');
  const { postgres } = server.database;
  const billed = await postgres.transaction(async (other) => {
    await other.query('select from commission_holds for update');
    const running = run();
    await expect
      .poll(async () => {
        const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%commission_holds%'`;
        return (await postgres.query(waiting)).length;
      })
      .toBe(1);
    return { running };
  });
  await billed.running;
  expect(await story.invoices()).toMatchObject([{ period_start: '2027-03-01', commission_cents: 2000 }]);
});

it('an invoice is a PDF and a CSV with its number in their names, and never changes', async () => {
  const story = await openProgram('2027-02-02T12:00:00Z');
  await story.sell('pdf', 123_456);
  await run('2027-02-08T09:00:00Z');
  const [{ id, number }] = await story.invoices();
  const reply = await server.server.app.inject({
    url: `/api/v1/invoices/${id}/pdf`,
    headers: { authorization: `Bearer ${server.key}` },
  });
  expect(reply.headers).toMatchObject({
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="${number}.pdf"`,
  });
  expect(reply.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
  expect(reply.rawPayload.subarray(-6).toString().trim()).toBe('%%EOF');
  const csv = await server.server.app.inject({
    url: `/api/v1/invoices/${id}/csv`,
    headers: { authorization: `Bearer ${server.key}` },
  });
  expect(csv.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${number}.csv"`,
  });
  const [head, fee, commission, end] = csv.body.split('\r\n');
  expect(head).toBe(
    'kind,amount,currency,partner_id,commission_id,payment_id,transaction_id,payment_amount,occurred_at',
  );
  expect(fee).toMatch(/^fee,43\.21,USD,,,\d+,pdf,1234\.56,2027-02-02T/);
  expect(commission).toMatch(/^commission,246\.91,USD,\d+,\d+,\d+,pdf,1234\.56,2027-02-02T/);
  expect(end).toBe('');
  await expect(
    server.database.postgres.query('update invoices set commission_minor = 1 where id = $1', [id]),
  ).rejects.toThrow(/never changed/);
});

describe('time travel', () => {
  /** The same three weeks, with the jobs run whenever the caller says; what was billed for each of them. */
  async function threeWeeks(name: string, jobs: (at: string) => Promise<void>) {
    server.clock.set('2028-05-02T12:00:00Z');
    const story = await tellStory(server, {
      commission: { type: 'cps_lifetime', rate_bps: 2000 },
      settings: { hold_period_days: 5, fee_bps: 350 },
    });
    await story.addPartner(name);
    const sell = async (at: string, id: string, cents: number) => {
      await jobs(at);
      server.clock.set(at);
      const click = { click_id: await story.click(name), customer_key: id };
      expect(await story.sale({ transaction_id: id, amount_cents: cents, ...click })).toMatchObject({
        status: 200,
      });
    };
    await sell('2028-05-02T12:00:00Z', 'a', 10_000);
    // Its hold ends on a Sunday, a minute before the week does.
    await sell('2028-05-09T23:59:00Z', 'b', 20_000);
    await sell('2028-05-10T12:00:00Z', 'c', 40_000);
    await jobs('2028-05-22T09:30:00Z');
    await story.refund({ transaction_id: 'a', refund_amount_cents: 5000, refund_id: 'r' });
    await jobs('2028-06-05T12:00:00Z');
    const { body } = await server.get(`/api/v1/programs/${story.programId}/invoices`, server.key);
    return body.data
      .map((one: Record<string, unknown>) => [
        ...[one.period_start, one.commission_cents, one.fee_cents, one.carried_cents],
      ])
      .reverse();
  }

  const release = () => releaseHolds(server.database.postgres, server.clock.now());

  it('jobs that run late, twice or in another order bill the same weeks', async () => {
    const onTime = await threeWeeks('on-time', async (until) => {
      const end = new Date(until);
      for (let now = server.clock.now(); now <= end; now = server.clock.now()) {
        await release();
        await issueInvoices({ postgres: server.database.postgres, clock: server.clock });
        server.clock.advance(3_600_000);
      }
    });
    expect(onTime).toEqual([
      ['2028-05-01', 2000, 350, 0],
      ['2028-05-08', 4000, 700 + 1400, 0],
      ['2028-05-15', 8000, 0, 0],
      ['2028-05-22', -1000, -175, 0],
    ]);
    const twiceAndInAnotherOrder = await threeWeeks('another-order', async (until) => {
      server.clock.set(until);
      await run();
      await Promise.all([run(), release(), run()]);
      await release();
    });
    expect(twiceAndInAnotherOrder).toEqual(onTime);
    const late = await threeWeeks('late', async (until) => {
      if (until < '2028-05-20') return;
      server.clock.set(until);
      await run();
    });
    expect(late).toEqual(onTime);
  });
});
