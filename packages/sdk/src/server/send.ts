import {
  AuthenticationError,
  HeadwaterError,
  InvalidRequestError,
  NotFoundError,
  UnavailableError,
} from './errors.ts';

export interface SendOptions {
  baseUrl: string;
  timeoutMs: number;
  retries: number;
  fetch: typeof fetch;
}

export interface Sending {
  method: 'GET' | 'POST';
  path: string;
  token: string;
  body?: object;
  headers?: Record<string, string>;
  /** Statuses that are an answer and no failure. */
  accepts?: readonly number[];
}

export interface Received {
  status: number;
  body: Record<string, unknown>;
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;

/**
 * Sends until there is a final answer or the tries are used up. No answer, 429 and 5xx are tried again: every call of
 * this package carries the key under which Headwater knows it when it comes twice.
 */
export async function send(options: SendOptions, sending: Sending): Promise<Received> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await sendOnce(options, sending);
    if (!(outcome instanceof UnavailableError)) return outcome;
    if (attempt >= options.retries) throw outcome;
    const asked = (outcome.retryAfterSeconds ?? 0) * 1000;
    // Longer than that is the caller's to wait for: it may have a queue, we have a request to answer.
    if (asked > longestPauseMs) throw outcome;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.5 + Math.random() / 2);
    await new Promise((resolve) => setTimeout(resolve, Math.max(asked, pause)));
  }
}

async function sendOnce(options: SendOptions, sending: Sending): Promise<Received | UnavailableError> {
  const { method, path, token, body, headers, accepts = [] } = sending;
  let response: Response;
  let text: string;
  try {
    response = await options.fetch(`${options.baseUrl}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    text = await response.text();
  } catch (cause) {
    return new UnavailableError(`No answer from ${options.baseUrl}: ${reasonOf(cause)}`, { cause });
  }
  const answer = parse(text);
  if (response.ok && answer !== undefined) return { status: response.status, body: answer };
  if (accepts.includes(response.status) && answer !== undefined)
    return { status: response.status, body: answer };
  return refusal(response, answer);
}

function refusal(response: Response, body: Record<string, unknown> | undefined): UnavailableError {
  const { status } = response;
  const details = { status, requestId: response.headers.get('x-request-id'), body };
  const message = messageOf(body) ?? `${status} ${response.statusText}`.trim();
  if (status === 429 || status >= 500 || status < 400) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return new UnavailableError(message, {
      ...details,
      retryAfterSeconds: Number.isFinite(seconds) ? seconds : null,
    });
  }
  if (status === 401 || status === 403) throw new AuthenticationError(message, details);
  if (status === 404) throw new NotFoundError(message, details);
  if (status === 400 || status === 409 || status === 413 || status === 415)
    throw new InvalidRequestError(message, details);
  throw new HeadwaterError(message, details);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The text of a refusal: routes say it as `error`, as `message`, or as an object with a message. */
function messageOf(body: Record<string, unknown> | undefined): string | undefined {
  const { error, message } = body ?? {};
  if (typeof message === 'string') return message;
  if (typeof error === 'string') return error;
  const inner = (error as { message?: unknown } | undefined)?.message;
  return typeof inner === 'string' ? inner : undefined;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? cause.cause.message : '';
  return inner || cause.message;
}
