import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type Reply, type TestServer } from '../../test/test-server.ts';
import { openFirstOwnerLink } from '../people/index.ts';

// One story in order: a terminal is let in, makes a program, and is thrown out.
let server: TestServer;
const origin = 'http://headwater.example';
const password = 'correct horse battery';
let cookie = '';

function page(method: string, path: string, body?: unknown, from = origin): Promise<Reply> {
  return server.call(method, path, body, { headers: { host: 'headwater.example', origin: from, cookie } });
}

beforeAll(async () => {
  server = await openTestServer({ publicUrl: () => origin });
  const link = await openFirstOwnerLink(server.server.people);
  const token = new URL(link as string).hash.slice(1);
  const owner = { token, name: 'Olga', email: 'olga@acme.example', password };
  const reply = await page('POST', '/api/auth/first-owner', owner);
  cookie = ([reply.headers['set-cookie']].flat() as string[]).map((one) => one.split(';')[0]).join('; ');
});
afterAll(() => server.close());

const start = async () => (await server.call('POST', '/api/v1/cli/auth/start')).body.data;
const poll = async (state: string) =>
  (await server.get(`/api/v1/cli/auth/poll?state=${encodeURIComponent(state)}`)).body.data;
const pageOf = (started: { auth_url: string }) =>
  `/api/auth/cli-logins/${started.auth_url.split('/').at(-1)}`;

async function login(): Promise<string> {
  const started = await start();
  await page('POST', pageOf(started), { approve: true });
  return (await poll(started.state)).token;
}

describe('signing a terminal in', () => {
  it('starts, waits, is approved by a POST of our page, and gives the token once', async () => {
    const started = await start();
    expect(started).toEqual({
      state: expect.stringMatching(/^[\w-]{32}$/),
      auth_url: expect.stringMatching(new RegExp(`^${origin}/cli-login/login_[\\w-]{22}$`)),
      poll_url: `${origin}/api/v1/cli/auth/poll?state=${started.state}`,
      code: expect.stringMatching(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/),
      expires_at: new Date(server.clock.now().getTime() + 600_000).toISOString(),
    });
    expect(await poll(started.state)).toEqual({ status: 'pending' });
    const asked = (await page('GET', pageOf(started))).body.data;
    expect(asked).toMatchObject({ code: started.code, status: 'pending' });
    expect(await poll(started.state)).toEqual({ status: 'pending' });

    expect((await page('POST', pageOf(started), { approve: true }, 'https://evil.example')).status).toBe(403);
    expect(
      (
        await server.call(
          'POST',
          pageOf(started),
          { approve: true },
          { headers: { origin, host: 'headwater.example' } },
        )
      ).status,
    ).toBe(401);
    expect((await page('POST', pageOf(started), {})).status).toBe(400);
    expect(await poll(started.state)).toEqual({ status: 'pending' });

    expect((await page('POST', pageOf(started), { approve: true })).body.data.status).toBe('approved');
    // The page's own id fetches nothing.
    expect(await poll(started.auth_url.split('/').at(-1))).toEqual({ status: 'expired' });
    const both = await Promise.all([poll(started.state), poll(started.state)]);
    const [done] = both.filter(({ status }) => status === 'complete');
    expect(both.map(({ status }) => status).sort()).toEqual(['complete', 'consumed']);
    expect(done).toEqual({
      status: 'complete',
      token: expect.stringMatching(/^hwl_[\w-]{32}$/),
      email: 'olga@acme.example',
      advertiser_id: 1,
    });
    expect(await poll(started.state)).toEqual({ status: 'consumed' });
    expect((await page('POST', pageOf(started), { approve: false })).status).toBe(404);
    const stored = await server.database.postgres.query('select * from login_tokens');
    expect(JSON.stringify(stored)).not.toContain(done.token);
  });

  it('is expired when it is denied, too late, or was never started', async () => {
    const denied = await start();
    await page('POST', pageOf(denied), { approve: false });
    expect(await poll(denied.state)).toEqual({ status: 'expired' });
    const late = await start();
    server.clock.advance(600_001);
    expect(await poll(late.state)).toEqual({ status: 'expired' });
    expect((await page('POST', pageOf(late), { approve: true })).status).toBe(404);
    for (const state of ['', 'x', 'x'.repeat(5000)]) expect(await poll(state)).toEqual({ status: 'expired' });
    expect((await server.get('/api/v1/cli/auth/poll')).body.data).toEqual({ status: 'expired' });
    const acts = (await server.get('/api/v1/audit', server.key)).body.data.map(
      (one: { act: string }) => one.act,
    );
    expect(acts).toContain('cli_login.approve');
    expect(acts).toContain('cli_login.deny');
  });
});

describe('a client of somebody else’s, written by the contract alone', () => {
  /**
   * It sends the header of JSON with nothing after it, on GET too; and it takes nothing but `{"data":…}` for a success,
   * `{"error":"<string>"}` for a refusal, and an object there with whole seconds to wait when it has asked too often.
   */
  async function strictly(method: 'GET' | 'POST', path: string, token?: string, body?: object) {
    const sent = body === undefined ? '' : JSON.stringify(body);
    const {
      status,
      headers,
      body: answer,
    } = await server.call(method, `/api/v1/cli/${path}`, sent, {
      headers: { 'content-type': 'application/json' },
      ...(token === undefined ? {} : { token }),
    });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    if (status === 200) {
      expect(Object.keys(answer)).toEqual(['data']);
      return { status, data: answer.data, retryAfter: 0 };
    }
    expect(Object.keys(answer)).toEqual(['error']);
    const isChain = status === 429 && typeof answer.error === 'object';
    expect(typeof answer.error).toBe(isChain ? 'object' : 'string');
    if (status === 429) expect(String(headers['retry-after'])).toMatch(/^[1-9]\d*$/);
    return { status, error: answer.error, retryAfter: Number(headers['retry-after']) };
  }

  it('signs in, makes a program, looks, sends events, and proves it ten times an hour', async () => {
    const { data: started } = await strictly('POST', 'auth/start');
    const state = encodeURIComponent(started.state);
    expect((await strictly('GET', `auth/poll?state=${state}`)).data).toEqual({ status: 'pending' });
    await page('POST', pageOf(started), { approve: true });
    const { data: entered } = await strictly('GET', `auth/poll?state=${state}`);
    expect(entered.status).toBe('complete');
    expect((await strictly('POST', 'init', entered.token)).error).toBe('name and domain are required');
    const wanted = { name: 'Strict', domain: 'strict.example', advertiser_id: 999, duration_months: null };
    const { data: made } = await strictly('POST', 'init', entered.token, wanted);
    expect(made).toMatchObject({ program_slug: 'strict', domain: 'strict.example' });
    const { data: listed } = await strictly('GET', 'programs', entered.token);
    expect(listed[0]).toMatchObject({ id: Number(made.program_id), commission: '20% for 12 months' });
    expect((await strictly('GET', 'programs')).status).toBe(401);

    const { data: status } = await strictly('GET', `status?program_id=${made.program_id}`, made.api_key);
    expect(status.recent_events).toEqual({ clicks_24h: 0, leads_24h: 0, sales_24h: 0 });
    expect((await strictly('POST', 'test-event', made.api_key)).error).toBe('event_type is invalid');
    expect((await strictly('POST', 'stripe-connect', made.api_key)).status).toBe(400);
    for (const event_type of ['click', 'lead', 'sale'])
      expect((await strictly('POST', 'test-event', made.api_key, { event_type })).data.received).toBe(true);

    for (let chain = 0; chain < 10; chain += 1)
      expect((await strictly('POST', 'test-event', made.api_key, { type: 'chain' })).data.attributed).toBe(
        true,
      );
    const over = await strictly('POST', 'test-event', made.api_key, { type: 'chain' });
    expect(over).toMatchObject({ status: 429, error: { status: 429, code: 'rate_limited' } });
    expect(over.error.retry_after_seconds).toBe(over.retryAfter);
    expect(over.retryAfter).toBeLessThanOrEqual(3600);
    // Single events are not counted among them, and what it waits for comes.
    expect((await strictly('POST', 'test-event', made.api_key, { event_type: 'click' })).status).toBe(200);
    server.clock.advance(1000 * over.retryAfter);
    expect((await strictly('POST', 'test-event', made.api_key, { type: 'chain' })).data.type).toBe('chain');
    expect((await strictly('POST', 'auth/logout', entered.token)).data).toEqual({ revoked: true });
    await server.call('DELETE', `/api/v1/programs/${made.program_id}`, undefined, { token: server.key });
  });
});

describe('a terminal that is signed in', () => {
  it('makes a program, the same one when it asks again within a minute', async () => {
    const token = await login();
    const body = {
      name: 'Acme',
      domain: 'https://Acme.example/pricing',
      commission_type: 'recurring_percent',
      commission_rate: 12.5,
      duration_months: 0,
    };
    const first = await server.post('/api/v1/cli/init', body, token);
    expect(first.status).toBe(200);
    expect(first.body.data).toEqual({
      program_id: expect.stringMatching(/^\d+$/),
      api_key: expect.stringMatching(/^aff_/),
      program_slug: 'acme',
      domain: 'acme.example',
    });
    const again = (await server.post('/api/v1/cli/init', body, token)).body.data;
    expect(again.program_id).toBe(first.body.data.program_id);
    expect(again.api_key).not.toBe(first.body.data.api_key);
    expect((await server.get('/api/v1/cli/status', first.body.data.api_key)).status).toBe(401);
    const twice = await Promise.all(
      [1, 2].map(() => server.post('/api/v1/cli/init', { name: 'Twice', domain: 't.example' }, token)),
    );
    expect(twice[0]?.body.data.program_id).toBe(twice[1]?.body.data.program_id);

    const listed = (await server.get('/api/v1/cli/programs', token)).body.data;
    expect(listed).toHaveLength(2);
    expect(listed[1]).toEqual({
      id: Number(again.program_id),
      name: 'Acme',
      domain: 'acme.example',
      status: 'active',
      commission: '12.5% for ever',
      partners: 0,
      created_at: server.clock.now().toISOString(),
    });
    server.clock.advance(61_000);
    const later = (await server.post('/api/v1/cli/init', body, token)).body.data;
    expect([later.program_id === again.program_id, later.program_slug]).toEqual([false, 'acme-2']);

    const status = await server.get(`/api/v1/cli/status?program_id=${again.program_id}`, again.api_key);
    expect(status.body.data).toMatchObject({
      program_id: Number(again.program_id),
      ...{ name: 'Acme', domain: 'acme.example', stripe_connected: false, stripe_charges_enabled: false },
      recent_events: { clicks_24h: 0, leads_24h: 0, sales_24h: 0 },
      ...{ active_partners: 0, pending_commissions: 0 },
    });
    const foreign = await server.get(`/api/v1/cli/status?program_id=${later.program_id}`, again.api_key);
    expect([foreign.status, foreign.body]).toEqual([404, { error: 'Program not found' }]);

    for (const kind of ['click', 'lead', 'sale']) {
      const reply = await server.post('/api/v1/cli/test-event', { event_type: kind }, again.api_key);
      expect(reply.body.data).toEqual({
        event_type: kind,
        event_id: expect.stringMatching(/^\d+$/),
        received: true,
        attributed: false,
        message: `Test ${kind} event recorded`,
      });
    }
    for (const wrong of [{}, { event_type: 'refund' }, { type: 'x' }]) {
      const reply = await server.post('/api/v1/cli/test-event', wrong, again.api_key);
      expect([reply.status, reply.body]).toEqual([400, { error: 'event_type is invalid' }]);
    }
  });

  it.each([
    [{}, 'name and domain are required'],
    [{ name: 'x' }, 'name and domain are required'],
    [{ name: 'x', domain: 'no domain' }, 'domain is invalid'],
    [{ commission_type: 'share' }, 'commission_type is invalid'],
    [{ commission_rate: 0 }, 'commission_rate is invalid'],
    [{ commission_rate: 100.01 }, 'commission_rate is invalid'],
    [{ commission_rate: 10.001 }, 'commission_rate is invalid'],
    [{ cookie_duration: 366 }, 'cookie_duration is invalid'],
    [{ duration_months: 121 }, 'duration_months is invalid'],
  ])('400 %j: %s', async (fields, error) => {
    const token = await login();
    const named = 'commission_type' in fields || Object.keys(fields)[0]?.includes('_');
    const body = named ? { name: 'x', domain: 'x.example', ...fields } : fields;
    expect(await server.post('/api/v1/cli/init', body, token)).toMatchObject({
      status: 400,
      body: { error },
    });
  });

  it('401 with anything else, and after logout, and once its member is removed', async () => {
    const token = await login();
    for (const wrong of ['hwl_nobody', server.key]) {
      const reply = await server.get('/api/v1/cli/programs', wrong);
      expect([reply.status, reply.body]).toEqual([401, { error: 'Invalid or expired login token' }]);
    }
    expect((await server.get('/api/v1/cli/programs')).body.error).toBe(
      'Missing or malformed Authorization header',
    );
    expect((await server.get('/api/v1/cli/me', token)).body.data).toEqual({
      ...{ email: 'olga@acme.example', role: 'owner', advertiser_id: 1, workspace: 'My workspace' },
    });
    expect((await server.get('/api/v1/programs', token)).status).toBe(401);
    expect((await server.post('/api/v1/cli/auth/logout', {}, token)).body).toEqual({
      data: { revoked: true },
    });
    expect((await server.get('/api/v1/cli/programs', token)).status).toBe(401);

    const other = await login();
    await server.database.postgres.query(`update members set role = 'read_only'`);
    server.server.directory.clear();
    const refused = await server.post('/api/v1/cli/init', { name: 'No', domain: 'no.example' }, other);
    expect([refused.status, refused.body]).toEqual([403, { error: 'Missing permission: program:create' }]);
    expect((await server.get('/api/v1/cli/programs', other)).status).toBe(200);
    await server.database.postgres.query('delete from members');
    server.server.directory.clear();
    expect((await server.get('/api/v1/cli/programs', other)).status).toBe(401);
  });
});
