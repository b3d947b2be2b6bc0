import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { releaseHolds } from '../commissions/index.ts';

// Books with something of everything in them; then one stored value is changed behind the triggers' back, and is found.

let server: TestServer;
let story: Story;

beforeAll(async () => {
  server = await openTestServer({ fee: { bps: 350, freeRevenueMinor: 0n } });
  server.clock.set('2026-03-01T12:00:00Z');
  story = await tellStory(server, {
    commission: { type: 'cps_lifetime', rate_bps: 2000 },
    settings: { attribution_model: 'linear' },
  });
  await story.addPartner('anna');
  await story.addPartner('ben');
  const policy = {
    ...{ type: 'cps_lifetime', rate_bps: 2500, exclude_tax: true, max_cents: 10_000 },
    tiers: [{ from_cents: 5000, rate_bps: 3000 }],
  };
  const added = await server.post(`/api/v1/groups/${story.groupId}/policies`, policy, server.key);
  expect(added.status).toBe(201);
  server.clock.advance(1000);
  const first = await story.click('anna');
  await story.click('ben', { existing_click_id: first });
  await story.lead({ click_id: first, customer_key: 'carla' });
  const commissions: number[] = [];
  for (const [index, amount] of [9999, 5000, 777, 100_001].entries()) {
    server.clock.advance(60_000);
    const sale = await story.sale({
      transaction_id: `txn-${index}`,
      customer_key: 'carla',
      amount_cents: amount,
      tax_cents: 77,
      currency: index === 2 ? 'JPY' : 'USD',
    });
    commissions.push(sale.body.commission_id);
  }
  await story.refund({ transaction_id: 'txn-0', refund_amount_cents: 1234, refund_id: 'a' });
  await story.refund({ transaction_id: 'txn-1' });
  const judge = (id: number | undefined, verb: string, more = {}) =>
    server.post(`/api/v1/commissions/${id}/${verb}`, { reason: 'a look', ...more }, server.key);
  expect((await judge(commissions[0], 'approve')).status).toBe(200);
  expect((await judge(commissions[2], 'reject')).status).toBe(200);
  expect((await judge(commissions[3], 'hold', { hold_until: '2026-06-01T00:00:00Z' })).status).toBe(200);
  // The visit came first, the sale brings what the visit did not know.
  await story.pageview('v1', 's1');
  await story.attribute({ visitor_id: 'v1', session_id: 's1', transaction_id: 'both', revenue: 4000 });
  await story.sale({ transaction_id: 'both', customer_key: 'carla', amount_cents: 4000, tax_cents: 500 });
  server.clock.advance(20 * 86_400_000);
  await releaseHolds(server.database.postgres, server.clock.now());
});
afterAll(() => server.close());

async function verify() {
  const reply = await server.get('/api/v1/verify', server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data;
}

it('finds nothing wrong with books that nobody touched', async () => {
  const found = await verify();
  expect(found).toMatchObject({ ok: true, fault: null, checked: { payments: 5, commissions: 10 } });
  const sums: Record<string, number> = {};
  for (const { currency, amount_cents } of found.trial_balance) {
    sums[currency] = (sums[currency] ?? 0) + amount_cents;
  }
  expect(sums).toEqual({ USD: 0, JPY: 0 });
});

it('is for keys of the whole workspace', async () => {
  const made = await server.post(
    '/api/v1/api-keys',
    { name: 'limited', program_scope: [story.programId] },
    server.key,
  );
  expect((await server.get('/api/v1/verify', made.body.data.key)).status).toBe(403);
  const stranger = await server.otherWorkspace();
  const theirs = await server.get('/api/v1/verify', stranger);
  expect(theirs.body.data).toMatchObject({ ok: true, checked: { payments: 0, acts: 0 }, trial_balance: [] });
});

/** What is changed, by which statement, and what verify says of it. */
const changes: [string, string, string, RegExp?][] = [
  [
    'a cent of an entry',
    'update ledger_entries set amount_minor = amount_minor + 1 where id = $first',
    'transactions',
  ],
  [
    'a cent in both entries of a movement',
    `update ledger_entries set amount_minor = amount_minor + sign(amount_minor)::int
     where transaction_id = (select min(transaction_id) from ledger_entries) and account in ('customer_receipts', 'revenue_attributed')`,
    'balances',
    /customer_receipts/,
  ],
  [
    'the account of an entry',
    `update ledger_entries set account = 'partner_approved' where id = (
       select min(id) from ledger_entries where account = 'partner_pending')`,
    'balances',
  ],
  [
    'the partner of an entry',
    'update ledger_entries set partner_id = partner_id + 1 where partner_id is not null',
    'entries',
  ],
  [
    'the currency of a payment',
    `update payments set currency = 'EUR' where transaction_id = 'txn-3'`,
    'commissions',
  ],
  [
    'the amount of a payment',
    `update payments set amount_minor = amount_minor + 1 where transaction_id = 'txn-2'`,
    'balances',
  ],
  [
    'the tax of a payment',
    `update payments set tax_minor = tax_minor + 1 where transaction_id = 'txn-3'`,
    'commissions',
    /tax/,
  ],
  [
    'the id of a payment',
    `update payments set transaction_id = 'txn-9' where transaction_id = 'txn-3'`,
    'payments',
  ],
  [
    'the time of a payment',
    `update payments set occurred_at = occurred_at + interval '1 s'`,
    'commissions',
    /earned/,
  ],
  ['the amount of a commission', 'update commissions set amount_minor = amount_minor + 1', 'commissions'],
  [
    'the hold of a commission',
    `update commissions set hold_until = hold_until - interval '1 day'`,
    'commissions',
    /hold/,
  ],
  ['a verdict taken away', 'update commissions set rejected_at = null', 'commissions', /verdict/],
  [
    'a verdict changed',
    `update commission_reviews set verdict = 'rejected' where verdict = 'approved'`,
    'commissions',
    /verdict/,
  ],
  ['the rate of a policy', 'update policies set rate_bps = rate_bps + 1 where version = 2', 'policies'],
  ['the maximum of a policy', 'update policies set max_minor = null where version = 2', 'policies'],
  ['the tiers of a policy', `update policies set tiers = '[]' where version = 2`, 'policies'],
  [
    'the volume that a tier went by',
    `update commissions set basis = jsonb_set(basis::jsonb, '{volumeBefore}', '0')::json
     where basis ->> 'volumeBefore' <> '0'`,
    'commissions',
    /gives/,
  ],
  [
    'the revenue that runs for the fees',
    `update revenue_deltas set minor = minor + 1 where id = (select min(id) from revenue_deltas)`,
    'revenue',
    /but its entries/,
  ],
  [
    'its total',
    `insert into revenue_totals select 1, id, 1 from programs order by id limit 1`,
    'revenue',
    /but its sums 0/,
  ],
  ['a refund', 'update refunds set amount_minor = amount_minor - 1', 'balances'],
  ['a refund beyond its payment', 'update refunds set amount_minor = amount_minor + 1000000', 'refunds'],
  ['a fee', 'update fees set amount_minor = amount_minor + 1', 'fees'],
  [
    'a decision',
    `update attributions set attributed = false where attributed`,
    'balances',
    /revenue_organic/,
  ],
  [
    'who is credited',
    `update attributions set credits = regexp_replace(credits::text, '"partnerId":[0-9]+', '"partnerId":99', 'g')::json`,
    'commissions',
    /does not credit/,
  ],
  ['an act', `update audit_log set reason = 'b look' where reason = 'a look'`, 'audit_chain', /changed/],
  ['when an act was', `update audit_log set at = at + interval '1 microsecond' where seq = 3`, 'audit_chain'],
  [
    'a hash',
    `update audit_log set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where seq = 2`,
    'audit_chain',
  ],
  ['an act left out', 'delete from audit_log where seq = 3', 'audit_chain', /missing/],
  [
    'the last act cut off',
    'delete from audit_log where seq = (select max(seq) from audit_log)',
    'audit_chain',
    /ends here/,
  ],
];

describe('one stored value changed by a superuser', () => {
  it.each(changes)('%s', async (_what, statement, check, why) => {
    const { postgres } = server.database;
    const [entry] = await postgres.query<{ id: bigint }>('select min(id) as id from ledger_entries');
    const tables = [
      'ledger_entries',
      'payments',
      'commissions',
      'commission_reviews',
      'policies',
      'refunds',
      'fees',
    ];
    tables.push('attributions', 'audit_log', 'revenue_deltas', 'revenue_totals');
    for (const table of tables) await postgres.query(`create table kept_${table} as select * from ${table}`);
    await withoutTriggers(statement.replace('$first', String(entry?.id)));
    try {
      const found = await verify();
      expect(found).toMatchObject({ ok: false, fault: { check } });
      if (why !== undefined) expect(found.fault.why).toMatch(why);
    } finally {
      for (const table of tables) {
        await withoutTriggers(`delete from ${table}`);
        await withoutTriggers(`insert into ${table} overriding system value select * from kept_${table}`);
        await postgres.query(`drop table kept_${table}`);
      }
    }
    expect(await verify()).toMatchObject({ ok: true });
  });
});

function withoutTriggers(statement: string): Promise<void> {
  return server.database.postgres.transaction(async (trx) => {
    await trx.query(`set local session_replication_role = 'replica'`);
    await trx.query(statement);
  });
}
