import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import secureJson from 'secure-json-parse';
import { AppError } from '../platform/index.ts';

const jsonType = /^application\/(?:[\w.+-]+\+)?json\b/i;

/**
 * Reads every body as the contract says (§1): empty is `{}` whatever its type; JSON otherwise; text/plain counts as
 * JSON where the route takes beacons; prototype keys are refused as malformed. Raw routes get the bytes.
 */
export function installBodyParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, payload, done) => {
    try {
      const isRaw = request.routeOptions.config.route?.raw !== undefined;
      done(null, isRaw ? payload : parseBody(request, payload as Buffer));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
}

function parseBody(request: FastifyRequest, payload: Buffer): Record<string, unknown> {
  if (payload.length === 0) return {};
  const type = request.headers['content-type'] ?? 'application/json';
  const plain = request.routeOptions.config.route?.acceptsTextPlain === true && /^text\/plain\b/i.test(type);
  if (!plain && !jsonType.test(type)) throw new AppError('unsupported_content_type');
  if (!isUtf8(payload)) throw new AppError('malformed_json');
  let value: unknown;
  try {
    const text = payload.toString('utf8');
    value = needsCare(text)
      ? secureJson.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' })
      : JSON.parse(text);
  } catch (cause) {
    throw new AppError('malformed_json', undefined, { cause });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new AppError('body_not_object');
  return value as Record<string, unknown>;
}

/**
 * Whether a prototype key may be in a JSON text, plainly or in escapes, or a byte order mark before it. Nearly no request
 * has one, and this costs a fraction of the patterns that find them for certain.
 */
function needsCare(text: string): boolean {
  return (
    text.includes('__proto__') ||
    text.includes('constructor') ||
    text.includes('\\u') ||
    text.charCodeAt(0) === 0xfeff
  );
}
