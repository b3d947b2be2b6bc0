import { errorCatalogue } from '@headwater/contract';
import type { TSchema } from 'typebox';
import type { Access, Route } from '../../platform/index.ts';
import { type Components, createComponents } from './components.ts';
import { exampleOf } from './example.ts';
import { headersOf, refusalResponse } from './refusal.ts';
import { refusalsByStatus } from './refusals.ts';
import { chapters } from './tags.ts';

type Json = Record<string, unknown>;

/**
 * The OpenAPI 3.1 document of a table of routes. Nothing in it is written for itself: schemas are those that validate,
 * refusals those that the catalogue and a route's row say, examples made from both.
 */
export function documentOf(routes: readonly Route[]): Json {
  const components = createComponents();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(components, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Headwater',
      version: '1',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    externalDocs: { description: 'Guides', url: '/docs/guides' },
    servers: [{ url: '/' }],
    tags: chapters.flatMap(({ tags }) => tags.map(([name, description]) => ({ name, description }))),
    'x-tagGroups': chapters.map(({ name, tags }) => ({ name, tags: tags.map(([tag]) => tag) })),
    paths,
    components: { ...components.all, headers, securitySchemes },
  };
}

const introduction = `Traces every payment back to its source: the partner who earned it and the visit that brought it. How to integrate:
[guides](/docs/guides).

Money is in integers of the currency’s minor unit, called cents. Instants are ISO 8601 in UTC. Texts hold no U+0000. A refusal says what to do: the
summary of its example. What is sent twice counts once; after 429 and 5xx the same request may be sent again.`;

const headers = {
  RequestId: {
    description: 'finds the request in the server’s log',
    schema: { type: 'string' },
    example: 'req_4kq9T2vYb1',
  },
  RetryAfter: {
    description: 'seconds to wait before the same request is sent again',
    schema: { type: 'integer' },
    example: 2,
  },
};

const securitySchemes = {
  program: { type: 'http', scheme: 'bearer', description: 'program tracking token, aff_…' },
  website: { type: 'http', scheme: 'bearer', description: 'website token, tf_…' },
  login: { type: 'http', scheme: 'bearer', description: 'CLI login token, hwl_…' },
  management: { type: 'http', scheme: 'bearer', description: 'management key, affk_…' },
  partner: {
    type: 'apiKey',
    in: 'cookie',
    name: 'headwater.session_token',
    description: 'the session of a partner who signed in, from a page of this server',
  },
};

/** Any one of the members opens the route. */
function securityOf(access: Access): Record<string, string[]>[] {
  switch (access.kind) {
    case 'public':
      return [];
    case 'program_if_sent':
      return [{}, { program: [] }];
    case 'management':
      return access.orProgramToken ? [{ management: [] }, { program: [] }] : [{ management: [] }];
    default:
      return [{ [access.kind]: [] }];
  }
}

function operationOf(components: Components, route: Route): Json {
  const { access } = route;
  return {
    operationId: operationIdOf(route),
    tags: [route.tag],
    summary: route.summary,
    ...(access.kind === 'management' ? { description: `Needs the scope \`${access.scope}\`.` } : {}),
    security: securityOf(access),
    parameters: [...pathParameters(route), ...queryParameters(components, route)],
    ...(route.body === undefined ? {} : { requestBody: requestBodyOf(components, route, route.body) }),
    responses: responsesOf(components, route),
  };
}

/** `GET /api/v1/programs/:id/links` → `getProgramsByIdLinks`. */
function operationIdOf({ method, path }: Route): string {
  const parts = path
    .replace(/^\/api\/(v1\/)?/, '')
    .split(/[/-]/)
    .filter((part) => part !== '')
    .flatMap((part) => (part.startsWith(':') ? ['by', ...part.slice(1).split('_')] : part.split('_')));
  return method.toLowerCase() + parts.map((part) => part[0]?.toUpperCase() + part.slice(1)).join('');
}

const pathParameters = ({ path }: Route) =>
  [...path.matchAll(/\/([^/]+)\/:(\w+)/g)].map(([, before = '', name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    example: String(pathExample(before, name)),
  }));

function pathExample(collection: string, name: string): unknown {
  if (name === 'slug') return 'acme-x7k2';
  if (name === 'endpoint_id') return 4;
  if (name === 'event_id') return 101;
  if (name === 'partner_id') return 7;
  if (collection === 'websites') return 'web_5kq9T2vYb1';
  return name === 'program_id' || collection.endsWith('programs') ? 42 : 1042;
}

function queryParameters(components: Components, { query }: Route): Json[] {
  if (query === undefined) return [];
  const { properties, required = [] } = query as unknown as Json & { required?: string[] };
  return Object.entries(properties as Record<string, TSchema>).map(([name, schema]) => {
    const { description, ...rest } = components.schema(schema);
    return {
      name,
      in: 'query',
      ...(description === undefined ? {} : { description }),
      required: required.includes(name),
      schema: rest,
      example: exampleOf(schema, 'none', name),
    };
  });
}

function requestBodyOf(components: Components, route: Route, body: TSchema): Json {
  const { required = [] } = body as { required?: string[] };
  return {
    required: required.length > 0,
    content: {
      [isFile(route) ? 'application/octet-stream' : 'application/json']: {
        schema: components.schema(body),
        examples: { request: { value: exampleOf(body, 'all') } },
      },
    },
  };
}

/** Of raw routes those that only the signed-in use take files; the others take JSON whose bytes are signed. */
const isFile = ({ raw, access }: Route) => raw !== undefined && access.kind !== 'public';

function responsesOf(components: Components, route: Route): Json {
  const answers = Object.entries(route.answers).map(([status, schema]) => [
    status,
    answerOf(components, route, Number(status), schema),
  ]);
  const refusals = [...refusalsByStatus(route)].map(([status, codes]) => [
    status,
    refusalResponse(components, route, status, codes),
  ]);
  return Object.fromEntries([...answers, ...refusals]);
}

function answerOf(components: Components, route: Route, status: number, schema: TSchema): Json {
  const { description, ...rest } = components.schema(schema);
  const type = (status < 300 && (route.file ?? route.stream)) || 'application/json';
  return {
    description: description ?? (status < 300 ? route.summary : descriptionOf(status)),
    headers: headersOf(status),
    content: {
      [type]: {
        schema: rest,
        // What is made, and shown once, is told where it is made.
        examples: { answer: { value: exampleOf(schema, status === 201 ? 'all' : 'none') } },
      },
    },
  };
}

const descriptionOf = (status: number) =>
  Object.values(errorCatalogue).find((entry) => entry.status === status)?.message ?? 'Refused';
