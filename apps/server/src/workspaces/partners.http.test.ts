import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSetUpServer, type SetUpServer } from '../../test/set-up-server.ts';
import { foldLinkClicks } from './index.ts';

let server: SetUpServer;
let program: { id: number; default_group_id: number };
let partners: string;
let links: string;
beforeAll(async () => {
  server = await openSetUpServer();
  program = (await server.call('POST', '/api/v1/programs', { name: 'Shop', domain: 'shop.example' })).body
    .data;
  partners = `/api/v1/programs/${program.id}/partners`;
  links = `/api/v1/programs/${program.id}/links`;
});
afterAll(() => server.close());

async function made(path: string, body: object) {
  const reply = await server.call('POST', path, body);
  expect(reply.body).toHaveProperty('data');
  expect(reply.status).toBe(201);
  return reply.body.data;
}

const anotherProgram = () => made('/api/v1/programs', { name: 'Other', domain: 'other.example' });

describe('POST /api/v1/programs/:id/partners', () => {
  it('201 enrolls an approved partner with a link under a code made from the name', async () => {
    const anna = await made(partners, { name: 'Anna Ö.', email: ' Anna@Example.com ' });
    expect(anna).toMatchObject({
      name: 'Anna Ö.',
      email_masked: 'a***@example.com',
      group_id: program.default_group_id,
      status: 'approved',
      links: [{ code: 'anna-o', url: 'https://shop.example/?aff=anna-o' }],
    });
    expect(JSON.stringify(anna)).not.toContain('Anna@');
    expect(await server.directory.findLink('ANNA-O')).toMatchObject({ partnerId: anna.id, active: true });
    const memberships = await server.postgres.query(
      'select since, group_id from group_memberships where partner_id = $1',
      [anna.id],
    );
    expect(memberships).toEqual([{ since: new Date(0), group_id: program.default_group_id }]);
  });

  it('201 gives namesakes different codes, however many at once', async () => {
    const twins = await Promise.all(Array.from({ length: 12 }, () => made(partners, { name: 'Twin' })));
    const codes = twins.map((twin) => twin.links[0].code);
    expect(new Set(codes).size).toBe(12);
    expect(codes).toContain('twin');
    expect(codes).toContain('twin-9');
  });

  it('201 keeps the code’s case and the other parameters of the destination', async () => {
    const partner = await made(partners, {
      name: 'P',
      code: 'Code_X-1',
      destination_url: 'https://shop.example/a?x=%20y&flag&AFF=other#part',
    });
    expect(partner.links[0]).toMatchObject({
      code: 'Code_X-1',
      url: 'https://shop.example/a?x=%20y&flag&aff=Code_X-1#part',
    });
  });

  it('201 knows the same email in another program as the same partner; 409 partner_exists in this one', async () => {
    const other = await anotherProgram();
    const first = await made(partners, { name: 'Bob', email: 'bob@example.com', customer_key: 'u1' });
    const again = await made(`/api/v1/programs/${other.id}/partners`, {
      name: 'Robert',
      email: 'BOB@example.com',
    });
    expect(again).toMatchObject({ id: first.id, name: 'Bob', customer_key: 'u1' });
    const twice = await server.call('POST', partners, {
      name: 'Bob',
      email: 'bob@example.com',
      code: 'bob-twice',
    });
    expect(twice).toEqual({
      status: 409,
      body: { error: 'Partner is already enrolled', code: 'partner_exists' },
    });
    expect(await server.directory.findLink('bob-twice')).toBeUndefined();
  });

  it('201 once and 409 for the rest when one email is enrolled at the same instant', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () =>
        server.call('POST', partners, { name: 'Race', email: 'race@example.com' }),
      ),
    );
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, ...Array(7).fill(409)]);
    const known = await server.postgres.query('select id from partners where name = $1', ['Race']);
    expect(known).toHaveLength(1);
  });

  it('409 code_taken, in any case and in any workspace', async () => {
    await made(partners, { name: 'C', code: 'taken' });
    const theirs = (
      await server.call('POST', '/api/v1/programs', { name: 'T', domain: 't.example' }, server.strangerKey)
    ).body.data;
    for (const [path, key] of [
      [partners, server.key],
      [`/api/v1/programs/${theirs.id}/partners`, server.strangerKey],
    ] as const) {
      expect(await server.call('POST', path, { name: 'D', code: 'TAKEN' }, key)).toEqual({
        status: 409,
        body: { error: 'code is already taken', code: 'code_taken' },
      });
    }
  });

  it.each([
    [{}, 'name is required'],
    [{ name: 'x', email: 'nobody' }, 'email is invalid'],
    [{ name: 'x', code: 'no spaces' }, 'code is invalid'],
    [{ name: 'x', code: 'é' }, 'code is invalid'],
    [{ name: 'x', code: 'x'.repeat(65) }, 'code is invalid'],
    [{ name: 'x', destination_url: '/relative' }, 'destination_url is invalid'],
    [{ name: 'x', destination_url: 'javascript:alert(1)' }, 'destination_url is invalid'],
    [{ name: 'x', destination_url: 'https://me:secret@shop.example' }, 'destination_url is invalid'],
    [{ name: 'x', group_id: true }, 'group_id is invalid'],
  ])('400 %j: %s', async (body, error) => {
    expect(await server.call('POST', partners, body)).toEqual({
      status: 400,
      body: { error, code: 'invalid_request' },
    });
  });

  it('403 for a key that may only read', async () => {
    const reader = await server.newKey({ scopes: ['program:read'] });
    expect((await server.call('POST', partners, { name: 'x' }, reader)).status).toBe(403);
    expect((await server.call('GET', partners, undefined, reader)).status).toBe(200);
  });

  it('404 for a group of another program, and for a stranger’s program before anything else', async () => {
    const other = await anotherProgram();
    for (const groupId of [other.default_group_id, 999_999, 99_999_999_999, '0']) {
      expect(await server.call('POST', partners, { name: 'x', group_id: groupId })).toEqual({
        status: 404,
        body: { error: 'Group not found', code: 'group_not_found' },
      });
    }
    for (const body of [{ name: 'x' }, {}]) {
      const reply = await server.call('POST', partners, body, server.strangerKey);
      expect([reply.status, reply.body.error]).toEqual([404, 'Program not found']);
    }
  });
});

describe('GET, PATCH /api/v1/programs/:id/partners', () => {
  it('GET 200 pages through, newest first, by status', async () => {
    const all = (await server.call('GET', `${partners}?limit=200`)).body;
    expect(all.next_cursor).toBeNull();
    const ids = all.data.map((one: { id: number }) => one.id);
    const first = (await server.call('GET', `${partners}?limit=3`)).body;
    const second = (await server.call('GET', `${partners}?limit=3&cursor=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data].map((one) => one.id)).toEqual(ids.slice(0, 6));
    await server.call('PATCH', `${partners}/${ids[0]}`, { status: 'pending' });
    const pending = (await server.call('GET', `${partners}?status=pending`)).body.data;
    expect(pending.map((one: { id: number }) => one.id)).toEqual([ids[0]]);
    expect((await server.call('GET', `${partners}?status=odd`)).body.error).toBe('status is invalid');
  });

  it('PATCH 200 changes the standing, and moves from now on', async () => {
    const dora = await made(partners, { name: 'Dora', code: 'dora' });
    const group = await made(`/api/v1/programs/${program.id}/groups`, { name: 'VIP' });
    expect(group).toMatchObject({ name: 'VIP', program_id: program.id, is_default: false });
    const reply = await server.call('PATCH', `${partners}/${dora.id}`, {
      status: 'removed',
      group_id: group.id,
    });
    expect(reply.body.data).toEqual({ ...dora, status: 'removed', group_id: group.id });
    expect(await server.call('GET', `${partners}/${dora.id}`)).toEqual({ status: 200, body: reply.body });
    await server.call('PATCH', `${partners}/${dora.id}`, { group_id: group.id });
    expect(await server.directory.findLink('dora')).toMatchObject({ enrollmentStatus: 'removed' });
    const memberships = await server.postgres.query(
      'select since, group_id from group_memberships where partner_id = $1 order by since',
      [dora.id],
    );
    expect(memberships).toEqual([
      { since: new Date(0), group_id: program.default_group_id },
      { since: server.clock.at, group_id: group.id },
    ]);
  });

  it('PATCH 400; PATCH and GET of one 404', async () => {
    const eve = await made(partners, { name: 'Eve' });
    const path = `${partners}/${eve.id}`;
    expect((await server.call('PATCH', path, { status: 'gone' })).body.error).toBe('status is invalid');
    expect((await server.call('PATCH', path, { group_id: 12345 })).body.code).toBe('group_not_found');
    expect((await server.call('PATCH', path, { status: 'removed' }, server.strangerKey)).status).toBe(404);
    const other = await anotherProgram();
    for (const stray of [
      `/api/v1/programs/${other.id}/partners/${eve.id}`,
      `${partners}/0`,
      `${partners}/x`,
    ]) {
      const notFound = { status: 404, body: { error: 'Partner not found', code: 'partner_not_found' } };
      expect(await server.call('PATCH', stray, { status: 'removed' })).toEqual(notFound);
      expect(await server.call('GET', stray)).toEqual(notFound);
    }
    expect((await server.call('GET', path, undefined, server.strangerKey)).status).toBe(404);
  });
});

describe('/api/v1/programs/:id/links', () => {
  it('POST 201, GET 200 with clicks folded and unfolded, PATCH 200 turns off', async () => {
    const finn = await made(partners, { name: 'Finn' });
    const link = await made(links, {
      partner_id: String(finn.id),
      destination_url: 'https://shop.example/x',
    });
    expect(link).toMatchObject({
      program_id: program.id,
      partner_id: finn.id,
      code: 'finn-2',
      url: 'https://shop.example/x?aff=finn-2',
      status: 'active',
      clicks: 0,
      last_clicked_at: null,
    });
    const click = (at: string) =>
      server.postgres.query(
        'insert into link_click_deltas (workspace_id, program_id, link_id, clicks, last_clicked_at) values ($1, $2, $3, 2, $4)',
        [server.workspaceId, program.id, link.id, at],
      );
    const counted = async () => {
      const { data } = (await server.call('GET', `${links}?partner_id=${finn.id}`)).body;
      const found = data.find((one: { id: number }) => one.id === link.id);
      return [data.length, found.clicks, found.last_clicked_at];
    };
    await click('2026-03-01T10:00:00Z');
    await click('2026-03-01T09:00:00Z');
    expect(await counted()).toEqual([2, 4, '2026-03-01T10:00:00.000Z']);
    const folded = await Promise.all([foldLinkClicks(server.postgres), foldLinkClicks(server.postgres)]);
    expect(folded.reduce((sum, one) => sum + one)).toBe(2);
    expect(await counted()).toEqual([2, 4, '2026-03-01T10:00:00.000Z']);
    await click('2026-03-01T11:00:00Z');
    expect(await counted()).toEqual([2, 6, '2026-03-01T11:00:00.000Z']);
    const off = await server.call('PATCH', `/api/v1/links/${link.id}`, { status: 'inactive' });
    expect(off.body.data).toMatchObject({
      status: 'inactive',
      clicks: 6,
      destination_url: 'https://shop.example/x',
    });
    expect(await server.directory.findLink('finn-2')).toMatchObject({ active: false });
  });

  it('POST 400, 404 and 409', async () => {
    const gina = await made(partners, { name: 'Gina', code: 'gina' });
    expect((await server.call('POST', links, {})).body).toEqual({
      error: 'partner_id is invalid',
      code: 'invalid_request',
    });
    const other = await anotherProgram();
    const stray = await server.call('POST', `/api/v1/programs/${other.id}/links`, { partner_id: gina.id });
    expect([stray.status, stray.body.code]).toEqual([404, 'partner_not_found']);
    expect((await server.call('POST', links, { partner_id: gina.id, code: 'GINA' })).body.code).toBe(
      'code_taken',
    );
    await server.call('PATCH', `${partners}/${gina.id}`, { status: 'removed' });
    expect((await server.call('POST', links, { partner_id: gina.id })).body.code).toBe('conflict');
  });

  it('PATCH 400 and 404', async () => {
    const hal = await made(partners, { name: 'Hal' });
    const path = `/api/v1/links/${hal.links[0].id}`;
    expect((await server.call('PATCH', path, { status: 'off' })).body.error).toBe('status is invalid');
    expect((await server.call('PATCH', path, { destination_url: 'x' })).body.error).toBe(
      'destination_url is invalid',
    );
    const limited = await server.newKey({ programScope: [(await anotherProgram()).id] });
    for (const [stray, key] of [
      [path, server.strangerKey],
      [path, limited],
      ['/api/v1/links/x', server.key],
    ] as const) {
      expect(await server.call('PATCH', stray, { status: 'inactive' }, key)).toEqual({
        status: 404,
        body: { error: 'Link not found', code: 'link_not_found' },
      });
    }
  });
});

describe('/api/v1/programs/:id/groups and /api/v1/groups/:id/policies', () => {
  it('GET groups 200; POST 409 for a name in use', async () => {
    const groups = `/api/v1/programs/${program.id}/groups`;
    const { data } = (await server.call('GET', groups)).body;
    expect(data.at(-1)).toMatchObject({ id: program.default_group_id, name: 'Default', is_default: true });
    const again = await server.call('POST', groups, { name: 'Default' });
    expect(again).toEqual({ status: 409, body: { error: 'name is already taken', code: 'conflict' } });
  });

  it('POST policies 201 adds versions, one each however many at once', async () => {
    const group = await made(`/api/v1/programs/${program.id}/groups`, { name: 'Versions' });
    const policies = `/api/v1/groups/${group.id}/policies`;
    const first = await made(policies, { type: 'cpl', fixed_cents: 250, hold_period_days: 7 });
    expect(first).toMatchObject({
      group_id: group.id,
      version: 1,
      type: 'cpl',
      rate_bps: null,
      fixed_cents: 250,
      currency: 'USD',
      duration_months: null,
      hold_period_days: 7,
      approval: 'automatic',
      product_id: null,
      exclude_tax: false,
      exclude_shipping: false,
      effective_from: server.clock.at.toISOString(),
    });
    const later = await made(policies, {
      type: 'cps_one_time',
      rate_bps: 10_000,
      approval: 'manual',
      product_id: 'pro',
      exclude_tax: true,
      exclude_shipping: true,
      effective_from: '2027-01-01T01:00:00+01:00',
    });
    expect(later).toMatchObject({
      version: 2,
      duration_months: 0,
      hold_period_days: 7,
      approval: 'manual',
      product_id: 'pro',
      exclude_tax: true,
      exclude_shipping: true,
      effective_from: '2027-01-01T00:00:00.000Z',
    });
    const more = await Promise.all(
      Array.from({ length: 6 }, () => made(policies, { type: 'cps_lifetime', rate_bps: 100 })),
    );
    expect(more.map((one) => one.version).sort()).toEqual([3, 4, 5, 6, 7, 8]);
    const page = (await server.call('GET', `${policies}?limit=7`)).body;
    expect(page.data.map((one: { version: number }) => one.version)).toEqual([8, 7, 6, 5, 4, 3, 2]);
    const rest = (await server.call('GET', `${policies}?limit=7&cursor=${page.next_cursor}`)).body;
    expect(rest).toEqual({ data: [first], next_cursor: null });
  });

  it.each([
    [{}, 'type is invalid'],
    [{ type: 'cps' }, 'type is invalid'],
    [{ type: 'cps_lifetime', rate_bps: 10_001 }, 'rate_bps is invalid'],
    [{ type: 'cpl', fixed_cents: 0 }, 'fixed_cents is invalid'],
    [{ type: 'cpl', fixed_cents: 1, hold_period_days: 91 }, 'hold_period_days is invalid'],
    [{ type: 'cpl', fixed_cents: 1, approval: 'maybe' }, 'approval is invalid'],
    [{ type: 'cpl', fixed_cents: 1, exclude_tax: 1 }, 'exclude_tax is invalid'],
    [{ type: 'cpl', fixed_cents: 1, effective_from: '2026-01-01' }, 'effective_from is invalid'],
    [{ type: 'cps_recurring', rate_bps: 1, duration_months: 1201 }, 'duration_months is invalid'],
  ])('POST policies 400 %j: %s', async (body, error) => {
    expect(await server.call('POST', `/api/v1/groups/${program.default_group_id}/policies`, body)).toEqual({
      status: 400,
      body: { error, code: 'invalid_request' },
    });
  });

  it('policies 404 for a stranger, whatever is sent', async () => {
    const path = `/api/v1/groups/${program.default_group_id}/policies`;
    const refused = { status: 404, body: { error: 'Group not found', code: 'group_not_found' } };
    expect(await server.call('POST', path, {}, server.strangerKey)).toEqual(refused);
    expect(await server.call('GET', path, undefined, server.strangerKey)).toEqual(refused);
    expect(await server.call('GET', '/api/v1/groups/0/policies')).toEqual(refused);
  });
});
