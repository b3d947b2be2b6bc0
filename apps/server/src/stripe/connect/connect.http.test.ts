import type { Account, StripeDouble } from '@headwater/stripe-double';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import type { TestServer } from '../../../test/test-server.ts';
import { deliver, eventsOf, plainEvent } from '../../../test/walls/stripe/deliveries.ts';
import { grantAccess, openWithDouble, visitAuthorizePage } from '../../../test/walls/stripe/with-double.ts';
import { minuteMs } from '../../platform/index.ts';
import { enabledEvents, pinnedApiVersion } from './enabled-events.ts';

let server: TestServer;
let stripe: StripeDouble;
let close: () => Promise<void>;
let story: Story;
let account: Account;

beforeAll(async () => {
  ({ server, stripe, close } = await openWithDouble());
});
afterAll(() => close());
beforeEach(async () => {
  story = await tellStory(server, { bound: false });
  account = stripe.openAccount();
});

const path = (rest = '', programId = story.programId) => `/api/v1/programs/${programId}/stripe${rest}`;
const connect = (api_key: string, programId?: number) =>
  server.post(path('/connect', programId), { api_key }, server.key);
const remove = () => server.call('DELETE', path(), undefined, { token: server.key });
const status = async () => (await server.get(path(), server.key)).body.data;

describe('POST …/stripe/connect, a restricted key', () => {
  it('200: the endpoint is made with exactly our events and the version pinned, and a test event came through', async () => {
    const key = stripe.restrictedKey(account);
    const reply = await connect(`${key}\n`);
    expect([reply.status, reply.body.data]).toMatchObject([
      200,
      {
        connection: {
          account: account.id,
          livemode: false,
          method: 'api_key',
          api_key_masked: `rk_test_****${key.slice(-4)}`,
          charges_enabled: true,
          payouts_enabled: true,
        },
        endpoint: { origin: 'created', api_version: pinnedApiVersion, livemode: false },
        verified: true,
        created: true,
        warnings: [],
      },
    ]);
    expect(account.endpoints).toMatchObject([
      {
        url: `https://headwater.example/webhooks/stripe/${story.programId}`,
        enabled_events: [...enabledEvents],
        api_version: pinnedApiVersion,
        metadata: { headwater_program_id: String(story.programId) },
      },
    ]);
    expect(await eventsOf(server, story.programId)).toMatchObject([{ type: 'headwater.endpoint_verified' }]);
    const secret = account.endpoints[0]?.signingSecret as string;
    expect((await deliver(server, story.programId, plainEvent({ livemode: false }), secret)).status).toBe(
      200,
    );
    const kept = await server.database.postgres.query(
      'select t::text, encode(secret, $1) as bytes from stripe_endpoints t',
      ['escape'],
    );
    expect(JSON.stringify([kept, reply.body])).not.toContain(secret.slice(6));
    expect(JSON.stringify(reply.body)).not.toContain(key);
  });

  it('a second run changes nothing and says so; mended are events and address, made anew is a version', async () => {
    const key = stripe.restrictedKey(account);
    await connect(key);
    const [endpoint] = account.endpoints;
    expect((await connect(key)).body.data).toMatchObject({ created: false, verified: true });
    expect(account.endpoints).toEqual([endpoint]);

    Object.assign(endpoint as object, { enabled_events: ['*'], url: 'https://elsewhere.example/' });
    expect((await connect(key)).body.data.created).toBe(false);
    expect(account.endpoints).toMatchObject([{ id: endpoint?.id, enabled_events: [...enabledEvents] }]);
    expect(account.endpoints[0]?.url).toContain('/webhooks/stripe/');

    Object.assign(endpoint as object, { api_version: null });
    expect((await connect(key)).body.data.created).toBe(true);
    expect(account.endpoints).toHaveLength(1);
    expect(account.endpoints[0]?.id).not.toBe(endpoint?.id);
    expect(account.endpoints[0]?.api_version).toBe(pinnedApiVersion);
  });

  it('an endpoint whose secret was lost on the way is made anew', async () => {
    const key = stripe.restrictedKey(account);
    await connect(key);
    await server.database.postgres.query('delete from stripe_endpoints where program_id = $1', [
      story.programId,
    ]);
    expect((await connect(key)).body.data).toMatchObject({ created: true, verified: true });
    expect(account.endpoints).toHaveLength(1);
  });

  it('400 naming every permission that is missing, and nothing is made or kept', async () => {
    const reply = await connect(
      stripe.restrictedKey(account, ['rak_event_read', 'rak_charge_read', 'rak_account_read']),
    );
    expect([reply.status, reply.body.code]).toEqual([400, 'stripe_permission_missing']);
    for (const name of ['Webhook Endpoints: write', 'Disputes: read', 'Invoices: read', 'Customers: read']) {
      expect(reply.body.error).toContain(name);
    }
    expect(reply.body.error).not.toMatch(/Events|Charges|Accounts/);
    expect(account.endpoints).toEqual([]);
    expect((await status()).connections).toEqual([]);
  });

  it('400 when the key may only read webhook endpoints, as Stripe says it', async () => {
    const all = [
      'webhook',
      'event',
      'charge',
      'dispute',
      'checkout_session',
      'invoice',
      'subscription',
      'customer',
      'account',
    ];
    const reply = await connect(
      stripe.restrictedKey(
        account,
        all.map((name) => `rak_${name}_read`),
      ),
    );
    expect([reply.status, reply.body.code]).toEqual([400, 'stripe_permission_missing']);
    expect(reply.body.error).toContain("'rak_webhook_write'");
    expect(reply.body.error).not.toMatch(/rk_test_[0-9a-f]/);
  });

  it('400 for a key that Stripe does not know, a secret key, and what is no key', async () => {
    const unknown = await connect('rk_test_0123456789');
    expect([unknown.status, unknown.body.code]).toEqual([400, 'stripe_refused']);
    for (const key of ['sk_live_0123456789', 'pk_test_0123456789', '', 'rk_test_']) {
      const reply = await connect(key);
      expect([reply.status, reply.body.error]).toEqual([
        400,
        'api_key must be a restricted key: rk_live_… or rk_test_…',
      ]);
    }
  });

  it('409 when the account is another program’s', async () => {
    const other = await tellStory(server, { bound: false });
    await connect(stripe.restrictedKey(account), other.programId);
    const reply = await connect(stripe.restrictedKey(account));
    expect([reply.status, reply.body.code]).toEqual([409, 'stripe_account_taken']);
    expect(account.endpoints).toHaveLength(1);
  });

  it('429 of Stripe is waited for; 503 when Stripe is away', async () => {
    const limited = {
      error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' },
    };
    stripe.fail({ pathPrefix: '/v1/events', status: 429, body: limited, times: 2 });
    expect((await connect(stripe.restrictedKey(account))).status).toBe(200);
    stripe.fail({
      pathPrefix: '/v1/',
      status: 500,
      body: { error: { type: 'api_error', message: 'x' } },
      times: 3,
    });
    const reply = await connect(stripe.restrictedKey(account));
    expect([reply.status, reply.body.code, reply.headers['retry-after']]).toEqual([
      503,
      'stripe_unreachable',
      '30',
    ]);
  });
});

describe('POST …/stripe/oauth/start and /complete', () => {
  const complete = (grant: { state: string; code: string }, programId?: number) =>
    server.post(path('/oauth/complete', programId), grant, server.key);

  it('200: the account is connected through the platform’s key, its own endpoint made and verified', async () => {
    const reply = await complete(await grantAccess({ server, stripe }, story.programId, account));
    expect([reply.status, reply.body.data]).toMatchObject([
      200,
      {
        connection: { account: account.id, method: 'oauth', api_key_masked: null },
        verified: true,
        created: true,
      },
    ]);
    const made = stripe.requests
      .filter((one) => one.method === 'POST' && one.path === '/v1/webhook_endpoints')
      .at(-1);
    expect(made).toMatchObject({ account: account.id, key: stripe.platform.secretKey });
  });

  it('201: the authorize page is asked for the scope and the redirect that are needed', async () => {
    const reply = await server.post(
      path('/oauth/start'),
      { redirect_uri: 'http://127.0.0.1:9999/cb' },
      server.key,
    );
    expect(reply.status).toBe(201);
    const url = new URL(reply.body.data.authorize_url);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: stripe.platform.clientId,
      scope: 'read_write',
      redirect_uri: 'http://127.0.0.1:9999/cb',
      state: reply.body.data.state,
    });
  });

  it('400: a state is good once, for ten minutes, for its program; a code once', async () => {
    const grant = await grantAccess({ server, stripe }, story.programId, account);
    const other = await tellStory(server, { bound: false });
    expect((await complete(grant, other.programId)).status).toBe(400);
    expect((await complete(grant)).status).toBe(200);
    expect((await complete(grant)).body.error).toMatch(/^state is invalid/);

    const late = await grantAccess({ server, stripe }, story.programId, account);
    server.clock.advance(11 * minuteMs);
    expect((await complete(late)).body.error).toMatch(/^state is invalid/);

    const used = await grantAccess({ server, stripe }, story.programId, account);
    const reply = await complete({ ...used, code: grant.code });
    expect([reply.status, reply.body.code]).toEqual([400, 'stripe_refused']);
    expect(reply.body.error).toMatch(/used, is too old, or is of the other mode/);
  });

  it('400: a redirect to somebody else’s address is refused', async () => {
    for (const redirect_uri of [
      'https://evil.example/',
      'http://127.0.0.1.evil.example/',
      'javascript:1',
      'https://headwater.example.evil/',
    ]) {
      const reply = await server.post(path('/oauth/start'), { redirect_uri }, server.key);
      expect(reply.status, redirect_uri).toBe(400);
    }
  });

  it('the owner who declines comes back with the reason', async () => {
    const started = await server.post(
      path('/oauth/start'),
      { redirect_uri: 'http://127.0.0.1:9999/cb' },
      server.key,
    );
    const back = await visitAuthorizePage(stripe, started.body.data.authorize_url, null);
    expect(back.get('error')).toBe('access_denied');
  });

  it('409 where the installation has no platform account', async () => {
    const plain = await openWithDouble({ stripe: { secretKey: undefined, clientId: undefined } });
    try {
      const told = await tellStory(plain.server);
      const reply = await plain.server.post(
        path('/oauth/start', told.programId),
        { redirect_uri: 'http://127.0.0.1:1/' },
        plain.server.key,
      );
      expect([reply.status, reply.body.code]).toEqual([409, 'stripe_not_configured']);
      expect(
        (await plain.server.get(path('', told.programId), plain.server.key)).body.data.oauth_available,
      ).toBe(false);
    } finally {
      await plain.close();
    }
  });
});

describe('account.application.deauthorized', () => {
  const connected = async () => {
    const grant = await grantAccess({ server, stripe }, story.programId, account);
    await server.post(path('/oauth/complete'), grant, server.key);
    return account.endpoints[0]?.signingSecret as string;
  };
  const tell = async (event: unknown, secret: string) => {
    expect((await deliver(server, story.programId, event, secret)).status).toBe(200);
    await server.server.stripe.processor.drain();
    return (await eventsOf(server, story.programId)).at(-1);
  };

  it('ends the connection of the same mode, keeps the history, and advises what to do', async () => {
    const secret = await connected();
    const event = await tell(account.deauthorize(stripe.platform.clientId), secret);
    expect(event).toMatchObject({ state: 'applied', notes: ['disconnected'] });
    const { connections, advice } = await status();
    expect(connections).toMatchObject([{ account: account.id, disconnected_because: 'deauthorized' }]);
    expect(advice.join()).toContain(`Account ${account.id} took its permission back`);
  });

  it('in the other mode cuts nothing (bug 14)', async () => {
    const secret = await connected();
    const event = await tell({ ...account.deauthorize(stripe.platform.clientId), livemode: true }, secret);
    expect(event).toMatchObject({ state: 'noted', notes: ['no_such_connection'] });
    expect((await status()).connections[0].disconnected_at).toBeNull();
  });

  it('is read in shapes that ignore the pinned version: account in `context`, an object of nothing but an id; without any account it cuts nothing (bug 25)', async () => {
    const secret = await connected();
    const bare = {
      id: 'evt_bare',
      object: 'event',
      created: 1_326_853_478,
      livemode: false,
      type: 'account.application.deauthorized',
      data: { object: { id: 'cus_x', name: 'An application' } },
    };
    expect(await tell(bare, secret)).toMatchObject({ state: 'noted', notes: ['no_account_named'] });
    expect((await status()).connections[0].disconnected_at).toBeNull();
    const context = { ...bare, id: 'evt_context', context: account.id, api_version: null };
    expect(await tell(context, secret)).toMatchObject({ state: 'applied', notes: ['disconnected'] });
  });
});

describe('DELETE …/stripe', () => {
  it('200: endpoint, permission, key and secret go; what was received stays; a second time there is nothing', async () => {
    const grant = await grantAccess({ server, stripe }, story.programId, account);
    await server.post(path('/oauth/complete'), grant, server.key);
    const [endpoint] = account.endpoints;
    const reply = await remove();
    expect([reply.status, reply.body.data]).toEqual([
      200,
      { accounts: [account.id], endpoints: [endpoint?.id], warnings: [] },
    ]);
    expect([account.endpoints, account.authorized.size]).toEqual([[], 0]);
    expect((await status()).endpoints).toEqual([]);
    expect(await eventsOf(server, story.programId)).toHaveLength(1);
    expect(
      (await deliver(server, story.programId, plainEvent(), endpoint?.signingSecret as string)).status,
    ).toBe(400);
    expect((await remove()).body.data).toEqual({ accounts: [], endpoints: [], warnings: [] });
  });

  it('forgets here even when Stripe cannot be told, and says what is left; pasted secrets stay', async () => {
    const key = stripe.restrictedKey(account);
    await connect(key);
    await server.post(path('/endpoints'), { webhook_secret: 'whsec_pasted0123456789' }, server.key);
    stripe.fail({
      pathPrefix: '/v1/webhook_endpoints',
      status: 500,
      body: { error: { type: 'api_error' } },
      times: 3,
    });
    const { warnings } = (await remove()).body.data;
    expect(warnings).toEqual([
      expect.stringContaining(account.id),
      expect.stringContaining('whsec_****6789 stays'),
    ]);
    expect((await status()).connections[0].disconnected_because).toBe('removed');
    const [row] = await server.database.postgres.query<{ n: bigint }>(
      'select count(*) as n from stripe_connections where program_id = $1 and api_key is not null',
      [story.programId],
    );
    expect(row?.n).toBe(0n);
  });
});

describe('POST /api/v1/cli/stripe-connect', () => {
  const body = () => ({
    program_id: String(story.programId),
    stripe_user_id: account.id,
    webhook_endpoint_id: 'we_stated',
    webhook_secret: 'whsec_stated0123456789',
  });
  const state = (more: Record<string, unknown> = {}) =>
    server.post('/api/v1/cli/stripe-connect', { ...body(), ...more }, story.token);

  it('200: the secret is good at once; nothing is enabled until Stripe confirms', async () => {
    const reply = await state();
    expect([reply.status, reply.body]).toEqual([
      200,
      {
        data: {
          connected: true,
          stripe_account_id: account.id,
          webhook_endpoint_id: 'we_stated',
          charges_enabled: false,
          payouts_enabled: false,
        },
      },
    ]);
    expect((await deliver(server, story.programId, plainEvent(), 'whsec_stated0123456789')).status).toBe(200);
  });

  it('400 <field> is required, 404 for another program, 401 in the contract’s words', async () => {
    for (const field of Object.keys(body())) {
      const reply = await state({ [field]: undefined });
      expect([reply.status, reply.body]).toEqual([400, { error: `${field} is required` }]);
    }
    const other = await tellStory(server, { bound: false });
    const foreign = await state({ program_id: other.programId });
    expect([foreign.status, foreign.body]).toEqual([404, { error: 'Program not found' }]);
    const none = await server.post('/api/v1/cli/stripe-connect', body());
    expect([none.status, none.body]).toEqual([401, { error: 'Missing or malformed Authorization header' }]);
  });

  it('a stated account claims nothing: it may be stated twice, and does not push out a proven one', async () => {
    await state();
    const other = await tellStory(server, { bound: false });
    expect((await connect(stripe.restrictedKey(account), other.programId)).status).toBe(200);
    const live = await server.database.postgres.query(
      `update stripe_connections set livemode = true where program_id = $1 returning id`,
      [other.programId],
    );
    expect(live).toHaveLength(1);
    const pushed = await server.post(
      '/api/v1/cli/stripe-connect',
      { ...body(), program_id: other.programId, stripe_user_id: 'acct_another' },
      other.token,
    );
    expect([pushed.status, pushed.body]).toEqual([
      409,
      { error: 'Another Stripe account is connected to this program' },
    ]);
  });
});

describe('GET …/stripe', () => {
  it('200 says what is wrong: no secret, an endpoint never heard of, deliveries refused, events failed', async () => {
    expect((await status()).advice).toEqual([expect.stringContaining('No signing secret is known')]);
    await server.post(path('/endpoints'), { webhook_secret: 'whsec_quiet0123456789' }, server.key);
    await deliver(server, story.programId, plainEvent(), 'whsec_wrong');
    const { advice, refused_deliveries: refused, webhook_url: url } = await status();
    expect(url).toBe(`https://headwater.example/webhooks/stripe/${story.programId}`);
    expect(refused).toMatchObject({ count: 1, last_reason: 'invalid_signature' });
    expect(advice).toEqual([
      expect.stringContaining('has never delivered'),
      expect.stringContaining('1 deliveries were refused'),
    ]);
    await deliver(server, story.programId, plainEvent(), 'whsec_quiet0123456789');
    await server.database.postgres.query(`update stripe_inbox set state = 'failed' where program_id = $1`, [
      story.programId,
    ]);
    await expect
      .poll(async () => (await status()).advice)
      .toEqual([
        expect.stringContaining('deliveries were refused'),
        expect.stringContaining('1 events could not be processed'),
      ]);
  });

  it('200 warns of an address that Stripe cannot reach', async () => {
    const local = await openWithDouble({ publicUrl: () => 'http://localhost:3000' });
    try {
      const told = await tellStory(local.server);
      const reply = await local.server.get(path('', told.programId), local.server.key);
      expect(reply.body.data.advice.join()).toContain('set HEADWATER_PUBLIC_URL');
    } finally {
      await local.close();
    }
  });
});
