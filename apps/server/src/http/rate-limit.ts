import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError, hashToken } from '../platform/index.ts';

/**
 * Counts requests per token, or per client address where no token is sent (contract §1). Requests that come from this
 * machine without a proxy in front (the company's own backend, a test) are not counted by address: refusing them
 * would lose real events, and there is no stranger to hold off.
 */
export async function installRateLimit(app: FastifyInstance, perMinute: number): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: '1 minute',
    cache: 50_000,
    keyGenerator: clientKey,
    allowList: (request) => isLocalBackend(request),
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeadersOnExceeding: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
    },
    errorResponseBuilder: (_request, context) =>
      new AppError('rate_limited', undefined, {
        retryAfterSeconds: Math.max(1, Math.ceil(context.ttl / 1000)),
      }),
  });
  // A hook of the whole app: it runs before a route's own, which asks for the token.
  app.addHook('onRequest', app.rateLimit());
}

function clientKey(request: FastifyRequest): string {
  const token = tokenOf(request);
  return token === undefined ? request.ip : hashToken(token).toString('base64');
}

/** The token to count a request by; none on routes that ask for none, where made-up ones would each start afresh. */
function tokenOf(request: FastifyRequest): string | undefined {
  const isPublic = request.routeOptions.config.route?.access.kind === 'public';
  return isPublic ? undefined : request.headers.authorization;
}

const loopback = /^(?:127\.|::1$|::ffff:127\.)/;

function isLocalBackend(request: FastifyRequest): boolean {
  return (
    tokenOf(request) === undefined &&
    request.headers['x-forwarded-for'] === undefined &&
    loopback.test(request.socket.remoteAddress ?? '')
  );
}
