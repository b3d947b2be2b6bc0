import { type ErrorCode, errorCatalogue } from '@headwater/contract';
import { AppError, type ErrorShape, isConnectionFailure, isTemporaryFailure } from '../platform/index.ts';

interface Refusal {
  status: number;
  body: Record<string, unknown>;
  retryAfterSeconds: number | null;
  /** The catalogue's code, for the counter of refusals. */
  code: ErrorCode;
}

/** Codes whose text every route words alike; attribute-payment carries them under both keys (contract §1). */
const generalCodes = new Set<ErrorCode>([
  'not_found',
  'rate_limited',
  'unsupported_content_type',
  'payload_too_large',
  'malformed_json',
  'body_not_object',
  'unavailable',
]);

/** The one place where errors become HTTP. `failure` is the route's own text of a 500. */
export function toRefusal(error: unknown, shape: ErrorShape, failure: string): Refusal {
  const refusal = asAppError(error);
  if (refusal === undefined) {
    const body = worded('internal', failure, shape);
    return { status: 500, body, retryAfterSeconds: null, code: 'internal' };
  }
  return {
    status: refusal.status,
    body: { ...worded(refusal.code, refusal.message, shape), ...refusal.details },
    retryAfterSeconds: refusal.retryAfterSeconds,
    code: refusal.code,
  };
}

/** Whoever polls readiness is a program, and wants a code (contract §10). */
const invalidKey = { code: 'invalid_key', message: 'Invalid API token.' };

function worded(code: ErrorCode, message: string, shape: ErrorShape): Record<string, unknown> {
  if (shape === 'readiness' && code === 'invalid_token') return { error: invalidKey };
  if (shape === 'readiness' && code === 'missing_authorization') return { error: invalidKey };
  if (shape === 'readiness' && code === 'internal')
    return { error: { code: 'internal_error', message, retry_after_seconds: 10 } };
  if (shape === 'coded') return { error: message, code };
  if (shape === 'message') return generalCodes.has(code) ? { message, error: message } : { message };
  return { error: message };
}

const fastifyCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_content_type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (isConnectionFailure(error) || isTemporaryFailure(error)) {
    return new AppError('unavailable', undefined, { cause: error, retryAfterSeconds: 2 });
  }
  const code = (error as { code?: unknown } | null)?.code;
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined;
  return known === undefined
    ? undefined
    : new AppError(known, errorCatalogue[known].message, { cause: error });
}
