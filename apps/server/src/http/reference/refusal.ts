import {
  CodedError,
  type ErrorCode,
  errorCatalogue,
  PlainRefusal,
  ReadinessRefusal,
} from '@headwater/contract';
import Type, { type TSchema } from 'typebox';
import { AppError, type ErrorShape, type Route } from '../../platform/index.ts';
import { toRefusal } from '../errors.ts';
import type { Components } from './components.ts';

type Json = Record<string, unknown>;

const MessageRefusal = Type.Object({ message: Type.String(), error: Type.Optional(Type.String()) });

const schemaOf = (shape: ErrorShape, status: number): TSchema => {
  if (shape === 'coded') return CodedError;
  if (shape === 'message') return MessageRefusal;
  return shape === 'readiness' && (status === 401 || status === 500) ? ReadinessRefusal : PlainRefusal;
};

/** Codes whose message is another one each time, as it is on some route. */
const messages: Partial<Record<ErrorCode, string>> = {
  invalid_request: 'from is invalid',
  missing_permission: 'Missing permission: program:update',
  conflict: 'Program is archived',
  stripe_refused: 'Stripe refused the request: No such account',
};

/** Refusals that say how long to wait. */
const waits = new Set([429, 503]);

/** The refusals of one status: an error each, with its code as name and what to do as summary. */
export function refusalResponse(
  components: Components,
  route: Route,
  status: number,
  codes: readonly ErrorCode[],
): Json {
  const make = () => ({
    description: codes.map((code) => errorCatalogue[code].message).join(' · '),
    headers: headersOf(status),
    content: {
      'application/json': {
        schema: components.schema(schemaOf(route.errors, status)),
        examples: Object.fromEntries(codes.map((code) => [code, exampleRef(components, route, code)])),
      },
    },
  });
  // Its text is the route's own.
  if (status === 500) return make();
  return components.response(`${shapeName(route.errors, status)}.${codes.join('.')}`, make);
}

function exampleRef(components: Components, { errors, failure }: Route, code: ErrorCode): Json {
  const make = () => {
    const error = code === 'internal' ? new Error() : new AppError(code, messages[code]);
    return { summary: errorCatalogue[code].advice, value: toRefusal(error, errors, failure).body };
  };
  return code === 'internal'
    ? make()
    : components.example(`${shapeName(errors, errorCatalogue[code].status)}.${code}`, make);
}

/** Readiness words two statuses in its own way, all else plainly. */
function shapeName(shape: ErrorShape, status: number): string {
  return shape === 'readiness' && status !== 401 ? 'plain' : shape;
}

export function headersOf(status: number): Json {
  return {
    'x-request-id': { $ref: '#/components/headers/RequestId' },
    ...(waits.has(status) ? { 'retry-after': { $ref: '#/components/headers/RetryAfter' } } : {}),
  };
}
