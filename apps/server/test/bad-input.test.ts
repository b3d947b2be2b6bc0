import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { StripeDouble } from '@headwater/stripe-double';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Route } from '../src/platform/index.ts';
import { holdToReference } from './documented.ts';
import { type ExampleRequest, exampleRequest, pathParams, propertiesOf, urlOf } from './example-request.ts';
import { takeFingerprint } from './fingerprint.ts';
import {
  deep,
  hostilePathIds,
  hostileQueryValues,
  hostileValues,
  malformedBodies,
  nonObjects,
  prototypeValues,
  shareOf,
} from './hostile-values.ts';
import { fromOurPage } from './page.ts';
import { openForRoutes, openTenant, type Tenant } from './tenants.ts';
import { injectOnce, type TestServer } from './test-server.ts';
import { openWithDouble } from './walls/stripe/with-double.ts';

// Every route is attacked, because the list of routes is the table: a new route is covered by being declared.

vi.setConfig({ testTimeout: 240_000 });

let server: TestServer;
let stripe: StripeDouble;
let close: () => Promise<void>;
let routes: readonly Route[];
let tenantOf: (route: Route) => Tenant;
let hold: ReturnType<typeof holdToReference>;

beforeAll(async () => {
  ({ server, stripe, close } = await openWithDouble());
  routes = server.server.routes;
  hold = holdToReference(routes);
  tenantOf = await openForRoutes(routes, (mark) => openTenant(server, `tenant-${mark}`, stripe));
}, 240_000);
afterAll(() => close());

interface Attack {
  route: Route;
  url: string;
  payload?: string | Buffer | undefined;
  headers?: Record<string, string>;
}

interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests look into
  body: any;
}

function credentialOf({ access }: Route, tenant: Tenant): Record<string, string> {
  if (access.kind === 'public') return {};
  if (access.kind === 'partner') return fromOurPage(tenant.partnerSession);
  if (access.kind === 'login') return { authorization: `Bearer ${tenant.loginToken}` };
  if (access.kind === 'management') return { authorization: `Bearer ${tenant.key}` };
  const token = access.kind === 'website' ? tenant.websiteToken : tenant.programToken;
  return { authorization: `Bearer ${token}` };
}

/** Sends what the owner of everything might send, if not for the attack. Whatever it is, it is answered in JSON and in time. */
async function attack({ route, url, payload, headers }: Attack, what: string, atOnce = 1): Promise<Answered> {
  const tenant = tenantOf(route);
  // What the sender of a raw route signs is whatever it sends.
  const signed =
    route.raw === undefined ? {} : { 'stripe-signature': tenant.signAsStripe(String(payload ?? '')) };
  const startedAt = performance.now();
  const response = await injectOnce(server.server.app, {
    method: route.method,
    url,
    headers: {
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...credentialOf(route, tenant),
      ...signed,
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  const where = `${route.method} ${route.path}: ${what}: ${response.statusCode} ${response.body.slice(0, 200)}`;
  // What hangs, not what is slow: an hour of a busy machine must not fail it (those sent at once share one processor).
  expect(performance.now() - startedAt, where).toBeLessThan(20_000 * atOnce);
  expect(response.statusCode, where).toBeLessThan(500);
  const media = route.file ?? route.stream;
  const isFile = media !== undefined && response.statusCode === 200;
  expect(response.headers['content-type'], where).toMatch(
    isFile ? new RegExp(`^${media}`) : /^application\/json/,
  );
  expect(response.headers['x-request-id'], where).toMatch(/^req_/);
  const body = isFile ? {} : JSON.parse(response.body);
  hold(route.method, route.path, { status: response.statusCode, body });
  if (response.statusCode >= 400) expectClear(route, body, where);
  return { status: response.statusCode, body };
}

/** A refusal is a short text that says what is wrong, in the shape of the route, with nothing of our insides. */
function expectClear(route: Route, body: Record<string, unknown>, where: string): void {
  const text = body.message ?? body.error;
  expect(text, where).toEqual(expect.stringMatching(/^[A-Z0-9a-z_-].{3,160}$/s));
  if (route.errors !== 'message') expect(body.error, where).toEqual(expect.any(String));
  expect(JSON.stringify(body), where).not.toMatch(
    /node_modules|\.ts:|at Object|select |insert |syntax|pg_|22P0|invariant/i,
  );
}

/** Ends with a state that is good for one try, whatever becomes of it (stripe/connect/oauth.ts). */
const usesUp = new Set(['/api/v1/programs/:id/stripe/oauth/complete']);

/**
 * Runs attacks on one route: the database must be the same before and after. Where some of them were taken or used something
 * up and it is another, those that were refused are sent once more in a row for that. (A fingerprint after each single one would take
 * most of the time.)
 */
async function attackAll(
  attacks: readonly (Attack & { what: string })[],
  judge?: (answer: Answered, what: string) => void,
) {
  const refused: (Attack & { what: string })[] = [];
  const before = await takeFingerprint(server.database.postgres);
  for (const one of attacks) {
    const answer = await attack(one, one.what);
    judge?.(
      answer,
      `${one.route.method} ${one.route.path}: ${one.what}: ${JSON.stringify(answer).slice(0, 300)}`,
    );
    if (answer.status >= 400) refused.push(one);
  }
  const after = await takeFingerprint(server.database.postgres);
  if (isDeepStrictEqual(after, before)) return;
  const first = refused[0];
  const what = `one of ${refused.length} requests was refused but stored, from ${first?.route.path} ${first?.what} on`;
  const someDid = refused.length < attacks.length || refused.some(({ route }) => usesUp.has(route.path));
  if (!someDid) expect(after, what).toEqual(before);
  await inTurns(refused, (one, atOnce) => attack(one, one.what, atOnce));
  expect(await takeFingerprint(server.database.postgres), what).toEqual(after);
}

/** Several at a time, where one's answer is nothing to the next. */
async function inTurns<Item>(
  items: readonly Item[],
  act: (item: Item, atOnce: number) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += 8) {
    const some = items.slice(from, from + 8);
    await Promise.all(some.map((item) => act(item, some.length)));
  }
}

const brief = (text: string | Buffer) =>
  text.length > 60 ? `${String(text).slice(0, 60)}… (${text.length})` : String(text);

function example(route: Route): ExampleRequest {
  return exampleRequest(route, tenantOf(route));
}

/**
 * The body of a GET is never looked at (HTTP gives it no meaning): what is in it cannot matter. A raw route has rules of
 * its own, tested below.
 */
const readsBody = ({ method, raw }: Route) => method !== 'GET' && raw === undefined;

describe('bodies that are no JSON object', () => {
  it('400 Malformed JSON, on every route', async () => {
    for (const route of routes.filter(readsBody)) {
      const url = urlOf(route, example(route));
      await attackAll(
        malformedBodies.map((payload) => ({ route, url, payload, what: brief(payload) })),
        ({ status, body }, what) => {
          expect(status, what).toBe(400);
          expect(body.error, what).toBe('Malformed JSON');
        },
      );
    }
  });

  it('400 Request body must be a JSON object, on every route', async () => {
    for (const route of routes.filter(readsBody)) {
      const url = urlOf(route, example(route));
      await attackAll(
        nonObjects.map((payload) => ({ route, url, payload, what: brief(payload) })),
        ({ status, body }, what) => {
          expect(status, what).toBe(400);
          expect(body.error, what).toBe('Request body must be a JSON object');
        },
      );
    }
  });

  it('413 Payload too large, and 415 for other types, on every route', async () => {
    const huge = `{"a":"${'x'.repeat(10_000_000)}"}`;
    const justTooLarge = `{"a":"${'x'.repeat(256 * 1024)}"}`;
    for (const route of routes.filter(readsBody)) {
      const url = urlOf(route, example(route));
      await attackAll(
        [huge, justTooLarge].map((payload) => ({ route, url, payload, what: brief(payload) })),
        ({ status, body }, what) => {
          expect(status, what).toBe(413);
          expect(body.error, what).toBe('Payload too large');
        },
      );
      const types = [
        'text/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'x',
        'application/jsonx',
        ';',
      ];
      if (!route.acceptsTextPlain) types.push('text/plain');
      await attackAll(
        types.map((type) => ({ route, url, payload: '{}', headers: { 'content-type': type }, what: type })),
        ({ status, body }, what) => {
          expect(status, what).toBe(415);
          expect(body.error, what).toBe('Unsupported content type');
        },
      );
    }
  });

  it('prototype keys are malformed, wherever they are', async () => {
    for (const route of routes.filter((one) => one.body !== undefined && readsBody(one))) {
      const request = example(route);
      const url = urlOf(route, request);
      const attacks = prototypeValues.flatMap((value) => [
        { route, url, payload: value, what: value },
        ...Object.keys(request.body ?? {}).map((field) => ({
          route,
          url,
          payload: withField(request, field, value),
          what: `${field}: ${value}`,
        })),
      ]);
      await attackAll(attacks, ({ status }, what) => expect(status, what).toBe(400));
      expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false);
    }
  });

  it('are nothing to routes that take no body: GET with one is answered as without', async () => {
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const url = urlOf(route, example(route));
      const plain = await attack({ route, url }, 'no body');
      expect((await attack({ route, url, payload: '' }, 'empty body')).status).toBe(plain.status);
      for (const payload of ['{"a":1}', '{"broken', `"${'x'.repeat(10_000_000)}"`]) {
        expect((await attack({ route, url, payload }, brief(payload))).status).toBe(plain.status);
      }
    }
  });
});

describe('raw routes', () => {
  it('whatever is signed is answered 400 or taken, over the limit 413, and nothing of it is kept when refused', async () => {
    for (const route of routes.filter(({ raw }) => raw !== undefined)) {
      const request = example(route);
      const url = urlOf(route, request);
      const limit = route.raw?.limitBytes ?? 0;
      const bodies = [...malformedBodies, ...nonObjects, ...hostileValues, '', '{}', 'x'.repeat(limit)];
      await attackAll(
        bodies.map((payload) => ({ route, url, payload, what: brief(payload) })),
        ({ status }, what) => expect([400, 404], what).toContain(status),
      );
      const fields = Object.keys(request.body ?? {});
      await attackAll(
        fields.flatMap((field) =>
          [...hostileValues, ...prototypeValues].map((value) => ({
            route,
            url,
            payload: withField(request, field, value),
            what: `${field}: ${brief(value)}`,
          })),
        ),
        ({ status }, what) => expect([200, 400, 404, 413], what).toContain(status),
      );
      await attackAll(
        ['x'.repeat(limit + 1), 'x'.repeat(10_000_000)].map((payload) => ({
          route,
          url,
          payload,
          what: 'huge',
        })),
        ({ status, body }, what) => {
          expect(status, what).toBe(413);
          expect(body.error, what).toBe('Payload too large');
        },
      );
    }
  });
});

/** The example as JSON, with one field replaced by a text that may be no JSON value of ours. */
function withField(request: ExampleRequest, field: string, json: string): string {
  return withMember(request.body ?? {}, field, json);
}

function withMember(object: Record<string, unknown>, field: string, json: string): string {
  const { [field]: _, ...rest } = object;
  const members = Object.entries(rest).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  return `{${[...members, `${JSON.stringify(field)}:${json}`].join()}}`;
}

/** Whether a value is one that the schema itself says nothing against. */
function judgeOf(
  name: string,
  schema: TSchema,
  isRequired: boolean,
): (json: string) => 'wrong' | 'may be right' {
  const words = schema as unknown as Record<string, unknown>;
  const compiled = Compile(schema);
  return (json) => {
    const value: unknown = JSON.parse(json);
    if (words['x-lenient'] === true || name === 'additional_data') return 'may be right';
    if (value === null) return isRequired ? 'wrong' : 'may be right';
    return compiled.Check(value) ? 'may be right' : 'wrong';
  };
}

describe('wrong values in the fields of a body', () => {
  it('what the schema forbids is 400 with the field’s name, every field of every route', async () => {
    let fields = 0;
    for (const route of routes) {
      const required = new Set(
        ((route.body as { required?: string[] } | undefined)?.required ?? []) as string[],
      );
      const attacks: (Attack & { what: string; value: string; isWrong: boolean })[] = [];
      for (const [name, schema] of Object.entries(propertiesOf(route.body ?? ({} as never)))) {
        // Judged event by event and answered 202: below.
        const judge = name === 'events' ? () => 'may be right' : judgeOf(name, schema, required.has(name));
        for (const value of shareOf(hostileValues, fields)) {
          const isWrong = judge(value) === 'wrong';
          // What is large and of a wrong type costs the most to read and says the same in every field: one of a route is enough.
          if (isWrong && value.length > 20_000 && attacks.some((one) => one.value === value)) continue;
          const request = example(route);
          const payload = withField(request, name, value);
          const what = `${name}: ${brief(value)}`;
          attacks.push({ route, url: urlOf(route, request), payload, what, value, isWrong });
        }
        fields += 1;
      }
      let index = 0;
      await attackAll(attacks, ({ status, body }, what) => {
        const isWrong = attacks[index]?.isWrong;
        index += 1;
        if (!isWrong) return;
        expect(status, what).toBeGreaterThanOrEqual(400);
        if (status === 400)
          expect(String(body.message ?? body.error), what).toMatch(
            /is invalid|(?:is|are) required|must |Invalid|Unknown/,
          );
      });
    }
    expect(fields).toBeGreaterThan(80);
  });

  it('unlisted fields are ignored, however they look', async () => {
    for (const route of routes.filter(
      (one) => one.body !== undefined && one.method === 'POST' && readsBody(one),
    )) {
      for (const value of [deep(100_000), deep(30_000, '{"a":', '}'), '"\\u0000"', '1e309']) {
        const request = example(route);
        const answer = await attack(
          { route, url: urlOf(route, request), payload: withField(request, 'unlisted', value) },
          brief(value),
        );
        // What the request itself makes may be taken by now, and a grant is good once: that is another matter than the field.
        const isUsedUp = answer.status === 400 && /^state is invalid: it was used/.test(answer.body.error);
        if (!isUsedUp)
          expect([200, 201, 202, 404, 409], `${route.path} ${answer.body.error}`).toContain(answer.status);
      }
    }
  });

  it('nested fields: commission of a program, test_mode beside anything, line_items', async () => {
    const route = (path: string, method = 'POST') =>
      routes.find((one) => one.path === path && one.method === method) as Route;
    const create = route('/api/v1/programs');
    for (const field of ['type', 'rate_bps', 'fixed_cents', 'duration_months', 'unlisted']) {
      const attacks = [];
      for (const value of hostileValues) {
        const request = example(create);
        const commission = withMember({ type: 'cps_recurring', rate_bps: 100 }, field, value);
        attacks.push({
          route: create,
          url: create.path,
          payload: withField(request, 'commission', commission),
          what: `commission.${field}: ${brief(value)}`,
        });
      }
      await attackAll(attacks);
    }
    for (const path of [
      '/api/v1/track/click',
      '/api/v1/track/lead',
      '/api/v1/track/sale',
      '/api/v1/track/refund',
    ]) {
      const attacks = [];
      for (const value of hostileValues) {
        for (const field of ['program_id', 'anything', 'test_mode']) {
          const request = example(route(path));
          const data = withMember({ test_mode: true }, field, value);
          attacks.push({
            route: route(path),
            url: path,
            payload: withField(request, 'additional_data', data),
            what: `additional_data.${field}: ${brief(value)}`,
          });
        }
      }
      await attackAll(attacks);
    }
    const sale = route('/api/v1/track/sale');
    for (const levels of [100, 1000, 2000, 4000, 5000, 6000, 8000, 16_000, 32_000]) {
      for (const field of ['line_items', 'additional_data']) {
        for (const [open, close] of [
          ['[', ']'],
          ['{"":', '}'],
        ] as const) {
          const request = example(sale);
          const value =
            field === 'line_items' ? deep(levels, open, close) : `{"a":${deep(levels, open, close)}}`;
          await attackAll([
            {
              route: sale,
              url: sale.path,
              payload: withField(request, field, value),
              what: `${field} ${levels} deep`,
            },
          ]);
        }
      }
    }
  });

  it('events of a collect batch are judged one by one: 202 with a reason, or taken', async () => {
    const collect = routes.find(({ path }) => path === '/api/v1/collect') as Route;
    const { body = {} } = example(collect);
    const good = { type: 'event', name: 'signup', url: 'https://shop.example/' };
    const fields = [
      'type',
      'name',
      'url',
      'referrer',
      'title',
      'screen',
      'language',
      'timezone',
      'properties',
      'customer_key',
      'email',
      'occurred_at',
      'unlisted',
    ];
    for (const field of fields) {
      for (const value of hostileValues) {
        for (const type of ['event', 'pageview', 'identify']) {
          const event = withMember({ ...good, type }, field, value);
          const payload = withMember(
            body,
            'events',
            `[${event},{"type":"pageview","url":"https://shop.example/ok"}]`,
          );
          const answer = await attack(
            { route: collect, url: collect.path, payload },
            `${type} ${field}: ${brief(value)}`,
          );
          if (answer.status === 413) continue;
          expect(answer.status).toBe(202);
          expect(answer.body.accepted + answer.body.rejected.length).toBe(2);
        }
      }
    }
    for (const value of hostileValues) {
      const payload = withMember(body, 'events', `[{"type":"event","name":"x","properties":{"k":${value}}}]`);
      expect(
        (await attack({ route: collect, url: collect.path, payload }, `property ${brief(value)}`)).status,
      ).toBeLessThan(414);
    }
  });
});

describe('ids that strangers make up', () => {
  it('are not kept, however many and long they are', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const flood = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        const website_id = `${n}${'x'.repeat(200_000)}`;
        const collected = await server.post('/api/v1/collect', {
          website_id,
          events: [{ type: 'pageview' }],
        });
        expect(collected.status).toBe(404);
        expect((await server.get('/api/v1/programs', website_id.slice(0, 10_000))).status).toBe(401);
      }
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await flood(20);
    expect((await flood(400)) - before).toBeLessThan(30_000_000);
  });
});

describe('paths, queries and headers', () => {
  it('a path id that is none is 404, on every route', async () => {
    for (const route of routes.filter((one) => pathParams(one).length > 0)) {
      const request = example(route);
      const { body } = request;
      for (const { name } of pathParams(route)) {
        // `.` and `..` are taken out by the client: what is left may be another route, such as …/stripe/replay.
        const leadsElsewhere = (id: string) => {
          const asked = route.path.replace(`:${name}`, () => id);
          const left = new URL(asked, 'http://x').pathname.replaceAll(/\/+/g, '/');
          return (
            left !== route.path && routes.some((one) => one.path === left && one.method === route.method)
          );
        };
        const ids = hostilePathIds.filter((id) => !id.startsWith('.') || !leadsElsewhere(id));
        const attacks = ids.map((id) => ({
          route,
          url: urlOf({ ...route, path: route.path.replace(`:${name}`, () => id) }, request),
          payload: body === undefined ? undefined : JSON.stringify(body),
          what: `:${name} = ${brief(id)}`,
        }));
        await attackAll(attacks, ({ status }, what) => expect([404, 414], what).toContain(status));
      }
    }
  });

  it('a query that makes no sense is 400 or ignored, on every route', async () => {
    const everywhere = [
      'page',
      'pageSize',
      'limit',
      'cursor',
      'from',
      'to',
      'partner_id',
      'status',
      'is_test',
      'period',
      '__proto__',
      'constructor',
    ];
    const shapesOf = (name: string) => [
      `${name}=1&${name}=2`,
      `${name}[]=1`,
      `${name}[a]=1`,
      `${name}`,
      `${name}=%5B%5D`,
    ];
    const queriesOf = (name: string, values: readonly string[]) => [
      ...values.map((value) => `${name}=${value}`),
      ...shapesOf(name),
    ];
    let turn = 0;
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const request = example(route);
      const base = urlOf(route, { ...request, query: {} });
      const known = Object.keys(propertiesOf(route.query ?? ({} as never)));
      const queries = known.flatMap((name) => {
        const others = Object.entries(request.query).filter(([one]) => one !== name);
        turn += 1;
        return queriesOf(name, shareOf(hostileQueryValues, turn)).map(
          (query) => `${new URLSearchParams(others)}&${query}`,
        );
      });
      // What the route does not know is looked at nowhere: all such names at once, with a few values.
      const unknown = everywhere
        .filter((name) => !known.includes(name))
        .map((name) => queriesOf(name, hostileQueryValues.slice(0, 3)));
      const ignored = (unknown[0] ?? []).map((_, at) =>
        [`${new URLSearchParams(request.query)}`, ...unknown.map((one) => one[at])].join('&'),
      );
      const attacks = [...queries, ...ignored].map((query) => ({
        route,
        url: `${base}?${query}`,
        what: brief(query),
      }));
      await attackAll(attacks, ({ status }, what) => expect([200, 400, 404], what).toContain(status));
      await attack({ route, url: `${base}?${'a=1&'.repeat(3000)}` }, 'thousands of parameters');
    }
  });

  it('headers that make no sense are no failure', async () => {
    const values = [
      'x'.repeat(8000),
      '\u00ff\u00fe',
      '-1',
      '*',
      'null',
      'http://',
      'https://shop.example\u00e9',
      ','.repeat(2000),
      '127.0.0.1:80, ::1, unknown',
      "' or 1=1--",
    ];
    const names = [
      'user-agent',
      'origin',
      'x-forwarded-for',
      'x-forwarded-host',
      'forwarded',
      'idempotency-key',
      'accept',
      'referer',
      'accept-language',
      'x-request-id',
      'content-encoding',
      'cookie',
      'x-http-method-override',
    ];
    // What refuses a request by itself is sent by itself: together with it the others would not be read.
    const alone = ['origin', 'content-encoding', 'accept'];
    const together = names.filter((name) => !alone.includes(name));
    // Every route gets every value and every header; of the pairs of one by itself, a third each.
    const pairs = values.flatMap((value, at) => [
      { set: together, value, turn: undefined },
      ...alone.map((name, place) => ({ set: [name], value, turn: (at + place) % 3 })),
    ]);
    for (const [index, route] of routes.entries()) {
      const isOnce = route.method === 'DELETE' || route.path.includes('regenerate');
      const mine = pairs.filter(({ turn }) => turn === undefined || turn === index % 3);
      for (const { set, value } of isOnce ? mine.slice(0, 1) : mine) {
        const request = example(route);
        const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
        const headers = Object.fromEntries(set.map((name) => [name, value]));
        await attack({ route, url: urlOf(route, request), payload, headers }, `${set}: ${brief(value)}`);
      }
    }
  });
});

it('what was taken of all this arrived in ClickHouse, every event', async () => {
  await server.server.shipper.catchUp(60_000);
  const refused = await server.database.postgres.query('select reason, payload from event_dead_letters');
  expect(refused).toEqual([]);
});
