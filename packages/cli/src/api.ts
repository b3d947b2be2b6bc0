import { hostname } from 'node:os';
import { exitCodes, Failure } from './failure.ts';

/** Headwater's HTTP API, as far as the command needs it. */
export interface Api {
  get<Data>(path: string, query?: Record<string, string | undefined>): Promise<Data>;
  post<Data>(path: string, body?: unknown): Promise<Data>;
  remove<Data>(path: string): Promise<Data>;
  /** A file, as text. */
  text(path: string): Promise<string>;
  url: string;
}

interface Told {
  message: string;
}

/** As the page that lets a terminal in names it. Header values are plain ASCII. */
const userAgent = `headwater on ${hostname()}`.replace(/[^\x20-\x7e]/g, '?');

/** Answers with the whole body; what is refused ends the command with the server's own words. */
export function openApi({ url, key }: { url: string; key?: string }): Api {
  async function call<Data>(method: string, path: string, body?: unknown): Promise<Data> {
    return (await ask(method, path, body)).answer as Data;
  }

  async function ask(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ text: string; answer: unknown }> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        'user-agent': userAgent,
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause) => {
      const reason = (cause as { cause?: { code?: string } }).cause?.code ?? String(cause);
      throw new Failure(
        `No server answers at ${url} (${reason}). Start it with npm start, or set HEADWATER_URL.`,
        exitCodes.unreachable,
        'unreachable',
      );
    });
    const text = await response.text();
    const answer = parse(text);
    const isFile = response.headers.get('content-type')?.startsWith('text/csv');
    if (response.ok && (answer !== undefined || isFile)) return { text, answer };
    const { error: told, code } = (answer ?? {}) as { error?: string | Told; code?: string };
    // Readiness and the limit of chains are refused with an object.
    const error = typeof told === 'object' ? told.message : told;
    const isDenied = response.status === 401 || response.status === 403;
    const retryAfter = Number(response.headers.get('retry-after')) || undefined;
    throw new Failure(
      error === undefined
        ? `The server at ${url} answered ${response.status}; is it Headwater?`
        : withAgain(error, retryAfter),
      isDenied ? exitCodes.unauthorized : exitCodes.refused,
      code ?? `http_${response.status}`,
      retryAfter,
    );
  }
  return {
    url,
    get(path, query = {}) {
      const asked = Object.entries(query).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      const search = new URLSearchParams(asked).toString();
      return call('GET', search === '' ? path : `${path}?${search}`);
    },
    post: (path, body = {}) => call('POST', path, body),
    remove: (path) => call('DELETE', path),
    text: async (path) => (await ask('GET', path)).text,
  };
}

/** Whoever is to come again is told when. */
function withAgain(error: string, seconds: number | undefined): string {
  if (seconds === undefined) return error;
  const wait = seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
  return `${error.replace(/\.$/, '')}. Try again in ${wait}.`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
