import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../test/set-up-server.ts';

let server: SetUpServer;
let programId: number;
const keys = '/api/v1/api-keys';
beforeAll(async () => {
  server = await openSetUpServer();
  // Keys expire by the database's clock too
  server.clock.at = new Date();
  programId = (await server.call('POST', '/api/v1/programs', { name: 'S', domain: 's.example' })).body.data
    .id;
});
afterAll(() => server.close());

const tomorrow = () => new Date(Date.now() + 86_400_000);

describe('POST /api/v1/api-keys', () => {
  it('201 answers the key once', async () => {
    const reply = await server.call('POST', keys, { name: ' CI ' });
    expect(reply.status).toBe(201);
    const { key, ...record } = reply.body.data;
    expect(key).toMatch(/^affk_[\w-]{32}$/);
    expect(record).toEqual({
      id: expect.any(Number),
      name: 'CI',
      prefix: key.slice(0, 13),
      scopes: ['*'],
      program_scope: null,
      status: 'active',
      expires_at: null,
      created_at: server.clock.at.toISOString(),
      key_masked: `${key.slice(0, 11)}…${key.slice(-4)}`,
    });
    const listed = async () => (await server.call('GET', keys, undefined, key)).body.data[0];
    expect(await listed()).toEqual({ ...record, last_used_at: null });
    await server.directory.noteUses();
    const { last_used_at: usedAt } = await listed();
    expect(Date.now() - Date.parse(usedAt)).toBeLessThan(60_000);
    expect(JSON.stringify((await server.call('GET', keys)).body)).not.toContain(key);
  });

  it('201 takes scopes, programs and an end', async () => {
    const expiresAt = tomorrow().toISOString();
    const reply = await server.call('POST', keys, {
      name: 'Reader',
      scopes: ['program:read', 'program:read'],
      program_scope: [programId, String(programId)],
      expires_at: expiresAt,
    });
    expect(reply.body.data).toMatchObject({
      scopes: ['program:read'],
      program_scope: [programId],
      expires_at: expiresAt,
    });
    const { key } = reply.body.data;
    expect((await server.call('GET', `/api/v1/programs/${programId}`, undefined, key)).status).toBe(200);
    expect((await server.call('POST', keys, { name: 'x' }, key)).status).toBe(403);
  });

  it.each([
    [{}, 'name is required'],
    [{ name: 'x', scopes: 'all' }, 'scopes is invalid'],
    [{ name: 'x', scopes: [] }, 'scopes is invalid'],
    [{ name: 'x', scopes: ['program:fly'] }, 'scopes is invalid'],
    [{ name: 'x', program_scope: [] }, 'program_scope is invalid'],
    [{ name: 'x', program_scope: [true] }, 'program_scope is invalid'],
    [{ name: 'x', expires_at: 'soon' }, 'expires_at is invalid'],
    [{ name: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at is invalid'],
  ])('400 %j: %s', async (body, error) => {
    expect(await server.call('POST', keys, body)).toEqual({
      status: 400,
      body: { error, code: 'invalid_request' },
    });
  });

  it('403 when the new key would open more, or live longer, than the one that makes it', async () => {
    const limited = await server.newKey({ programScope: [programId] });
    const mortal = await server.newKey({ expiresAt: tomorrow() });
    const later = new Date(tomorrow().getTime() + 60_000).toISOString();
    for (const [key, body] of [
      [limited, { name: 'x' }],
      [mortal, { name: 'x' }],
      [mortal, { name: 'x', expires_at: later }],
    ] as const) {
      const reply = await server.call('POST', keys, body, key);
      expect([reply.status, reply.body.code]).toEqual([403, 'missing_permission']);
    }
    const within = await server.call('POST', keys, { name: 'x', program_scope: [programId] }, limited);
    expect(within.status).toBe(201);
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect((await server.call('POST', keys, { name: 'x', expires_at: soon }, mortal)).status).toBe(201);
  });

  it('404 for a program of another workspace', async () => {
    expect(
      await server.call('POST', keys, { name: 'x', program_scope: [programId] }, server.strangerKey),
    ).toEqual({
      status: 404,
      body: { error: 'Program not found', code: 'program_not_found' },
    });
  });
});

describe('PUT, DELETE /api/v1/api-keys/:id', () => {
  it('PUT 200 changes what is sent; a key cannot lift its own limits', async () => {
    const { data: made } = (
      await server.call('POST', keys, {
        name: 'Limited',
        program_scope: [programId],
        expires_at: tomorrow().toISOString(),
      })
    ).body;
    const path = `${keys}/${made.id}`;
    const renamed = await server.call('PUT', path, { name: 'Renamed' }, made.key);
    const { key: _, ...record } = made;
    expect(renamed.body.data).toEqual({ ...record, name: 'Renamed' });
    for (const body of [{ program_scope: null }, { expires_at: null }]) {
      expect((await server.call('PUT', path, body, made.key)).status).toBe(403);
    }
    const lifted = await server.call('PUT', path, { program_scope: null, expires_at: null });
    expect(lifted.body.data).toMatchObject({ program_scope: null, expires_at: null, name: 'Renamed' });
    expect((await server.call('GET', '/api/v1/websites', undefined, made.key)).status).toBe(200);
  });

  it('DELETE 200 keeps the record as revoked; the key opens nothing at once', async () => {
    const { data: made } = (await server.call('POST', keys, { name: 'Gone' })).body;
    expect((await server.call('GET', keys, undefined, made.key)).status).toBe(200);
    for (let times = 0; times < 2; times += 1) {
      const reply = await server.call('DELETE', `${keys}/${made.id}`);
      expect([reply.status, reply.body.data.status]).toEqual([200, 'revoked']);
    }
    expect((await server.call('GET', keys, undefined, made.key)).status).toBe(401);
    const listed = (await server.call('GET', keys)).body.data;
    expect(listed.find((one: { id: number }) => one.id === made.id).status).toBe('revoked');
  });

  it('404 for unknown, foreign and out-of-sight keys', async () => {
    const { data: made } = (await server.call('POST', keys, { name: 'Ours' })).body;
    const limited = await server.newKey({ programScope: [programId] });
    for (const [id, key] of [
      [made.id, server.strangerKey],
      [made.id, limited],
      ['x', server.key],
      ['999999', server.key],
    ] as const) {
      for (const method of ['PUT', 'DELETE'] as const) {
        const reply = await server.call(
          method,
          `${keys}/${id}`,
          method === 'PUT' ? { name: 'Theirs' } : undefined,
          key,
        );
        expect(reply).toEqual({ status: 404, body: { error: 'Key not found', code: 'key_not_found' } });
      }
    }
  });
});
