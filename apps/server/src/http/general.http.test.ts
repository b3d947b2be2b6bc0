import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type DatabaseProxy, openDatabaseProxy } from '../../test/database-proxy.ts';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';

const click = '/api/v1/track/click';
const lead = '/api/v1/track/lead';
const sale = '/api/v1/track/sale';
const refund = '/api/v1/track/refund';
const collect = '/api/v1/collect';
const attribute = '/api/v1/attribute-payment';

let server: TestServer;
let story: Story;

beforeAll(async () => {
  server = await openTestServer();
  story = await tellStory(server);
  await story.addPartner('anna');
});
afterAll(() => server.close());

interface Raw {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'PATCH';
  url?: string;
  payload?: string | Buffer;
  headers?: Record<string, string>;
}

/** A request as it is on the wire: no content type unless one is named. */
async function send({ method = 'POST', url = click, payload, headers = {} }: Raw, to = server) {
  const response = await to.server.app.inject({
    method,
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    body: response.body === '' ? undefined : response.json(),
    headers: response.headers,
  };
}

const json = { 'content-type': 'application/json' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('every route', () => {
  it('400 by the route’s own list: an empty body is {} whatever the content type', async () => {
    for (const type of [
      'application/json',
      'text/plain',
      'text/xml',
      'application/x-www-form-urlencoded',
      undefined,
    ]) {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      expect(await send({ headers }), String(type)).toMatchObject({
        status: 400,
        body: { error: 'affiliate_url is required' },
      });
      expect(await send({ headers, payload: '' }), String(type)).toMatchObject({
        status: 400,
        body: { error: 'affiliate_url is required' },
      });
    }
  });

  it('200: GET with an empty body of any type', async () => {
    for (const type of ['application/json', 'text/xml']) {
      const reply = await send({
        method: 'GET',
        url: '/api/v1/programs',
        headers: { ...bearer(server.key), 'content-type': type },
      });
      expect(reply.status, type).toBe(200);
    }
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset=UTF-8',
    'application/vnd.api+json',
  ])('200: JSON as %s', async (type) => {
    const payload = JSON.stringify({ affiliate_url: 'https://shop.example/?aff=anna' });
    const reply = await send({ payload, headers: { 'content-type': type } });
    expect(reply).toMatchObject({ status: 200, body: { success: true } });
    expect(reply.type).toMatch(/^application\/json/);
  });

  it('200: JSON that names no type at all', async () => {
    const payload = JSON.stringify({ affiliate_url: 'https://shop.example/?aff=anna' });
    expect(await send({ payload })).toMatchObject({ status: 200, body: { success: true } });
  });

  it.each([click, lead, sale, refund, collect, attribute])(
    '415, 413, 400, 400 with JSON errors: %s',
    async (url) => {
      const token = url === attribute ? story.websiteToken : story.token;
      const headers = url === click || url === collect ? {} : bearer(token);
      const both = (text: string) => (url === attribute ? { error: text, message: text } : { error: text });
      const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
      const large = `{"a":"${'x'.repeat(256 * 1024)}"}`;
      const cases = [
        [415, 'Unsupported content type', await send({ url, payload: 'a=b', headers: form })],
        [413, 'Payload too large', await send({ url, payload: large, headers: { ...headers, ...json } })],
        [400, 'Malformed JSON', await send({ url, payload: '{"a":', headers: { ...headers, ...json } })],
        [400, 'Malformed JSON', await send({ url, payload: ' ', headers: { ...headers, ...json } })],
        ...(await Promise.all(
          ['[]', '[{}]', 'null', '5', '"text"', 'true'].map(
            async (payload) =>
              [
                400,
                'Request body must be a JSON object',
                await send({ url, payload, headers: { ...headers, ...json } }),
              ] as const,
          ),
        )),
      ] as const;
      for (const [status, text, reply] of cases) {
        expect(reply).toMatchObject({ status, type: expect.stringMatching(/^application\/json/) });
        expect(reply.body).toEqual(both(text));
        expect(reply.headers['x-request-id']).toMatch(/^req_/);
      }
    },
  );

  it('text/plain is JSON on /collect only', async () => {
    const payload = JSON.stringify({
      website_id: story.websiteId,
      visitor_id: 'v',
      session_id: 's',
      events: [{ type: 'pageview', url: 'https://shop.example/' }],
    });
    const headers = { 'content-type': 'text/plain;charset=UTF-8' };
    expect(await send({ url: collect, payload, headers })).toMatchObject({
      status: 202,
      body: { accepted: 1 },
    });
    expect((await send({ url: click, payload, headers })).status).toBe(415);
    expect((await send({ url: collect, payload: '{', headers })).body).toEqual({ error: 'Malformed JSON' });
  });

  it('a body of exactly 256 KB is taken', async () => {
    const body = (pad: number) => JSON.stringify({ a: 'x'.repeat(pad) });
    const payload = body(256 * 1024 - body(0).length);
    expect(payload).toHaveLength(256 * 1024);
    expect((await send({ payload, headers: json })).body).toEqual({ error: 'affiliate_url is required' });
    expect((await send({ payload: `${payload} `, headers: json })).status).toBe(413);
  });

  it('null in an optional field means absent, unlisted fields are ignored', async () => {
    const clickId = await story.click('anna');
    const optional = [
      'currency',
      'customer_key',
      'sale_type',
      'is_recurring',
      'subscription_id',
      'subscription_interval',
      'product_id',
      'line_items',
      'customer_email',
      'occurred_at',
      'tax_cents',
      'shipping_cents',
      'event_name',
      'additional_data',
    ];
    const nulls = Object.fromEntries(optional.map((field) => [field, null]));
    const reply = await story.sale({
      ...nulls,
      transaction_id: 'nulls',
      amount_cents: 100,
      click_id: clickId,
      partner_id: 1,
      commission_cents: 99,
    });
    expect(reply).toMatchObject({ status: 200, body: { commission_id: expect.any(Number) } });
    const required = await story.sale({ transaction_id: null, amount_cents: 1 });
    expect(required.body.error).toBe('transaction_id is required and must be a string');
    const refunded = await story.refund({
      transaction_id: 'nulls',
      refund_amount_cents: null,
      refund_id: null,
    });
    expect(refunded.body.status).toBe('reversed');
  });

  it('repeated slashes collapse', async () => {
    for (const url of [`/${click}`, '//api///v1/track//click']) {
      expect((await send({ url })).body).toEqual({ error: 'affiliate_url is required' });
    }
  });

  it.each([
    ['GET', click],
    ['PUT', sale],
    ['DELETE', collect],
    ['PATCH', refund],
    ['GET', attribute],
    ['GET', '/api/v1/nothing'],
    ['POST', '/api/v1/payments/1/explain'],
    ['POST', '/'],
    ['GET', '/%zz'],
    ['POST', '/api/v1/track/click%'],
  ] as const)('404 Not found: %s %s, whoever asks with whatever', async (method, url) => {
    const senders: Record<string, string>[] = [{}, bearer('wrong'), { 'content-type': 'text/xml' }];
    for (const headers of senders) {
      const reply = await send({ method, url, headers });
      expect(reply).toMatchObject({ status: 404, body: { error: 'Not found' } });
      expect(Object.keys(reply.body)).toEqual(['error']);
      expect(reply.headers['x-request-id']).toMatch(/^req_/);
    }
    const large = await send({ method, url, payload: 'x'.repeat(300_000), headers: json });
    expect(large).toMatchObject({ status: 404, body: { error: 'Not found' } });
  });

  it('x-request-id is the server’s, a new one each time', async () => {
    const headers = { 'x-request-id': 'mine', 'request-id': 'mine' };
    const ids = [];
    for (const url of [click, '/nothing', click])
      ids.push((await send({ url, headers })).headers['x-request-id']);
    expect(new Set([...ids, 'mine']).size).toBe(4);
  });
});

describe('401', () => {
  const missing = 'Missing or malformed Authorization header';

  it.each([sale, refund])('in two texts: %s', async (url) => {
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer    ',
      'Basic abc',
      story.token,
    ]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      expect(await send({ url, headers }), String(authorization)).toMatchObject({
        status: 401,
        body: { error: missing },
      });
    }
    for (const token of ['x', `${story.token}x`, story.websiteToken, server.key]) {
      expect(await send({ url, headers: bearer(token) })).toMatchObject({
        status: 401,
        body: { error: 'Invalid API token' },
      });
    }
    for (const authorization of [`bearer ${story.token}`, `BEARER   ${story.token} `]) {
      expect((await send({ url, headers: { authorization } })).status).toBe(400);
    }
  });

  it('a replaced token dies at once, a paused program’s works on', async () => {
    const other = await tellStory(server);
    const replaced = await server.post(
      `/api/v1/programs/${other.programId}/regenerate-token`,
      {},
      server.key,
    );
    expect(replaced.status).toBe(200);
    expect(await server.post(sale, {}, other.token)).toMatchObject({
      status: 401,
      body: { error: 'Invalid API token' },
    });
    const fresh = replaced.body.data.api_token;
    await server.database.postgres.query("update programs set status = 'paused' where id = $1", [
      other.programId,
    ]);
    server.server.directory.clear();
    expect((await server.post(sale, {}, fresh)).status).toBe(400);
  });
});

describe('the order of checks: 404, 429, 401, 413, 415, 400', () => {
  const limit = 3;
  let limited: TestServer;
  let limitedStory: Story;
  let address = 0;
  const newAddress = () => {
    address += 1;
    return { 'x-forwarded-for': `203.0.113.${address}` };
  };

  beforeAll(async () => {
    limited = await openTestServer({ rateLimitPerMinute: limit });
    // The set-up itself must not use up the management key's three calls.
    const key = () => limited.otherWorkspace();
    limitedStory = await tellStory(limited, { key: await key() });
  });
  afterAll(() => limited.close());

  /** The last answer of one more request than are allowed. */
  async function exceed(request: Raw) {
    for (let sent = 0; sent < limit; sent += 1) {
      expect((await send(request, limited)).status).not.toBe(429);
    }
    return send(request, limited);
  }

  it('404 comes before 429', async () => {
    expect((await exceed({ url: '/nothing', headers: newAddress() })).status).toBe(404);
  });

  it('429 Rate limited with Retry-After, per client address on public routes', async () => {
    const headers = newAddress();
    const reply = await exceed({ headers });
    expect(reply).toMatchObject({ status: 429, body: { error: 'Rate limited' } });
    expect(reply.headers['retry-after']).toMatch(/^([1-9]|[1-5]\d|60)$/);
    expect(reply.headers['x-request-id']).toMatch(/^req_/);
    expect((await send({ headers: newAddress() }, limited)).status).toBe(400);
  });

  it('429 on public routes whatever token is made up for each request, readable by browsers', async () => {
    const headers = { ...newAddress(), origin: 'https://shop.example' };
    let reply: Awaited<ReturnType<typeof send>> | undefined;
    for (let sent = 0; sent <= limit; sent += 1) {
      reply = await send({ headers: { ...headers, ...bearer(`made-up-${sent}`) } }, limited);
    }
    expect(reply).toMatchObject({
      status: 429,
      headers: { 'access-control-allow-origin': 'https://shop.example', vary: 'Origin' },
    });
  });

  it('429 comes before 401', async () => {
    const wrong = await exceed({ url: sale, headers: bearer('aff_wrong') });
    expect(wrong).toMatchObject({ status: 429, body: { error: 'Rate limited' } });
    const none = await exceed({ url: sale, headers: newAddress() });
    expect(none.status).toBe(429);
  });

  it('429 per token, from wherever it is sent; both keys on attribute-payment', async () => {
    const headers = bearer(limitedStory.websiteToken);
    for (let sent = 0; sent < limit; sent += 1) {
      const reply = await send({ url: attribute, headers: { ...headers, ...newAddress() } }, limited);
      expect(reply.status).toBe(400);
    }
    const reply = await send({ url: attribute, headers: { ...headers, ...newAddress() } }, limited);
    expect(reply.status).toBe(429);
    expect(reply.body).toEqual({ error: 'Rate limited', message: 'Rate limited' });
    const other = await send(
      { url: sale, headers: { ...bearer(limitedStory.token), ...newAddress() } },
      limited,
    );
    expect(other.status).toBe(400);
  });

  it('401 comes before 413, 413 before 415, 415 before 400', async () => {
    const large = 'x'.repeat(256 * 1024 + 1);
    const xml = { 'content-type': 'text/xml' };
    expect((await send({ url: sale, payload: large, headers: xml })).status).toBe(401);
    expect((await send({ url: sale, payload: '{', headers: json })).status).toBe(401);
    const authorized = bearer(story.token);
    expect((await send({ url: sale, payload: large, headers: { ...authorized, ...xml } })).status).toBe(413);
    expect((await send({ url: sale, payload: '{', headers: { ...authorized, ...xml } })).status).toBe(415);
    expect((await send({ url: sale, payload: '{', headers: { ...authorized, ...json } })).status).toBe(400);
  });
});

describe('503 Temporarily unavailable, with Retry-After, while the database is away', () => {
  let proxy: DatabaseProxy;
  let cutOff: TestServer;
  let told: Story;

  beforeAll(async () => {
    proxy = await openDatabaseProxy(inject('databaseUrl'));
    cutOff = await openTestServer({ through: proxy.urlOf });
    told = await tellStory(cutOff);
    await told.addPartner('bert');
  });
  afterAll(async () => {
    await proxy.open();
    await cutOff.close();
    await proxy.close();
  });

  it('on every route, for nothing stored, and all is well again when it is back', async () => {
    const clickId = await told.click('bert');
    await told.pageview('v', 's');
    const body = { transaction_id: 't', amount_cents: 1000, click_id: clickId };
    const requests: [string, () => Promise<{ status: number; body: unknown; headers: object }>][] = [
      ['click', () => cutOff.post(click, { affiliate_url: 'https://shop.example/?aff=bert' })],
      ['lead', () => told.lead({ click_id: clickId, customer_key: 'k' })],
      ['sale', () => told.sale(body)],
      ['refund', () => told.refund({ transaction_id: 't' })],
      ['collect', () => told.pageview('v2', 's2')],
      ['attribute', () => told.attribute({ visitor_id: 'v', session_id: 's' })],
      ['explain', () => told.explain(1)],
      ['programs', () => cutOff.get('/api/v1/programs', cutOff.key)],
      ['unknown token', () => cutOff.post(sale, {}, 'aff_unknown')],
    ];
    await proxy.close();
    for (const [name, request] of requests) {
      const reply = await request();
      expect(reply, name).toMatchObject({ status: 503 });
      expect(reply.body, name).toMatchObject(
        name === 'attribute'
          ? { error: 'Temporarily unavailable', message: 'Temporarily unavailable' }
          : { error: 'Temporarily unavailable' },
      );
      expect(reply.headers, name).toHaveProperty('retry-after', expect.stringMatching(/^[1-9]\d*$/));
      expect(reply.headers, name).toHaveProperty('x-request-id', expect.stringMatching(/^req_/));
    }
    await proxy.open();
    expect(await told.sale(body)).toMatchObject({ status: 200 });
    expect(await told.sale(body)).toMatchObject({ status: 409 });
  });
});

describe('500 with the route’s own text, nothing stored, nothing of the inside told', () => {
  it.each([
    [
      'Lead tracking failed',
      'leads',
      async () => story.lead({ click_id: await story.click('anna'), customer_key: 'five' }),
    ],
    [
      'Sale tracking failed',
      'ledger_entries',
      () => story.sale({ transaction_id: 'five', amount_cents: 100, click_id: clickId }),
    ],
    ['Refund tracking failed', 'refunds', () => story.refund({ transaction_id: 'before' })],
    [
      'The payment could not be attributed.',
      'payment_visits',
      () => story.attribute({ visitor_id: 'v5', session_id: 's5', transaction_id: 'five-b' }),
    ],
    ['Collect failed', 'visits', () => story.pageview('v6', 's6')],
    ['Explain failed', 'attributions', () => story.explain(paymentId)],
  ])('%s', async (text, table, request) => {
    const { postgres } = server.database;
    clickId = await story.click('anna');
    const earlier = await story.sale({
      transaction_id: `before-${table}`,
      amount_cents: 100,
      click_id: clickId,
    });
    paymentId = earlier.body.sale_id;
    await story.sale({ transaction_id: 'before', amount_cents: 100, click_id: clickId });
    await story.pageview('v5', 's5');
    await postgres.query(`alter table ${table} rename to gone`);
    const failed = await request();
    await postgres.query(`alter table gone rename to ${table}`);
    expect(failed.status).toBe(500);
    expect(failed.body).toEqual(text.endsWith('.') ? { message: text } : { error: text });
    const again = await request();
    expect([200, 202]).toContain(again.status);
  });
});

let clickId: string;
let paymentId: number;
