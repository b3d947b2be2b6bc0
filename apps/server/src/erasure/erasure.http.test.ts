import type { Account } from '@headwater/stripe-double';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { type TestServer, testClock, testHasher } from '../../test/test-server.ts';
import { addSecret, deliver } from '../../test/walls/stripe/deliveries.ts';
import { openWithDouble } from '../../test/walls/stripe/with-double.ts';
import { dayMs } from '../platform/index.ts';
import { erasePerson } from './index.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
let story: Story;
let account: Account;
let secret: string;
let close: () => Promise<void>;

// Nobody else's names look like these.
const email = 'zelda.quirin@mailbox.example';
const key = 'zelda-key-8812';
const visitor = 'zeldavisitor77aa';
const session = 'zeldasession77aa';
const names = [
  ...['zelda', 'quirin', '+49 30 5550199', 'Sonnenallee', '/dossier/', 'Neukölln'],
  (testHasher.email(email) as { hash: Buffer }).hash.toString('hex'),
];

beforeAll(async () => {
  const opened = await openWithDouble({ clock: testClock('2026-06-01T08:00:00Z') });
  ({ server, close } = opened);
  story = await tellStory(server, { commission: { type: 'cps_lifetime', rate_bps: 2000 } });
  await story.addPartner('anna', { email: 'anna@partner.example' });
  ({ secret } = await addSecret(server, story.programId));
  account = opened.stripe.openAccount({ livemode: true, now: () => server.clock.now() });
  await server.post('/api/v1/webhook-endpoints', { url: 'https://hooks.example/in' }, server.key);
});
afterAll(() => close());

const sql = <Row>(text: string, values: unknown[] = []) => server.database.postgres.query<Row>(text, values);
const erase = (body: Record<string, unknown>, withKey = server.key) =>
  server.post('/api/v1/erasures', body, withKey);
const ship = () => server.server.shipper.catchUp(20_000);

async function carryOut(id: number): Promise<void> {
  const { postgres, clickhouse } = server.server;
  const [row] = await sql<{ workspace_id: number }>('select workspace_id from erasures where id = $1', [id]);
  const running = erasePerson(
    { postgres, clickhouse, hasher: testHasher, clock: server.clock },
    { workspaceId: row?.workspace_id as number, id: BigInt(id) },
  );
  await Promise.all([running, ship()]);
}

/** Where in either store one of the names stands, as `table: name`. */
async function findNames(wanted: readonly string[] = names): Promise<string[]> {
  const tables = await sql<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'graphile_worker') and c.relkind in ('r', 'p') and not c.relispartition`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    for (const one of wanted) {
      const [hit] = await sql<{ n: number }>(
        `select count(*)::integer as n from ${name} t where position(lower($1) in lower(t::text)) > 0`,
        [one],
      );
      if (hit?.n !== 0) found.push(`${name.replace('public.', '')}: ${one}`);
    }
  }
  const clickhouse = server.server.clickhouse;
  const stored = await clickhouse.rows<{ name: string }>(
    "select name from system.tables where database = {database:String} and engine like '%MergeTree'",
    { database: clickhouse.database },
  );
  for (const { name } of stored) {
    const rows = await clickhouse.rows(`select * from ${name}`);
    for (const one of wanted) {
      if (JSON.stringify(rows).toLowerCase().includes(one.toLowerCase()))
        found.push(`clickhouse ${name}: ${one}`);
    }
  }
  return found;
}

/** Somebody who does everything a person can: browses, clicks, signs up, identifies, buys by each door, is refunded. */
async function liveAsZelda(): Promise<void> {
  const browser = { visitor_id: visitor, session_id: session };
  await story.pageview(visitor, session, 'https://shop.example/dossier/zelda?mail=quirin', {
    title: 'Zelda Quirin’s page',
    referrer: 'https://mail.example/zelda',
  });
  await server.post('/api/v1/collect', {
    website_id: story.websiteId,
    ...browser,
    events: [
      { type: 'identify', customer_key: key, email },
      { type: 'event', name: 'bought', properties: { who: 'Zelda' } },
    ],
  });
  const click = await story.click('anna', {
    ...browser,
    page_url: 'https://shop.example/dossier/zelda?aff=anna',
  });
  await story.lead({
    customer_key: key,
    email,
    click_id: click,
    page_url: 'https://shop.example/dossier/zelda',
  });
  server.clock.advance(dayMs);
  expect(
    (await story.sale({ transaction_id: 's1', customer_key: key, click_id: click, amount_cents: 10_000 }))
      .body,
  ).toMatchObject({ success: true });
  await story.attribute({ ...browser, transaction_id: 'a1', email, revenue: 5000 });
  await story.refund({ transaction_id: 's1', refund_amount_cents: 2500, refund_id: 'r1' });
  const { charge } = account.checkout({
    amount: 7000,
    email,
    clientReferenceId: click,
    metadata: { affitor_customer_key: key, program_id: String(story.programId), note: 'for Zelda' },
  });
  Object.assign(charge, {
    billing_details: {
      name: 'Zelda Quirin',
      phone: '+49 30 5550199',
      address: { line1: 'Sonnenallee 1', city: 'Neukölln' },
    },
  });
  account.record('charge.updated', charge);
  for (const event of account.events) await deliver(server, story.programId, event, secret);
  await server.server.stripe.processor.drain();
  await ship();
}

const books = async () =>
  sql<Record<string, unknown>>(
    `select account, partner_id, currency, sum(amount_minor)::bigint as amount from ledger_entries group by 1, 2, 3 order by 1, 2, 3`,
  );
const explained = async () => {
  const payments = await sql<{ id: bigint }>('select id from payments order by id');
  const told = [];
  for (const { id } of payments) told.push((await story.explain(Number(id))).body);
  return told;
};

describe('erasing a person', () => {
  it('leaves none of their names in either store, and the books, the reports and the proof as they were', async () => {
    await liveAsZelda();
    const everywhere = await findNames();
    const places = new Set(everywhere.map((one) => one.split(':')[0]));
    for (const place of [
      'customers',
      'leads',
      'payments',
      'attributions',
      'stripe_inbox',
      'stripe_objects',
      'clickhouse events',
    ])
      expect(places, everywhere.join('\n')).toContain(place);
    const [booked, told] = [await books(), await explained()];
    const report = async () =>
      (
        await server.get(
          `/api/v1/reports/revenue?by=channel&program_id=${story.programId}&from=2026-05-01&to=2026-07-01`,
          server.key,
        )
      ).body.data.rows;
    const reported = await report();

    const asked = await erase({ email: ` ${email.toUpperCase()} ` });
    expect(asked).toMatchObject({ status: 201, body: { data: { status: 'requested', found: null } } });
    await carryOut(asked.body.data.id);
    expect((await server.get(`/api/v1/erasures/${asked.body.data.id}`, server.key)).body.data).toMatchObject({
      status: 'done',
      found: { customers: 1, browsers: 2, payments: 3 },
    });
    expect(await findNames()).toEqual([]);
    expect(await books()).toEqual(booked);
    expect(await report()).toEqual(reported);
    expect((await server.get('/api/v1/verify', server.key)).body.data).toMatchObject({
      ok: true,
      fault: null,
    });
    await expectBalancedBooks(server);
    const after = await explained();
    // How they were found, and where the visit was: all the rest is as it was told before.
    const kept = ({ data }: Awaited<ReturnType<typeof explained>>[number]) => ({
      ...data,
      attribution: {
        ...data.attribution,
        evidence: data.attribution.evidence.map(({ kind, at }: { kind: string; at: string }) => ({
          kind,
          at,
        })),
      },
      visit: { channel: data.visit.channel, matched_by: data.visit.matched_by },
    });
    expect(after.map(kept)).toEqual(told.map(kept));
  });

  it('what Stripe says later, or says again, is settled as it would have been', async () => {
    const before = await books();
    const events = account.events.length;
    await server.post(`/api/v1/programs/${story.programId}/stripe/replay`, {}, server.key);
    const charge = account.charges[0] as Account['charges'][number];
    account.refund(charge, 3500);
    for (const event of account.events.slice(events)) await deliver(server, story.programId, event, secret);
    await server.server.stripe.processor.drain();
    const after = await books();
    const of = (rows: Record<string, unknown>[], account: string) =>
      rows.find((row) => row.account === account)?.amount as bigint;
    // Half of 7000, and half of anna's 20 % of it.
    expect(of(after, 'customer_receipts') - of(before, 'customer_receipts')).toBe(-3500n);
    expect(of(after, 'partner_pending') - of(before, 'partner_pending')).toBe(700n);
    expect((await server.get('/api/v1/verify', server.key)).body.data.ok).toBe(true);
  });

  it('the same address later is somebody new', async () => {
    const click = await story.click('anna');
    await story.lead({ customer_key: 'again', email, click_id: click });
    const rows = await sql('select from customers where email_hash = $1', [testHasher.email(email)?.hash]);
    expect(rows).toHaveLength(1);
    const { body } = await erase({ customer_key: 'again', program_id: story.programId });
    await carryOut(body.data.id);
    // Safe to repeat: a job may run twice.
    await carryOut(body.data.id);
    expect(await findNames(['"again"', names.at(-1) as string])).toEqual([]);
  });

  it('leaves everybody else as they were', async () => {
    const click = await story.click('anna', { visitor_id: 'other-visitor' });
    await story.lead({ customer_key: 'other', email: 'other@shop.example', click_id: click });
    const before = await sql('select * from customers where customer_key = $1', ['other']);
    const { body } = await erase({ email: 'nobody@shop.example' });
    await carryOut(body.data.id);
    expect((await server.get(`/api/v1/erasures/${body.data.id}`, server.key)).body.data.found).toEqual({
      customers: 0,
      browsers: 0,
      payments: 0,
      stripe_events: 0,
    });
    expect(await sql('select * from customers where customer_key = $1', ['other'])).toEqual(before);
  });

  it('refuses a partner who is enrolled, and what names nobody', async () => {
    expect(await erase({ email: 'anna@partner.example' })).toMatchObject({
      status: 409,
      body: { code: 'person_is_partner' },
    });
    expect((await erase({})).body.error).toBe('email is required, or customer_key with program_id');
    expect((await erase({ email: 'no address' })).body.error).toBe('email is invalid');
    expect((await erase({ customer_key: 'k' })).body.error).toBe('program_id is required with customer_key');
    expect((await erase({ customer_key: 'k', program_id: 999_999 })).status).toBe(404);
  });

  it('is of one workspace', async () => {
    const others = await server.otherWorkspace();
    await story.lead({
      customer_key: 'stays',
      email: 'stays@shop.example',
      click_id: await story.click('anna'),
    });
    const { body } = await erase({ email: 'stays@shop.example' }, others);
    await carryOut(body.data.id);
    expect(await sql('select from customers where customer_key = $1', ['stays'])).toHaveLength(1);
    expect((await server.get(`/api/v1/erasures/${body.data.id}`, server.key)).status).toBe(404);
  });
});

it('hands out all that is known of a person, and nothing of others', async () => {
  const [who, mail] = ['yolanda-1', 'yolanda@mailbox.example'];
  await story.pageview('yolanda-visitor', 'yolanda-session', 'https://shop.example/welcome');
  const click = await story.click('anna', { visitor_id: 'yolanda-visitor', session_id: 'yolanda-session' });
  await story.lead({ customer_key: who, email: mail, click_id: click });
  await story.sale({ transaction_id: 'y1', customer_key: who, amount_cents: 4200 });
  await ship();
  const { status, body } = await server.post('/api/v1/people/export', { email: mail }, server.key);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.data).toMatchObject({
    customers: [{ customer_key: who, status: 'conversion' }],
    sign_ups: [{ customer_key: who }],
    payments: [{ transaction_id: 'y1', amount_cents: 4200, refunded_cents: 0 }],
    clicks: [{ click_id: click, visitor_id: 'yolanda-visitor' }],
    visits: [{ session_id: 'yolanda-session' }],
    events_left_out: 0,
  });
  const types = body.data.events.map(({ type }: { type: string }) => type).sort();
  expect(types).toEqual(['click', 'commission', 'lead', 'pageview', 'payment', 'visit']);
  const nobody = await server.post('/api/v1/people/export', { email: 'nobody@x.example' }, server.key);
  expect(nobody.body.data).toMatchObject({ customers: [], payments: [], events: [] });
});
