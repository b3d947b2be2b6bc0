import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeFingerprint } from '../../test/fingerprint.ts';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { keptAfterRefund } from '../commissions/index.ts';
import { bpsOf } from '../money/index.ts';

// The proof of a simulation is a second program in which it was really so: the same story told under the draft's terms
// must have earned what the draft says.

let server: TestServer;
let told = 0;
const hour = 3_600_000;
const day = 24 * hour;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

interface Told {
  story: Story;
  /** Names of partners by id: the same in every program. */
  names: Map<number, string>;
}

/** One story, told under some terms: several partners, browsers, subscriptions, refunds, currencies. */
async function tell(terms: {
  commission: Record<string, unknown>;
  settings?: Record<string, unknown>;
  policy?: Record<string, unknown>;
}): Promise<Told> {
  told += 1;
  server.clock.set('2026-03-01T00:00:00Z');
  const { commission, settings = {} } = terms;
  const story = await tellStory(server, { commission, settings, bound: false });
  if (terms.policy !== undefined) {
    const body = { ...terms.policy, effective_from: '1970-01-01T00:00:00Z' };
    const reply = await server.post(`/api/v1/groups/${story.groupId}/policies`, body, server.key);
    expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  }
  const names = new Map<number, string>();
  const code = (name: string) => `${name}-${told}`;
  for (const name of ['anna', 'ben', 'carla']) names.set((await story.addPartner(code(name))).id, name);
  const sale = async (id: string, more: Record<string, unknown>) => {
    const reply = await story.sale({ transaction_id: `${id}-${told}`, ...more });
    expect([200, 400], JSON.stringify(reply.body)).toContain(reply.status);
  };
  for (let n = 0; n < 6; n += 1) {
    const first = await story.click(code('anna'));
    server.clock.advance((n + 1) * day);
    if (n % 2 === 0) await story.click(code('ben'), { existing_click_id: first });
    server.clock.advance(hour);
    if (n % 3 === 0) await story.click(code('carla'), { existing_click_id: first });
    const key = `person-${n}`;
    await story.lead({ click_id: first, customer_key: key });
    server.clock.advance(hour);
    const subscription = n % 2 === 1 ? { subscription_id: `sub-${n}` } : {};
    await sale(`first-${n}`, {
      ...{ customer_key: key, amount_cents: 3333 + n * 1000, tax_cents: 100, ...subscription },
    });
    if (n === 2)
      await story.refund({ transaction_id: `first-${n}-${told}`, refund_amount_cents: 777, refund_id: 'a' });
    server.clock.advance(hour);
    await story.click(code('carla'), { existing_click_id: first });
    server.clock.advance(day);
    await sale(`second-${n}`, { customer_key: key, amount_cents: 2001, ...subscription });
    if (n === 3) await sale(`yen-${n}`, { customer_key: key, amount_cents: 5001, currency: 'JPY' });
    if (n === 5) await sale(`gold-${n}`, { customer_key: key, amount_cents: 900, product_id: 'gold' });
  }
  return { story, names };
}

interface Simulated {
  payments: number;
  partners: {
    partner_id: number;
    currency: string;
    now_cents: number;
    then_cents: number;
    difference_cents: number;
  }[];
  totals: { currency: string; now_cents: number; then_cents: number; difference_cents: number }[];
}

async function simulate({ story }: Told, draft: Record<string, unknown> = {}): Promise<Simulated> {
  const path = `/api/v1/programs/${story.programId}/simulate`;
  const reply = await server.post(path, { from: '2026-01-01', ...draft }, server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data;
}

/** Sums by partner's name and currency; those that are nothing are left out. */
function sums(
  told: Told,
  { partners }: Simulated,
  member: 'now_cents' | 'then_cents',
): Record<string, number> {
  const entries = partners.map((one) => [`${told.names.get(one.partner_id)} ${one.currency}`, one[member]]);
  return Object.fromEntries(entries.filter(([, cents]) => cents !== 0));
}

const plain = { type: 'cps_lifetime', rate_bps: 2000 };

describe('without a draft', () => {
  it('nothing differs, and nothing is written', async () => {
    const was = await tell({ commission: plain, settings: { attribution_model: 'linear' } });
    const before = await takeFingerprint(server.database.postgres);
    const found = await simulate(was);
    expect(await takeFingerprint(server.database.postgres)).toEqual(before);
    expect(found.payments).toBe(14);
    expect(found.totals.map(({ currency, now_cents }) => [currency, now_cents > 0])).toEqual([
      ['JPY', true],
      ['USD', true],
    ]);
    for (const { difference_cents } of found.partners) expect(difference_cents).toBe(0);
  });

  it('what it says is so now stands in the ledger', async () => {
    const was = await tell({ commission: plain });
    const rows = await server.database.postgres.query<{
      partner_id: number;
      currency: string;
      cents: bigint;
    }>(
      `select partner_id, currency, sum(amount_minor) as cents from ledger_entries
       where program_id = $1 and account = 'commission_expense' group by 1, 2`,
      [was.story.programId],
    );
    const ledger = rows.map((row) => [`${was.names.get(row.partner_id)} ${row.currency}`, Number(row.cents)]);
    expect(sums(was, await simulate(was), 'now_cents')).toEqual(Object.fromEntries(ledger));
  });
});

type Terms = Parameters<typeof tell>[0];
const worlds: [string, Terms, Record<string, unknown>][] = [
  [
    'the same',
    { commission: plain },
    { policy: plain, attribution_model: 'last_click', attribution_window_days: 60 },
  ],
  [
    'another rate',
    { commission: { type: 'cps_lifetime', rate_bps: 3333 } },
    { policy: { type: 'cps_lifetime', rate_bps: 3333 } },
  ],
  [
    'a fixed amount',
    { commission: { type: 'cps_lifetime', fixed_cents: 250 } },
    { policy: { type: 'cps_lifetime', fixed_cents: 250 } },
  ],
  [
    'the first payment only',
    { commission: { type: 'cps_one_time', rate_bps: 2000 } },
    { policy: { type: 'cps_one_time', rate_bps: 2000 } },
  ],
  [
    'first click',
    { commission: plain, settings: { attribution_model: 'first_click' } },
    { attribution_model: 'first_click' },
  ],
  [
    'linear',
    { commission: plain, settings: { attribution_model: 'linear' } },
    { attribution_model: 'linear' },
  ],
  [
    'a window of a day',
    { commission: plain, settings: { attribution_window_days: 1 } },
    { attribution_window_days: 1 },
  ],
  [
    'linear within three days',
    { commission: plain, settings: { attribution_model: 'linear', attribution_window_days: 3 } },
    { attribution_model: 'linear', attribution_window_days: 3 },
  ],
  [
    'bounds, a cap and no tax',
    {
      commission: plain,
      policy: { ...plain, min_cents: 500, max_cents: 900, customer_cap_cents: 1200, exclude_tax: true },
    },
    { policy: { ...plain, min_cents: 500, max_cents: 900, customer_cap_cents: 1200, exclude_tax: true } },
  ],
  [
    'tiers',
    { commission: plain, policy: { ...plain, tiers: [{ from_cents: 9000, rate_bps: 4000 }] } },
    { policy: { ...plain, tiers: [{ from_cents: 9000, rate_bps: 4000 }] } },
  ],
  [
    'a product’s own terms',
    { commission: plain, policy: { ...plain, rate_bps: 9000, product_id: 'gold' } },
    { policy: { ...plain, rate_bps: 9000, product_id: 'gold' } },
  ],
  [
    'all of it',
    {
      commission: { type: 'cps_recurring', rate_bps: 1500, duration_months: 1 },
      settings: { attribution_model: 'linear', attribution_window_days: 4 },
    },
    {
      policy: { type: 'cps_recurring', rate_bps: 1500, duration_months: 1 },
      ...{ attribution_model: 'linear', attribution_window_days: 4 },
    },
  ],
];

describe('a draft comes to what the same story really earned under it', () => {
  let was: Told;
  beforeAll(async () => {
    was = await tell({ commission: plain });
  });

  it.each(worlds)('%s', async (what, terms, draft) => {
    const other = await tell(terms);
    const found = await simulate(was, draft);
    const really = sums(other, await simulate(other), 'now_cents');
    expect(sums(was, found, 'then_cents')).toEqual(really);
    // and back again: from there the old terms earn what they did
    const back = await simulate(other, {
      ...{ policy: plain, attribution_model: 'last_click', attribution_window_days: 60 },
    });
    // the terms of a product stay where only general ones are tried
    if (what !== 'a product’s own terms') {
      expect(sums(other, back, 'then_cents')).toEqual(sums(was, found, 'now_cents'));
    }
  });
});

it('asks about a part of the time, and keeps what bound a customer before it', async () => {
  const was = await tell({ commission: plain });
  const draft = { policy: { type: 'cps_lifetime', rate_bps: 4000 } };
  const all = await simulate(was, draft);
  const late = await simulate(was, { ...draft, from: '2026-03-10' });
  expect(late.payments).toBeLessThan(all.payments);
  for (const { now_cents, then_cents } of late.partners) {
    expect(Math.abs(then_cents - 2 * now_cents)).toBeLessThanOrEqual(late.payments);
  }
  const none = await simulate(was, { ...draft, from: '2026-01-01', to: '2026-01-31' });
  expect([none.payments, none.partners]).toEqual([0, []]);
});

it('what a person rejected stays rejected', async () => {
  const was = await tell({ commission: plain });
  const { body } = await server.get(`/api/v1/programs/${was.story.programId}/commissions`, server.key);
  const ids = body.data.map(({ id }: { id: number }) => id);
  const request = { commission_ids: ids, reason: 'all of them' };
  await server.post(`/api/v1/programs/${was.story.programId}/commissions/reject`, request, server.key);
  const found = await simulate(was, { policy: { type: 'cps_lifetime', rate_bps: 4000 } });
  expect(found.totals.map(({ now_cents, then_cents }) => [now_cents, then_cents])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

it('acts on the group that it names, and on no other', async () => {
  const was = await tell({ commission: plain });
  const { body } = await server.post(
    `/api/v1/programs/${was.story.programId}/groups`,
    { name: 'VIP' },
    server.key,
  );
  const policy = { type: 'cps_lifetime', rate_bps: 9000, group_id: body.data.id };
  for (const { difference_cents } of (await simulate(was, { policy })).partners)
    expect(difference_cents).toBe(0);
});

/** Copies of a story's payments: so many customers more who each paid as one of its people did. */
async function multiply({ story }: Told, times: number): Promise<void> {
  await server.database.postgres.transaction(async (trx) => {
    await trx.query(
      `create temp table copies on commit drop as
       select p.id as old, p.customer_id as old_customer, n, nextval(pg_get_serial_sequence('payments', 'id')) as id
       from payments p, generate_series(1, $2::integer) as n where p.program_id = $1 order by p.id, n`,
      [story.programId, times],
    );
    await trx.query(
      `create temp table people on commit drop as
       select old_customer as old, n, nextval(pg_get_serial_sequence('customers', 'id')) as id
       from copies group by old_customer, n`,
    );
    await trx.query('create index on copies (old, n)');
    await trx.query('create index on people (old, n)');
    await trx.query('analyze copies, people');
    await trx.query('set local plan_cache_mode = auto');
    await trx.query(
      `insert into customers (workspace_id, program_id, id, customer_key, status, created_at, converted_at) overriding system value
       select c.workspace_id, c.program_id, p.id, c.customer_key || '-' || n, c.status, c.created_at, c.converted_at
       from people p join customers c on c.id = p.old`,
    );
    // A row like another, but for these columns.
    const like = (row: string, changed: Record<string, string>) =>
      `cross join lateral jsonb_populate_record(${row}, jsonb_build_object(${Object.entries(changed)
        .map(([name, value]) => `'${name}', ${value}`)
        .join(', ')})) as made`;
    const ofPeople = 'join people q on q.old = c.old_customer and q.n = c.n';
    await trx.query(
      `insert into payments overriding system value
       select made.* from copies c join payments p on p.id = c.old ${ofPeople} ${like('p', {
         ...{ id: 'c.id', transaction_id: `p.transaction_id || '-' || c.n`, customer_id: 'q.id' },
       })}`,
    );
    await trx.query(
      `insert into attributions
       select made.* from copies c join attributions a on a.payment_id = c.old ${like('a', {
         payment_id: 'c.id',
         evidence: `(select coalesce(json_agg(case when e ->> 'kind' = 'bound_by_payment'
           then json_build_object('kind', e ->> 'kind', 'at', e ->> 'at', 'value', b.id::text) else e end), '[]')
           from json_array_elements(a.evidence) e left join copies b
             on b.n = c.n and b.old = case when e ->> 'kind' = 'bound_by_payment' then (e ->> 'value')::bigint end)`,
       })}`,
    );
    await trx.query(
      `insert into commissions overriding system value
       select made.* from copies c join commissions k on k.payment_id = c.old ${ofPeople} ${like('k', {
         id: `nextval(pg_get_serial_sequence('commissions', 'id'))`,
         ...{ payment_id: 'c.id', customer_id: 'q.id' },
       })}`,
    );
  });
  await server.database.postgres.query('analyze');
}

it('goes through any number of payments, customer by customer, and each makes the same difference', async () => {
  const was = await tell({ commission: plain });
  const draft = { policy: { type: 'cps_lifetime', fixed_cents: 250 }, attribution_model: 'linear' };
  const few = await simulate(was, draft);
  const copies = 1450;
  await multiply(was, copies);
  const same = await simulate(was);
  expect(same.payments).toBe(few.payments * (copies + 1));
  expect(same.payments).toBeGreaterThan(20_000);
  for (const { difference_cents } of same.partners) expect(difference_cents).toBe(0);
  const many = await simulate(was, draft);
  // Refunds are not copied: what the refunded payment gave back, the copies keep.
  for (const { partner_id, currency, then_cents } of few.partners) {
    const then = many.partners.find((one) => one.partner_id === partner_id && one.currency === currency);
    expect(Math.abs((then?.then_cents ?? 0) - then_cents * (copies + 1))).toBeLessThanOrEqual(250 * copies);
  }
  // Tiers go from customer to customer, in the order in which payments were recorded.
  const from = 10_000_000;
  const tiers = { ...plain, tiers: [{ from_cents: from, rate_bps: 4000 }] };
  const tiered = await simulate(was, { policy: tiers });
  expect(tiered.totals.find(({ currency }) => currency === 'USD')?.then_cents).toBe(
    await earnedByTiers(was, BigInt(from)),
  );
}, 60_000);

/** What the dollars earn at a fifth, and from a volume on at two fifths: added up one after the other. */
async function earnedByTiers({ story }: Told, from: bigint): Promise<number> {
  const rows = await server.database.postgres.query<{
    partner: number;
    amount: bigint;
    back: bigint;
    back_at: Date | null;
    received_at: Date;
  }>(
    `select c.partner_id as partner, p.amount_minor as amount, p.received_at, coalesce(r.amount_minor, 0) as back,
       r.created_at as back_at
     from payments p join commissions c on c.payment_id = p.id and c.superseded_at is null
     left join refunds r on r.payment_id = p.id
     where p.program_id = $1 and p.currency = 'USD' order by p.id`,
    [story.programId],
  );
  const volumes = new Map<number, bigint>();
  const refunds: { partner: number; back: bigint; at: Date }[] = [];
  let earned = 0n;
  for (const { partner, amount, back, back_at, received_at } of rows) {
    const gone = refunds.filter((one) => one.partner === partner && one.at <= received_at);
    const volume = (volumes.get(partner) ?? 0n) - gone.reduce((sum, one) => sum + one.back, 0n);
    earned += keptAfterRefund(bpsOf(amount, volume < from ? 2000 : 4000), amount, back);
    volumes.set(partner, (volumes.get(partner) ?? 0n) + amount);
    if (back_at !== null) refunds.push({ partner, back, at: back_at });
  }
  expect([...volumes.values()].some((volume) => volume > 2n * from)).toBe(true);
  return Number(earned);
}

describe('is refused', () => {
  it.each<[string, Record<string, unknown>, number, RegExp]>([
    ['terms for clicks', { policy: { type: 'cpc', fixed_cents: 5 } }, 400, /policy is invalid/],
    ['terms that do not fit', { policy: { ...plain, fixed_cents: 5 } }, 400, /fixed_cents is invalid/],
    ['a group of nobody', { policy: { ...plain, group_id: 987_654 } }, 404, /Group not found/],
    ['a time that ends before it begins', { from: '2026-03-02', to: '2026-03-01' }, 400, /to is invalid/],
    ['a day that does not exist', { from: '2026-02-30' }, 400, /from is invalid/],
    ['a window of no days', { attribution_window_days: 0 }, 400, /attribution_window_days is invalid/],
  ])('%s', async (_what, draft, status, error) => {
    const { story } = await tell({ commission: plain });
    const path = `/api/v1/programs/${story.programId}/simulate`;
    const reply = await server.post(path, { from: '2026-01-01', ...draft }, server.key);
    expect(reply.status, JSON.stringify(reply.body)).toBe(status);
    expect(reply.body.error).toMatch(error);
  });
});
