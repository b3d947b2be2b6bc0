import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import {
  type Answer,
  AppError,
  type ErrorShape,
  type Log,
  type Metrics,
  newId,
  type Principal,
  type Route,
} from '../platform/index.ts';
import type { Directory } from '../workspaces/index.ts';
import { authenticate, type FindPerson } from './access.ts';
import { installDocs } from './docs.ts';
import { toRefusal } from './errors.ts';
import { installGuides } from './guides/install-guides.ts';
import { installBodyParser } from './parse-body.ts';
import { isProxyOfOurs } from './proxies.ts';
import { installRateLimit } from './rate-limit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    route?: Route;
  }
  interface FastifyRequest {
    principal: Principal;
  }
}

export interface AppOptions {
  routes: readonly Route[];
  directory: Directory;
  metrics: Metrics;
  log: Log;
  rateLimitPerMinute: number;
  /** Whom a session cookie speaks for; left out: nobody is ever signed in. */
  findPerson?: FindPerson;
  /** Adds what people sign in by. */
  signIn?: (app: FastifyInstance) => void;
  /** Adds what is not part of the JSON API: health, metrics, the tracker file. */
  plain?: (app: FastifyInstance) => void;
}

const bodyLimit = 256 * 1024;
const noBytes = Buffer.alloc(0);

/**
 * The HTTP server. A request passes: route (404), rate (429), token (401), size (413), type (415), JSON (400), then
 * the route's own list (contract §1).
 */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit,
    exposeHeadRoutes: false,
    genReqId: () => newId('req'),
    requestIdHeader: false,
    trustProxy: isProxyOfOurs,
    routerOptions: { ignoreDuplicateSlashes: true, maxParamLength: 255 },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 72_000,
    requestTimeout: 30_000,
    clientErrorHandler(_error, socket) {
      const body = '{"error":"Malformed request"}';
      if (socket.writable) {
        socket.end(
          `HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
        );
      }
    },
    frameworkErrors: (error, request, reply) => refuse(error, request, reply),
  });
  app.decorateRequest('principal', null as never);
  installBodyParser(app);
  // First of all hooks: a browser must be able to read a refusal too, and no body is read for a route that is not.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (request.routeOptions.config.route?.cors) allowOrigin(request, reply);
    done(request.is404 ? new AppError('not_found') : undefined);
  });
  await installRateLimit(app, options.rateLimitPerMinute);
  await installDocs(app, options.routes);
  await installGuides(app);

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const route = request.routeOptions?.config?.route;
    const shape: ErrorShape = route?.errors ?? 'plain';
    const refusal = toRefusal(error, shape, route?.failure ?? 'Internal error');
    if (refusal.code === 'internal')
      options.log.error({ err: error, requestId: request.id, path: route?.path }, 'request failed');
    options.metrics.refused.inc({ route: route?.path ?? 'none', reason: refusal.code });
    // A URL that Fastify itself refuses passes no hook.
    reply.header('x-request-id', request.id);
    if (refusal.retryAfterSeconds !== null) reply.header('retry-after', String(refusal.retryAfterSeconds));
    return reply.status(refusal.status).send(refusal.body);
  }

  app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
  for (const route of options.routes)
    addRoute(app, route, options.directory, options.findPerson ?? nobodySignedIn);
  options.signIn?.(app);
  options.plain?.(app);
  await app.ready();
  return app;
}

const nobodySignedIn: FindPerson = async () => undefined;

function addRoute(app: FastifyInstance, route: Route, directory: Directory, findPerson: FindPerson): void {
  app.route({
    method: route.method,
    url: route.path,
    config: { route },
    ...(route.raw ? { bodyLimit: route.raw.limitBytes } : {}),
    onRequest(request, _reply, done) {
      let found: Principal | Promise<Principal>;
      try {
        found = authenticate(route.access, request, directory, findPerson);
      } catch (error) {
        done(error as Error);
        return;
      }
      if (!(found instanceof Promise)) {
        request.principal = found;
        done();
        return;
      }
      found.then((principal) => {
        request.principal = principal;
        done();
      }, done);
    },
    handler: (request, reply) => answerCall(route, request, reply, directory, findPerson),
  });
  if (route.cors) app.options(route.path, { config: { route } }, preflight);
}

async function answerCall(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  directory: Directory,
  findPerson: FindPerson,
): Promise<FastifyReply> {
  const headers = request.headers;
  const answer: Answer = await route.handle({
    body: (route.raw ? {} : (request.body ?? {})) as Record<string, unknown>,
    raw: route.raw && Buffer.isBuffer(request.body) ? request.body : noBytes,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    principal: request.principal,
    principalNow: async () => authenticate(route.access, request, directory, findPerson),
    address: request.ip,
    origin: headers.origin ?? null,
    userAgent: headers['user-agent'] ?? null,
    header(name) {
      const value = headers[name];
      return (Array.isArray(value) ? value[0] : value) ?? null;
    },
  });
  if (answer.headers !== undefined) reply.headers(answer.headers);
  return reply.status(answer.status).send(answer.body);
}

function allowOrigin(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('vary', 'Origin');
  if (request.headers.origin === undefined) return;
  reply.header('access-control-allow-origin', request.headers.origin);
  reply.header('access-control-expose-headers', 'retry-after');
}

function preflight(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .headers({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, authorization',
      'access-control-max-age': '86400',
    })
    .status(204)
    .send();
}
