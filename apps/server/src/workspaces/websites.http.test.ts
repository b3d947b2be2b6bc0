import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../test/set-up-server.ts';

let server: SetUpServer;
beforeAll(async () => {
  server = await openSetUpServer();
});
afterAll(() => server.close());

async function made(path: string, body: object) {
  const reply = await server.call('POST', path, body);
  expect(reply.body).toHaveProperty('data');
  expect(reply.status).toBe(201);
  return reply.body.data;
}
const newProgram = () => made('/api/v1/programs', { name: 'Shop', domain: 'shop.example' });
const newWebsite = (more: object = {}) => made('/api/v1/websites', { domain: 'site.example', ...more });

describe('POST /api/v1/websites', () => {
  it('201 answers the token once', async () => {
    const site = await newWebsite({ domain: 'https://Site.example/x' });
    expect(site).toMatchObject({
      domain: 'site.example',
      name: 'site.example',
      timezone: 'UTC',
      currency: 'USD',
      program_id: null,
      allowed_origins: [],
    });
    expect(site.website_id).toMatch(/^web_[\w-]{22}$/);
    expect(site.api_token).toMatch(/^tf_[\w-]{32}$/);
    expect(await server.directory.findPrincipal(site.api_token)).toMatchObject({
      kind: 'website',
      websiteId: site.website_id,
    });
    const listed = (await server.call('GET', '/api/v1/websites')).body.data;
    const { api_token: _, ...rest } = site;
    expect(listed.find((one: { website_id: string }) => one.website_id === site.website_id)).toEqual(rest);
  });

  it('201 takes every field', async () => {
    const program = await newProgram();
    const site = await newWebsite({
      name: 'Site',
      timezone: 'europe/berlin',
      currency: 'eur',
      program_id: program.id,
      allowed_origins: ['https://site.example'],
    });
    expect(site).toMatchObject({
      name: 'Site',
      timezone: 'Europe/Berlin',
      currency: 'EUR',
      program_id: program.id,
      allowed_origins: ['https://site.example'],
    });
    expect((await server.call('GET', `/api/v1/programs/${program.id}`)).body.data.website_id).toBe(
      site.website_id,
    );
  });

  it.each([
    [{}, 'domain is required'],
    [{ domain: '??' }, 'domain is invalid'],
    [{ domain: 'x.example', timezone: 'Mars/Base' }, 'timezone is invalid'],
    [{ domain: 'x.example', timezone: '+02:00' }, 'timezone is invalid'],
    [{ domain: 'x.example', currency: 'dollar' }, 'currency is invalid'],
    [{ domain: 'x.example', allowed_origins: ['x'] }, 'allowed_origins is invalid'],
    [{ domain: 'x.example', program_id: {} }, 'program_id is invalid'],
  ])('400 %j: %s', async (body, error) => {
    expect(await server.call('POST', '/api/v1/websites', body)).toEqual({
      status: 400,
      body: { error, code: 'invalid_request' },
    });
  });

  it('403 for a key limited to programs that names none; 404 for a foreign program; 409 for a bound one', async () => {
    const program = await newProgram();
    const limited = await server.newKey({ programScope: [program.id] });
    expect((await server.call('POST', '/api/v1/websites', { domain: 'x.example' }, limited)).status).toBe(
      403,
    );
    const body = { domain: 'x.example', program_id: program.id };
    expect((await server.call('POST', '/api/v1/websites', body, server.strangerKey)).body).toEqual({
      error: 'Program not found',
      code: 'program_not_found',
    });
    expect((await server.call('POST', '/api/v1/websites', body, limited)).status).toBe(201);
    expect(await server.call('POST', '/api/v1/websites', body)).toEqual({
      status: 409,
      body: { error: 'Program is already bound to a website', code: 'conflict' },
    });
  });
});

describe('GET, PATCH /api/v1/websites', () => {
  it('GET 200 pages through websites made in the same instant', async () => {
    await Promise.all(Array.from({ length: 5 }, () => newWebsite()));
    const all = (await server.call('GET', '/api/v1/websites?limit=200')).body.data;
    const seen = [];
    let cursor = '';
    do {
      const page = (await server.call('GET', `/api/v1/websites?limit=2${cursor}`)).body;
      seen.push(...page.data);
      cursor = page.next_cursor && `&cursor=${page.next_cursor}`;
    } while (cursor);
    expect(seen).toEqual(all);
    const forged = Buffer.from('0000-01-01T00:00:00Z\nweb_x').toString('base64url');
    expect((await server.call('GET', `/api/v1/websites?cursor=${forged}`)).status).toBe(400);
  });

  it('PATCH 200 changes what is sent, binds and unbinds', async () => {
    const [site, program] = [await newWebsite(), await newProgram()];
    const path = `/api/v1/websites/${site.website_id}`;
    const { api_token: _, ...before } = site;
    expect((await server.call('PATCH', path, { odd: 1 })).body.data).toEqual(before);
    const bound = await server.call('PATCH', path, {
      program_id: program.id,
      name: 'N',
      timezone: 'Asia/Tokyo',
    });
    expect(bound.body.data).toEqual({ ...before, program_id: program.id, name: 'N', timezone: 'Asia/Tokyo' });
    expect(await server.directory.findWebsite(site.website_id)).toMatchObject({ programId: program.id });
    expect((await server.call('PATCH', path, { currency: 'JPY' })).body.data.program_id).toBe(program.id);
    expect((await server.call('PATCH', path, { program_id: null })).body.data.program_id).toBeNull();
    expect(await server.directory.findWebsite(site.website_id)).toMatchObject({ programId: null });
  });

  it('PATCH 400, 404 and 409', async () => {
    const [site, program] = [await newWebsite(), await newProgram()];
    await newWebsite({ program_id: program.id });
    const path = `/api/v1/websites/${site.website_id}`;
    expect((await server.call('PATCH', path, { timezone: 'x' })).body.error).toBe('timezone is invalid');
    expect((await server.call('PATCH', path, { program_id: program.id })).status).toBe(409);
    expect((await server.call('PATCH', path, { program_id: '' })).body.code).toBe('program_not_found');
    const limited = await server.newKey({ programScope: [program.id] });
    for (const [stray, key] of [
      [path, server.strangerKey],
      [path, limited],
      ['/api/v1/websites/web_none', server.key],
      ['/api/v1/websites/%00', server.key],
    ] as const) {
      expect(await server.call('PATCH', stray, { name: 'x' }, key)).toEqual({
        status: 404,
        body: { error: 'Website not found', code: 'website_not_found' },
      });
    }
  });
});

describe('POST /api/v1/websites/:id/regenerate-token', () => {
  it('200 answers a new token once, the old one dies; 404 for a stranger', async () => {
    const { data: made } = (await server.call('POST', '/api/v1/websites', { domain: 'token.example' })).body;
    const path = `/api/v1/websites/${made.website_id}/regenerate-token`;
    const { status, body } = await server.call('POST', path);
    expect([status, body.data]).toEqual([
      200,
      { api_token: expect.stringMatching(/^tf_[\w-]{32}$/), api_token_masked: expect.stringMatching(/^tf_/) },
    ]);
    expect(await server.directory.findPrincipal(made.api_token)).toBeUndefined();
    expect(await server.directory.findPrincipal(body.data.api_token)).toMatchObject({
      kind: 'website',
      websiteId: made.website_id,
    });
    expect((await server.call('POST', path, undefined, server.strangerKey)).status).toBe(404);
  });
});
