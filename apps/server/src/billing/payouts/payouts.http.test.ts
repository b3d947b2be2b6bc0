import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer, testClock, testSecret } from '../../../test/test-server.ts';
import { releaseHolds } from '../../commissions/index.ts';
import { createSealer } from '../../platform/index.ts';
import { issueInvoices } from '../index.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
let second: string;
let told = 0;

beforeAll(async () => {
  server = await openTestServer({ clock: testClock('2026-06-02T12:00:00Z') });
  const { body } = await server.post('/api/v1/api-keys', { name: 'second person' }, server.key);
  second = body.data.key;
});
afterAll(() => server.close());

const paypal = { method: 'paypal', email: 'anna@example.com' };

/** A program whose partner `anna` gets a tenth of each sale, without a hold. */
async function openProgram(method: Record<string, unknown> | null = paypal) {
  told += 1;
  server.clock.set('2026-06-02T12:00:00Z');
  const story = await tellStory(server, {
    commission: { type: 'cps_lifetime', rate_bps: 1000 },
    settings: { hold_period_days: 0 },
  });
  const code = `anna-${told}`;
  const partner = await story.addPartner(code);
  const path = `/api/v1/programs/${story.programId}`;
  const setMethod = (body: Record<string, unknown>) =>
    server.call('PUT', `${path}/partners/${partner.id}/payout-method`, body, { token: server.key });
  if (method !== null) expect((await setMethod(method)).status).toBe(200);
  return {
    ...{ story, partner, path, code, setMethod },
    async sell(id: string, cents: number, by = code) {
      const body = {
        transaction_id: id,
        amount_cents: cents,
        customer_key: id,
        click_id: await story.click(by),
      };
      expect((await story.sale(body)).status).toBe(200);
    },
    /** A week passes: what was earned is released and billed. */
    async bill() {
      server.clock.advance(7 * 86_400_000);
      await releaseHolds(server.database.postgres, server.clock.now());
      server.clock.advance(7 * 86_400_000);
      await issueInvoices({ postgres: server.database.postgres, clock: server.clock });
    },
    batch: (body = {}) => server.post(`${path}/payout-batches`, body, server.key),
    async balance() {
      const { body } = await server.get(`${path}/balances`, server.key);
      return body.data.find((one: { partner_id: number }) => one.partner_id === partner.id);
    },
  };
}

const act = (path: string, body: Record<string, unknown> = {}, key = server.key) =>
  server.post(`/api/v1/${path}`, body, key);

/** Approves and starts a batch, and lets every payout arrive. */
async function send(batch: { id: number; lines: { id: number }[] }): Promise<void> {
  expect((await act(`payout-batches/${batch.id}/approve`, {}, second)).status).toBe(200);
  expect((await act(`payout-batches/${batch.id}/start`)).status).toBe(200);
  for (const { id } of batch.lines) expect((await act(`payouts/${id}/complete`)).status).toBe(200);
}

async function commissions(story: Story): Promise<string[]> {
  const { body } = await server.get(`/api/v1/programs/${story.programId}/commissions`, server.key);
  return body.data.map((one: { status: string }) => one.status);
}

describe('a payout', () => {
  it('goes from pending over a second key to completed, and its commissions from invoiced to paid', async () => {
    const program = await openProgram();
    await program.sell('a', 10_000);
    await program.sell('b', 5_000);
    expect(await program.balance()).toMatchObject({ pending_cents: 1500, available_cents: 0 });
    expect((await program.batch()).body).toMatchObject({ code: 'nothing_to_pay' });
    await program.bill();
    expect(await program.balance()).toMatchObject({ approved_cents: 0, available_cents: 1500 });

    const { status, body } = await program.batch();
    expect(status).toBe(201);
    const batch = body.data;
    expect(batch).toMatchObject({ status: 'pending', payouts: 1, total_cents: 1500, skipped: [] });
    expect(batch.lines).toMatchObject([{ status: 'pending', amount_cents: 1500, method: 'paypal' }]);
    expect(await program.balance()).toMatchObject({ available_cents: 0, processing_cents: 1500 });
    const early = await server.get(`/api/v1/payout-batches/${batch.id}/export?format=paypal`, server.key);
    expect(early.body.error).toBe('Batch is pending, not approved');
    expect((await act(`payout-batches/${batch.id}/approve`)).body.code).toBe('second_person_needed');
    expect((await act(`payouts/${batch.lines[0].id}/complete`)).body.error).toBe(
      'Batch is pending, not processing',
    );
    await send(batch);
    const again = await act(`payouts/${batch.lines[0].id}/fail`, { reason: 'late news' });
    expect(again.body.error).toBe('Payout has its result');
    expect((await server.get(`/api/v1/payout-batches/${batch.id}`, server.key)).body.data).toMatchObject({
      status: 'completed',
      lines: [{ status: 'completed' }],
    });
    expect(await program.balance()).toMatchObject({ processing_cents: 0, paid_cents: 1500 });
    expect(await commissions(program.story)).toEqual(['paid', 'paid']);
    await expectBalancedBooks(server);
  });

  it('that fails goes back to the balance and is sent by the next batch; a rejected batch goes back whole', async () => {
    const program = await openProgram();
    await program.sell('a', 10_000);
    await program.bill();
    const { data: rejected } = (await program.batch()).body;
    expect((await act(`payout-batches/${rejected.id}/reject`, {}, second)).body.error).toBe(
      'reason is required',
    );
    await act(`payout-batches/${rejected.id}/reject`, { reason: 'wrong month' }, second);
    expect(await program.balance()).toMatchObject({ available_cents: 1000, processing_cents: 0 });
    expect((await act(`payout-batches/${rejected.id}/approve`, {}, second)).body.error).toBe(
      'Batch is rejected, not pending',
    );

    const { data: failing } = (await program.batch()).body;
    await act(`payout-batches/${failing.id}/approve`, {}, second);
    await act(`payout-batches/${failing.id}/start`);
    const failed = await act(`payouts/${failing.lines[0].id}/fail`, { reason: 'no such account' });
    expect(failed.body.data.lines).toMatchObject([{ status: 'failed', reason: 'no such account' }]);
    expect(await program.balance()).toMatchObject({ available_cents: 1000, paid_cents: 0 });
    expect(await commissions(program.story)).toEqual(['invoiced']);
    await send((await program.batch()).body.data);
    expect(await program.balance()).toMatchObject({ available_cents: 0, paid_cents: 1000 });
  });

  it('waits for the threshold, and names partners with nowhere to send it to', async () => {
    const program = await openProgram();
    const other = await program.story.addPartner(`bert-${told}`);
    await program.sell('a', 10_000);
    await program.sell('b', 90_000, `bert-${told}`);
    await program.bill();
    const threshold = { currency: 'usd', threshold_cents: 1001 };
    await server.call('PUT', `${program.path}/payout-thresholds`, threshold, { token: server.key });
    expect((await program.batch()).body.code).toBe('nothing_to_pay');
    await server.call(
      'PUT',
      `${program.path}/payout-thresholds`,
      { ...threshold, threshold_cents: 1000 },
      { token: server.key },
    );
    expect((await program.batch()).body.data).toMatchObject({
      lines: [{ partner_id: program.partner.id, amount_cents: 1000 }],
      skipped: [{ partner_id: other.id, available_cents: 9000, reason: 'payout method not set' }],
    });
  });

  it('is made once, however many batches are made at once', async () => {
    const program = await openProgram();
    await program.sell('a', 10_000);
    await program.bill();
    const replies = await Promise.all(Array.from({ length: 8 }, () => program.batch()));
    expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
    expect(await program.balance()).toMatchObject({ available_cents: 0, processing_cents: 1000 });
  });
});

describe('a refund', () => {
  it('after the payout is a debt, set off against what comes, and credited to the program once', async () => {
    const program = await openProgram();
    await program.sell('a', 10_000);
    await program.bill();
    await send((await program.batch()).body.data);
    await program.story.refund({ transaction_id: 'a' });
    expect(await program.balance()).toMatchObject({ available_cents: -1000, paid_cents: 1000 });
    await program.sell('b', 15_000);
    await program.bill();
    expect(await program.balance()).toMatchObject({ available_cents: 500 });
    const { data: batch } = (await program.batch()).body;
    expect(batch.total_cents).toBe(500);
    await send(batch);
    await program.bill();
    expect(await program.balance()).toMatchObject({
      available_cents: 0,
      approved_cents: 0,
      paid_cents: 1500,
    });
    const { body } = await server.get(`${program.path}/invoices`, server.key);
    const billed = body.data.reduce(
      (sum: number, one: { commission_cents: number }) => sum + one.commission_cents,
      0,
    );
    expect(billed).toBe(1500);
  });

  it('between the invoice and the payout is not paid out', async () => {
    const program = await openProgram();
    await program.sell('a', 10_000);
    await program.sell('b', 10_000);
    await program.bill();
    await program.story.refund({ transaction_id: 'a' });
    const { data: batch } = (await program.batch()).body;
    expect(batch.total_cents).toBe(1000);
    await send(batch);
    await program.bill();
    expect(await program.balance()).toMatchObject({
      available_cents: 0,
      approved_cents: 0,
      paid_cents: 1000,
    });
    await expectBalancedBooks(server);
  });

  it('while the payout is under way stands as a debt, also when the payout fails', async () => {
    const program = await openProgram();
    await program.sell('a', 10_000);
    await program.bill();
    const { data: batch } = (await program.batch()).body;
    await program.story.refund({ transaction_id: 'a' });
    expect(await program.balance()).toMatchObject({ available_cents: -1000, processing_cents: 1000 });
    await act(`payout-batches/${batch.id}/reject`, { reason: 'refunded' }, second);
    expect(await program.balance()).toMatchObject({ available_cents: 0, processing_cents: 0 });
  });
});

describe('where the money goes', () => {
  it.each([
    [{ method: 'paypal' }, 'email is required for paypal'],
    [{ method: 'paypal', email: 'nobody' }, 'email is invalid'],
    [{ method: 'wise', account_holder: 'A' }, 'email is required for wise'],
    [{ method: 'bank_transfer', account_holder: 'A', iban: 'DE89370400440532013001' }, 'iban is invalid'],
    [{ method: 'stripe', stripe_account: 'cus_1' }, 'stripe_account is invalid'],
    [{ method: 'cash' }, 'method is invalid'],
  ])('%j: %s', async (body, error) => {
    const { setMethod } = await openProgram(null);
    expect((await setMethod(body)).body.error).toBe(error);
  });

  it('is kept encrypted and read back masked', async () => {
    const program = await openProgram({
      ...{ method: 'bank_transfer', account_holder: 'Anna Example', iban: 'DE89 3704 0044 0532 0130 00' },
    });
    const { body } = await server.get(
      `${program.path}/partners/${program.partner.id}/payout-method`,
      server.key,
    );
    expect(body.data).toMatchObject({
      method: 'bank_transfer',
      details: { account_holder: 'A***', iban: '****3000' },
    });
    const [row] = await server.database.postgres.query<{ text: string }>(
      `select encode(details_sealed, 'escape') || details_masked::text as text from payout_methods
       where partner_id = $1`,
      [program.partner.id],
    );
    expect(row?.text).not.toMatch(/DE89|Example/);
  });

  it('is in the file that PayPal takes', async () => {
    const program = await openProgram();
    await program.sell('a', 123_450);
    await program.bill();
    const { data: batch } = (await program.batch()).body;
    await act(`payout-batches/${batch.id}/approve`, {}, second);
    const file = await server.get(`/api/v1/payout-batches/${batch.id}/export?format=paypal`, server.key);
    expect(file.body).toBe(
      `anna@example.com,123.45,USD,HW-${batch.id}-${batch.lines[0].id},Your partner commissions,PAYPAL\r\n`,
    );
    const other = await server.get(`/api/v1/payout-batches/${batch.id}/export?format=nope`, server.key);
    expect(other.body.error).toBe('format is invalid');
  });

  it('is in the file that Wise takes, formulas defused', async () => {
    const wise = { method: 'wise', account_holder: '=HYPERLINK("x")', email: 'anna@example.com' };
    const program = await openProgram(wise);
    await program.sell('a', 10_000);
    await program.bill();
    const { data: batch } = (await program.batch()).body;
    await act(`payout-batches/${batch.id}/approve`, {}, second);
    const file = await server.get(`/api/v1/payout-batches/${batch.id}/export?format=wise_email`, server.key);
    expect(file.body).toBe(
      'name,recipientEmail,paymentReference,receiverType,amountCurrency,amount,sourceCurrency,targetCurrency\r\n' +
        `"'=HYPERLINK(""x"")",anna@example.com,HW-${batch.id}-${batch.lines[0].id},PERSON,target,10.00,USD,USD\r\n`,
    );
    const iban = await server.get(`/api/v1/payout-batches/${batch.id}/export?format=wise_iban`, server.key);
    expect(iban.body.split('\r\n')).toHaveLength(2);
  });
});

describe('a batch that is larger than a file may be', () => {
  const sealer = createSealer(testSecret);

  /** Adds payouts to a batch that was made, each to a partner of its own who was paid by `details`. */
  async function addPayouts(
    batchId: number,
    count: number,
    method: string,
    details: (n: number) => Record<string, string>,
  ) {
    const { postgres } = server.database;
    const partners = await postgres.query<{ id: number }>(
      `insert into partners (workspace_id, name, created_at)
       select 1, $1 || n, now() from generate_series(1, $2::integer) as n returning id`,
      [method, count],
    );
    const told = partners.map(({ id }, n) => ({ id, details: JSON.stringify(details(n)) }));
    await postgres.query(
      `with methods as (
         insert into payout_methods (workspace_id, partner_id, method, details_sealed, details_masked, set_by, created_at)
         select 1, d.id, $2, d.sealed, d.masked, 'test', now()
         from unnest($3::integer[], $4::bytea[], $5::json[]) as d(id, sealed, masked) returning partner_id, id
       )
       insert into payouts (workspace_id, batch_id, program_id, partner_id, amount_minor, method_id)
       select 1, b.id, b.program_id, m.partner_id, 100, m.id from methods m, payout_batches b where b.id = $1`,
      [
        ...[batchId, method, told.map(({ id }) => id)],
        told.map((one) => sealer.seal(one.details, `payout details of partner ${one.id} of workspace 1`)),
        told.map((one) => one.details),
      ],
    );
  }

  it('is fetched in numbered parts: each a file by itself, nobody twice, nobody missing', async () => {
    const program = await openProgram({ method: 'stripe', stripe_account: 'acct_123456' });
    await program.sell('a', 10_000);
    await program.bill();
    const { data: batch } = (await program.batch()).body;
    await addPayouts(batch.id, 5001, 'paypal', (n) => ({ email: `p${n}@example.com` }));
    await addPayouts(batch.id, 1001, 'wise', (n) => ({ account_holder: 'A', email: `w${n}@example.com` }));
    await addPayouts(batch.id, 1001, 'wise', (n) => ({ account_holder: 'A', iban: `DE${n}` }));
    await addPayouts(batch.id, 1200, 'bank_transfer', (n) => ({ account_holder: 'A', iban: `DE${n}` }));
    await server.database.postgres.query('analyze partners, payout_methods, payouts');
    const approved = await act(`payout-batches/${batch.id}/approve`, {}, second);
    expect(approved.body.data.files).toEqual([
      { format: 'paypal', payouts: 5001, parts: 2 },
      { format: 'wise_email', payouts: 1001, parts: 2 },
      { format: 'wise_iban', payouts: 1001, parts: 2 },
      { format: 'bank_transfer', payouts: 1200, parts: 1 },
      { format: 'stripe', payouts: 1, parts: 1 },
    ]);
    const references = new Set(
      approved.body.data.lines.map(({ id }: { id: number }) => `HW-${batch.id}-${id}`),
    );
    const fetchFile = (query: string) =>
      server.get(`/api/v1/payout-batches/${batch.id}/export?format=${query}`, server.key);
    const rowsOf = (text: string) => text.trimEnd().split('\r\n');

    expect((await fetchFile('paypal')).body.error).toBe('part is required: this file has 2 parts');
    expect((await fetchFile('paypal&part=3')).body.error).toBe('part is invalid: this file has 2 parts');
    expect((await fetchFile('paypal&part=0')).body.error).toBe('part is invalid');
    const first = await fetchFile('paypal&part=1');
    expect(first.headers['content-disposition']).toContain(`payouts-${batch.id}-paypal-part-1-of-2.csv`);

    // What is settled between the first part and the second leaves its place empty, and moves nobody else.
    await act(`payout-batches/${batch.id}/start`);
    const early = approved.body.data.lines.find(({ method }: { method: string }) => method === 'paypal');
    await server.database.postgres.query(
      `insert into payout_results (workspace_id, payout_id, result, recorded_by, recorded_at)
       values (1, $1, 'completed', 'test', now())`,
      [early.id],
    );
    const files = [
      ...[rowsOf(first.body), rowsOf((await fetchFile('paypal&part=2')).body)],
      ...(await Promise.all(
        [
          'wise_email&part=1',
          'wise_email&part=2',
          'wise_iban&part=1',
          'wise_iban&part=2',
          'bank_transfer',
          'stripe',
        ].map(async (query) => rowsOf((await fetchFile(query)).body).slice(1)),
      )),
    ];
    expect(files.map(({ length }) => length)).toEqual([5000, 1, 1000, 1, 1000, 1, 1200, 1]);
    const sent = files.flat().map((row) => row.match(/HW-\d+-\d+/)?.[0]);
    expect(sent).toHaveLength(references.size);
    expect(new Set(sent)).toEqual(references);
    expect(rowsOf((await fetchFile('wise_iban&part=2')).body)[0]).toMatch(/^name,.*,IBAN$/);
    expect(rowsOf((await fetchFile('paypal&part=1')).body)).toHaveLength(4999);
  });
});

describe('a statement', () => {
  it('leads from the opening to the closing balance, in JSON, CSV and PDF', async () => {
    const program = await openProgram();
    await program.sell('a', 10_000);
    await program.sell('=b', 20_000);
    await program.bill();
    await send((await program.batch()).body.data);
    await program.story.refund({ transaction_id: 'a', refund_amount_cents: 5000, refund_id: 'r' });
    const path = `${program.path}/partners/${program.partner.id}/statement`;
    const whole = await server.get(`${path}?from=2026-06-01&to=2026-06-30`, server.key);
    const [usd] = whole.body.data.currencies;
    expect(usd).toMatchObject({
      ...{ currency: 'USD', opening_cents: 0, earned_cents: 3000, reversed_cents: -500 },
      ...{ paid_cents: -3000, closing_cents: -500 },
    });
    expect(usd.lines.map(({ kind, amount_cents }: Record<string, unknown>) => [kind, amount_cents])).toEqual([
      ['earned', 1000],
      ['earned', 2000],
      ['paid', -3000],
      ['reversed', -500],
    ]);
    const later = await server.get(`${path}?from=2026-06-03&to=2026-06-30`, server.key);
    expect(later.body.data.currencies[0]).toMatchObject({ opening_cents: 3000, closing_cents: -500 });
    const csv = await server.get(`${path}/csv?from=2026-06-01&to=2026-06-30`, server.key);
    expect(csv.body).toContain(',earned,20.00,USD,');
    expect(csv.body).toContain(",'=b\r\n");
    expect(csv.body).toContain(',closing,-5.00,USD,,\r\n');
    const pdf = await server.get(`${path}/pdf?from=2026-06-01&to=2026-06-30`, server.key);
    expect(pdf.headers['content-type']).toBe('application/pdf');
    expect((await server.get(path, server.key)).body.error).toBe('from is required');
  });
});
