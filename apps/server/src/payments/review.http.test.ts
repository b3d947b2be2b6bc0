import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { markPaid } from '../../test/mark-paid.ts';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { releaseHolds } from '../commissions/index.ts';

// A commission's life as a person steers it: every verdict is money moving, and what comes after it still adds up.

let server: TestServer;
let story: Story;
let sales = 0;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  server.clock.set('2026-03-01T12:00:00Z');
  story = await tellStory(server, { commission: { type: 'cps_lifetime', rate_bps: 2000 }, bound: false });
  sales += 1;
  await story.addPartner(`anna-${sales}`);
});

async function sell(amount = 10_000): Promise<{ id: number; txn: string }> {
  const click = await story.click(`anna-${sales}`);
  const txn = `txn-${click}`;
  const reply = await story.sale({ transaction_id: txn, click_id: click, amount_cents: amount });
  expect(reply.status).toBe(200);
  return { id: reply.body.commission_id, txn };
}

const act = (id: number, verb: string, body: Record<string, unknown> = { reason: 'looked at it' }) =>
  server.post(`/api/v1/commissions/${id}/${verb}`, body, server.key);
const bulk = (verb: string, body: Record<string, unknown>) =>
  server.post(`/api/v1/programs/${story.programId}/commissions/${verb}`, body, server.key);

/** Where the money of a commission stands, what is owed as a positive figure. */
async function standing(id: number) {
  const [row] = await server.database.postgres.query<Record<string, bigint | string>>(
    `select s.status, s.pending_minor as pending, s.approved_minor as approved, s.paid_minor as paid,
       s.reversed_minor as reversed from commission_standings s where s.id = $1`,
    [id],
  );
  return row;
}

async function release() {
  await releaseHolds(server.database.postgres, server.clock.now());
}

async function pay(id: number) {
  const { postgres } = server.database;
  const [row] = await postgres.query<{ w: number }>(
    'select workspace_id as w from commissions where id = $1',
    [id],
  );
  await postgres.transaction((trx) => markPaid(trx, row?.w ?? 0, [BigInt(id)], server.clock.now()));
}

describe('a verdict', () => {
  it('approves before the hold is over, by entries with its reason, once', async () => {
    const { id } = await sell();
    const reply = await act(id, 'approve', { reason: 'known buyer' });
    expect(reply.status).toBe(200);
    expect(reply.body.data).toMatchObject({
      id,
      status: 'approved',
      review: { verdict: 'approved', reason: 'known buyer', by: expect.stringMatching(/^key \d+$/) },
    });
    expect(await standing(id)).toEqual({
      status: 'approved',
      pending: 0n,
      approved: 2000n,
      paid: 0n,
      reversed: 0n,
    });
    const posted = await server.database.postgres.query(
      `select t.kind, t.reason, e.account, e.amount_minor as amount from ledger_entries e
       join ledger_transactions t on t.workspace_id = e.workspace_id and t.id = e.transaction_id
       where e.commission_id = $1 and t.kind = 'approval' order by e.account`,
      [id],
    );
    expect(posted).toEqual([
      { kind: 'approval', reason: 'known buyer', account: 'partner_approved', amount: -2000n },
      { kind: 'approval', reason: 'known buyer', account: 'partner_pending', amount: 2000n },
    ]);
    const again = await bulk('approve', { commission_ids: [id], reason: 'again' });
    expect(again.body.data).toMatchObject({
      changed: 0,
      results: [{ commission_id: id, outcome: 'unchanged', commission: { status: 'approved' } }],
    });
  });

  it('rejects: nothing is owed, the release job brings nothing back, and approving does', async () => {
    const { id } = await sell();
    expect((await act(id, 'reject', { reason: 'own purchase' })).body.data).toMatchObject({
      status: 'rejected',
      reversed_cents: 2000,
      review: { reason: 'own purchase' },
    });
    server.clock.advance(40 * 86_400_000);
    await release();
    expect(await standing(id)).toEqual({
      status: 'rejected',
      pending: 0n,
      approved: 0n,
      paid: 0n,
      reversed: 2000n,
    });
    expect((await act(id, 'approve')).body.data).toMatchObject({ status: 'approved', reversed_cents: 0 });
    expect(await standing(id)).toMatchObject({ approved: 2000n });
  });

  it('holds longer: the release waits for the new date', async () => {
    const { id } = await sell();
    const earlier = await act(id, 'hold', { reason: 'too early', hold_until: '2026-03-02T00:00:00Z' });
    expect([earlier.status, earlier.body.error]).toEqual([
      400,
      'hold_until must be later than the present one',
    ]);
    const reply = await act(id, 'hold', { reason: 'checking', hold_until: '2026-05-01T00:00:00Z' });
    expect(reply.body.data).toMatchObject({ status: 'pending', hold_until: '2026-05-01T00:00:00.000Z' });
    server.clock.set('2026-04-20T00:00:00Z');
    await release();
    expect(await standing(id)).toMatchObject({ status: 'pending', pending: 2000n });
    server.clock.set('2026-05-01T00:00:00Z');
    await release();
    expect(await standing(id)).toMatchObject({ status: 'approved', approved: 2000n });
    const late = await act(id, 'hold', { reason: 'too late', hold_until: '2026-06-01T00:00:00Z' });
    expect([late.status, late.body.code]).toEqual([409, 'commission_not_pending']);
  });

  it('is put on several at once, each with its own result', async () => {
    const [one, two, three] = [await sell(), await sell(), await sell()];
    const unknown = await bulk('approve', { commission_ids: [987_654_321], reason: 'r' });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'commission_not_found']);
    await act(two.id, 'reject');
    const outcomesOf = ({ body }: Awaited<ReturnType<typeof bulk>>) =>
      body.data.results.map((result: { outcome: string }) => result.outcome);
    const stranger = await server.otherWorkspace();
    expect(
      (await server.post(`/api/v1/commissions/${one.id}/approve`, { reason: 'r' }, stranger)).status,
    ).toBe(404);
    const held = await bulk('hold', {
      commission_ids: [three.id, two.id],
      reason: 'r',
      hold_until: '2026-05-01T00:00:00Z',
    });
    expect(outcomesOf(held)).toEqual(['changed', 'not_pending']);
    const sooner = await bulk('hold', {
      commission_ids: [three.id],
      reason: 'r',
      hold_until: '2026-04-01T00:00:00Z',
    });
    expect(outcomesOf(sooner)).toEqual(['too_early']);
    const ids = [three.id, two.id, 987_654_321, one.id, one.id];
    const reply = await bulk('reject', { commission_ids: ids, reason: 'a campaign of bots' });
    expect(reply.body.data.changed).toBe(2);
    expect(outcomesOf(reply)).toEqual(['changed', 'unchanged', 'not_found', 'changed']);
    for (const { id } of [one, two, three]) {
      expect(await standing(id)).toMatchObject({ status: 'rejected', pending: 0n, reversed: 2000n });
    }
    const { body } = await server.get('/api/v1/audit?act=commission.reject&limit=1', server.key);
    expect(body.data[0].details.commission_ids).toEqual([one.id, three.id]);
    await expectBalancedBooks(server);
  });

  it('needs a reason, and a commission of one’s own', async () => {
    const { id } = await sell();
    expect((await act(id, 'reject', { reason: ' ' })).body.error).toBe('reason is required');
    expect((await act(id, 'reject', {})).status).toBe(400);
    const stranger = await server.otherWorkspace();
    const foreign = await server.post(`/api/v1/commissions/${id}/reject`, { reason: 'r' }, stranger);
    expect([foreign.status, foreign.body.code]).toEqual([404, 'commission_not_found']);
    expect((await act(0, 'reject')).status).toBe(404);
  });
});

describe('refunds and verdicts, in any order', () => {
  it('a part refunded, then rejected, then approved: what is kept is the rest', async () => {
    const { id, txn } = await sell();
    await story.refund({ transaction_id: txn, refund_amount_cents: 2500, refund_id: 'a' });
    await act(id, 'reject');
    expect(await standing(id)).toMatchObject({ status: 'rejected', reversed: 2000n });
    await story.refund({ transaction_id: txn, refund_amount_cents: 2500, refund_id: 'b' });
    expect(await standing(id)).toMatchObject({ status: 'rejected', pending: 0n, approved: 0n });
    await act(id, 'approve');
    expect(await standing(id)).toMatchObject({
      status: 'refunded',
      pending: 0n,
      approved: 1000n,
      reversed: 1000n,
    });
    await story.refund({ transaction_id: txn });
    expect(await standing(id)).toMatchObject({ status: 'reversed', approved: 0n, reversed: 2000n });
    await expectBalancedBooks(server);
  });

  it('rejected after it was paid out: the partner owes it', async () => {
    const { id, txn } = await sell();
    await act(id, 'approve');
    await pay(id);
    await act(id, 'reject', { reason: 'found out later' });
    expect(await standing(id)).toEqual({
      status: 'rejected',
      pending: 0n,
      approved: -2000n,
      paid: 2000n,
      reversed: 2000n,
    });
    await story.refund({ transaction_id: txn });
    expect(await standing(id)).toMatchObject({ approved: -2000n, paid: 2000n });
    await act(id, 'approve');
    expect(await standing(id)).toMatchObject({ approved: -2000n, paid: 2000n, status: 'reversed' });
    await expectBalancedBooks(server);
  });

  it('approved by hand, then refunded in part: what is left is approved, not pending', async () => {
    const { id, txn } = await sell();
    await act(id, 'approve');
    await story.refund({ transaction_id: txn, refund_amount_cents: 3333, refund_id: 'a' });
    expect(await standing(id)).toMatchObject({ status: 'refunded', pending: 0n, approved: 1333n });
  });
});

it('judges what clicks and leads earned as well', async () => {
  for (const type of ['cpc', 'cpl']) {
    story = await tellStory(server, { commission: { type, fixed_cents: 300 }, bound: false });
    await story.addPartner(`${type}-partner-${sales}`);
    const click = await story.click(`${type}-partner-${sales}`);
    if (type === 'cpl') await story.lead({ click_id: click, customer_key: `lead-${sales}` });
    const { body } = await server.get(`/api/v1/programs/${story.programId}/commissions`, server.key);
    const [{ id }] = body.data;
    await act(id, 'reject');
    expect(await standing(id)).toMatchObject({ status: 'rejected', pending: 0n, reversed: 300n });
    await act(id, 'approve');
    await pay(id);
    await act(id, 'reject');
    expect(await standing(id)).toMatchObject({ status: 'rejected', approved: -300n, paid: 300n });
  }
  await expectBalancedBooks(server);
});

it('every act is in the audit log, chained', async () => {
  const { id } = await sell();
  await act(id, 'reject', { reason: 'for the log' });
  const { body } = await server.get('/api/v1/audit?limit=2', server.key);
  const [last, before] = body.data;
  expect(last).toMatchObject({
    act: 'commission.reject',
    program_id: story.programId,
    subject: `commission ${id}`,
    reason: 'for the log',
    details: { commission_ids: [id] },
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(last.seq).toBe(before.seq + 1);
  const { postgres } = server.database;
  await expect(postgres.query('update audit_log set subject = subject')).rejects.toThrow(/never changed/);
  await expect(postgres.query('delete from commission_reviews')).rejects.toThrow(/never changed/);
});
