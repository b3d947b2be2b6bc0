import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { issueInvoices, markOverdue } from '../billing/index.ts';
import { dayMs } from '../platform/index.ts';

// Invoices of every kind and payouts in every state; then one stored value is changed behind the triggers' back, is found,
// and is put back.

let server: TestServer;
let story: Story;
let second: string;

beforeAll(async () => {
  server = await openTestServer({ fee: { bps: 350, freeRevenueMinor: 0n } });
  server.clock.set('2026-03-03T12:00:00Z');
  story = await tellStory(server, {
    commission: { type: 'cps_lifetime', rate_bps: 2000 },
    settings: { hold_period_days: 1 },
  });
  const made = await server.post('/api/v1/api-keys', { name: 'second' }, server.key);
  second = made.body.data.key;
  const program = `/api/v1/programs/${story.programId}`;
  for (const name of ['anna', 'ben', 'carl']) {
    const { id } = await story.addPartner(name);
    const method = { method: 'paypal', email: `${name}@example.com` };
    await server.call('PUT', `${program}/partners/${id}/payout-method`, method, { token: server.key });
    await sell(`${name}-1`, name, 10_000);
    await sell(`${name}-jpy`, name, 7777, 'JPY');
  }
  await bill(7);
  const { body } = await server.get(`${program}/invoices`, server.key);
  for (const { id, currency } of body.data) {
    if (currency === 'USD') expect((await act(`invoices/${id}/pay`)).status).toBe(200);
  }
  const { data: batch } = (await act(`programs/${story.programId}/payout-batches`)).body;
  await act(`payout-batches/${batch.id}/approve`, {}, second);
  await act(`payout-batches/${batch.id}/start`);
  const [first, next] = batch.lines;
  expect((await act(`payouts/${first.id}/complete`)).status).toBe(200);
  expect((await act(`payouts/${next.id}/fail`, { reason: 'no such account' })).status).toBe(200);
  // After the payout, after the invoice, and before either.
  for (const name of ['anna', 'ben', 'carl']) {
    await story.refund({ transaction_id: `${name}-1`, refund_amount_cents: 3333, refund_id: 'r' });
  }
  await bill(7);
  await sell('anna-2', 'anna', 50_000);
  await bill(7);
  await markOverdue({ postgres: server.database.postgres, clock: server.clock });
  const { data: rejected } = (await act(`programs/${story.programId}/payout-batches`)).body;
  await act(`payout-batches/${rejected.id}/reject`, { reason: 'not now' }, second);
  expect((await act(`programs/${story.programId}/payout-batches`)).status).toBe(201);
});
afterAll(() => server.close());

async function sell(id: string, by: string, cents: number, currency = 'USD') {
  const click_id = await story.click(by);
  const sale = { transaction_id: id, customer_key: id, click_id, amount_cents: cents, currency };
  expect((await story.sale(sale)).status).toBe(200);
}

function act(path: string, body: Record<string, unknown> = {}, key = server.key) {
  return server.post(`/api/v1/${path}`, body, key);
}

async function bill(days: number) {
  server.clock.advance(days * dayMs);
  await issueInvoices({ postgres: server.database.postgres, clock: server.clock });
}

async function verify() {
  const reply = await server.get('/api/v1/verify', server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data;
}

it('finds nothing wrong with books that were billed and paid out', async () => {
  const [kinds] = await server.database.postgres.query<Record<string, number>>(
    `select (select count(*) from invoices)::integer as invoices,
       (select count(*) from invoices where total_minor < 0)::integer as credits,
       (select count(*) from invoices where carried_minor < 0)::integer as carried,
       (select count(*) from payout_batches)::integer as batches`,
  );
  expect(kinds).toEqual({ invoices: 4, credits: 1, carried: 1, batches: 3 });
  expect(await verify()).toMatchObject({ ok: true, fault: null });
});

it('each act of billing is in the audit log, the schedule’s too', async () => {
  const { body } = await server.get('/api/v1/audit?limit=200', server.key);
  const acts = new Map<string, string>();
  for (const entry of body.data) acts.set(entry.act, entry.actor);
  const ours = ['payout_method.set', 'invoice.pay', 'payout_batch.create', 'payout_batch.approve'];
  ours.push('payout_batch.start', 'payout.complete', 'payout.fail', 'payout_batch.reject');
  for (const name of ours) expect([name, acts.get(name)]).toEqual([name, expect.stringMatching(/^key \d+$/)]);
  for (const name of ['invoice.issue', 'invoice.overdue', 'program.pause']) {
    expect([name, acts.get(name)]).toEqual([name, 'schedule']);
  }
  expect(JSON.stringify(body.data)).not.toContain('@example.com');
});

/** What is changed and how it is put back; what verify says of it. */
const changes: [string, string, string, string, RegExp][] = [
  [
    'the commission of an invoice',
    'update invoices set commission_minor = commission_minor + 1 where id = $invoice',
    'update invoices set commission_minor = commission_minor - 1 where id = $invoice',
    'invoices',
    /commissions/,
  ],
  [
    'the fee of an invoice',
    'update invoices set fee_minor = fee_minor - 1 where id = $invoice',
    'update invoices set fee_minor = fee_minor + 1 where id = $invoice',
    'invoices',
    /fee/,
  ],
  [
    'what an invoice carries over',
    'update invoices set carried_minor = carried_minor - 1 where id = $invoice',
    'update invoices set carried_minor = carried_minor + 1 where id = $invoice',
    'invoices',
    /carry over/,
  ],
  [
    'the week of an invoice',
    `update invoices set period_start = period_start - interval '1 day' where id = $invoice`,
    `update invoices set period_start = period_start + interval '1 day' where id = $invoice`,
    'invoices',
    /week/,
  ],
  [
    'when an invoice is due',
    `update invoices set due_at = due_at + interval '1 s' where id = $invoice`,
    `update invoices set due_at = due_at - interval '1 s' where id = $invoice`,
    'invoices',
    /week/,
  ],
  [
    'the number of an invoice',
    `update invoices set number = replace(number, '-0001', '-0009') where number like '%-0001'`,
    `update invoices set number = replace(number, '-0009', '-0001')`,
    'invoices',
    /numbers/,
  ],
  [
    'an invoice left out',
    `create table kept as select * from invoice_counters; update invoice_counters set last = last + 1`,
    `update invoice_counters set last = last - 1; drop table kept`,
    'invoices',
    /numbers/,
  ],
  [
    'that an invoice was paid',
    `create table kept as select * from invoice_payments; delete from invoice_payments where invoice_id in (select id from invoices where fee_minor > 0)`,
    'insert into invoice_payments select * from kept on conflict do nothing; drop table kept',
    'invoices',
    /settled/,
  ],
  [
    'the amount of a payout',
    'update payouts set amount_minor = amount_minor + 1 where id = (select min(id) from payouts)',
    'update payouts set amount_minor = amount_minor - 1 where id = (select min(id) from payouts)',
    'payouts',
    /set apart/,
  ],
  [
    'whose a payout is',
    'update payouts set partner_id = partner_id + 100 where id = (select min(id) from payouts)',
    'update payouts set partner_id = partner_id - 100 where id = (select min(id) from payouts)',
    'payouts',
    /set apart/,
  ],
  [
    'what became of a payout',
    `update payout_results set result = 'failed', reason = '#' where result = 'completed'`,
    `update payout_results set result = 'completed', reason = null where reason = '#'`,
    'payouts',
    /partner_paid/,
  ],
  [
    'who approved a batch',
    `create table kept as select * from payout_batch_steps; update payout_batch_steps s set done_by = b.created_by from payout_batches b where b.id = s.batch_id and s.step = 'approved'`,
    `update payout_batch_steps s set done_by = k.done_by from kept k where k.batch_id = s.batch_id and k.step = s.step; drop table kept`,
    'payouts',
    /made it/,
  ],
  [
    'an entry of an invoice moved to another account',
    `update ledger_entries set account = 'partner_approved' where id = $entry`,
    `update ledger_entries set account = 'partner_invoiced' where id = $entry`,
    'invoices',
    /commissions/,
  ],
  [
    'the payment of an entry of an invoice',
    'update ledger_entries set payment_id = payment_id + 1 where id = $entry',
    'update ledger_entries set payment_id = payment_id - 1 where id = $entry',
    'entries',
    /commission/,
  ],
];

it.each(changes)('%s, changed by a superuser', async (_what, change, undo, check, why) => {
  const { postgres } = server.database;
  const [ids] = await postgres.query<{ invoice: bigint; entry: bigint }>(
    `select (select min(id) from invoices) as invoice, (select min(e.id) from ledger_entries e
       join invoices i on i.ledger_transaction_id = e.transaction_id where e.account = 'partner_invoiced') as entry`,
  );
  const filled = (text: string) =>
    text.replaceAll('$invoice', String(ids?.invoice)).replaceAll('$entry', String(ids?.entry));
  await withoutTriggers(filled(change));
  try {
    const found = await verify();
    expect(found).toMatchObject({ ok: false, fault: { check } });
    expect(found.fault.why).toMatch(why);
  } finally {
    await withoutTriggers(filled(undo));
  }
  expect(await verify()).toMatchObject({ ok: true, fault: null });
});

function withoutTriggers(statements: string): Promise<void> {
  return server.database.postgres.transaction(async (trx) => {
    await trx.query(`set local session_replication_role = 'replica'`);
    for (const one of statements.split('; ')) await trx.query(one);
  });
}
