import { AuthenticationError, InvalidRequestError, NotFoundError, UnavailableError } from './errors.ts';

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
  /** Statuses beside 2xx that are an answer and no failure. */
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
    try {
      return await sendOnce(options, sending);
    } catch (error) {
      if (!(error instanceof UnavailableError) || attempt >= options.retries) throw error;
      const asked = (error.retryAfterSeconds ?? 0) * 1000;
      // Longer than that is the caller's to wait for: it may have a queue, we have a request to answer.
      if (asked > longestPauseMs) throw error;
      const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.5 + Math.random() / 2);
      await new Promise((resolve) => setTimeout(resolve, Math.max(asked, pause)));
    }
  }
}

async function sendOnce(options: SendOptions, sending: Sending): Promise<Received> {
  const { response, text } = await exchange(options, sending);
  const { status, ok } = response;
  const body = parse(text);
  if (body !== undefined && (ok || sending.accepts?.includes(status))) return { status, body };
  const details = { status, requestId: response.headers.get('x-request-id'), body };
  const message =
    messageOf(body) ?? `${status} without a reason: is there a Headwater at ${options.baseUrl}?`;
  if (status === 401 || status === 403) throw new AuthenticationError(message, details);
  if (status === 404) throw new NotFoundError(message, details);
  if (status >= 400 && status < 500 && status !== 429) throw new InvalidRequestError(message, details);
  // Also a 2xx that is no answer of ours: whatever stands between may be gone the next time.
  throw new UnavailableError(message, { ...details, retryAfterSeconds: secondsOf(response) });
}

async function exchange(
  { baseUrl, timeoutMs, fetch }: SendOptions,
  { method, path, token, body }: Sending,
): Promise<{ response: Response; text: string }> {
  // Outside of the try: what has no JSON is a fault of the call, not of the network.
  const json = body === undefined ? undefined : JSON.stringify(body);
  try {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: json }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { response, text: await response.text() };
  } catch (cause) {
    throw new UnavailableError(`No answer from ${baseUrl}: ${reasonOf(cause)}`, { cause });
  }
}

/** Null: it does not say, or says a date. */
function secondsOf(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // A page of a proxy.
    return undefined;
  }
}

/** The text of a refusal: routes say it as `error`, as `message`, or as an object with a message. */
function messageOf(body: Record<string, unknown> | undefined): string | undefined {
  const { error, message } = body ?? {};
  const inner = (error as { message?: unknown } | undefined)?.message;
  return [message, error, inner].find((text) => typeof text === 'string') as string | undefined;
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // fetch says "fetch failed", and why in the error behind it.
  return (cause.cause instanceof Error && cause.cause.message) || cause.message;
}
