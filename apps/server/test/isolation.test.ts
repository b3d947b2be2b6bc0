import type { StripeDouble } from '@headwater/stripe-double';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { newClickId, newId, newToken, type Route, scopes } from '../src/platform/index.ts';
import {
  type ExampleRequest,
  exampleRequest,
  idFields,
  paramOf,
  pathParams,
  propertiesOf,
  urlOf,
} from './example-request.ts';
import { type Fingerprint, takeFingerprint } from './fingerprint.ts';
import { fromOurPage, openSession } from './page.ts';
import { type Holding, openForRoutes, openTenant, type Tenant } from './tenants.ts';
import type { Reply, TestServer } from './test-server.ts';
import { openWithDouble } from './walls/stripe/with-double.ts';

// Every route is tried, because the list of routes is the table: a new route is covered by being declared.
// `alfa` is the tenant who must not be seen or touched, `bravo` the one who tries.

vi.setConfig({ testTimeout: 240_000 });

const missing = 'Missing or malformed Authorization header';
const unknown = 'Invalid API token';

/** The texts of a 401 on a route: for a header that is missing or malformed, and for a token that does not fit. */
function textsOf({ access, errors }: Route): { missing: string; unknown: string } {
  if (errors === 'readiness') return { missing: 'Invalid API token.', unknown: 'Invalid API token.' };
  // Whatever token it is: none opens what a session opens.
  if (access.kind === 'partner')
    return { missing: 'Authentication required', unknown: 'Authentication required' };
  if (access.kind === 'login') return { missing, unknown: 'Invalid or expired login token' };
  return { missing: access.kind === 'management' ? 'Authentication required' : missing, unknown };
}

let server: TestServer;
let stripe: StripeDouble;
let close: () => Promise<void>;
let alfa: Tenant;
let bravo: Tenant;
let routes: readonly Route[];

beforeAll(async () => {
  ({ server, stripe, close } = await openWithDouble());
  alfa = await openTenant(server, 'alfa', stripe);
  bravo = await openTenant(server, 'bravo', stripe);
  routes = server.server.routes;
});
afterAll(() => close());

const nameOf = (route: Route) => `${route.method} ${route.path}`;
const textOf = (reply: Reply) => reply.body?.message ?? reply.body?.error?.message ?? reply.body?.error;

function send(route: Route, request: ExampleRequest, authorization?: string): Promise<Reply> {
  return server.call(route.method, urlOf(route, request), request.file ?? request.body, {
    headers: { ...request.headers, ...credential(authorization) },
  });
}

/** `Bearer <token>` in its header, or `Session <cookie>` from a page of ours. */
function credential(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  return text.startsWith('Session ') ? fromOurPage(text.slice(8)) : { authorization: text };
}

/** Everything of alfa's that is secret or says that alfa is there. */
function secretsOf(holding: Holding): string[] {
  return [
    holding.clickId,
    holding.websiteId,
    holding.programToken.slice(4, 24),
    holding.websiteToken.slice(3, 24),
    holding.partnerSession.slice(-60, -20),
  ];
}

function expectNothingOfAlfa(reply: Reply, sent: ExampleRequest): void {
  const answered = JSON.stringify(reply.body).toLowerCase();
  const said = JSON.stringify(sent).toLowerCase();
  for (const secret of [...secretsOf(alfa), ...secretsOf(alfa.second), alfa.key.slice(5, 20)]) {
    if (!said.includes(secret.toLowerCase())) expect(answered).not.toContain(secret.toLowerCase());
  }
  if (!said.includes('alfa')) expect(answered).not.toContain('alfa');
}

async function expectUnchanged(before: Fingerprint, workspaceId?: number): Promise<void> {
  expect(await takeFingerprint(server.database.postgres, workspaceId)).toEqual(before);
}

/** A token of each prefix that nobody was ever given, and ones that no token looks like. */
function madeUpTokens(): string[] {
  return [
    newToken('aff_'),
    newToken('tf_'),
    newToken('affk_'),
    'hwl_0123456789abcdef0123456789abcdef',
    'null',
    `aff_${'x'.repeat(4000)}`,
    `${alfa.programToken}x`,
    alfa.programToken.slice(0, -1),
    alfa.programToken.toUpperCase(),
    `${alfa.programToken} ${alfa.programToken}`,
  ];
}

const malformed = ['', 'Bearer', 'Bearer ', 'Bearer    \t ', 'Basic YWZmXw==', 'Token x', 'Bearer\u00a0x'];

describe('the examples', () => {
  it('are requests that the owner of everything in them may send, for every route', async () => {
    const ownerOf = await openForRoutes(routes, (mark) => openTenant(server, `own-${mark}`, stripe));
    for (const route of routes) {
      const owner = ownerOf(route);
      const reply = await send(route, exampleRequest(route, owner), ownCredential(route, owner));
      expect(reply.status, `${nameOf(route)}: ${JSON.stringify(reply.body)}`).toBeLessThan(300);
    }
  });
});

function ownCredential(route: Route, owner: Tenant): string {
  switch (route.access.kind) {
    case 'management':
      return `Bearer ${owner.key}`;
    case 'login':
      return `Bearer ${owner.loginToken}`;
    case 'partner':
      return `Session ${owner.partnerSession}`;
    case 'website':
      return `Bearer ${owner.websiteToken}`;
    default:
      return `Bearer ${owner.programToken}`;
  }
}

describe('a caller without a valid credential', () => {
  it('is answered 401 in the contract’s words, and changes nothing, on every guarded route', async () => {
    for (const route of routes.filter(({ access }) => access.kind !== 'public')) {
      const request = exampleRequest(route, alfa);
      const dead = [await alfaKey('revoked'), await alfaKey('expired')];
      const sessions = await deadSessions();
      const before = await takeFingerprint(server.database.postgres);
      const texts = textsOf(route);
      const refusals: [string | undefined, string][] = [
        ...malformed.map((header): [string, string] => [header, texts.missing]),
        ...[...madeUpTokens(), ...dead].map((token): [string, string] => [`Bearer ${token}`, texts.unknown]),
      ];
      if (route.access.kind === 'partner')
        for (const session of sessions) refusals.push([session, texts.missing]);
      if (route.access.kind !== 'program_if_sent') refusals.push([undefined, texts.missing]);
      for (const [header, text] of refusals) {
        const reply = await send(route, request, header);
        const what = `${nameOf(route)} with ${JSON.stringify(header)?.slice(0, 40)}`;
        expect([reply.status, textOf(reply)], what).toEqual([401, text]);
        expect(reply.headers['x-request-id'], what).toMatch(/^req_/);
        expectNothingOfAlfa(reply, { params: {}, query: {}, body: {}, headers: {} });
      }
      await expectUnchanged(before);
    }
  });

  it('is answered 401 before anything about its body is', async () => {
    const bodies: [string, string][] = [
      ['application/json', '{"broken'],
      ['application/json', '[]'],
      ['application/json', `"${'x'.repeat(300_000)}"`],
      ['text/xml', '<a/>'],
    ];
    for (const route of routes.filter(({ access }) => access.kind !== 'public')) {
      const url = urlOf(route, exampleRequest(route, alfa));
      for (const [type, payload] of bodies) {
        const reply = await server.call(route.method, url, payload, {
          token: newToken('aff_'),
          headers: { 'content-type': type },
        });
        expect([reply.status, textOf(reply)], `${nameOf(route)} ${type}`).toEqual([
          401,
          textsOf(route).unknown,
        ]);
      }
    }
  });
});

let keptSessions: string[] | undefined;

/** Of somebody who is nobody's partner, and one of alfa's partner whose signature is not ours. */
async function deadSessions(): Promise<string[]> {
  keptSessions ??= [
    `Session ${await openSession(server.database.postgres, { mark: 'nobody' })}`,
    `Session ${alfa.partnerSession.replace(/.{8}$/, 'AAAAAAA%3D')}`,
  ];
  return keptSessions;
}

const keptKeys = new Map<string, string>();

async function alfaKey(kind: 'revoked' | 'expired'): Promise<string> {
  const past = new Date(Date.now() - 60_000);
  const known =
    keptKeys.get(kind) ?? (await alfa.newKey(kind === 'revoked' ? { revokedAt: past } : { expiresAt: past }));
  if (!keptKeys.has(kind)) keptKeys.set(kind, known);
  return known;
}

describe('a caller with a valid credential of the wrong kind, tenant, scope or program', () => {
  it('is refused, sees nothing and changes nothing, on every guarded route', async () => {
    const limited = await alfa.newKey({ programScope: [alfa.second.programId] });
    const programTokens = [alfa.second.programToken, bravo.programToken];
    const websiteTokens = [alfa.second.websiteToken, bravo.websiteToken, bravo.second.websiteToken];
    for (const route of routes.filter(({ access }) => access.kind !== 'public')) {
      const { access } = route;
      const withoutScope =
        access.kind === 'management'
          ? await alfa.newKey({ scopes: scopes.filter((scope) => scope !== '*' && scope !== access.scope) })
          : undefined;
      const before = await takeFingerprint(server.database.postgres);
      const refuse = async (token: string, allowed: readonly number[], text?: string) => {
        const request = exampleRequest(route, alfa);
        const reply = await send(route, request, token.startsWith('Session ') ? token : `Bearer ${token}`);
        const what = `${nameOf(route)} with ${token.slice(0, 12)}: ${JSON.stringify(reply.body)}`;
        expect(allowed, what).toContain(reply.status);
        if (text !== undefined) expect(textOf(reply), what).toBe(text);
        expectNothingOfAlfa(reply, { params: {}, query: {}, body: {}, headers: {} });
        await expectUnchanged(before);
      };
      // A partner who is signed in is nobody of the workspace, their own one included.
      const partnerOfAlfa = `Session ${alfa.partnerSession}`;
      if (access.kind !== 'partner' && access.kind !== 'program_if_sent')
        await refuse(partnerOfAlfa, [401], textsOf(route).missing);
      if (access.kind === 'partner') {
        const tokens = [...websiteTokens, ...programTokens, alfa.websiteToken, alfa.programToken];
        for (const token of [...tokens, alfa.key, bravo.key, limited])
          await refuse(token, [401], 'Authentication required');
        // Another partner of the same workspace, and one of another.
        for (const { partnerSession } of [alfa.second, bravo]) {
          if (pathParams(route).length > 0) await refuse(`Session ${partnerSession}`, [404]);
        }
        if (pathParams(route).length === 0 && route.method === 'GET')
          await readAsItself(
            route,
            [`Session ${alfa.second.partnerSession}`, `Session ${bravo.partnerSession}`],
            before,
          );
      } else if (access.kind === 'program' || access.kind === 'program_if_sent') {
        for (const token of [...websiteTokens, alfa.websiteToken, alfa.key, bravo.key, limited]) {
          await refuse(token, [401], textsOf(route).unknown);
        }
        // A route about the token's own program answers for that one.
        if (namesNothing(route)) await readOwn(route, programTokens);
        else for (const token of programTokens) await refuse(token, [400, 404]);
      } else if (access.kind === 'website') {
        for (const token of [...programTokens, ...websiteTokens, alfa.programToken, alfa.key, bravo.key]) {
          await refuse(token, [401], unknown);
        }
      } else if (access.kind === 'login') {
        const others = [alfa.programToken, alfa.websiteToken, alfa.key, bravo.programToken, bravo.key];
        for (const token of others) await refuse(token, [401], textsOf(route).unknown);
        if (route.method === 'GET') await readOwn(route, [bravo.loginToken]);
      } else if (access.kind === 'management') {
        for (const token of [...websiteTokens, alfa.websiteToken]) await refuse(token, [401], unknown);
        for (const token of programTokens) {
          if (access.orProgramToken) await refuse(token, [404]);
          else await refuse(token, [401], unknown);
        }
        if (!access.orProgramToken) await refuse(alfa.programToken, [401], unknown);
        await refuse(withoutScope as string, [403], `Missing permission: ${access.scope}`);
        if (pathParams(route).length > 0) {
          await refuse(bravo.key, [404]);
          await refuse(limited, [404]);
        } else if (route.method !== 'GET') {
          await refuse(limited, [403, 404]);
        } else {
          await readAsItself(route, [`Bearer ${bravo.key}`, `Bearer ${limited}`], before);
        }
      }
    }
  });

  /** Whether the example of a route names nothing of a tenant's: it is about whose token it is. */
  function namesNothing(route: Route): boolean {
    const { params, query, body } = exampleRequest(route, alfa);
    return !Object.keys({ ...params, ...query, ...body }).some((name) => idFields[name] !== undefined);
  }

  async function readOwn(route: Route, tokens: readonly string[]): Promise<void> {
    for (const token of tokens) {
      const reply = await send(route, exampleRequest(route, bravo), `Bearer ${token}`);
      expect(reply.status, nameOf(route)).toBeLessThan(300);
      if (token === bravo.programToken || token === bravo.loginToken)
        expectNothingOfAlfa(reply, { params: {}, query: {}, body: {}, headers: {} });
    }
  }

  async function readAsItself(route: Route, as: readonly string[], before: Fingerprint): Promise<void> {
    for (const token of as) {
      const reply = await send(route, { params: {}, query: {}, body: undefined, headers: {} }, token);
      const answered = JSON.stringify(reply.body);
      for (const secret of secretsOf(alfa)) expect(answered).not.toContain(secret);
      expect(answered, nameOf(route)).not.toContain('alfa-1');
      if (token.includes(bravo.key) || token.includes(bravo.partnerSession))
        expect(answered, nameOf(route)).not.toContain('alfa');
    }
    await expectUnchanged(before);
  }
});

/** A place in a request where something of a tenant is named. */
interface Slot {
  name: string;
  fill(request: ExampleRequest, holding: Holding): ExampleRequest;
}

/** Names that are public by design: whoever has the link's code or the website's id may send what happened there. */
const publicNames = new Set(['affiliate_url', 'website_id', 'program_id', 'slug']);
/** Codes are unique per installation (contract §5.1): taken is taken, whoever has it. */
const sharedNames = new Set(['code', 'cursor']);

function slotsOf(route: Route): Slot[] {
  const isPublic = route.access.kind === 'public';
  // Whether a program exists is no secret on a public route: Stripe is told by contract (§7) what it must mend.
  const guarded = pathParams(route).filter(({ name }) => !(isPublic && publicNames.has(name)));
  const slots: Slot[] = guarded.map(({ name, collection }) => ({
    name: `path :${name}`,
    fill: (request, holding) => ({
      ...request,
      params: { ...request.params, [name]: String(paramOf(name, collection)(holding)) },
    }),
  }));
  const isSlot = (name: string) =>
    idFields[name] !== undefined && !sharedNames.has(name) && !(isPublic && publicNames.has(name));
  for (const name of Object.keys(propertiesOf(route.query ?? ({} as never))).filter(isSlot)) {
    slots.push({
      name: `query ${name}`,
      fill: (request, holding) => ({
        ...request,
        query: { ...request.query, [name]: String(idFields[name]?.(holding)) },
      }),
    });
  }
  for (const name of Object.keys(propertiesOf(route.body ?? ({} as never))).filter(isSlot)) {
    slots.push({
      name: `body ${name}`,
      fill: (request, holding) => ({
        ...request,
        body: { ...request.body, [name]: idFields[name]?.(holding) },
      }),
    });
  }
  return slots;
}

/** Ids of the same shape as alfa's, that nobody has. */
function nobody(): Holding {
  const text = newId('nobody');
  return {
    ...alfa,
    programId: 2_000_000_000,
    websiteId: newId('web'),
    groupId: 2_000_000_000,
    partnerId: 2_000_000_000,
    linkId: 2_000_000_000,
    clickId: newClickId(alfa.programId, server.clock.now()),
    customerKey: text,
    visitorId: text,
    sessionId: text,
    transactionId: text,
    paymentId: 2_000_000_000,
    commissionId: 2_000_000_000,
    keyId: 2_000_000_000,
    applicationId: 2_000_000_000,
    taxDocumentId: 2_000_000_000,
    joinSlug: text.toLowerCase(),
    stripeEndpointId: 2_000_000_000,
    stripeEventId: 2_000_000_000,
    stripeAccount: newId('acct'),
  };
}

/** An answer without what is new in every answer of its kind; what was refused must be equal to the letter. */
function comparable(reply: Reply): unknown {
  const headers = { ...reply.headers };
  for (const name of ['x-request-id', 'date', 'content-length']) delete headers[name];
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape);
    if (value === null || typeof value !== 'object') return typeof value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shape(member)]));
  };
  return { status: reply.status, headers, body: reply.status < 300 ? shape(reply.body) : reply.body };
}

describe('a request of one’s own with something foreign in it', () => {
  it('is answered as if the foreign thing did not exist, and leaves its owner untouched', async () => {
    let tried = 0;
    // Another one for each: what a route stores under alfa's texts is its caller's own afterwards.
    const bravoOf = await openForRoutes(routes, (mark) => openTenant(server, `bravo-${mark}`, stripe));
    for (const route of routes) {
      const bravo = bravoOf(route);
      for (const slot of slotsOf(route)) {
        const token = ownCredential(route, bravo);
        const what = `${nameOf(route)}, ${slot.name}`;
        const before = await takeFingerprint(server.database.postgres);
        const ofAlfa = await takeFingerprint(server.database.postgres, alfa.workspaceId);
        const request = slot.fill(exampleRequest(route, bravo), alfa);
        const foreign = await send(route, request, token);
        expectNothingOfAlfa(foreign, request);
        await expectUnchanged(ofAlfa, alfa.workspaceId);
        if (foreign.status >= 400) await expectUnchanged(before);
        const unheardOf = await send(route, slot.fill(exampleRequest(route, bravo), nobody()), token);
        expect(comparable(foreign), what).toEqual(comparable(unheardOf));
        if (slot.name.startsWith('path') && slot.name !== 'path :partner_id')
          expect(foreign.status, what).toBe(404);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThan(30);
  });

  it('cannot page into another tenant’s list with that tenant’s cursor', async () => {
    for (const route of routes.filter(
      ({ query }) => propertiesOf(query ?? ({} as never)).cursor !== undefined,
    )) {
      const request = exampleRequest(route, bravo);
      const reply = await send(
        route,
        { ...request, query: { ...request.query, cursor: alfa.cursor } },
        ownCredential(route, bravo),
      );
      expect([200, 400], nameOf(route)).toContain(reply.status);
      expectNothingOfAlfa(reply, request);
    }
  });
});

describe('a token that was replaced or a key that was revoked', () => {
  it('dies at once', async () => {
    const owner = await openTenant(server, 'charlie');
    const sale = { transaction_id: 'unknown', amount_cents: 1 };
    expect((await server.post('/api/v1/track/sale', sale, owner.programToken)).status).toBe(400);
    const path = `/api/v1/programs/${owner.programId}/regenerate-token`;
    const { api_token: fresh } = (await server.post(path, {}, owner.key)).body.data;
    expect((await server.post('/api/v1/track/sale', sale, owner.programToken)).status).toBe(401);
    expect((await server.post('/api/v1/track/sale', sale, fresh)).status).toBe(400);

    const made = (await server.post('/api/v1/api-keys', { name: 'short-lived' }, owner.key)).body.data;
    expect((await server.get('/api/v1/programs', made.key)).status).toBe(200);
    expect(
      (await server.call('DELETE', `/api/v1/api-keys/${made.id}`, undefined, { token: owner.key })).status,
    ).toBe(200);
    expect((await server.get('/api/v1/programs', made.key)).status).toBe(401);
  });
});
