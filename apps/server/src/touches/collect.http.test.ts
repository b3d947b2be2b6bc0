import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';

const path = '/api/v1/collect';
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const page = { type: 'pageview', url: 'https://shop.example/' };

let server: TestServer;
let story: Story;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  story = await tellStory(server);
});

const rows = (sql: string, values: unknown[] = []) =>
  server.database.postgres.query<Record<string, unknown>>(sql, values);
const ids = { visitor_id: 'v', session_id: 's' };
const collect = (
  events: unknown,
  more: Record<string, unknown> = ids,
  headers: Record<string, string> = {},
) => server.call('POST', path, { website_id: story.websiteId, ...more, events }, { headers });
const visits = () =>
  rows(
    'select visitor_id, session_id, started_at, context from visits where website_id = $1 order by started_at',
    [story.websiteId],
  );
/** The events of the story's website, as ClickHouse has them. */
async function events(): Promise<Record<string, unknown>[]> {
  await server.server.shipper.catchUp(20_000);
  return server.server.clickhouse.rows(
    `select type, name, url, path, visitor_id, session_id, properties from events
     where website_id = {website:String} and type <> 'visit' order by occurred_at, type, name`,
    { website: story.websiteId },
  );
}

describe(`POST ${path}, refusals in their order`, () => {
  it.each([undefined, null, '', '  ', 5, {}])('400 website_id is required: %j', async (websiteId) => {
    expect(await server.post(path, { website_id: websiteId })).toMatchObject({
      status: 400,
      body: { error: 'website_id is required' },
    });
  });

  it.each(['unknown', 'x'.repeat(300), 'a\u0000b'])('404 Website not found (%#)', async (websiteId) => {
    expect(await server.post(path, { website_id: websiteId, visitor_id: 'v', events: 5 })).toMatchObject({
      status: 404,
      body: { error: 'Website not found' },
    });
  });

  it('403 Origin not allowed, before ids and events are looked at', async () => {
    await server.call(
      'PATCH',
      `/api/v1/websites/${story.websiteId}`,
      { allowed_origins: ['https://shop.example'] },
      { token: server.key },
    );
    expect(await collect(5, { visitor_id: 'v' }, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      body: { error: 'Origin not allowed' },
      headers: { 'access-control-allow-origin': 'https://evil.example', vary: 'Origin' },
    });
    const good = await collect([page], ids, { origin: 'https://shop.example', 'user-agent': chrome });
    expect(good).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect((await collect([page])).status).toBe(202);
  });

  it.each([{ visitor_id: 'v' }, { session_id: 's' }, { visitor_id: 'v', session_id: null }])(
    '400 visitor_id and session_id must be sent together: %j',
    async (half) => {
      expect(await collect(5, half)).toMatchObject({
        status: 400,
        body: { error: 'visitor_id and session_id must be sent together' },
      });
    },
  );

  it.each([undefined, null, 5, 'pageview', {}, [], Array.from({ length: 101 }, () => page)])(
    '400 events must be an array of 1 to 100 items (%#)',
    async (value) => {
      expect(await collect(value)).toMatchObject({
        status: 400,
        body: { error: 'events must be an array of 1 to 100 items' },
      });
    },
  );
});

describe(`POST ${path}, 202`, () => {
  it('100 events, all on disk when it is answered', async () => {
    const reply = await collect(Array.from({ length: 100 }, () => page));
    expect(reply).toMatchObject({ status: 202, body: { accepted: 100, rejected: [] } });
    expect(reply.body).toEqual({ accepted: 100, rejected: [] });
    expect(await events()).toHaveLength(100);
  });

  it('as the contract’s example: the good is taken, the bad named by its index', async () => {
    const reply = await collect([page, { type: 'event' }, { type: 'event', name: 'signup' }]);
    expect(reply.body).toEqual({ accepted: 2, rejected: [{ index: 1, reason: 'name_required' }] });
  });

  it.each([
    ['invalid_event', null],
    ['invalid_event', 5],
    ['invalid_event', []],
    ['unknown_type', {}],
    ['unknown_type', { type: 'click' }],
    ['unknown_type', { type: 5 }],
    ['name_required', { type: 'event', name: '' }],
    ['name_required', { type: 'event', name: ' ' }],
    ['name_required', { type: 'event', name: 7 }],
    ['name_required', { type: 'event', name: 'n'.repeat(101) }],
    ['url_required', { type: 'pageview' }],
    ['url_required', { type: 'pageview', url: '' }],
    ['url_required', { type: 'pageview', url: 5 }],
    ['url_required', { type: 'pageview', url: null }],
    ['invalid_url', { type: 'pageview', url: '/pricing' }],
    ['invalid_url', { type: 'pageview', url: 'ftp://shop.example/' }],
    ['invalid_url', { type: 'pageview', url: `https://shop.example/${'x'.repeat(4096)}` }],
    ['invalid_url', { type: 'event', name: 'n', url: 'nonsense' }],
    ['identity_required', { type: 'identify' }],
    ['identity_required', { type: 'identify', customer_key: ' ', email: '' }],
    ['identity_required', { type: 'identify', customer_key: {}, email: 5 }],
    ['identity_required', { type: 'identify', email: 'no address' }],
    ['invalid_properties', { ...page, properties: [] }],
    ['invalid_properties', { ...page, properties: 'a' }],
    ['invalid_properties', { ...page, properties: { a: {} } }],
    ['invalid_properties', { ...page, properties: { a: null } }],
    ['invalid_properties', { ...page, properties: { a: 'x'.repeat(8 * 1024) } }],
    ['invalid_occurred_at', { ...page, occurred_at: 'yesterday' }],
    ['invalid_occurred_at', { ...page, occurred_at: 5 }],
    ['invalid_occurred_at', { ...page, occurred_at: '2026-02-30T00:00:00Z' }],
    ['invalid_occurred_at', { ...page, occurred_at: '2026-02-03T00:00:00' }],
  ])('%s (%#)', async (reason, event) => {
    expect((await collect([event])).body).toMatchObject({ accepted: 0, rejected: [{ index: 0, reason }] });
    expect(await visits()).toEqual([]);
  });

  it('bot: every event, by the header of a browser; a backend’s library is none', async () => {
    const batch = [page, { type: 'event' }, page];
    const crawler = {
      'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    };
    expect((await collect(batch, ids, crawler)).body).toEqual({
      accepted: 0,
      rejected: [0, 1, 2].map((index) => ({ index, reason: 'bot' })),
    });
    const origin = { origin: 'https://shop.example' };
    expect((await collect([page], ids, { ...origin, 'user-agent': 'node' })).body.accepted).toBe(0);
    expect((await collect([page], ids, { 'user-agent': 'node' })).body.accepted).toBe(1);
  });

  it('occurred_at: from 24 hours back to 5 minutes ahead, ends included', async () => {
    const at = (ms: number) => new Date(server.clock.now().getTime() + ms).toISOString();
    const day = 86_400_000;
    const told = [-day - 1, -day, 0, 300_000, 300_001].map((ms) => ({ ...page, occurred_at: at(ms) }));
    expect((await collect(told)).body).toEqual({
      accepted: 3,
      rejected: [
        { index: 0, reason: 'invalid_occurred_at' },
        { index: 4, reason: 'invalid_occurred_at' },
      ],
    });
    const offset = at(-3_600_000).replace('Z', '+00:00');
    expect((await collect([{ ...page, occurred_at: offset }])).body.accepted).toBe(1);
  });

  it('text/plain from a beacon is JSON', async () => {
    const response = await server.server.app.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      payload: JSON.stringify({ website_id: story.websiteId, ...ids, events: [page] }),
    });
    expect([response.statusCode, response.json()]).toEqual([202, { accepted: 1, rejected: [] }]);
  });

  it('keeps what is said: names, pages, properties; descriptive fields are lenient', async () => {
    const reply = await collect([
      {
        ...page,
        url: 'https://shop.example/pricing?x=1#top',
        title: 5,
        referrer: {},
        screen: 'x'.repeat(300),
      },
      {
        type: 'event',
        name: 'plan_chosen',
        properties: { plan: 'pro', seats: 3, yearly: true },
        title: null,
      },
    ]);
    expect(reply.body).toEqual({ accepted: 2, rejected: [] });
    expect(await events()).toEqual([
      expect.objectContaining({ type: 'custom', name: 'plan_chosen' }),
      expect.objectContaining({ type: 'pageview', path: '/pricing', visitor_id: 'v', session_id: 's' }),
    ]);
    const [custom] = await events();
    expect(JSON.parse(String(custom?.properties))).toEqual({ plan: 'pro', seats: 3, yearly: true });
  });

  it('the first event of a session fixes the visit’s context', async () => {
    const landing = 'https://shop.example/start?utm_source=news&utm_medium=email&utm_campaign=may';
    const first = { type: 'pageview', url: landing, referrer: 'https://mail.example/inbox', language: 'fr' };
    await collect([first], ids, { 'user-agent': chrome });
    await collect([{ ...page, url: 'https://shop.example/?utm_source=other' }]);
    await collect([{ ...page, url: 'https://shop.example/again' }], { visitor_id: 'v', session_id: 's2' });
    expect(await visits()).toEqual([
      expect.objectContaining({
        session_id: 's',
        context: expect.objectContaining({
          source: 'news',
          medium: 'email',
          campaign: 'may',
          channel: 'email',
          referrer_host: 'mail.example',
          browser: 'Chrome',
          os: 'Windows',
          device: 'desktop',
          language: 'fr',
        }),
      }),
      expect.objectContaining({ session_id: 's2' }),
    ]);
  });

  it('32 batches of a new session at once open one visit', async () => {
    const replies = await Promise.all(Array.from({ length: 32 }, () => collect([page])));
    expect(replies.every(({ status }) => status === 202)).toBe(true);
    expect(await visits()).toHaveLength(1);
    expect(await events()).toHaveLength(32);
  });
});

describe(`POST ${path} without ids: cookieless`, () => {
  const from = (address: string, userAgent = chrome) => ({
    'x-forwarded-for': address,
    'user-agent': userAgent,
  });

  it('202 with both ids: the same for a day and address and browser, another for any other', async () => {
    server.clock.set('2026-05-05T10:00:00Z');
    const name = async (headers: Record<string, string>) => (await collect([page], {}, headers)).body;
    const first = await name(from('203.0.113.5'));
    expect(first).toEqual({
      accepted: 1,
      rejected: [],
      visitor_id: expect.stringMatching(/^[\w-]{16,}$/),
      session_id: expect.stringMatching(/^[\w-]{16,}$/),
    });
    expect(await name(from('203.0.113.5'))).toEqual(first);
    expect((await name(from('203.0.113.6'))).visitor_id).not.toBe(first.visitor_id);
    expect((await name(from('203.0.113.5', `${chrome} Edg/126`))).visitor_id).not.toBe(first.visitor_id);
    const elsewhere = await tellStory(server);
    const other = await server.call(
      'POST',
      path,
      { website_id: elsewhere.websiteId, events: [page] },
      { headers: from('203.0.113.5') },
    );
    expect(other.body.visitor_id).not.toBe(first.visitor_id);
  });

  it('a session ends after 30 idle minutes; the next day nobody knows the visitor', async () => {
    server.clock.set('2026-05-06T10:00:00Z');
    const name = async () => (await collect([page], { visitor_id: null }, from('203.0.113.5'))).body;
    const first = await name();
    for (let busy = 0; busy < 4; busy += 1) {
      server.clock.advance(29 * 60_000);
      expect((await name()).session_id).toBe(first.session_id);
    }
    server.clock.advance(30 * 60_000);
    const later = await name();
    expect(later.visitor_id).toBe(first.visitor_id);
    expect(later.session_id).not.toBe(first.session_id);
    server.clock.set('2026-05-07T00:00:01Z');
    expect((await name()).visitor_id).not.toBe(first.visitor_id);
    expect(await rows("select day::text from daily_salts where day < '2026-05-07'")).toEqual([]);
  });
});

describe(`POST ${path}: identify`, () => {
  const identify = (who: Record<string, unknown>, visitor = 'v') =>
    collect([{ type: 'identify', ...who }], { visitor_id: visitor, session_id: 's' });
  let n = 0;
  const sell = (told: Story, customerKey: string) => {
    n += 1;
    return told.sale({ transaction_id: `t${n}`, amount_cents: 1000, customer_key: customerKey });
  };

  it('open: the visitor’s clicks become the customer’s, as by a browser’s lead', async () => {
    await story.addPartner('ida');
    await story.click('ida', { visitor_id: 'ida-visitor' });
    expect((await sell(story, 'ida-key')).status).toBe(400);
    expect((await identify({ customer_key: 'ida-key' }, 'ida-visitor')).body.accepted).toBe(1);
    expect((await sell(story, 'ida-key')).body.commission_id).toEqual(expect.any(Number));
  });

  it('open: integer keys, and many at once are one customer', async () => {
    await Promise.all(
      Array.from({ length: 16 }, () => identify({ customer_key: 77, email: 'a@example.com' })),
    );
    expect(
      await rows('select customer_key, email_masked, status from customers where program_id = $1', [
        story.programId,
      ]),
    ).toEqual([{ customer_key: '77', email_masked: 'a***@example.com', status: 'click' }]);
  });

  it('server_required: binds nothing that earns money', async () => {
    story = await tellStory(server, { settings: { lead_auth: 'server_required' } });
    await story.addPartner('rob');
    await story.click('rob', { visitor_id: 'rob-visitor' });
    await identify({ customer_key: 'rob-key', email: 'rob@example.com' }, 'rob-visitor');
    expect(await rows('select * from customers where program_id = $1', [story.programId])).toEqual([]);
    expect((await sell(story, 'rob-key')).status).toBe(400);
    expect(
      await rows('select customer_key, email_masked from visitor_identities where website_id = $1', [
        story.websiteId,
      ]),
    ).toEqual([{ customer_key: 'rob-key', email_masked: 'r***@example.com' }]);
  });

  it('server_required: cannot turn a known customer towards another partner', async () => {
    story = await tellStory(server, { settings: { lead_auth: 'server_required' } });
    const { id } = await story.addPartner('sue');
    await story.addPartner('thief');
    await story.lead({ click_id: await story.click('sue'), customer_key: 'sue-key' });
    server.clock.advance(1000);
    await story.click('thief', { visitor_id: 'thief-visitor' });
    await identify({ customer_key: 'sue-key' }, 'thief-visitor');
    const sale = await sell(story, 'sue-key');
    const { data } = (await story.explain(sale.body.sale_id)).body;
    expect(data.commission.partner_id).toBe(id);
  });
});
