import { signatureHeader } from '@headwater/stripe-double';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openDatabaseProxy } from '../../../test/database-proxy.ts';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer } from '../../../test/test-server.ts';
import { addSecret, deliver, eventsOf, plainEvent } from '../../../test/walls/stripe/deliveries.ts';

let server: TestServer;
let story: Story;
let secret: string;
let endpointId: number;

const connectSecret = 'whsec_of_the_installations_connect_endpoint';
const alias = '/api/webhook-distributor/stripe';

beforeAll(async () => {
  server = await openTestServer({ stripe: { connectSecret } });
  story = await tellStory(server);
  ({ secret, id: endpointId } = await addSecret(server, story.programId));
});
afterAll(() => server.close());

const count = async () =>
  (await server.database.postgres.query<{ n: bigint }>('select count(*) as n from stripe_inbox'))[0]?.n;

describe('POST /webhooks/stripe/:program_id', () => {
  it('200 received once the event is on disk, with the endpoint whose secret signed it', async () => {
    const event = plainEvent();
    const reply = await deliver(server, story.programId, event, secret);
    expect([reply.status, reply.body]).toEqual([200, { received: true }]);
    const [stored] = (await eventsOf(server, story.programId)).filter((one) => one.event_id === event.id);
    expect(stored).toMatchObject({
      type: 'product.created',
      account: null,
      livemode: true,
      api_version: '2026-03-25.dahlia',
      state: 'waiting',
      origin: 'webhook',
      endpoint_id: endpointId,
      created_at: '2026-05-28T20:26:40.000Z',
    });
  });

  it('200 for types nobody uses, and for a body of 1 MB', async () => {
    const big = plainEvent({
      type: 'some.new.type',
      data: { object: { id: 'x', text: 'é'.repeat(500_000) } },
    });
    expect((await deliver(server, story.programId, big, secret)).status).toBe(200);
  });

  it('keeps the payload byte for byte, escapes and all', async () => {
    const payload = `{ "id":"evt_bytes","object":"event","type":"x","created":1, "livemode":true,\n"data":{"object":{"a":"\\u0000\\u0026 Zoë","n":1.10}}}\n`;
    expect((await deliver(server, story.programId, payload, secret)).status).toBe(200);
    const [row] = await server.database.postgres.query<{ payload: string }>(
      `select payload from stripe_inbox where event_id = 'evt_bytes'`,
    );
    expect(row?.payload).toBe(payload);
  });

  it('200 for repeats: twice in sequence and ten times in parallel is one row (bug 5)', async () => {
    const event = plainEvent();
    const before = await count();
    for (let n = 0; n < 2; n += 1) await deliver(server, story.programId, event, secret);
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => deliver(server, story.programId, event, secret)),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await count()).toBe((before as bigint) + 1n);
  });

  it('two endpoints on one address, with two secrets and two API versions: one row (bug 6)', async () => {
    const second = await addSecret(server, story.programId);
    const event = plainEvent();
    const before = await count();
    const older = { ...event, api_version: '2020-08-27' };
    expect((await deliver(server, story.programId, event, secret)).status).toBe(200);
    expect((await deliver(server, story.programId, older, second.secret)).status).toBe(200);
    expect(await count()).toBe((before as bigint) + 1n);
  });

  it('the same event id of another account or mode is another event', async () => {
    const event = plainEvent();
    const before = await count();
    for (const variant of [event, { ...event, livemode: false }, { ...event, account: 'acct_other' }]) {
      expect((await deliver(server, story.programId, variant, secret)).status).toBe(200);
    }
    expect(await count()).toBe((before as bigint) + 3n);
  });

  it('a secret that is being rolled: both are good, the removed one no more', async () => {
    const old = await addSecret(server, story.programId);
    const fresh = await addSecret(server, story.programId);
    for (const one of [old, fresh]) {
      expect((await deliver(server, story.programId, plainEvent(), one.secret)).status).toBe(200);
    }
    const path = `/api/v1/programs/${story.programId}/stripe/endpoints/${old.id}`;
    expect((await server.call('DELETE', path, undefined, { token: server.key })).status).toBe(200);
    expect((await deliver(server, story.programId, plainEvent(), old.secret)).status).toBe(400);
    expect((await deliver(server, story.programId, plainEvent(), fresh.secret)).status).toBe(200);
  });

  it('400 Missing Stripe-Signature header, before anything else is looked at', async () => {
    for (const path of [story.programId, 2_000_000_000, 'x']) {
      const reply = await server.call('POST', `/webhooks/stripe/${path}`, 'no json');
      expect([reply.status, reply.body]).toEqual([400, { error: 'Missing Stripe-Signature header' }]);
    }
  });

  it('404 Program not found, for one that is none and for text that is no id', async () => {
    for (const path of ['/webhooks/stripe/2000000000', '/webhooks/stripe/nobody', '/webhooks/stripe/1e3']) {
      const reply = await deliver(server, path, plainEvent(), secret);
      expect([reply.status, reply.body]).toEqual([404, { error: 'Program not found' }]);
    }
  });

  it('400 Invalid signature: another secret, a changed body, an old or a future timestamp, no secret at all', async () => {
    const event = JSON.stringify(plainEvent());
    const now = server.clock.now().getTime();
    const headerAt = (ms: number) => ({
      'stripe-signature': signatureHeader(event, secret, new Date(now + ms)),
    });
    const bare = await tellStory(server);
    const before = await count();
    const replies = [
      await deliver(server, story.programId, event, 'whsec_wrong'),
      await deliver(server, story.programId, `${event} `, secret, headerAt(0)),
      await deliver(server, story.programId, event, secret, headerAt(-301_000)),
      await deliver(server, story.programId, event, secret, headerAt(302_000)),
      await deliver(server, bare.programId, event, secret),
    ];
    for (const reply of replies) {
      expect([reply.status, reply.body]).toEqual([400, { error: 'Invalid signature' }]);
    }
    expect(await count()).toBe(before);
    for (const ms of [-299_000, 299_000]) {
      expect((await deliver(server, story.programId, event, secret, headerAt(ms))).status).toBe(200);
    }
  });

  it('400 for what is signed but no event: not JSON, not an object, without id, type, mode or object', async () => {
    const before = await count();
    const cases: [unknown, string][] = [
      ['', 'Malformed JSON'],
      ['{"broken', 'Malformed JSON'],
      ['[]', 'Request body must be a JSON object'],
      ['{"id":"evt_1","object":"event"}', 'Body is not a Stripe event'],
      [plainEvent({ id: 7 }), 'Body is not a Stripe event'],
      [plainEvent({ type: '' }), 'Body is not a Stripe event'],
      [plainEvent({ livemode: 'yes' }), 'Body is not a Stripe event'],
      [plainEvent({ data: null }), 'Body is not a Stripe event'],
      [plainEvent({ created: -1 }), 'Body is not a Stripe event'],
    ];
    for (const [event, text] of cases) {
      const reply = await deliver(server, story.programId, event, secret);
      expect([reply.status, reply.body.error], JSON.stringify(event)).toEqual([400, text]);
    }
    expect(await count()).toBe(before);
  });

  it('400 for a thin event (API v2), saying what to create instead', async () => {
    const thin = {
      id: 'evt_thin',
      object: 'v2.core.event',
      type: 'v1.billing.meter.no_meter_found',
      created: '2026',
    };
    const reply = await deliver(server, story.programId, thin, secret);
    expect(reply.status).toBe(400);
    expect(reply.body.error).toMatch(/thin event.*snapshot/);
  });

  it('413 over 1 MB; a little below passes', async () => {
    const fits = `{"a":"${'x'.repeat(1024 * 1024 - 8)}"}`;
    expect(fits).toHaveLength(1024 * 1024);
    expect((await deliver(server, story.programId, fits, secret)).status).toBe(400);
    const reply = await deliver(server, story.programId, `${fits} `, secret);
    expect([reply.status, reply.body]).toEqual([413, { error: 'Payload too large' }]);
  });

  it('any content type is taken: the signature says what it is', async () => {
    for (const type of ['text/plain', 'application/octet-stream', 'application/x-www-form-urlencoded']) {
      const reply = await deliver(server, story.programId, plainEvent(), secret, { 'content-type': type });
      expect(reply.status, type).toBe(200);
    }
  });

  it('what was refused is shown beside the endpoints, and when each was last heard of', async () => {
    const fresh = await tellStory(server);
    const own = await addSecret(server, fresh.programId);
    const path = `/api/v1/programs/${fresh.programId}/stripe/endpoints`;
    expect((await server.get(path, server.key)).body.data[0].last_event_at).toBeNull();
    await deliver(server, fresh.programId, plainEvent(), own.secret);
    await expect
      .poll(async () => (await server.get(path, server.key)).body.data[0].last_event_at)
      .toBe(server.clock.now().toISOString());
  });
});

describe('while the database is away', () => {
  it('503 and nothing is acknowledged; Stripe comes again and it is stored', async () => {
    const proxy = await openDatabaseProxy(inject('databaseUrl'));
    const cutOff = await openTestServer({ through: proxy.urlOf });
    try {
      const told = await tellStory(cutOff);
      const own = await addSecret(cutOff, told.programId);
      const event = plainEvent();
      expect((await deliver(cutOff, told.programId, event, own.secret)).status).toBe(200);
      await proxy.close();
      const away = await deliver(cutOff, told.programId, plainEvent({ id: 'evt_away' }), own.secret);
      expect([away.status, away.body]).toEqual([503, { error: 'Temporarily unavailable' }]);
      expect(away.headers['retry-after']).toMatch(/^\d+$/);
      await proxy.open();
      const again = await deliver(cutOff, told.programId, plainEvent({ id: 'evt_away' }), own.secret);
      expect(again.status).toBe(200);
      expect((await eventsOf(cutOff, told.programId)).map((one) => one.event_id)).toEqual([
        event.id,
        'evt_away',
      ]);
    } finally {
      await proxy.open();
      await cutOff.close();
      await proxy.close();
    }
  });
});

describe('POST /api/webhook-distributor/stripe', () => {
  const join = (programId: number, account: string, method: string) =>
    server.database.postgres.query(
      `insert into stripe_connections (workspace_id, program_id, account, livemode, method, connected_at)
       select workspace_id, id, $2, true, $3, now() from programs where id = $1`,
      [programId, account, method],
    );

  it('finds the program by the event’s account; the row names no account, since it is the program’s own', async () => {
    const other = await tellStory(server);
    await join(other.programId, 'acct_alias', 'oauth');
    const event = plainEvent({ account: 'acct_alias' });
    expect((await deliver(server, alias, event, connectSecret)).status).toBe(200);
    const { account: _, ...plain } = event as typeof event & { account: string };
    const own = await addSecret(server, other.programId);
    expect((await deliver(server, other.programId, plain, own.secret)).status).toBe(200);
    expect(await eventsOf(server, other.programId)).toMatchObject([{ event_id: event.id, account: null }]);
  });

  it('finds it by metadata: of the object, of the subscription of an invoice in either shape', async () => {
    const metadata = { program_id: String(story.programId) };
    for (const object of [
      { id: 'cs_1', metadata },
      { id: 'in_1', metadata: {}, parent: { subscription_details: { metadata } } },
      { id: 'in_2', subscription_details: { metadata } },
    ]) {
      const event = plainEvent({ data: { object } });
      expect((await deliver(server, alias, event, secret)).status, object.id).toBe(200);
      expect((await eventsOf(server, story.programId)).at(-1)?.event_id).toBe(event.id);
    }
  });

  it('400 Invalid signature when the program’s own secrets do not fit, also with the installation’s', async () => {
    // Every account of the installation is signed with its secret: metadata alone must not steer them to a program.
    const event = plainEvent({ data: { object: { id: 'cs_1', metadata: { program_id: story.programId } } } });
    for (const wrong of ['whsec_wrong', connectSecret]) {
      expect((await deliver(server, alias, event, wrong)).body).toEqual({ error: 'Invalid signature' });
    }
    // Nor must an account that somebody merely claims.
    const claimer = await tellStory(server);
    await join(claimer.programId, 'acct_claimed', 'stated');
    const claimed = plainEvent({ account: 'acct_claimed' });
    expect((await deliver(server, alias, claimed, connectSecret)).body).toEqual({
      error: 'Invalid signature',
    });
  });

  it('404 when nothing names a program, 400 without a signature', async () => {
    expect((await deliver(server, alias, plainEvent(), secret)).body).toEqual({ error: 'Program not found' });
    expect((await deliver(server, alias, plainEvent({ account: 'acct_x' }), secret)).status).toBe(404);
    expect((await deliver(server, alias, 'no json', secret)).status).toBe(404);
    expect((await server.call('POST', alias, '{}')).body).toEqual({
      error: 'Missing Stripe-Signature header',
    });
  });
});
