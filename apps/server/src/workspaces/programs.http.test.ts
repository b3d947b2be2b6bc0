import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../test/set-up-server.ts';
import { findProgram } from './queries.ts';

let server: SetUpServer;
beforeAll(async () => {
  server = await openSetUpServer();
});
afterAll(() => server.close());

const shop = (more: object = {}) => ({ name: 'Shop', domain: 'shop.example', ...more });

async function newProgram(more: object = {}) {
  const { status, body } = await server.call('POST', '/api/v1/programs', shop(more));
  expect(body).toHaveProperty('data');
  expect(status).toBe(201);
  return body.data;
}

describe('POST /api/v1/programs', () => {
  it('201 answers every setting at its default, and the token once', async () => {
    const program = await newProgram({ name: 'Défault Shop', domain: 'https://Shop.Example/prices?x=1' });
    expect(program).toMatchObject({
      slug: 'default-shop',
      name: 'Défault Shop',
      domain: 'shop.example',
      currency: 'USD',
      status: 'active',
      attribution_model: 'last_click',
      cookie_window_days: 90,
      attribution_window_days: 60,
      lead_auth: 'open',
      organic_payments: 'reject',
      hold_period_days: 15,
      fee_bps: 0,
      fee_free_revenue: 0,
      allowed_origins: [],
      website_id: null,
      created_at: '2026-03-01T12:00:00.000Z',
    });
    expect(program.id).toBeTypeOf('number');
    expect(program.default_group_id).toBeTypeOf('number');
    expect(program.api_token).toMatch(/^aff_[\w-]{32}$/);
    expect(program.api_token_masked).toBe(
      `${program.api_token.slice(0, 12)}****${program.api_token.slice(-4)}`,
    );
    expect(await server.directory.findPrincipal(program.api_token)).toMatchObject({ programId: program.id });
    const read = await server.call('GET', `/api/v1/programs/${program.id}`);
    const { api_token: _, ...rest } = program;
    expect(read.body.data).toEqual(rest);
    expect(JSON.stringify(read.body)).not.toContain('hash');
  });

  it('201 takes every setting', async () => {
    const settings = {
      currency: 'EUR',
      attribution_model: 'linear',
      cookie_window_days: 365,
      attribution_window_days: 1,
      lead_auth: 'server_required',
      organic_payments: 'record',
      hold_period_days: 0,
      fee_bps: 350,
      fee_free_revenue: 1_000_000,
    };
    const program = await newProgram({
      ...settings,
      currency: 'eur',
      allowed_origins: ['https://Shop.example/', 'https://shop.example', 'http://localhost:3000'],
      commission: { type: 'cps_recurring', rate_bps: 2000, fixed_cents: null },
    });
    expect(program).toMatchObject({
      ...settings,
      allowed_origins: ['https://shop.example', 'http://localhost:3000'],
    });
    expect(await findProgram(server.postgres, program.id)).toMatchObject({
      feeBps: 350,
      attributionModel: 'linear',
    });
    const policies = await server.call('GET', `/api/v1/groups/${program.default_group_id}/policies`);
    expect(policies.body.data).toEqual([
      expect.objectContaining({
        version: 1,
        type: 'cps_recurring',
        rate_bps: 2000,
        fixed_cents: null,
        currency: 'EUR',
        duration_months: 12,
        hold_period_days: 0,
        approval: 'automatic',
        effective_from: '1970-01-01T00:00:00.000Z',
      }),
    ]);
  });

  it('201 makes no policy without a commission', async () => {
    const program = await newProgram();
    const policies = await server.call('GET', `/api/v1/groups/${program.default_group_id}/policies`);
    expect(policies.body).toEqual({ data: [], next_cursor: null });
  });

  it('201 gives namesakes different slugs, also at the same moment', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => newProgram({ name: 'Twin' })));
    expect(made.map((one) => one.slug).sort()).toEqual([
      'twin',
      'twin-2',
      'twin-3',
      'twin-4',
      'twin-5',
      'twin-6',
    ]);
  });

  it.each([
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['LOCALHOST:3000', 'localhost'],
    ['http://127.0.0.1:8080/x', '127.0.0.1'],
    ['shop.example.', 'shop.example'],
    [' a-b.example ', 'a-b.example'],
  ])('201 reads the domain %s as %s', async (domain, kept) => {
    expect(await newProgram({ domain })).toMatchObject({ domain: kept });
  });

  it.each([
    [{ domain: 'x.example' }, 'name is required'],
    [{ name: '  ', domain: 'x.example' }, 'name is required'],
    [{ name: 7, domain: 'x.example' }, 'name is required'],
    [shop({ name: 'x'.repeat(256) }), 'name must be a string of at most 255 characters'],
    [{ name: 'x' }, 'domain is required'],
    [shop({ domain: 'nodot' }), 'domain is invalid'],
    [shop({ domain: 'me@shop.example' }), 'domain is invalid'],
    [shop({ domain: '256.1.1.1' }), 'domain is invalid'],
    [shop({ domain: '-x.example' }), 'domain is invalid'],
    [shop({ domain: 'https://' }), 'domain is invalid'],
    [shop({ currency: 'XYZ' }), 'currency is invalid'],
    [shop({ attribution_model: 'best' }), 'attribution_model is invalid'],
    [shop({ cookie_window_days: 0 }), 'cookie_window_days is invalid'],
    [shop({ cookie_window_days: '90' }), 'cookie_window_days is invalid'],
    [shop({ attribution_window_days: 1.5 }), 'attribution_window_days is invalid'],
    [shop({ lead_auth: true }), 'lead_auth is invalid'],
    [shop({ organic_payments: 'drop' }), 'organic_payments is invalid'],
    [shop({ hold_period_days: -1 }), 'hold_period_days is invalid'],
    [shop({ fee_bps: -1 }), 'fee_bps is invalid'],
    [shop({ fee_free_revenue: 'free' }), 'fee_free_revenue is invalid'],
    [shop({ allowed_origins: 'https://shop.example' }), 'allowed_origins is invalid'],
    [shop({ allowed_origins: ['ftp://shop.example'] }), 'allowed_origins is invalid'],
    [shop({ allowed_origins: ['https://shop.example/path'] }), 'allowed_origins is invalid'],
    [shop({ commission: 'a lot' }), 'commission is invalid'],
    [shop({ commission: {} }), 'type is invalid'],
    [shop({ commission: { type: 'cps_one_time' } }), 'rate_bps is invalid'],
    [shop({ commission: { type: 'cps_one_time', rate_bps: 0 } }), 'rate_bps is invalid'],
    [shop({ commission: { type: 'cps_one_time', rate_bps: 1, fixed_cents: 1 } }), 'fixed_cents is invalid'],
    [shop({ commission: { type: 'cpc', rate_bps: 1 } }), 'rate_bps is invalid'],
    [shop({ commission: { type: 'cpl' } }), 'fixed_cents is invalid'],
    [
      shop({ commission: { type: 'cps_recurring', rate_bps: 1, duration_months: 0 } }),
      'duration_months is invalid',
    ],
    [
      shop({ commission: { type: 'cps_lifetime', rate_bps: 1, duration_months: 3 } }),
      'duration_months is invalid',
    ],
  ])('400 %j: %s', async (body, error) => {
    expect(await server.call('POST', '/api/v1/programs', body)).toEqual({
      status: 400,
      body: { error, code: 'invalid_request' },
    });
  });

  it('401 without a key, with a program token, and with an unknown key', async () => {
    const program = await newProgram();
    const bare = await server.app.inject({ method: 'POST', url: '/api/v1/programs', payload: shop() });
    expect([bare.statusCode, bare.json()]).toEqual([
      401,
      { error: 'Authentication required', code: 'authentication_required' },
    ]);
    for (const token of [program.api_token, 'affk_unknown']) {
      expect(await server.call('POST', '/api/v1/programs', shop(), token)).toEqual({
        status: 401,
        body: { error: 'Invalid API token', code: 'invalid_token' },
      });
    }
  });

  it('403 without the scope, and for a key limited to some programs', async () => {
    const program = await newProgram();
    const reader = await server.newKey({ scopes: ['program:read'] });
    const limited = await server.newKey({ programScope: [program.id] });
    for (const key of [reader, limited]) {
      expect(await server.call('POST', '/api/v1/programs', shop(), key)).toEqual({
        status: 403,
        body: { error: 'Missing permission: program:create', code: 'missing_permission' },
      });
    }
  });

  it('404 and 409 for a website that is unknown, foreign or bound; nothing is left behind', async () => {
    const site = (await server.call('POST', '/api/v1/websites', { domain: 'site.example' })).body.data;
    const foreign = (
      await server.call('POST', '/api/v1/websites', { domain: 'x.example' }, server.strangerKey)
    ).body.data;
    const program = await newProgram({ website_id: site.website_id });
    expect(program.website_id).toBe(site.website_id);
    const count = async () => (await server.call('GET', '/api/v1/programs?limit=200')).body.data.length;
    const before = await count();
    for (const websiteId of ['web_unknown', foreign.website_id]) {
      const refused = await server.call('POST', '/api/v1/programs', shop({ website_id: websiteId }));
      expect(refused).toEqual({
        status: 404,
        body: { error: 'Website not found', code: 'website_not_found' },
      });
    }
    const taken = await server.call('POST', '/api/v1/programs', shop({ website_id: site.website_id }));
    expect([taken.status, taken.body.code]).toEqual([409, 'conflict']);
    expect(await count()).toBe(before);
  });
});

describe('GET /api/v1/programs', () => {
  it('200 pages through, newest first, unmoved by programs made meanwhile', async () => {
    for (let made = 0; made < 5; made += 1) await newProgram({ name: 'Paged' });
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await server.call('GET', `/api/v1/programs?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.status).toBe(200);
      expect(page.body.data.length).toBeLessThanOrEqual(2);
      seen.push(...page.body.data.map((one: { id: number }) => one.id));
      if (seen.length === 2) await newProgram({ name: 'Late' });
      cursor = page.body.next_cursor;
    }
    const all = (await server.call('GET', '/api/v1/programs?limit=200')).body.data.map(
      (one: { id: number }) => one.id,
    );
    expect(seen).toEqual(all.slice(1));
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
  });

  it('200 shows a limited key its own, a stranger none', async () => {
    const program = await newProgram();
    const limited = await server.newKey({ programScope: [program.id] });
    const own = await server.call('GET', '/api/v1/programs', undefined, limited);
    expect(own.body.data.map((one: { id: number }) => one.id)).toEqual([program.id]);
    expect((await server.call('GET', '/api/v1/programs', undefined, server.strangerKey)).body.data).toEqual(
      [],
    );
  });

  it.each([
    ['limit=0', 'limit is invalid'],
    ['limit=201', 'limit is invalid'],
    ['limit=x', 'limit is invalid'],
    ['limit=5&limit=6', 'limit is invalid'],
    ['cursor=', 'cursor is invalid'],
    ['cursor=%00', 'cursor is invalid'],
    [`cursor=${Buffer.from('99999999999').toString('base64url')}`, 'cursor is invalid'],
    [`cursor=${Buffer.from('1\n2').toString('base64url')}`, 'cursor is invalid'],
  ])('400 ?%s', async (query, error) => {
    expect(await server.call('GET', `/api/v1/programs?${query}`)).toEqual({
      status: 400,
      body: { error, code: 'invalid_request' },
    });
  });
});

describe('GET, PATCH, DELETE /api/v1/programs/:id', () => {
  it('404 for unknown ids, other tenants and text that is no id', async () => {
    const program = await newProgram();
    const other = await newProgram();
    const limited = await server.newKey({ programScope: [other.id] });
    const calls = [
      ...['0', '999999', '99999999999', '-1', '1.5', 'abc', '%00', '1e3'].map((id) => [id, server.key]),
      [String(program.id), server.strangerKey],
      [String(program.id), limited],
    ];
    for (const [id, key] of calls) {
      for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
        const reply = await server.call(
          method,
          `/api/v1/programs/${id}`,
          method === 'PATCH' ? {} : undefined,
          key,
        );
        expect(reply).toEqual({
          status: 404,
          body: { error: 'Program not found', code: 'program_not_found' },
        });
      }
    }
    expect((await server.call('GET', `/api/v1/programs/${program.id}`)).body.data.status).toBe('active');
  });

  it('PATCH 200 changes what is sent and nothing else', async () => {
    const program = await newProgram({ fee_bps: 100, commission: { type: 'cps_lifetime', rate_bps: 500 } });
    const { api_token: _, ...before } = program;
    const unchanged = await server.call('PATCH', `/api/v1/programs/${program.id}`, {
      nonsense: 1,
      name: null,
      id: 5,
    });
    expect(unchanged.body.data).toEqual(before);
    const changed = await server.call('PATCH', `/api/v1/programs/${program.id}`, {
      name: 'New',
      attribution_model: 'first_click',
      fee_bps: null,
      allowed_origins: ['https://a.example'],
      hold_period_days: 30,
    });
    expect(changed.body.data).toEqual({
      ...before,
      name: 'New',
      attribution_model: 'first_click',
      fee_bps: 0,
      allowed_origins: ['https://a.example'],
      hold_period_days: 30,
    });
    expect(await server.directory.findProgram(program.id)).toMatchObject({
      attributionModel: 'first_click',
      feeBps: null,
    });
  });

  it('PATCH hold_period_days 200 adds a version to the terms in force, and is what later terms begin with', async () => {
    const program = await newProgram({ commission: { type: 'cps_lifetime', fixed_cents: 500 } });
    await server.call('PATCH', `/api/v1/programs/${program.id}`, { hold_period_days: 3 });
    await server.call('PATCH', `/api/v1/programs/${program.id}`, { hold_period_days: 3 });
    const { data } = (await server.call('GET', `/api/v1/groups/${program.default_group_id}/policies`)).body;
    expect(
      data.map((one: Record<string, unknown>) => [one.version, one.hold_period_days, one.fixed_cents]),
    ).toEqual([
      [2, 3, 500],
      [1, 15, 500],
    ]);
    const bare = await newProgram();
    await server.call('PATCH', `/api/v1/programs/${bare.id}`, { hold_period_days: 3 });
    const first = await server.call('POST', `/api/v1/groups/${bare.default_group_id}/policies`, {
      type: 'cps_lifetime',
      rate_bps: 1000,
    });
    expect(first.body.data).toMatchObject({ version: 1, hold_period_days: 3 });
  });

  it('PATCH website_id 200 binds, moves and unbinds', async () => {
    const [one, two] = await Promise.all(
      ['one.example', 'two.example'].map(
        async (domain) => (await server.call('POST', '/api/v1/websites', { domain })).body.data.website_id,
      ),
    );
    const program = await newProgram();
    for (const websiteId of [one, two, null]) {
      const reply = await server.call('PATCH', `/api/v1/programs/${program.id}`, { website_id: websiteId });
      expect([reply.status, reply.body.data.website_id]).toEqual([200, websiteId]);
    }
    const other = await newProgram({ website_id: two });
    const taken = await server.call('PATCH', `/api/v1/programs/${program.id}`, { website_id: two });
    expect(taken.status).toBe(409);
    expect((await server.call('GET', `/api/v1/programs/${other.id}`)).body.data.website_id).toBe(two);
  });

  it.each([
    [{ name: '' }, 'name is invalid'],
    [{ domain: 'nodot' }, 'domain is invalid'],
    [{ attribution_window_days: 366 }, 'attribution_window_days is invalid'],
    [{ currency: 'US' }, 'currency is invalid'],
  ])('PATCH 400 %j', async (body, error) => {
    const program = await newProgram();
    expect(await server.call('PATCH', `/api/v1/programs/${program.id}`, body)).toEqual({
      status: 400,
      body: { error, code: 'invalid_request' },
    });
  });

  it('DELETE 200 archives: readable, its links gone, no more changes', async () => {
    const program = await newProgram();
    await server.call('POST', `/api/v1/programs/${program.id}/partners`, {
      name: 'Zoe',
      code: 'zoe-archived',
    });
    expect((await server.directory.findLink('zoe-archived'))?.program?.id).toBe(program.id);
    for (let times = 0; times < 2; times += 1) {
      const reply = await server.call('DELETE', `/api/v1/programs/${program.id}`);
      expect([reply.status, reply.body.data.status]).toEqual([200, 'archived']);
    }
    expect((await server.directory.findLink('zoe-archived'))?.program).toBeNull();
    expect((await server.call('GET', `/api/v1/programs/${program.id}`)).body.data.status).toBe('archived');
    const late = await server.call('POST', `/api/v1/programs/${program.id}/partners`, { name: 'Late' });
    expect([late.status, late.body.code]).toEqual([409, 'conflict']);
  });
});

describe('regenerate the program token', () => {
  it.each([
    '/api/v1/programs/:id/regenerate-token',
    '/api/advertiser/affiliate-programs/:id/regenerate-api-token',
  ])('POST %s 200 answers a new token; the old one dies at once', async (path) => {
    const program = await newProgram();
    expect(await server.directory.findPrincipal(program.api_token)).toBeDefined();
    const reply = await server.call('POST', path.replace(':id', program.id));
    expect(reply.status).toBe(200);
    const { api_token: token, api_token_masked: masked } = reply.body.data;
    expect(token).not.toBe(program.api_token);
    expect(await server.directory.findPrincipal(program.api_token)).toBeUndefined();
    expect(await server.directory.findPrincipal(token)).toMatchObject({
      kind: 'program',
      programId: program.id,
    });
    expect((await server.call('GET', `/api/v1/programs/${program.id}`)).body.data.api_token_masked).toBe(
      masked,
    );
  });

  it('200 leaves one token however many ask at once', async () => {
    const program = await newProgram();
    const path = `/api/v1/programs/${program.id}/regenerate-token`;
    const replies = await Promise.all(Array.from({ length: 8 }, () => server.call('POST', path)));
    const alive = await Promise.all(
      replies.map((reply) => server.directory.findPrincipal(reply.body.data.api_token)),
    );
    expect(alive.filter((principal) => principal !== undefined)).toHaveLength(1);
  });

  it('404 for another tenant, in the words of each path', async () => {
    const program = await newProgram();
    const advertiser = `/api/advertiser/affiliate-programs/${program.id}/regenerate-api-token`;
    expect(await server.call('POST', advertiser, {}, server.strangerKey)).toEqual({
      status: 404,
      body: { error: 'Program not found' },
    });
    const alias = await server.call(
      'POST',
      `/api/v1/programs/${program.id}/regenerate-token`,
      {},
      server.strangerKey,
    );
    expect(alias).toEqual({ status: 404, body: { error: 'Program not found', code: 'program_not_found' } });
    expect(await server.directory.findPrincipal(program.api_token)).toBeDefined();
  });
});

describe('GET /api/advertiser/affiliate-programs', () => {
  it('200 lists with masks, 401 and 403 without a code', async () => {
    const program = await newProgram();
    const reply = await server.call('GET', '/api/advertiser/affiliate-programs');
    expect(reply.body.data[0]).toMatchObject({ id: program.id, api_token_masked: program.api_token_masked });
    expect(reply.body.data[0]).not.toHaveProperty('api_token');
    expect(await server.call('GET', '/api/advertiser/affiliate-programs', undefined, 'affk_no')).toEqual({
      status: 401,
      body: { error: 'Invalid API token' },
    });
    const reader = await server.newKey({ scopes: ['program:read'] });
    expect(await server.call('GET', '/api/advertiser/affiliate-programs', undefined, reader)).toEqual({
      status: 403,
      body: { error: 'Missing permission: program:list' },
    });
  });
});
