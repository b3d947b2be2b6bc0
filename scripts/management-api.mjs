// Headwater's HTTP API as the scripts beside this file use it, and the management key they use it with.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where a server started here keeps its data. */
export const dataDirectory = () => resolve(process.env.HEADWATER_DATA_DIR?.trim() || '.headwater');

/** The key from the environment, else the one that the first start wrote down; undefined when there is neither. */
export function findManagementKey() {
  const given = process.env.HEADWATER_BOOTSTRAP_KEY?.trim();
  if (given) return given;
  const file = join(dataDirectory(), 'management-key');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** The server said no. `code` is from the catalogue of errors, where the route gives one. */
export class Refused extends Error {
  constructor(method, path, status, answer) {
    super(`${method} ${path} was answered ${status}: ${answer.error ?? answer.message ?? 'no reason given'}`);
    this.status = status;
    this.code = answer.code;
  }
}

/** One call, without a token when it is undefined: `{ status, answer, milliseconds, requestId }`. Rejects only when nothing answers. */
export async function call(url, token, method, path, body, patienceMs = 10_000) {
  const startedAt = performance.now();
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
  });
  const answer = await response.json().catch(() => ({}));
  return {
    status: response.status,
    answer,
    milliseconds: performance.now() - startedAt,
    requestId: response.headers.get('x-request-id'),
  };
}

/** A call that must succeed; answers with its body. Throws {@link Refused}. */
export async function ask(url, token, method, path, body) {
  const { status, answer } = await call(url, token, method, path, body);
  if (status >= 400) throw new Refused(method, path, status, answer);
  return answer;
}
