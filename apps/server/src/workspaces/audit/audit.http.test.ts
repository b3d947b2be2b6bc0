import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../../test/set-up-server.ts';

let server: SetUpServer;
beforeAll(async () => {
  server = await openSetUpServer();
});
afterAll(() => server.close());

async function acts(query = '', key?: string): Promise<Record<string, unknown>[]> {
  const reply = await server.call('GET', `/api/v1/audit${query}`, undefined, key);
  expect(reply.status).toBe(200);
  return reply.body.data;
}

describe('the audit log', () => {
  it('has every change of settings, with who and what, and no secret', async () => {
    const call = async (method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown) => {
      const reply = await server.call(method, path, body);
      expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
      return reply.body.data;
    };
    const site = await call('POST', '/api/v1/websites', { domain: 'shop.example' });
    await call('PATCH', `/api/v1/websites/${site.website_id}`, { name: 'Shop' });
    const program = await call('POST', '/api/v1/programs', {
      name: 'Acme',
      domain: 'acme.example',
      commission: { type: 'cps_lifetime', rate_bps: 1000 },
    });
    const path = `/api/v1/programs/${program.id}`;
    await call('PATCH', path, { attribution_window_days: 30 });
    const token = await call('POST', `/api/advertiser/affiliate-programs/${program.id}/regenerate-api-token`);
    const group = await call('POST', `${path}/groups`, { name: 'VIP' });
    await call('POST', `/api/v1/groups/${group.id}/policies`, { type: 'cps_lifetime', rate_bps: 3000 });
    const partner = await call('POST', `${path}/partners`, { name: 'Anna', email: 'anna@x.example' });
    await call('PATCH', `${path}/partners/${partner.id}`, { group_id: group.id });
    const link = await call('POST', `${path}/links`, { partner_id: partner.id, code: 'anna-two' });
    await call('PATCH', `/api/v1/links/${link.id}`, { status: 'inactive' });
    const key = await call('POST', '/api/v1/api-keys', { name: 'helper', program_scope: [program.id] });
    await call('PUT', `/api/v1/api-keys/${key.id}`, { name: 'helper two' });

    const all = await acts();
    expect(all.map(({ act }) => act).reverse()).toEqual([
      'website.create',
      'website.update',
      'program.create',
      'program.update',
      'program.regenerate_token',
      'group.create',
      'policy.add',
      'partner.enroll',
      'partner.update',
      'link.create',
      'link.update',
      'key.create',
      'key.update',
    ]);
    expect(all.at(-4)).toMatchObject({ details: { attribution_window_days: 30 }, program_id: program.id });
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => all.length - index));
    const told = JSON.stringify(all);
    for (const secret of [site.api_token, program.api_token, token.api_token, key.key, 'anna@x.example']) {
      expect(told).not.toContain(secret);
    }
    const limited = await acts('', key.key);
    expect(new Set(limited.map(({ program_id }) => program_id))).toEqual(new Set([program.id]));
    expect(await acts('?act=policy.add')).toHaveLength(1);
    expect(await acts('', server.strangerKey)).toEqual([]);
    await call('DELETE', `/api/v1/api-keys/${key.id}`);
    expect((await acts('?limit=1'))[0]).toMatchObject({ act: 'key.revoke', details: { status: 'revoked' } });
  });

  it('pages backwards, and refuses what it never handed out', async () => {
    const first = await server.call('GET', '/api/v1/audit?limit=5');
    const rest = await acts(`?limit=200&cursor=${first.body.next_cursor}`);
    expect(rest[0]?.seq).toBe(first.body.data.at(-1).seq - 1);
    expect(rest.at(-1)?.seq).toBe(1);
    expect((await server.call('GET', '/api/v1/audit?act=a%20b')).body.error).toBe('act is invalid');
  });

  it('has nothing of what was refused', async () => {
    const before = await acts();
    const reply = await server.call('POST', '/api/v1/websites', { domain: 'not a domain' });
    expect(reply.status).toBe(400);
    expect(await acts()).toEqual(before);
  });

  it('keeps acts that come at once in one chain', async () => {
    const before = (await acts('?limit=1'))[0]?.seq as number;
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        server.call('POST', '/api/v1/websites', { domain: `s${n}.example` }),
      ),
    );
    expect((await acts('?limit=8')).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 8 }, (_, index) => before + 8 - index),
    );
  });
});
