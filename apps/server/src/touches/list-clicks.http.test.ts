import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../test/set-up-server.ts';
import { listClicksRoute } from './list-clicks.ts';

let server: SetUpServer;
let path: string;
let programId: number;
let partnerId: number;
let linkId: number;
beforeAll(async () => {
  server = await openSetUpServer(listClicksRoute);
  programId = (await server.call('POST', '/api/v1/programs', { name: 'S', domain: 's.example' })).body.data
    .id;
  const partner = (await server.call('POST', `/api/v1/programs/${programId}/partners`, { name: 'Anna' })).body
    .data;
  partnerId = partner.id;
  linkId = partner.links[0].id;
  path = `/api/v1/programs/${programId}/clicks`;
  // Two in one millisecond, told apart by microseconds and by id
  await click('clk_1', '2026-02-01T00:00:00Z', {
    context: { landing_page: 'https://s.example/', source: 'news' },
  });
  await click('clk_2', '2026-02-10T10:00:00.000100Z');
  await click('clk_3', '2026-02-10T10:00:00.000200Z', { partner: null });
  await click('clk_4', '2026-02-10T10:00:00.000200Z');
  await click('clk_5', '2026-02-28T23:59:59.999Z', {
    context: { country: 'DE', device: 'mobile', os: 'iOS' },
  });
  await click('clk_t', '2026-02-28T23:59:59.999Z', { isTest: true });
});
afterAll(() => server.close());

async function click(
  id: string,
  at: string,
  more: { context?: object; partner?: null; isTest?: boolean } = {},
) {
  const credited = more.partner !== null;
  await server.postgres.query(
    `insert into clicks (workspace_id, program_id, click_id, clicked_at, link_id, partner_id, visitor, is_test, context)
     values ($1, $2, $3, $4, $5, $6, 'v', $7, $8)`,
    [
      server.workspaceId,
      programId,
      id,
      at,
      credited ? linkId : null,
      credited ? partnerId : null,
      more.isTest ?? false,
      JSON.stringify(more.context ?? {}),
    ],
  );
}

async function ids(query: string): Promise<string[]> {
  const reply = await server.call('GET', `${path}?${query}`);
  expect(reply.status).toBe(200);
  return reply.body.data.map((one: { id: string }) => one.id);
}

describe('GET /api/v1/programs/:id/clicks', () => {
  it('200 answers clicks as the contract says, newest first, without test clicks', async () => {
    const { body } = await server.call('GET', path);
    expect(body.next_cursor).toBeNull();
    expect(body.data.map((one: { id: string }) => one.id)).toEqual([
      'clk_5',
      'clk_4',
      'clk_3',
      'clk_2',
      'clk_1',
    ]);
    expect(body.data.at(-1)).toEqual({
      id: 'clk_1',
      partner_id: partnerId,
      link_id: linkId,
      clicked_at: '2026-02-01T00:00:00.000Z',
      landing_page: 'https://s.example/',
      referrer: null,
      utm_source: 'news',
      utm_medium: null,
      utm_campaign: null,
      utm_term: null,
      utm_content: null,
      channel: null,
      country: null,
      region: null,
      city: null,
      device: null,
      browser: null,
      os: null,
      is_test: false,
    });
    expect(body.data[0]).toMatchObject({ country: 'DE', device: 'mobile', os: 'iOS' });
  });

  it('200 pages one by one, unmoved by clicks that come meanwhile', async () => {
    const seen = [];
    let cursor = '';
    do {
      const { body } = await server.call('GET', `${path}?to=2026-02-28&limit=1${cursor}`);
      seen.push(...body.data.map((one: { id: string }) => one.id));
      if (seen.length === 1) await click('clk_late', '2026-02-28T23:59:59.999Z');
      cursor = body.next_cursor && `&cursor=${body.next_cursor}`;
    } while (cursor);
    expect(seen).toEqual(['clk_5', 'clk_4', 'clk_3', 'clk_2', 'clk_1']);
    await server.postgres.query("delete from clicks where click_id = 'clk_late'");
  });

  it('200 filters by time, partner and test', async () => {
    expect(await ids('from=2026-02-10&to=2026-02-10')).toEqual(['clk_4', 'clk_3', 'clk_2']);
    expect(await ids('from=2026-02-28T23:59:59.999Z')).toEqual(['clk_5']);
    expect(await ids('to=2026-02-01T00:00:00Z')).toEqual(['clk_1']);
    expect(await ids(`partner_id=${partnerId}&from=2026-02-02&to=2026-02-27`)).toEqual(['clk_4', 'clk_2']);
    expect(await ids('is_test=true')).toEqual(['clk_t']);
    expect(await ids('is_test=false&partner_id=2147483647')).toEqual([]);
  });

  it.each([
    ['from=yesterday', 'from is invalid'],
    ['from=2026-02-30', 'from is invalid'],
    ['to=2026-13-01T00:00:00Z', 'to is invalid'],
    ['partner_id=x', 'partner_id is invalid'],
    ['partner_id=99999999999', 'partner_id is invalid'],
    ['is_test=maybe', 'is_test is invalid'],
    ['limit=1000', 'limit is invalid'],
    ['cursor=bm9uc2Vuc2U', 'cursor is invalid'],
  ])('400 ?%s', async (query, error) => {
    expect(await server.call('GET', `${path}?${query}`)).toEqual({
      status: 400,
      body: { error, code: 'invalid_request' },
    });
  });

  it('401, 403 and 404', async () => {
    expect((await server.call('GET', path, undefined, 'affk_no')).status).toBe(401);
    const lister = await server.newKey({ scopes: ['program:list'] });
    expect((await server.call('GET', path, undefined, lister)).body.error).toBe(
      'Missing permission: program:read',
    );
    expect(await server.call('GET', path, undefined, server.strangerKey)).toEqual({
      status: 404,
      body: { error: 'Program not found', code: 'program_not_found' },
    });
  });
});
