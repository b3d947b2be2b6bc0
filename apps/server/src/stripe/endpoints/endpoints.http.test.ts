import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer } from '../../../test/test-server.ts';
import { deliver, plainEvent } from '../../../test/walls/stripe/deliveries.ts';

let server: TestServer;
let story: Story;
let path: string;
const secret = 'whsec_abcdefgh12345678';

beforeAll(async () => {
  server = await openTestServer();
  story = await tellStory(server);
  path = `/api/v1/programs/${story.programId}/stripe/endpoints`;
});
afterAll(() => server.close());

describe('/api/v1/programs/:id/stripe/endpoints', () => {
  it('POST 201: kept encrypted, answered masked, good at once; a pasted line break does no harm', async () => {
    const reply = await server.post(
      path,
      { webhook_secret: `${secret}\n`, webhook_endpoint_id: 'we_1' },
      server.key,
    );
    expect([reply.status, reply.body.data]).toEqual([
      201,
      {
        id: expect.any(Number),
        secret_masked: 'whsec_****5678',
        webhook_endpoint_id: 'we_1',
        origin: 'pasted',
        livemode: null,
        api_version: null,
        url: null,
        description: null,
        created_at: server.clock.now().toISOString(),
        last_event_at: null,
      },
    ]);
    const rows = await server.database.postgres.query(
      `select t::text as row, encode(secret, 'escape') as bytes from stripe_endpoints t`,
    );
    expect(JSON.stringify(rows)).not.toContain('abcdefgh');
    expect((await deliver(server, story.programId, plainEvent(), secret)).status).toBe(200);
  });

  it('POST the same secret again is the same endpoint', async () => {
    const before = (await server.get(path, server.key)).body.data;
    const again = await server.post(path, { webhook_secret: secret, description: 'main' }, server.key);
    expect(again.status).toBe(201);
    expect((await server.get(path, server.key)).body.data).toEqual([
      { ...before[0], description: 'main', last_event_at: expect.anything() },
    ]);
  });

  it('POST 400 for what is no signing secret, without repeating it', async () => {
    for (const webhook_secret of [
      undefined,
      '',
      'whsec_',
      'sk_live_0123456789abcdef',
      7,
      'whsec_with space inside',
    ]) {
      const reply = await server.post(path, { webhook_secret }, server.key);
      expect([reply.status, reply.body]).toEqual([
        400,
        { error: 'webhook_secret must start with whsec_', code: 'invalid_request' },
      ]);
    }
  });

  it('GET 200 lists several, newest first and page by page, masked', async () => {
    await server.post(path, { webhook_secret: 'whsec_zyxwvuts87654321' }, server.key);
    const first = await server.get(`${path}?limit=1`, server.key);
    expect(first.body.data).toMatchObject([{ secret_masked: 'whsec_****4321' }]);
    const second = await server.get(`${path}?limit=1&cursor=${first.body.next_cursor}`, server.key);
    expect(second.body).toMatchObject({ data: [{ secret_masked: 'whsec_****5678' }], next_cursor: null });
    expect(JSON.stringify([first.body, second.body])).not.toMatch(/abcdefgh|zyxwvuts/);
  });

  it('DELETE 200: its deliveries are refused at once; 404 for another program’s, and twice', async () => {
    const [newest] = (await server.get(path, server.key)).body.data;
    const other = await tellStory(server);
    const remove = (program: number) =>
      server.call('DELETE', `/api/v1/programs/${program}/stripe/endpoints/${newest.id}`, undefined, {
        token: server.key,
      });
    expect((await remove(other.programId)).body.code).toBe('stripe_endpoint_not_found');
    expect((await deliver(server, story.programId, plainEvent(), 'whsec_zyxwvuts87654321')).status).toBe(200);
    expect((await remove(story.programId)).status).toBe(200);
    expect((await remove(story.programId)).status).toBe(404);
    expect((await deliver(server, story.programId, plainEvent(), 'whsec_zyxwvuts87654321')).status).toBe(400);
  });
});
