import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer } from '../../../test/test-server.ts';
import { addSecret, deliver, eventsOf, plainEvent } from '../../../test/walls/stripe/deliveries.ts';
import { dayMs } from '../../platform/index.ts';

let server: TestServer;
let story: Story;
let other: Story;
let secret: string;
const events = Array.from({ length: 5 }, (_, n) =>
  plainEvent({ type: n % 2 ? 'product.updated' : 'product.created' }),
);

beforeAll(async () => {
  server = await openTestServer();
  story = await tellStory(server);
  other = await tellStory(server);
  ({ secret } = await addSecret(server, story.programId));
  for (const event of events) {
    await deliver(server, story.programId, event, secret);
    server.clock.advance(dayMs);
  }
});
afterAll(() => server.close());

const path = (rest = '') => `/api/v1/programs/${story.programId}/stripe${rest}`;
const list = async (query: string) => {
  const reply = await server.get(path(`/events?${query}`), server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data.map((one: { event_id: string }) => one.event_id);
};
const ids = (...indexes: number[]) => indexes.map((index) => events[index]?.id);

describe('GET /api/v1/programs/:id/stripe/events', () => {
  it('200 newest first, page by page', async () => {
    const first = await server.get(path('/events?limit=2'), server.key);
    expect(first.body.data.map((one: { event_id: string }) => one.event_id)).toEqual(ids(4, 3));
    expect(first.body.data[0]).not.toHaveProperty('payload');
    expect(await list(`limit=200&cursor=${first.body.next_cursor}`)).toEqual(ids(2, 1, 0));
  });

  it('200 filtered by state, type and when it was received', async () => {
    expect(await list('type=product.updated')).toEqual(ids(3, 1));
    expect(await list('state=waiting')).toEqual(ids(4, 3, 2, 1, 0));
    expect(await list('state=failed')).toEqual([]);
    const [third] = (await eventsOf(server, story.programId)).slice(2);
    expect(await list(`from=${third.received_at}&to=${third.received_at}`)).toEqual(ids(2));
  });

  it('400 <name> is invalid', async () => {
    for (const query of ['state=odd', 'type=%20', 'from=x', 'to=2026-02-30', 'limit=0', 'cursor=x']) {
      const reply = await server.get(path(`/events?${query}`), server.key);
      expect([reply.status, reply.body]).toEqual([
        400,
        { error: `${query.split('=')[0]} is invalid`, code: 'invalid_request' },
      ]);
    }
  });

  it('401, 403, 404 like every set-up route', async () => {
    expect((await server.get(path('/events'))).status).toBe(401);
    expect((await server.get(path('/events'), await server.otherWorkspace())).status).toBe(404);
  });
});

describe('GET /api/v1/programs/:id/stripe/events/:event_id', () => {
  it('200 with the payload, by our id and by Stripe’s', async () => {
    const [first] = await eventsOf(server, story.programId);
    for (const id of [first.id, first.event_id]) {
      const reply = await server.get(path(`/events/${id}`), server.key);
      expect([reply.status, reply.body.data]).toEqual([200, { ...first, payload: events[0] }]);
    }
  });

  it('404 for what is not there, or another program’s', async () => {
    const [first] = await eventsOf(server, story.programId);
    const elsewhere = `/api/v1/programs/${other.programId}/stripe/events`;
    for (const asked of [
      path('/events/evt_none'),
      path('/events/0'),
      `${elsewhere}/${first.id}`,
      `${elsewhere}/${first.event_id}`,
    ]) {
      const reply = await server.get(asked, server.key);
      expect([reply.status, reply.body.code], asked).toEqual([404, 'stripe_event_not_found']);
    }
  });
});

describe('replay', () => {
  const fail = (eventId: unknown) =>
    server.database.postgres.query(
      `update stripe_inbox set state = 'failed', reason = 'no policy', attempts = 9, due_at = now() + interval '6 hours'
       where event_id = $1`,
      [eventId],
    );
  const stateOf = async (index: number) => (await eventsOf(server, story.programId))[index];

  it('POST …/events/:event_id/replay: 200, due at once, whatever became of it', async () => {
    await server.server.stripe.processor.drain();
    expect((await stateOf(0)).state).toBe('noted');
    await fail(events[1]?.id);
    for (const index of [0, 1]) {
      const reply = await server.post(path(`/events/${events[index]?.id}/replay`), {}, server.key);
      expect([reply.status, reply.body.data.state]).toEqual([200, 'waiting']);
    }
    await server.server.stripe.processor.drain();
    expect(await stateOf(1)).toMatchObject({ state: 'noted', reason: null });
    const none = await server.post(path('/events/evt_none/replay'), {}, server.key);
    expect([none.status, none.body.code]).toEqual([404, 'stripe_event_not_found']);
  });

  it('POST …/replay: 200 with how many failed ones are due again; the others are left alone', async () => {
    await fail(events[2]?.id);
    await fail(events[3]?.id);
    const reply = await server.post(path('/replay'), {}, server.key);
    expect([reply.status, reply.body]).toEqual([200, { data: { replayed: 2 } }]);
    expect((await stateOf(0)).state).toBe('noted');
    await server.server.stripe.processor.drain();
    expect((await eventsOf(server, story.programId)).map((one) => one.state)).toEqual(Array(5).fill('noted'));
  });
});
