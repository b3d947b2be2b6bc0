import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer } from '../../../test/test-server.ts';

let server: TestServer;
let story: Story;

const goal = (body: Record<string, unknown>) =>
  server.post('/api/v1/goals', { website_id: story.websiteId, ...body }, server.key);
const query = async (body: Record<string, unknown>) =>
  server.post(
    '/api/v1/query',
    { website_id: story.websiteId, from: '2026-05-01', to: '2026-05-31', ...body },
    server.key,
  );
const rows = async (body: Record<string, unknown>) => {
  const reply = await query(body);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data.rows;
};

beforeAll(async () => {
  server = await openTestServer();
  server.clock.set('2026-05-04T10:00:00Z');
  story = await tellStory(server);
  const page = (visitor: string, session: string, path: string) =>
    story.pageview(visitor, session, `https://shop.example${path}`);
  const event = async (
    visitor: string,
    session: string,
    name: string,
    properties?: Record<string, unknown>,
  ) =>
    server.post('/api/v1/collect', {
      ...{ website_id: story.websiteId, visitor_id: visitor, session_id: session },
      events: [{ type: 'event', name, url: 'https://shop.example/app', properties }],
    });
  // Three come by the newsletter and one by itself; who reads thanks twice has reached it twice.
  await page('v1', 's1', '/?utm_source=news&utm_medium=email');
  await page('v1', 's1', '/thanks/pro');
  await page('v1', 's1', '/thanks/pro');
  await page('v2', 's2', '/?utm_source=news&utm_medium=email');
  await event('v2', 's2', 'sign_up', { plan: 'pro', seats: 3 });
  await page('v3', 's3', '/?utm_source=news&utm_medium=email');
  await event('v3', 's3', 'sign_up', { plan: 'free' });
  await page('v4', 's4', '/');
  await page('v4', 's4', '/thanks');
  await event('v4', 's4', 'other', { plan: 'pro' });
  await server.server.shipper.catchUp(20_000);
}, 60_000);
afterAll(() => server.close());

describe('goals', () => {
  it('201, 200, 409, 400, 404: are added, listed, changed and forgotten', async () => {
    const made = await goal({ name: 'Thanks', path: '/thanks*', value_cents: 500 });
    expect(made).toMatchObject({
      status: 201,
      body: { data: { name: 'Thanks', path: '/thanks*', event: null, value_cents: 500 } },
    });
    expect(
      (await goal({ name: 'Pro', event: 'sign_up', property: 'plan', property_value: 'pro' })).status,
    ).toBe(201);
    expect((await goal({ name: 'Any', event: 'sign_up' })).status).toBe(201);
    expect(await goal({ name: 'THANKS', path: '/other' })).toMatchObject({ status: 409 });
    for (const [body, error] of [
      [{ name: 'x' }, 'path or event is required, and not both'],
      [{ name: 'x', path: '/', event: 'e' }, 'path or event is required, and not both'],
      [{ name: 'x', path: 'thanks' }, 'path is invalid: it begins with / or *'],
      [{ name: 'x', path: '/', property: 'p' }, 'property is invalid: only an event has one'],
      [{ name: 'x', event: 'e', property_value: 'p' }, 'property_value is invalid: property is missing'],
    ] as const) {
      expect(await goal(body)).toMatchObject({ status: 400, body: { error } });
    }
    const seats = (await goal({ name: 'Tmp', event: 'sign_up' })).body.data;
    const changed = await server.call(
      'PATCH',
      `/api/v1/goals/${seats.id}`,
      { name: 'Seats', property: 'seats', property_value: '3' },
      { token: server.key },
    );
    expect(changed.body.data).toEqual({ ...seats, name: 'Seats', property: 'seats', property_value: '3' });
    const asPage = await server.call(
      'PATCH',
      `/api/v1/goals/${seats.id}`,
      { path: '/x' },
      { token: server.key },
    );
    expect(asPage.body.data).toMatchObject({ path: '/x', event: null, property: null, property_value: null });
    const again = { event: 'sign_up', property: 'seats', property_value: '3' };
    expect(
      (await server.call('PATCH', `/api/v1/goals/${seats.id}`, again, { token: server.key })).body.data,
    ).toMatchObject({ ...again, path: null });
    expect(
      await server.call('PATCH', `/api/v1/goals/${seats.id}`, { name: 'any' }, { token: server.key }),
    ).toMatchObject({ status: 409 });
    const gone = (await goal({ name: 'Gone', path: '/gone' })).body.data;
    const stranger = await server.otherWorkspace();
    for (const token of [stranger, server.key, server.key]) {
      const reply = await server.call('DELETE', `/api/v1/goals/${gone.id}`, undefined, { token });
      expect(reply.status).toBe(token === stranger ? 404 : reply.body.data ? 200 : 404);
    }
    const listed = await server.get(`/api/v1/goals?website_id=${story.websiteId}`, server.key);
    expect(listed.body.data.map(({ name }: { name: string }) => name)).toEqual([
      'Any',
      'Pro',
      'Seats',
      'Thanks',
    ]);
    const [acts] = await server.database.postgres.query<{ acts: string[] }>(
      `select array_agg(act order by seq) as acts from audit_log where act like 'goal.%'`,
    );
    expect(acts?.acts.filter((act) => act === 'goal.add')).toHaveLength(5);
    expect(acts?.acts).toContain('goal.remove');
  });
});

describe('POST /api/v1/query about goals', () => {
  it('conversions and their rate, by goal: a visitor counts once, all who came are the whole', async () => {
    expect(
      await rows({
        metrics: ['conversions', 'converters', 'goal_rate', 'goal_value_cents'],
        dimensions: ['goal'],
      }),
    ).toEqual([
      {
        dimensions: { goal: 'Thanks' },
        metrics: { conversions: 3, converters: 2, goal_rate: 50, goal_value_cents: 1500 },
      },
      {
        dimensions: { goal: 'Any' },
        metrics: { conversions: 2, converters: 2, goal_rate: 50, goal_value_cents: 0 },
      },
      {
        dimensions: { goal: 'Pro' },
        metrics: { conversions: 1, converters: 1, goal_rate: 25, goal_value_cents: 0 },
      },
      {
        dimensions: { goal: 'Seats' },
        metrics: { conversions: 1, converters: 1, goal_rate: 25, goal_value_cents: 0 },
      },
    ]);
  });

  it('by what the visit brought with it, and by page', async () => {
    const asked = { metrics: ['conversions', 'converters', 'goal_rate'] };
    const only = { filters: [{ dimension: 'goal', operator: 'is', values: ['Thanks'] }] };
    expect(await rows({ ...asked, ...only, dimensions: ['channel'] })).toEqual([
      { dimensions: { channel: 'email' }, metrics: { conversions: 2, converters: 1, goal_rate: 33.33 } },
      { dimensions: { channel: 'direct' }, metrics: { conversions: 1, converters: 1, goal_rate: 100 } },
    ]);
    expect(
      await rows({ ...asked, dimensions: ['goal', 'source'], order_by: [{ by: 'converters' }] }),
    ).toContainEqual({
      dimensions: { goal: 'Any', source: 'news' },
      metrics: { conversions: 2, converters: 2, goal_rate: 66.67 },
    });
    expect(await rows({ metrics: ['conversions'], ...only, dimensions: ['page'] })).toEqual([
      { dimensions: { page: '/thanks/pro' }, metrics: { conversions: 2 } },
      { dimensions: { page: '/thanks' }, metrics: { conversions: 1 } },
    ]);
    expect(await rows({ metrics: ['conversions', 'visitors'], dimensions: ['channel'] })).toEqual([
      { dimensions: { channel: 'email' }, metrics: { conversions: 6, visitors: 3 } },
      { dimensions: { channel: 'direct' }, metrics: { conversions: 1, visitors: 1 } },
    ]);
    // All four goals of the program that the website is bound to.
    const ofProgram = await server.post(
      '/api/v1/query',
      {
        program_id: story.programId,
        from: '2026-05-01',
        to: '2026-05-31',
        metrics: ['conversions', 'goal_rate'],
      },
      server.key,
    );
    expect(ofProgram.body.data.rows[0].metrics).toEqual({ conversions: 7, goal_rate: 100 });
  });

  it('with an earlier period, in a file, in a segment, and in the live view', async () => {
    expect(
      await rows({ metrics: ['conversions'], dimensions: ['goal'], compare: 'previous_period', limit: 1 }),
    ).toEqual([
      { dimensions: { goal: 'Thanks' }, metrics: { conversions: 3 }, previous: { conversions: 0 } },
    ]);
    const file = await query({ metrics: ['conversions', 'goal_rate'], dimensions: ['goal'], format: 'csv' });
    expect(file.body.split('\n')[1]).toBe('"Thanks",3,50');
    const segment = {
      ...{ website_id: story.websiteId, name: 'thankful' },
      filters: [{ dimension: 'goal', operator: 'wildcard', values: ['Tha*'] }],
    };
    expect((await server.post('/api/v1/segments', segment, server.key)).status).toBe(201);
    expect(await rows({ metrics: ['conversions'], segment: 'thankful' })).toEqual([
      { dimensions: {}, metrics: { conversions: 3 } },
    ]);
    const live = await server.get(`/api/v1/reports/realtime?website_id=${story.websiteId}`, server.key);
    expect(live.body.data.goals).toContainEqual({ key: 'Thanks', visitors: 2, conversions: 3 });
  });

  it('400: what no goal has', async () => {
    for (const [body, error] of [
      [{ metrics: ['visitors'], dimensions: ['goal'] }, 'visitors cannot be asked by goal'],
      [{ metrics: ['payments'], dimensions: ['goal'] }, 'payments cannot be asked by goal'],
      [{ metrics: ['goal_rate'], dimensions: ['page'] }, 'goal_rate cannot be asked by page'],
      [{ metrics: ['goal_value_cents'], currency: 'EUR' }, 'goal_value_cents is in USD, and not converted'],
    ] as const) {
      expect(await query(body)).toMatchObject({ status: 400, body: { error } });
    }
  });

  it('nothing where there are no goals', async () => {
    const other = await tellStory(server);
    const reply = await server.post(
      '/api/v1/query',
      { website_id: other.websiteId, metrics: ['conversions', 'goal_rate'], dimensions: ['goal'] },
      server.key,
    );
    expect(reply.body.data.rows).toEqual([]);
  });
});
