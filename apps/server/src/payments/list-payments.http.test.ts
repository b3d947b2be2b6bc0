import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../test/set-up-server.ts';
import { listCommissionsRoute } from '../commissions/list-commissions.ts';
import { createHasher } from '../platform/index.ts';
import { listPaymentsRoute } from './list-payments.ts';

// Payments and commissions in one file: the lists show the same facts from both sides.
let server: SetUpServer;
let programId: number;
let anna: number;
let bob: number;
let policyId: number;
let payments: string;
let commissions: string;
beforeAll(async () => {
  server = await openSetUpServer((deps) => [...listPaymentsRoute(deps), ...listCommissionsRoute(deps)]);
  const commission = { type: 'cps_lifetime', rate_bps: 2000 };
  const body = { name: 'S', domain: 's.example', commission };
  const program = (await server.call('POST', '/api/v1/programs', body)).body.data;
  programId = program.id;
  const policies = await server.call('GET', `/api/v1/groups/${program.default_group_id}/policies`);
  policyId = policies.body.data[0].id;
  [anna, bob] = (await Promise.all(
    ['Anna', 'Bob'].map(
      async (name) =>
        (
          await server.call('POST', `/api/v1/programs/${programId}/partners`, { name })
        ).body.data.id,
    ),
  )) as [number, number];
  payments = `/api/v1/programs/${programId}/payments`;
  commissions = `/api/v1/programs/${programId}/commissions`;

  const shared = await payment('shared', '2026-02-01T00:00:00Z');
  await decide(shared, 1, false, 'no_touch', []);
  await decide(shared, 2, true, null, [{ clickId: 'c1', partnerId: bob, weight: 1 }]);
  await earn(shared, bob, 300, 'partner_pending');
  await earn(shared, anna, 700, 'partner_approved');
  const ended = await payment('ended', '2026-02-02T00:00:00Z');
  await decide(ended, 1, true, 'commission_duration_ended', [{ clickId: 'c1', partnerId: anna, weight: 1 }]);
  await refund(ended, 400);
  const organic = await payment('organic', '2026-02-03T00:00:00Z');
  await decide(organic, 1, false, 'no_touch', []);
  await refund(organic, 999);
  await refund(organic, 1);
  await payment('test', '2026-02-04T00:00:00Z', true);
});
afterAll(() => server.close());

async function payment(transactionId: string, at: string, isTest = false): Promise<bigint> {
  const [row] = await server.postgres.query<{ id: bigint }>(
    `insert into payments (workspace_id, program_id, transaction_id, source, amount_minor, currency, customer_id,
       is_test, occurred_at, received_at)
     values ($1, $2, $3, 'sale', 1000, 'USD', 9, $4, $5, $5) returning id`,
    [server.workspaceId, programId, transactionId, isTest, at],
  );
  return row?.id as bigint;
}

const decide = (
  id: bigint,
  decision: number,
  attributed: boolean,
  reason: string | null,
  credits: object[],
) =>
  server.postgres.query(
    `insert into attributions (workspace_id, payment_id, decision, attributed, reason, model, window_days, evidence,
       candidates, credits, arithmetic, cause, decided_at)
     values ($1, $2, $3, $4, $5, 'last_click', 60, '[]', '[]', $6, '[]', 'recorded', now())`,
    [server.workspaceId, id, decision, attributed, reason, JSON.stringify(credits)],
  );

const refund = (id: bigint, amount: number) =>
  server.postgres.query(
    `insert into refunds (workspace_id, program_id, payment_id, source, amount_minor, currency, occurred_at, created_at)
     values ($1, $2, $3, 'api', $4, 'USD', now(), now())`,
    [server.workspaceId, programId, id, amount],
  );

async function earn(id: bigint, partnerId: number, amount: number, account: string): Promise<void> {
  await server.postgres.query(
    `with earned as (
       insert into commissions (workspace_id, program_id, partner_id, payment_id, policy_id, type, amount_minor,
         currency, hold_until, approval, earned_at, created_at)
       values ($1, $2, $3, $4, $5, 'cps_lifetime', $6, 'USD', '2026-03-01T00:00:00Z', 'automatic', now(),
         '2026-02-01T00:00:00Z')
       returning id
     ), posted as (
       insert into ledger_transactions (workspace_id, program_id, kind, posted_at) values ($1, $2, 'test', now())
       returning id
     )
     insert into ledger_entries (workspace_id, transaction_id, program_id, account, currency, amount_minor,
       commission_id, posted_at)
     select $1, posted.id, $2, entry.account, 'USD', entry.amount, earned.id, now()
     from earned, posted, (values ('commission_expense', $6::bigint), ($7::text, -$6::bigint)) as entry(account, amount)`,
    [server.workspaceId, programId, partnerId, id, policyId, amount, account],
  );
}

async function list(path: string, query = '') {
  const reply = await server.call('GET', `${path}?${query}`);
  expect(reply.status).toBe(200);
  return reply.body.data;
}
const transactions = async (query: string) =>
  (await list(payments, query)).map((one: { transaction_id: string }) => one.transaction_id);

describe('GET /api/v1/programs/:id/payments', () => {
  it('200 answers payments by the decision in force, newest first', async () => {
    const [largest] = await list(commissions, `partner_id=${anna}`);
    const common = {
      id: expect.any(Number),
      source: 'sale',
      amount_cents: 1000,
      currency: 'USD',
      customer_id: 9,
    };
    const at = (day: number) => `2026-02-0${day}T00:00:00.000Z`;
    expect(await list(payments)).toEqual([
      {
        ...common,
        transaction_id: 'organic',
        status: 'refunded',
        refunded_cents: 1000,
        occurred_at: at(3),
        attributed: false,
        reason: 'no_touch',
        partner_id: null,
        commission_id: null,
        is_test: false,
      },
      {
        ...common,
        transaction_id: 'ended',
        status: 'partially_refunded',
        refunded_cents: 400,
        occurred_at: at(2),
        attributed: true,
        reason: 'commission_duration_ended',
        partner_id: anna,
        commission_id: null,
        is_test: false,
      },
      {
        ...common,
        transaction_id: 'shared',
        status: 'paid',
        refunded_cents: 0,
        occurred_at: at(1),
        attributed: true,
        reason: null,
        partner_id: anna,
        commission_id: largest.id,
        is_test: false,
      },
    ]);
  });

  it('200 filters and pages', async () => {
    expect(await transactions(`partner_id=${bob}`)).toEqual(['shared']);
    expect(await transactions(`partner_id=${anna}`)).toEqual(['ended', 'shared']);
    expect(await transactions('status=partially_refunded')).toEqual(['ended']);
    expect(await transactions('is_test=true')).toEqual(['test']);
    expect(await transactions('from=2026-02-02T00:00:00Z&to=2026-02-03')).toEqual(['organic', 'ended']);
    const { next_cursor } = (await server.call('GET', `${payments}?limit=1`)).body;
    expect(await transactions(`limit=1&cursor=${next_cursor}`)).toEqual(['ended']);
  });

  it('200 finds by number, id, the beginning of an id, customer key and address, among its own', async () => {
    await server.postgres.query(
      `insert into customers (workspace_id, program_id, id, customer_key, email_hash, status, created_at)
       overriding system value values ($1, $2, 9, 'user_9', $3, 'conversion', now())`,
      [server.workspaceId, programId, createHasher('a secret of the tests').email('Mia@x.example')?.hash],
    );
    const [ended] = await list(payments, 'status=partially_refunded');
    expect(await transactions(`search=${ended.id}`)).toEqual(['ended']);
    expect(await transactions('search=organic')).toEqual(['organic']);
    expect(await transactions('search=sha')).toEqual(['shared']);
    expect(await transactions('search=user_9')).toEqual(['organic', 'ended', 'shared']);
    expect(await transactions('search=mia@x.example&limit=1')).toEqual(['organic']);
    for (const nothing of ['nobody@x.example', '%25', 'e_ded', '99999999'])
      expect(await transactions(`search=${nothing}`), nothing).toEqual([]);
    const other = (await server.call('GET', `${payments}?search=shared`, undefined, server.strangerKey))
      .status;
    expect(other).toBe(404);
    expect((await server.call('GET', `${payments}?search=${'x'.repeat(300)}`)).status).toBe(400);
  });

  it('400 and 404', async () => {
    expect((await server.call('GET', `${payments}?status=lost`)).body.error).toBe('status is invalid');
    expect((await server.call('GET', payments, undefined, server.strangerKey)).status).toBe(404);
  });
});

describe('GET /api/v1/programs/:id/commissions', () => {
  it('200 answers commissions where their money stands, newest first', async () => {
    const [newest, oldest] = await list(commissions);
    expect(newest).toEqual({
      id: expect.any(Number),
      payment_id: oldest.payment_id,
      partner_id: anna,
      type: 'cps_lifetime',
      status: 'approved',
      amount_cents: 700,
      reversed_cents: 0,
      currency: 'USD',
      hold_until: '2026-03-01T00:00:00.000Z',
      created_at: '2026-02-01T00:00:00.000Z',
      review: null,
    });
    expect(oldest).toMatchObject({ partner_id: bob, status: 'pending', amount_cents: 300 });
  });

  it('200 filters and pages', async () => {
    expect(await list(commissions, 'status=pending')).toHaveLength(1);
    expect(await list(commissions, 'status=rejected')).toEqual([]);
    expect(await list(commissions, 'to=2026-01-31')).toEqual([]);
    expect(await list(commissions, 'is_test=true')).toEqual([]);
    const { next_cursor } = (await server.call('GET', `${commissions}?limit=1`)).body;
    expect(await list(commissions, `cursor=${next_cursor}`)).toMatchObject([{ partner_id: bob }]);
  });

  it('400 and 404', async () => {
    expect((await server.call('GET', `${commissions}?status=lost`)).body.error).toBe('status is invalid');
    expect((await server.call('GET', commissions, undefined, server.strangerKey)).status).toBe(404);
  });
});
