import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer } from '../../../test/test-server.ts';

let server: TestServer;
let story: Story;

beforeAll(async () => {
  server = await openTestServer();
  server.clock.set('2026-05-04T10:00:00Z');
  story = await tellStory(server);
}, 60_000);
afterAll(() => server.close());

const add = (body: Record<string, unknown>, token = server.key) =>
  server.post('/api/v1/annotations', body, token);
const list = async (query: string) =>
  (await server.get(`/api/v1/annotations?${query}`, server.key)).body.data as { text: string; day: string }[];

describe('annotations', () => {
  it('201, 200: told of a program or its website, listed by period from either, the latest first', async () => {
    const { programId: program_id, websiteId: website_id } = story;
    const deploy = await add({ program_id, kind: 'deploy', text: ' Version 3 ' });
    expect(deploy).toMatchObject({
      status: 201,
      body: {
        data: { kind: 'deploy', text: 'Version 3', at: '2026-05-04T10:00:00.000Z', day: '2026-05-04' },
      },
    });
    await add({ website_id, kind: 'campaign', text: 'Spring letter', at: '2026-04-20' });
    await add({ program_id, kind: 'other', text: 'Long ago', at: '2026-01-01T08:00:00Z' });
    for (const of of [`program_id=${program_id}`, `website_id=${website_id}`]) {
      expect((await list(of)).map(({ text, day }) => [day, text])).toEqual([
        ['2026-05-04', 'Version 3'],
        ['2026-04-20', 'Spring letter'],
      ]);
      expect(await list(`${of}&from=2026-01-01&to=2026-01-31`)).toMatchObject([{ text: 'Long ago' }]);
    }
    const other = await tellStory(server, { bound: false });
    expect(await list(`program_id=${other.programId}`)).toEqual([]);
  });

  it('400, 403, 404: an unknown kind or day, a key without the scope, what is not there or a stranger’s', async () => {
    const { programId: program_id } = story;
    const whole = { program_id, kind: 'deploy', text: 'Version 4' };
    for (const [body, error] of [
      [{ ...whole, kind: 'rain' }, 'kind is invalid'],
      [{ ...whole, text: ' ' }, 'text is invalid'],
      [{ ...whole, at: '2026-02-31' }, 'at is invalid'],
      [{ kind: 'deploy', text: 'x' }, 'website_id or program_id is required, and not both'],
    ] as const)
      expect(await add(body)).toMatchObject({ status: 400, body: { error } });

    const keyOf = async (scopes: string[]) =>
      (await server.post('/api/v1/api-keys', { name: 'CI', scopes }, server.key)).body.data.key as string;
    expect(await add(whole, await keyOf(['dashboard:view']))).toMatchObject({ status: 403 });
    const made = await add(whole, await keyOf(['annotation:manage']));
    expect(made.status).toBe(201);

    const path = `/api/v1/annotations/${made.body.data.id}`;
    const stranger = await server.otherWorkspace();
    expect(await add(whole, stranger)).toMatchObject({ status: 404 });
    for (const [token, status] of [
      [stranger, 404],
      [server.key, 200],
      [server.key, 404],
    ] as const)
      expect(await server.call('DELETE', path, undefined, { token })).toMatchObject({ status });
    // Of two who remove it at once one did, and is told its day where the website is.
    const { websiteId: website_id } = story;
    await server.call(
      'PATCH',
      `/api/v1/websites/${website_id}`,
      { timezone: 'Asia/Tokyo' },
      { token: server.key },
    );
    const spring = (await add({ website_id, kind: 'campaign', text: 'Letter', at: '2026-04-21' })).body.data;
    expect(spring).toMatchObject({ at: '2026-04-20T15:00:00.000Z', day: '2026-04-21' });
    const removed = await Promise.all(
      [1, 2].map(() =>
        server.call('DELETE', `/api/v1/annotations/${spring.id}`, undefined, { token: server.key }),
      ),
    );
    expect(removed.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect(removed.find(({ status }) => status === 200)?.body.data).toEqual(spring);
    const acts = await server.database.postgres.query<{ act: string; details: { text: string } }>(
      `select act, details from audit_log where subject = $1 order by seq`,
      [`annotation ${made.body.data.id}`],
    );
    expect(acts.map(({ act, details }) => [act, details.text])).toEqual([
      ['annotation.add', 'Version 4'],
      ['annotation.remove', 'Version 4'],
    ]);
  });
});
