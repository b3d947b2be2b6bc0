import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { releaseHolds } from '../commissions/index.ts';
import { forgetAddresses } from '../customers/index.ts';
import { scanAllPrograms } from './index.ts';

// Each rule meets what it is for, and what only looks like it; signals hold money, and people dismiss them.

let server: TestServer;
let story: Story;
let mark: string;
let count = 0;
const second = 1000;
const day = 86_400_000;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  server.clock.set('2026-03-01T12:00:00Z');
  story = await tellStory(server, { commission: { type: 'cps_lifetime', rate_bps: 2000 }, bound: false });
  count += 1;
  mark = `p${count}`;
  await story.addPartner(mark, { email: `${mark}@partner.example`, customer_key: `${mark}-self` });
});

/** A person clicks, thinks, signs up, thinks again and buys. Returns the commission. */
async function buy(
  key: string,
  {
    code = mark,
    think = 60,
    click = undefined as string | undefined,
    txn = `${mark}-${key}`,
    email = undefined as string | undefined,
  } = {},
): Promise<number> {
  const clickId = click ?? (await story.click(code));
  server.clock.advance(think * second);
  await story.lead({ click_id: clickId, customer_key: key, email });
  server.clock.advance(600 * second);
  const sale = await story.sale({ transaction_id: txn, customer_key: key, amount_cents: 10_000 });
  expect(sale.body.commission_id, JSON.stringify(sale.body)).toEqual(expect.any(Number));
  return sale.body.commission_id;
}

const path = (rest: string) => `/api/v1/programs/${story.programId}/${rest}`;
async function scan() {
  const reply = await server.post(path('fraud-signals/scan'), {}, server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data as { found: number; held: number };
}
async function signals(
  query = '',
): Promise<{ id: number; commission_id: number; rule: string; reason: string }[]> {
  const reply = await server.get(path(`fraud-signals${query}`), server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data;
}
const told = async () =>
  (await signals()).map(({ commission_id, rule }) => `${rule} ${commission_id}`).sort();
async function commission(id: number) {
  const { body } = await server.get(path('commissions'), server.key);
  return body.data.find((one: { id: number }) => one.id === id);
}
const dismiss = (
  id: number,
  body: Record<string, unknown> = { reason: 'a colleague of theirs' },
  key = server.key,
) => server.post(`/api/v1/fraud-signals/${id}/dismiss`, body, key);

it('says nothing of ordinary people', async () => {
  for (const key of ['a', 'b', 'c']) await buy(key);
  expect(await scan()).toEqual({ found: 0, held: 0 });
  expect(await signals()).toEqual([]);
});

describe('self_referral', () => {
  it('the partner’s own browser, under another name', async () => {
    const click = await story.click(mark);
    await story.lead({ click_id: click, customer_key: `${mark}-self` });
    const again = await story.click(mark, { existing_click_id: click });
    const id = await buy('friend', { click: again });
    await scan();
    expect(await told()).toEqual([`self_referral ${id}`]);
    expect((await signals())[0]?.reason).toMatch(/used the same browser as customer \d+/);
  });

  it('an email that is learned to be the partner’s after the payment', async () => {
    const id = await buy('someone');
    await server.database.postgres.query(
      `update customers set email_hash = (select email_hash from partners where name = $1) where customer_key = 'someone'
         and program_id = $2`,
      [mark, story.programId],
    );
    await scan();
    expect(await told()).toEqual([`self_referral ${id}`]);
  });
});

describe('same_address', () => {
  /** A browser signs up from an address. */
  async function signUp(key: string, address: string): Promise<string> {
    const click_id = await story.click(mark);
    server.clock.advance(60 * second);
    const reply = await server.call(
      'POST',
      '/api/v1/track/lead',
      { click_id, customer_key: key },
      { headers: { 'x-forwarded-for': address } },
    );
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return click_id;
  }
  async function pay(key: string): Promise<number> {
    server.clock.advance(600 * second);
    const sale = await story.sale({
      transaction_id: `${mark}-${key}`,
      customer_key: key,
      amount_cents: 10_000,
    });
    return sale.body.commission_id;
  }
  const rows = (text: string) => server.database.postgres.query<Record<string, unknown>>(text);

  it('somebody signed up on one day from where the partner did, whoever came first', async () => {
    await signUp(`${mark}-before`, '203.0.113.7');
    await signUp(`${mark}-self`, '203.0.113.7');
    await signUp(`${mark}-after`, '203.0.113.7');
    await signUp(`${mark}-elsewhere`, '203.0.113.8');
    const ids = [await pay(`${mark}-before`), await pay(`${mark}-after`)];
    await pay(`${mark}-elsewhere`);
    await scan();
    expect(await told()).toEqual(ids.map((id) => `same_address ${id}`).sort());
    const [signal] = await signals();
    expect(signal?.reason).toMatch(/signed up on 2026-03-01 from the same address as customer \d+/);
  });

  it('compares nothing of another day, keeps no address, and no digest after its day', async () => {
    await signUp(`${mark}-self`, '203.0.113.9');
    server.clock.advance(day);
    await signUp(`${mark}-next`, '203.0.113.9');
    await pay(`${mark}-next`);
    await scan();
    expect(await told()).toEqual([]);
    const kept = await rows('select row_to_json(s)::text as text from sign_up_addresses s');
    expect(kept.length).toBeGreaterThan(0);
    for (const { text } of kept) expect(text).not.toContain('203.0.113');
    const salts = await rows(`select from daily_salts where day < '2026-03-02'`);
    expect(salts).toEqual([]);
    await forgetAddresses(server.database.postgres, server.clock.now());
    expect(await rows(`select from sign_up_addresses where day < '2026-03-02'`)).toEqual([]);
  });
});

it('click_flood: a link clicked by a machine around the credited click', async () => {
  const click = await story.click(mark);
  const copies = (n: number) =>
    server.database.postgres.query(
      `insert into clicks (workspace_id, program_id, click_id, clicked_at, link_id, partner_id, visitor, is_test, context)
       select workspace_id, program_id, click_id || $2 || n, clicked_at + n * interval '1 s', link_id, partner_id,
         visitor || $2 || n, false, context
       from clicks, generate_series(1, $3) n where click_id = $1`,
      [click, `x${n}-`, n],
    );
  await copies(98);
  const id = await buy('a', { click });
  await scan();
  expect(await told()).toEqual([]);
  await copies(1);
  await scan();
  expect(await told()).toEqual([`click_flood ${id}`]);
  expect((await signals())[0]).toMatchObject({ evidence: { clicks: 100 }, action: 'note', status: 'open' });
});

it('impossible_speed: a sign-up faster than a person', async () => {
  await buy('slow', { think: 3 });
  const id = await buy('fast', { think: 2 });
  await scan();
  expect(await told()).toEqual([`impossible_speed ${id}`]);
  expect((await signals())[0]).toMatchObject({
    reason: 'The sign-up came 2 seconds after the click',
    evidence: { seconds: 2, what: 'sign-up' },
    action: 'hold',
  });
});

it('shared_device: a partner’s customers who all use one browser', async () => {
  const first = await story.click(mark);
  const ids = [];
  for (const key of ['one', 'two', 'three', 'four']) {
    expect(await told()).toEqual([]);
    const click = await story.click(mark, { existing_click_id: first });
    ids.push(await buy(key, { click }));
    await scan();
  }
  expect(await told()).toEqual(ids.map((id) => `shared_device ${id}`).sort());
});

it('refund_rate: a partner whose payments go back far more often than others’', async () => {
  await story.addPartner(`${mark}-good`);
  const refund = (txn: string) => story.refund({ transaction_id: txn });
  const ids: number[] = [];
  for (let n = 0; n < 10; n += 1) {
    ids.push(await buy(`bad${n}`));
    await buy(`good${n}`, { code: `${mark}-good`, txn: `${mark}-good${n}` });
  }
  await refund(`${mark}-bad0`);
  await scan();
  expect(await told()).toEqual([]);
  await refund(`${mark}-bad1`);
  await scan();
  expect(await told()).toEqual(ids.map((id) => `refund_rate ${id}`).sort());
  expect((await signals())[0]?.reason).toBe(
    "2 of the partner's 10 payments went back, but 0 of the 10 of all other partners",
  );
});

it('late_click: a click between a known customer and the payment', async () => {
  await story.addPartner(`${mark}-coupon`);
  const first = await story.click(mark);
  await story.lead({ click_id: first, customer_key: 'shopper' });
  server.clock.advance(2 * day);
  const late = await story.click(`${mark}-coupon`, { existing_click_id: first });
  server.clock.advance(30 * second);
  const sale = await story.sale({
    ...{ transaction_id: `${mark}-late`, customer_key: 'shopper', click_id: late, amount_cents: 5000 },
  });
  await scan();
  expect(await told()).toEqual([`late_click ${sale.body.commission_id}`]);
  expect((await signals())[0]?.reason).toBe(
    'The credited click came 30 seconds before the payment, of a customer who was known before it',
  );
});

describe('a signal', () => {
  it('holds a pending commission as long as it is open, and speaks once', async () => {
    const id = await buy('fast', { think: 1 });
    expect(await scan()).toEqual({ found: 1, held: 1 });
    expect(await scan()).toEqual({ found: 0, held: 0 });
    expect(await commission(id)).toMatchObject({
      status: 'pending',
      review: { verdict: 'held', reason: 'signal: impossible_speed', by: 'fraud rules' },
    });
    for (let week = 0; week < 12; week += 1) {
      server.clock.advance(7 * day - 1);
      await scanAllPrograms({ postgres: server.database.postgres, clock: server.clock });
      await releaseHolds(server.database.postgres, server.clock.now());
    }
    expect((await commission(id)).status).toBe('pending');
    const [signal] = await signals('?status=open');
    expect(signal).toMatchObject({ commission_id: id, commission: await commission(id) });
    expect((await dismiss(signal?.id ?? 0)).body.data).toMatchObject({
      commission: { id, status: 'pending' },
      status: 'dismissed',
      dismissal: { reason: 'a colleague of theirs', by: expect.stringMatching(/^key \d+$/) },
    });
    server.clock.advance(31 * day);
    await scanAllPrograms({ postgres: server.database.postgres, clock: server.clock });
    await releaseHolds(server.database.postgres, server.clock.now());
    expect((await commission(id)).status).toBe('approved');
    expect((await server.get('/api/v1/verify', server.key)).body.data.fault).toBeNull();
    await expectBalancedBooks(server);
  });

  it('is dismissed once, with a reason and an act; a stranger does not see it', async () => {
    await buy('fast', { think: 1 });
    await scan();
    const [signal] = await signals();
    const id = signal?.id ?? 0;
    expect((await dismiss(id, { reason: ' ' })).body.error).toBe('reason is required');
    const stranger = await server.otherWorkspace();
    expect((await dismiss(id, { reason: 'r' }, stranger)).status).toBe(404);
    await dismiss(id, { reason: 'first' });
    expect((await dismiss(id, { reason: 'second' })).body.data.dismissal.reason).toBe('first');
    const { body } = await server.get('/api/v1/audit?act=fraud_signal.dismiss&limit=2', server.key);
    expect(body.data[0]).toMatchObject({ subject: `signal ${id}`, reason: 'first' });
    expect(body.data[1]?.subject).not.toBe(`signal ${id}`);
    expect(await signals('?status=open')).toEqual([]);
    expect(
      await signals(`?status=dismissed&rule=impossible_speed&commission_id=${signal?.commission_id}`),
    ).toHaveLength(1);
  });

  it('is noted without a hold, or not looked for, where the program says so', async () => {
    const rules = (body: Record<string, unknown>) =>
      server.call('PATCH', path('fraud-rules'), body, { token: server.key });
    expect((await rules({ impossible_speed: 'off' })).body.data).toMatchObject({
      impossible_speed: 'off',
      self_referral: 'hold',
      late_click: 'note',
    });
    await buy('fast', { think: 1 });
    expect(await scan()).toEqual({ found: 0, held: 0 });
    await rules({ impossible_speed: 'note' });
    expect(await scan()).toEqual({ found: 1, held: 0 });
    expect((await rules({ impossible_speed: 'shoot' })).status).toBe(400);
    expect((await server.get(path('fraud-rules'), server.key)).body.data.impossible_speed).toBe('note');
    const { body } = await server.get('/api/v1/audit?act=fraud_rules.update&limit=1', server.key);
    expect(body.data[0].details).toEqual({ impossible_speed: 'note' });
  });

  it('about a commission that was paid or rejected meanwhile moves no money', async () => {
    const id = await buy('fast', { think: 1 });
    await server.post(`/api/v1/commissions/${id}/approve`, { reason: 'known' }, server.key);
    expect(await scan()).toEqual({ found: 1, held: 0 });
    expect((await commission(id)).status).toBe('approved');
  });
});
