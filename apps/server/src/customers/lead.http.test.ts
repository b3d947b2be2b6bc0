import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';

const path = '/api/v1/track/lead';
const tracked = { success: true, message: 'Lead tracked successfully' };
const provisional = {
  success: true,
  provisional: true,
  message:
    'Lead recorded as provisional. This program requires server-side (Bearer) lead tracking to settle attribution.',
};
const notFound = 'Customer not found. Provide a valid click_id or customer_key.';

let server: TestServer;
let story: Story;
let n = 0;
let code: string;
let partnerId: number;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  n += 1;
  code = `anna-${n}`;
  story = await tellStory(server);
  partnerId = (await story.addPartner(code)).id;
});

const rows = (sql: string, values: unknown[] = []) =>
  server.database.postgres.query<Record<string, unknown>>(sql, values);
const browserLead = (body: Record<string, unknown>, origin?: string) =>
  server.call('POST', path, body, origin === undefined ? {} : { headers: { origin } });
const list = async (what: 'leads' | 'commissions' | 'payments', program = story, query = '') =>
  (await server.get(`/api/v1/programs/${program.programId}/${what}${query}`, server.key)).body.data;
const customers = (program = story) =>
  rows(
    `select id, customer_key, email_masked, status,
       (select count(*)::integer from customer_visitors v where v.customer_id = c.id and v.kind = 'click') as browsers
     from customers c where program_id = $1 order by id`,
    [program.programId],
  );
/** How many leads of a program the event log has told ClickHouse of. */
async function leadEvents(program: Story): Promise<number> {
  await server.server.shipper.catchUp(20_000);
  const [row] = await server.server.clickhouse.rows<{ count: string }>(
    `select count() as count from events where program_id = ${program.programId} and type = 'lead'`,
  );
  return Number(row?.count);
}
let sales = 0;
const sell = (body: Record<string, unknown>, program = story) => {
  sales += 1;
  return program.sale({ transaction_id: `sale-${sales}`, amount_cents: 10_000, ...body });
};
const partnerOf = async (saleId: number, program = story) =>
  (await program.explain(saleId)).body.data.commission?.partner_id;

describe(`POST ${path}, refusals in their order`, () => {
  it('401: the header is there and holds no valid program token, in test mode too', async () => {
    const body = { click_id: await story.click(code), additional_data: { test_mode: true } };
    for (const authorization of ['', 'Bearer ', 'Basic x', story.token]) {
      expect(await server.call('POST', path, body, { headers: { authorization } })).toMatchObject({
        status: 401,
        body: { error: 'Missing or malformed Authorization header' },
      });
    }
    for (const token of ['aff_wrong', story.websiteToken, server.key]) {
      expect(await server.post(path, body, token)).toMatchObject({
        status: 401,
        body: { error: 'Invalid API token' },
      });
    }
  });

  it.each([
    {},
    { click_id: null, customer_key: null },
    { click_id: '', customer_key: '  ' },
    { email: 'a@example.com', click_ids: ['clk_x'] },
  ])('400 click_id or customer_key is required: %j', async (body) => {
    for (const send of [browserLead, story.lead]) {
      expect(await send({ ...body, program_id: story.programId })).toMatchObject({
        status: 400,
        body: { error: 'click_id or customer_key is required' },
      });
    }
  });

  it.each([
    [{ customer_key: 'x'.repeat(256) }, 'customer_key must be a string of at most 255 characters'],
    [{ customer_key: 'a\u0000b' }, 'customer_key must be a string of at most 255 characters'],
    [{ click_id: 'x'.repeat(256) }, 'click_id must be a string of at most 255 characters'],
  ])('400: texts that cannot be identifiers (%#)', async (body, error) => {
    expect(await story.lead(body)).toMatchObject({ status: 400, body: { error } });
  });

  it('400 Customer not found: nothing known, or known elsewhere', async () => {
    const theirs = await tellStory(server, { key: await server.otherWorkspace() });
    await theirs.addPartner(`theirs-${n}`);
    const foreign = await theirs.click(`theirs-${n}`);
    await theirs.lead({ click_id: foreign, customer_key: 'theirs' });
    for (const body of [
      { click_id: 'clk_nonsense' },
      { customer_key: 'nobody' },
      { click_id: foreign },
      { click_id: foreign, customer_key: 'theirs' },
    ]) {
      expect(await story.lead(body), JSON.stringify(body)).toMatchObject({
        status: 400,
        body: { error: notFound },
      });
    }
    expect(await browserLead({ customer_key: 'nobody' })).toMatchObject({
      status: 400,
      body: { error: notFound },
    });
    expect(await browserLead({ customer_key: 'nobody', program_id: story.programId })).toMatchObject({
      status: 400,
      body: { error: notFound },
    });
    expect(await list('leads')).toEqual([]);
  });

  it('400 Customer does not belong to this program: a server lead with a click of another program', async () => {
    const sister = await tellStory(server);
    await sister.addPartner(`sister-${n}`);
    expect(
      await story.lead({ click_id: await sister.click(`sister-${n}`), customer_key: 'k' }),
    ).toMatchObject({
      status: 400,
      body: { error: 'Customer does not belong to this program' },
    });
  });

  it('403 Origin not allowed: browsers only, and after the look-up', async () => {
    const picky = await tellStory(server, { settings: { allowed_origins: ['https://shop.example'] } });
    await picky.addPartner(`picky-${n}`);
    const clickId = await picky.click(`picky-${n}`);
    const evil = 'https://evil.example';
    expect(await browserLead({ click_id: clickId, customer_key: 'k' }, evil)).toMatchObject({
      status: 403,
      body: { error: 'Origin not allowed' },
      headers: { 'access-control-allow-origin': evil, vary: 'Origin' },
    });
    expect(
      (await browserLead({ click_id: 'clk_nonsense', program_id: picky.programId }, evil)).body.error,
    ).toBe(notFound);
    expect((await browserLead({ click_id: clickId, customer_key: 'a' })).body).toEqual(tracked);
    expect(
      (await browserLead({ click_id: clickId, customer_key: 'b' }, 'https://shop.example')).body,
    ).toEqual(tracked);
    const withToken = await server.call(
      'POST',
      path,
      { click_id: clickId, customer_key: 'c' },
      { token: picky.token, headers: { origin: evil } },
    );
    expect(withToken.body).toEqual(tracked);
  });

  it('400 Customer status cannot be updated to lead, once there was a payment', async () => {
    const error = 'Customer status cannot be updated to lead. Current status: conversion';
    const clickId = await story.click(code);
    await sell({ click_id: clickId, customer_key: 'paid' });
    for (const body of [
      { customer_key: 'paid' },
      { click_id: clickId, customer_key: 'paid' },
      { click_id: clickId },
    ]) {
      expect(await story.lead(body), JSON.stringify(body)).toMatchObject({ status: 400, body: { error } });
    }
    expect(await list('leads')).toEqual([]);
    expect((await story.lead({ click_id: clickId, customer_key: 'somebody else' })).body).toEqual(tracked);
  });

  it('descriptive fields are lenient: a wrong type is absent, too long is cut, a bad email is dropped', async () => {
    const reply = await story.lead({
      click_id: await story.click(code),
      customer_key: 'lenient',
      email: 'not an address',
      click_ids: 'clk_x',
      program_id: {},
      visitor_id: 5,
      session_id: ['s'],
      page_url: 'x'.repeat(5000),
      event_name: 'e'.repeat(300),
    });
    expect(reply.body).toEqual(tracked);
    const [lead] = await rows('select * from leads where customer_key = $1', ['lenient']);
    expect(lead).toMatchObject({ email_hash: null, web_visitor: null, click_ids: [] });
    expect(lead?.page_url).toHaveLength(4096);
    expect(lead?.event_name).toHaveLength(255);
  });
});

describe(`POST ${path}, 200`, () => {
  it('only the click is known: the key is bound, and payments resolve by the key alone', async () => {
    const clickId = await story.click(code);
    expect(
      await browserLead({ click_id: clickId, customer_key: 42, email: ' Jo@Example.COM ' }),
    ).toMatchObject({
      status: 200,
      body: tracked,
    });
    expect(await customers()).toEqual([
      expect.objectContaining({
        customer_key: '42',
        status: 'lead',
        email_masked: 'j***@example.com',
        browsers: 1,
      }),
    ]);
    expect(await list('leads')).toEqual([
      expect.objectContaining({
        customer_key: '42',
        email_masked: 'j***@example.com',
        partner_id: partnerId,
      }),
    ]);
    const kept = await rows('select c::text as customer, l::text as lead from customers c, leads l');
    expect(JSON.stringify(kept)).not.toMatch(/jo@/i);
    const sale = await sell({ customer_key: '42' });
    expect(sale.body.commission_id).toEqual(expect.any(Number));
  });

  it('the click alone is a lead too; the key may come later', async () => {
    const clickId = await story.click(code);
    expect((await browserLead({ click_id: clickId })).body).toEqual(tracked);
    expect((await story.lead({ click_id: clickId, customer_key: 'later' })).body).toEqual(tracked);
    expect(await customers()).toEqual([expect.objectContaining({ customer_key: 'later', status: 'lead' })]);
    expect(await list('leads')).toHaveLength(1);
  });

  it('the key is known: the click becomes one more touch of that customer', async () => {
    const other = await story.addPartner(`bert-${n}`);
    await story.lead({ click_id: await story.click(code), customer_key: 'k' });
    server.clock.advance(1000);
    const second = await story.click(`bert-${n}`);
    expect((await story.lead({ click_id: second, customer_key: 'k' })).body).toEqual(tracked);
    expect(await customers()).toEqual([expect.objectContaining({ customer_key: 'k', browsers: 2 })]);
    expect(await list('leads')).toHaveLength(1);
    expect(await partnerOf((await sell({ customer_key: 'k' })).body.sale_id)).toBe(other.id);
  });

  it('a repeated lead adds only what is newly learned, and replaces nothing', async () => {
    const clickId = await story.click(code);
    await story.lead({ click_id: clickId, customer_key: 'k' });
    await story.lead({ customer_key: 'k', email: 'first@example.com' });
    await story.lead({ customer_key: 'k', email: 'second@example.com' });
    await Promise.all(Array.from({ length: 20 }, () => story.lead({ click_id: clickId, customer_key: 'k' })));
    expect(await customers()).toEqual([
      expect.objectContaining({ customer_key: 'k', email_masked: 'f***@example.com', browsers: 1 }),
    ]);
    expect(await list('leads')).toHaveLength(1);
  });

  it('two people, one browser: a second customer shares the click', async () => {
    const clickId = await story.click(code);
    await story.lead({ click_id: clickId, customer_key: 'ann' });
    await story.lead({ click_id: clickId, customer_key: 'ben' });
    await story.lead({ click_id: clickId, customer_key: 'ann' });
    expect(await customers()).toEqual([
      expect.objectContaining({ customer_key: 'ann', browsers: 1 }),
      expect.objectContaining({ customer_key: 'ben', browsers: 1 }),
    ]);
    for (const customerKey of ['ann', 'ben']) {
      const sale = await sell({ customer_key: customerKey });
      expect(sale.body.commission_id).toEqual(expect.any(Number));
    }
    await expectBalancedBooks(server);
  });

  it('32 people sign up in one browser at once: each is one customer', async () => {
    const clickId = await story.click(code);
    const keys = Array.from({ length: 32 }, (_, index) => `person-${index}`);
    const replies = await Promise.all(
      [...keys, ...keys].map((customerKey) => story.lead({ click_id: clickId, customer_key: customerKey })),
    );
    expect(replies.every(({ status }) => status === 200)).toBe(true);
    expect((await customers()).map((customer) => customer.customer_key).sort()).toEqual(keys.sort());
    expect(await list('leads')).toHaveLength(32);
  });

  it('click_ids are further touches: the last 20 of them, unknown ids ignored', async () => {
    const other = await story.addPartner(`cleo-${n}`);
    const foreign = await tellStory(server);
    await foreign.addPartner(`foreign-${n}`);
    const oldest = await story.click(code);
    const clicks: string[] = [];
    for (let made = 0; made < 18; made += 1) clicks.push(await story.click(code));
    server.clock.advance(1000);
    const newest = await story.click(`cleo-${n}`);
    const told = [oldest, 'clk_nonsense', 7, ...clicks, await foreign.click(`foreign-${n}`), newest];
    expect((await browserLead({ click_id: clicks[0], customer_key: 'k', click_ids: told })).body).toEqual(
      tracked,
    );
    expect(await customers()).toEqual([expect.objectContaining({ browsers: 19 })]);
    const { data } = (await story.explain((await sell({ customer_key: 'k' })).body.sale_id)).body;
    expect(data.commission.partner_id).toBe(other.id);
    const candidates = data.attribution.candidates.map((one: { click_id: string }) => one.click_id);
    expect(candidates).toHaveLength(19);
    expect(candidates).not.toContain(oldest);
  });

  it('a browser without a click names the program, by number or text', async () => {
    await story.lead({ click_id: await story.click(code), customer_key: 'k' });
    for (const programId of [story.programId, String(story.programId)]) {
      expect((await browserLead({ customer_key: 'k', program_id: programId })).body).toEqual(tracked);
    }
    expect((await browserLead({ customer_key: 'k' })).body).toEqual({ error: notFound });
  });

  it('the token says the program, whatever the body says', async () => {
    const sister = await tellStory(server);
    await story.lead({ click_id: await story.click(code), customer_key: 'k' });
    expect((await story.lead({ customer_key: 'k', program_id: sister.programId })).body).toEqual(tracked);
    expect((await sister.lead({ customer_key: 'k', program_id: story.programId })).body.error).toBe(notFound);
  });

  it('one customer_key in two programs is two customers', async () => {
    const sister = await tellStory(server);
    await sister.addPartner(`sis-${n}`);
    await story.lead({ click_id: await story.click(code), customer_key: 'same' });
    await sister.lead({ click_id: await sister.click(`sis-${n}`), customer_key: 'same' });
    expect(await customers()).toHaveLength(1);
    expect(await customers(sister)).toHaveLength(1);
  });

  it('the tracker’s visitor joins sign-up and visit: a click of that visitor counts', async () => {
    const visitor = `visitor-${n}`;
    const seen = await story.click(code, { visitor_id: visitor, session_id: 's' });
    const other = await story.click(code);
    await story.lead({ click_id: other, customer_key: 'k', visitor_id: visitor });
    const { data } = (await story.explain((await sell({ customer_key: 'k' })).body.sale_id)).body;
    expect(data.attribution.candidates.map((one: { click_id: string }) => one.click_id).sort()).toEqual(
      [seen, other].sort(),
    );
  });
});

describe(`POST ${path} under server_required`, () => {
  let strict: Story;
  let strictCode: string;
  let id: number;

  beforeEach(async () => {
    strict = await tellStory(server, { settings: { lead_auth: 'server_required' } });
    strictCode = `strict-${n}`;
    id = (await strict.addPartner(strictCode)).id;
  });

  it('200 provisional: a browser’s lead changes nothing', async () => {
    const clickId = await strict.click(strictCode);
    expect(await browserLead({ click_id: clickId, customer_key: 'k', email: 'k@example.com' })).toMatchObject(
      {
        status: 200,
        body: provisional,
      },
    );
    expect(await customers(strict)).toEqual([]);
    expect(await list('leads', strict)).toEqual([expect.objectContaining({ status: 'provisional' })]);
    expect(await leadEvents(strict)).toBe(0);
  });

  it('200 provisional even for a customer who paid, and once for a repeated call', async () => {
    const clickId = await strict.click(strictCode);
    await sell({ click_id: clickId, customer_key: 'k' }, strict);
    for (let sent = 0; sent < 3; sent += 1) {
      expect((await browserLead({ click_id: clickId, customer_key: 'k' })).body).toEqual(provisional);
    }
    expect(await list('leads', strict)).toHaveLength(1);
  });

  it('a server lead is settled at once and settles what the browser said', async () => {
    const clickId = await strict.click(strictCode);
    await browserLead({ click_id: clickId, customer_key: 'k', email: 'k@example.com' });
    expect((await strict.lead({ customer_key: 'k' })).body).toEqual(tracked);
    expect(await leadEvents(strict)).toBe(1);
    expect(await customers(strict)).toEqual([
      expect.objectContaining({
        customer_key: 'k',
        status: 'lead',
        email_masked: 'k***@example.com',
        browsers: 1,
      }),
    ]);
    expect(await list('leads', strict)).toEqual([
      expect.objectContaining({ status: 'settled', partner_id: id }),
    ]);
    const sale = await sell({ customer_key: 'k' }, strict);
    expect(sale.body.commission_id).toEqual(expect.any(Number));
  });

  it('the first payment settles it too, by the key alone', async () => {
    const clickId = await strict.click(strictCode);
    await browserLead({ click_id: clickId, customer_key: 'k', email: 'k@example.com' });
    const sale = await sell({ customer_key: 'k' }, strict);
    expect(sale.body.commission_id).toEqual(expect.any(Number));
    expect(await customers(strict)).toEqual([
      expect.objectContaining({ customer_key: 'k', status: 'conversion', email_masked: 'k***@example.com' }),
    ]);
    expect(await list('leads', strict)).toEqual([
      expect.objectContaining({ status: 'settled', partner_id: id }),
    ]);
    expect(await leadEvents(strict)).toBe(1);
  });

  it('an unsettled lead of somebody else’s key gives that browser nothing', async () => {
    const mine = await strict.click(strictCode);
    await strict.lead({ click_id: mine, customer_key: 'victim' });
    await sell({ customer_key: 'victim' }, strict);
    const thief = await strict.addPartner(`thief-${n}`);
    server.clock.advance(1000);
    await browserLead({ click_id: await strict.click(`thief-${n}`), customer_key: 'victim' });
    const renewal = await sell({ customer_key: 'victim' }, strict);
    const { data } = (await strict.explain(renewal.body.sale_id)).body;
    expect(data.commission.partner_id).not.toBe(thief.id);
    expect(data.attribution.candidates).toHaveLength(1);
  });

  it('cpl: earned when the lead is settled, by a server lead or by the first payment, once', async () => {
    const paid = await tellStory(server, {
      commission: { type: 'cpl', fixed_cents: 300 },
      settings: { lead_auth: 'server_required' },
    });
    const { id } = await paid.addPartner(`lena-${n}`);
    const earned = { partner_id: id, type: 'cpl', amount_cents: 300 };
    const [first, second] = [await paid.click(`lena-${n}`), await paid.click(`lena-${n}`)];
    await browserLead({ click_id: first, customer_key: 'by server' });
    await browserLead({ click_id: second, customer_key: 'by payment' });
    expect(await list('commissions', paid)).toEqual([]);
    await paid.lead({ customer_key: 'by server' });
    expect(await list('commissions', paid)).toEqual([expect.objectContaining(earned)]);
    await sell({ customer_key: 'by payment' }, paid);
    expect(await list('commissions', paid)).toEqual([
      expect.objectContaining(earned),
      expect.objectContaining(earned),
    ]);
    await sell({ customer_key: 'by payment' }, paid);
    expect(await list('commissions', paid)).toHaveLength(2);
    await expectBalancedBooks(server);
  });
});

describe(`POST ${path} in a cpl program`, () => {
  it('earns once per customer, and a sale finds no sale policy', async () => {
    const paid = await tellStory(server, { commission: { type: 'cpl', fixed_cents: 300 } });
    const { id } = await paid.addPartner(`lara-${n}`);
    const clickId = await paid.click(`lara-${n}`);
    await Promise.all(Array.from({ length: 16 }, () => paid.lead({ click_id: clickId, customer_key: 'k' })));
    expect(await list('commissions', paid)).toEqual([
      expect.objectContaining({ partner_id: id, type: 'cpl', amount_cents: 300, payment_id: null }),
    ]);
    await paid.lead({ click_id: clickId, customer_key: 'second person' });
    expect(await list('commissions', paid)).toHaveLength(2);
    const sale = await sell({ customer_key: 'k' }, paid);
    expect(sale.body).toMatchObject({ commission_id: null, attributed: true, reason: 'no_sale_policy' });
    await expectBalancedBooks(server);
  });

  it('earns nothing for the partner itself, for tests, or for a click outside the window', async () => {
    const paid = await tellStory(server, { commission: { type: 'cpl', fixed_cents: 300 } });
    await paid.addPartner(`lisa-${n}`, { email: 'lisa@example.com' });
    const clickId = await paid.click(`lisa-${n}`);
    await paid.lead({ click_id: clickId, customer_key: 'own', email: 'Lisa@example.com' });
    await paid.lead({ click_id: clickId, customer_key: 'test', additional_data: { test_mode: true } });
    server.clock.advance(61 * 86_400_000);
    await paid.lead({ click_id: clickId, customer_key: 'late' });
    expect(await list('commissions', paid)).toEqual([]);
  });
});

describe(`POST ${path} in test mode`, () => {
  const test = { additional_data: { test_mode: true } };

  it('200: with the token its program, without it the one of additional_data, else null', async () => {
    const answer = (programId: number | null) => ({
      success: true,
      message: 'Test lead event tracked successfully',
      data: { eventId: expect.any(Number), programId, test_mode: true },
    });
    expect((await story.lead(test)).body).toEqual(answer(story.programId));
    const named = { additional_data: { test_mode: true, program_id: String(story.programId) } };
    expect((await browserLead(named)).body).toEqual(answer(story.programId));
    expect((await browserLead(test)).body).toEqual(answer(null));
  });

  it('200: changes no customer, lead or count', async () => {
    const clickId = await story.click(code);
    await story.lead({ ...test, click_id: clickId, customer_key: 'k', email: 'k@example.com' });
    expect(await customers()).toEqual([]);
    expect(await list('leads')).toEqual([]);
    expect(await list('leads', story, '?is_test=true')).toHaveLength(1);
    expect((await sell({ customer_key: 'k' })).status).toBe(400);
  });
});
