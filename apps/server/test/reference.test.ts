import type { StripeDouble } from '@headwater/stripe-double';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { documentOf } from '../src/http/reference/document.ts';
import { chapters } from '../src/http/reference/tags.ts';
import type { Route } from '../src/platform/index.ts';
import { documentedRequest } from './documented-request.ts';
import { urlOf } from './example-request.ts';
import { fromOurPage } from './page.ts';
import { type Holding, openTenant } from './tenants.ts';
import { type TestServer, testClock } from './test-server.ts';
import { openWithDouble } from './walls/stripe/with-double.ts';

// What /openapi.json says is held against a validator, against itself, and against a server that is sent all of it.

vi.setConfig({ testTimeout: 120_000 });

type Json = Record<string, unknown>;

let server: TestServer;
let stripe: StripeDouble;
let close: () => Promise<void>;
let routes: readonly Route[];
// biome-ignore lint/suspicious/noExplicitAny: a document is what the test looks into
let document: any;
let ajv: Ajv2020;

beforeAll(async () => {
  // The examples tell of March: holds that they extend must lie ahead.
  ({ server, stripe, close } = await openWithDouble({ clock: testClock('2026-03-03T09:00:00Z') }));
  routes = server.server.routes;
  document = (await server.get('/openapi.json')).body;
  ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'document');
});
afterAll(() => close());

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const operationOf = ({ method, path }: Route) =>
  document.paths[path.replaceAll(/:(\w+)/g, '{$1}')][method.toLowerCase()];

/** What a reference stands for. */
function found<Value>(value: Value): Value {
  const ref = (value as { $ref?: string }).$ref;
  if (ref === undefined) return value;
  return ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key], document);
}

const checks = new Map<string, ValidateFunction>();

function expectValid(schema: unknown, value: unknown, where: string): void {
  // Its references are to parts of the document.
  const text = JSON.stringify(schema).replaceAll('"#/', '"document#/');
  const check = checks.get(text) ?? ajv.compile(JSON.parse(text));
  checks.set(text, check);
  const isValid = check(value);
  expect(check.errors ?? [], `${where}: ${JSON.stringify(value)?.slice(0, 300)}`).toEqual([]);
  expect(isValid, where).toBe(true);
}

describe('the document', () => {
  it('is OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1/);
  });

  it('tells of every route: a name of its own, a chapter, who may call it', () => {
    const tags = chapters.flatMap((chapter) => chapter.tags.map(([tag]) => tag));
    const ids = routes.map((route) => operationOf(route).operationId);
    expect(new Set(ids).size).toBe(routes.length);
    for (const route of routes) {
      const operation = operationOf(route);
      expect(operation.summary, nameOf(route)).toMatch(/.{5}/);
      expect(tags, nameOf(route)).toContain(operation.tags[0]);
      expect(operation.security.length > 0, nameOf(route)).toBe(route.access.kind !== 'public');
    }
    expect(document.tags.map((tag: { name: string }) => tag.name)).toEqual(tags);
    expect(new Set(routes.map(({ tag }) => tag))).toEqual(new Set(tags));
    for (const { name } of chapters) expect(tags).not.toContain(name);
  });

  it('has an example of every request and of every status, and each is as its schema says', () => {
    let examples = 0;
    for (const route of routes) {
      const operation = operationOf(route);
      const bodies: [string, Json][] = Object.entries(operation.responses);
      if (route.body !== undefined) bodies.push(['request', operation.requestBody]);
      for (const [status, body] of bodies) {
        const where = `${nameOf(route)} ${status}`;
        const [content] = Object.values(found(body).content as Record<string, Json>);
        const values = Object.values((content?.examples ?? {}) as Record<string, Json>).map(found);
        expect(values.length, where).toBeGreaterThan(0);
        for (const { value } of values) expectValid(content?.schema, value, where);
        examples += values.length;
      }
      for (const { name, schema, example } of operation.parameters)
        expectValid(schema, example, `${nameOf(route)} ${name}`);
    }
    expect(examples).toBeGreaterThan(routes.length * 5);
  });

  it('says of every refusal what to do, by its code', () => {
    const { content } = found(operationOf(routeOf('POST', '/api/v1/track/sale')).responses[400]);
    const { examples } = content['application/json'];
    expect(found(examples.customer_not_found)).toEqual({
      summary:
        'Send the customer_key used at sign-up, or the click id from the cookie; or set organic_payments to record.',
      value: { error: 'Customer not found. Provide customer_key or click_id.' },
    });
    const explained = found(operationOf(routeOf('GET', '/api/v1/programs/:id')).responses[404]);
    expect(found(explained.content['application/json'].examples.program_not_found).value).toEqual({
      error: 'Program not found',
      code: 'program_not_found',
    });
  });

  it('is the same every time, and refuses a collection that nobody has described', () => {
    expect(JSON.parse(JSON.stringify(documentOf(routes)))).toEqual(document);
    const [route] = routes as [Route];
    expect(() => documentOf([{ ...route, path: '/api/v1/things/:id' }])).toThrow(/things/);
  });
});

function routeOf(method: string, path: string): Route {
  return routes.find((route) => route.method === method && route.path === path) as Route;
}

/** What ends or replaces what other requests are sent with. */
const spoils = ({ method, path }: Route) =>
  /regenerate|logout|stripe-connect|oauth.complete|stripe.connect|commissions.*hold$/.test(path) ||
  (method === 'DELETE' && /\/programs\/:id(\/stripe)?$/.test(path));

type Sender = Holding & { key: string };

/** Who sends a request: those that only read are one, those that write a few, for what one stores may be in another's way. */
async function openSenders(): Promise<(route: Route) => Sender> {
  const writes = routes.filter((route) => route.method !== 'GET' && !spoils(route));
  const marks = new Map(
    routes.map((route, index) => {
      if (route.method === 'GET') return [route, 'reader'];
      return [route, spoils(route) ? `end-${index}` : `writer-${writes.indexOf(route) % 5}`];
    }),
  );
  const wanted = [...new Set(marks.values())];
  const senders: Sender[] = [];
  while (senders.length < wanted.length) {
    // Each has two programs, with one of everything: that is two senders.
    const opened = await Promise.all(
      ['a', 'b'].map((mark) => openTenant(server, `${mark}${senders.length}`, stripe)),
    );
    senders.push(...opened.flatMap((tenant) => [tenant, { ...tenant.second, key: tenant.key }]));
  }
  return (route) => senders[wanted.indexOf(marks.get(route) ?? '')] as Sender;
}

function credentialOf({ access }: Route, own: Sender): Record<string, string> {
  if (access.kind === 'public') return {};
  if (access.kind === 'partner') return fromOurPage(own.partnerSession);
  const tokens = { management: own.key, login: own.loginToken, website: own.websiteToken };
  return { authorization: `Bearer ${tokens[access.kind as keyof typeof tokens] ?? own.programToken}` };
}

it('every example of a request is taken, and answered as its schema says', async () => {
  const senderOf = await openSenders();
  const wrong: string[] = [];
  for (const route of routes) {
    const own = senderOf(route);
    const operation = operationOf(route);
    const request = documentedRequest(route, operation, own);
    try {
      const reply = await server.call(route.method, urlOf(route, request), request.file ?? request.body, {
        headers: { ...credentialOf(route, own), ...request.headers },
      });
      const where = `${nameOf(route)}: ${reply.status} ${JSON.stringify(reply.body)?.slice(0, 300)} to ${JSON.stringify(request).slice(0, 400)}`;
      expect(reply.status, where).toBeLessThan(300);
      const response = operation.responses[reply.status];
      expect(response, where).toBeDefined();
      const [[type, content] = []] = Object.entries(found(response).content as Record<string, Json>);
      expect(reply.headers['content-type'], where).toContain(type);
      if (type === 'application/json') expectValid(content?.schema, reply.body, where);
    } catch (error) {
      wrong.push((error as Error).message);
    }
  }
  expect(wrong).toEqual([]);
});
