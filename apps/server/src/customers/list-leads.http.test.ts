import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../test/set-up-server.ts';
import { listLeadsRoute } from './list-leads.ts';

let server: SetUpServer;
let path: string;
beforeAll(async () => {
  server = await openSetUpServer(listLeadsRoute);
  const program = (await server.call('POST', '/api/v1/programs', { name: 'S', domain: 's.example' })).body
    .data;
  path = `/api/v1/programs/${program.id}/leads`;
  const insert = (key: string, at: string, isTest: boolean, provisional: boolean, settledAt: string | null) =>
    server.postgres.query(
      `insert into leads (workspace_id, program_id, customer_id, customer_key, email_masked, partner_id, is_test,
         provisional, settled_at, created_at)
       values ($1, $2, 77, $3, 'a***@example.com', 5, $4, $5, $6, $7)`,
      [server.workspaceId, program.id, key, isTest, provisional, settledAt, at],
    );
  await insert('plain', '2026-02-01T00:00:00Z', false, false, null);
  await insert('waiting', '2026-02-02T00:00:00Z', false, true, null);
  await insert('settled', '2026-02-03T00:00:00Z', false, true, '2026-02-04T00:00:00Z');
  await insert('test', '2026-02-03T00:00:00Z', true, false, null);
});
afterAll(() => server.close());

async function keys(query = ''): Promise<string[]> {
  const reply = await server.call('GET', `${path}?${query}`);
  expect(reply.status).toBe(200);
  return reply.body.data.map((one: { customer_key: string }) => one.customer_key);
}

describe('GET /api/v1/programs/:id/leads', () => {
  it('200 answers leads newest first', async () => {
    expect(await keys()).toEqual(['settled', 'waiting', 'plain']);
    const { data } = (await server.call('GET', path)).body;
    expect(data[2]).toEqual({
      id: expect.any(Number),
      customer_id: 77,
      customer_key: 'plain',
      email_masked: 'a***@example.com',
      partner_id: 5,
      status: 'settled',
      created_at: '2026-02-01T00:00:00.000Z',
      is_test: false,
    });
  });

  it('200 filters and pages', async () => {
    expect(await keys('status=provisional')).toEqual(['waiting']);
    expect(await keys('status=settled')).toEqual(['settled', 'plain']);
    expect(await keys('partner_id=6')).toEqual([]);
    expect(await keys('is_test=true')).toEqual(['test']);
    expect(await keys('from=2026-02-02&to=2026-02-02')).toEqual(['waiting']);
    const { next_cursor } = (await server.call('GET', `${path}?limit=2`)).body;
    expect(await keys(`cursor=${next_cursor}`)).toEqual(['plain']);
  });

  it('400 and 404', async () => {
    expect((await server.call('GET', `${path}?status=pending`)).body.error).toBe('status is invalid');
    expect((await server.call('GET', path, undefined, server.strangerKey)).status).toBe(404);
  });
});
