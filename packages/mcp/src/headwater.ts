import {
  AuthenticationError,
  Headwater,
  InvalidRequestError,
  NotFoundError,
  UnavailableError,
} from '@headwater/sdk/server';
import { type KeyName, keyWords, type Settings, variables } from './settings.ts';

/** Headwater, as the tools ask it: the SDK where it has the call, and what it has no call for. */
export interface Api {
  sdk: Headwater;
  url: string;
  has(key: KeyName): boolean;
  /** Refuses, and says where there is one, where the environment has none of the keys. */
  need(...keys: KeyName[]): void;
  /** With the first of the keys that there is; none: without one. Answers the body. */
  ask<Body>(
    method: 'GET' | 'POST',
    path: string,
    options?: { keys?: KeyName[]; body?: object },
  ): Promise<Body>;
}

/** Not to be waited for longer: whoever called waits too. */
const timeoutMs = 20_000;

/** What the caller must say or set first; its message is all there is to tell. */
export class NotAskableError extends Error {}

export function openApi(settings: Settings): Api {
  const sdk = new Headwater({
    baseUrl: settings.url,
    timeoutMs,
    retries: 2,
    ...(settings.token === undefined ? {} : { programToken: settings.token }),
    ...(settings.websiteToken === undefined ? {} : { websiteToken: settings.websiteToken }),
    ...(settings.key === undefined ? {} : { managementKey: settings.key }),
  });

  function need(...keys: KeyName[]): void {
    if (keys.some((key) => settings[key] !== undefined)) return;
    const wanted = keys.map((key) => `${variables[key]}: ${keyWords[key]}`).join('; or ');
    throw new NotAskableError(
      `This tool needs ${wanted}. Set it in the environment of this MCP server and start it again; do not write it into the conversation.`,
    );
  }

  return {
    sdk,
    url: settings.url,
    has: (key) => settings[key] !== undefined,
    need,
    async ask(method, path, { keys = [], body } = {}) {
      if (keys.length > 0) need(...keys);
      const token = keys.map((key) => settings[key]).find((one) => one !== undefined);
      const response = await fetch(`${settings.url}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((cause) => {
        throw new UnavailableError(`No server answers at ${settings.url}`, { cause });
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text);
      throw failureOf(response, text);
    },
  };
}

function failureOf(response: Response, text: string): Error {
  const { status } = response;
  const body = parse(text);
  const details = { status, requestId: response.headers.get('x-request-id'), body };
  const message = messageOf(body) ?? `${status} without a reason: is it Headwater?`;
  if (status === 401 || status === 403) return new AuthenticationError(message, details);
  if (status === 404) return new NotFoundError(message, details);
  if (status < 500 && status !== 429) return new InvalidRequestError(message, details);
  const seconds = Number(response.headers.get('retry-after'));
  return new UnavailableError(message, { ...details, retryAfterSeconds: seconds > 0 ? seconds : null });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The limit of chains is refused with an object. */
function messageOf(body: unknown): string | undefined {
  const { error, message } = (body ?? {}) as { error?: unknown; message?: unknown };
  const told = (error as { message?: unknown } | undefined)?.message ?? error ?? message;
  return typeof told === 'string' ? told : undefined;
}
