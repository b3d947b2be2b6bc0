import { isMuted } from './settings.ts';
import { log, settings } from './state.ts';

/** A JSON answer, always with `success`; failures of the tracker's own carry a message. */
export type Answer = { success: boolean; message?: string; [field: string]: unknown };

/** The answer for what did not work, and its line in the debug log. */
export const failure = (reason: unknown): Answer => {
  log(reason);
  return { success: false, message: '' + reason };
};

/** JSON without nulls: an absent id is left out. */
export const json = (body: object) => JSON.stringify(body, (_, value) => value ?? undefined);

export const urlOf = (path: string) => settings.apibase + '/api/v1/' + path;

/** Requests that failed since the last final answer. */
export let failures = 0;

/**
 * Sends until there is a final answer, for as long as the page lives: 5xx and 429 promise that nothing was stored, so
 * a retry is safe. Between tries we wait as long as the server asks and, from one second doubling to a minute, half
 * of it jitter, a time of our own; but no longer than until the connection is back.
 *
 * `onFailure` is for /collect, whose events go back into their queue meanwhile, and which alone reads text/plain: that
 * needs no preflight.
 */
export const send = async (path: string, bodyOf: () => object, onFailure?: () => void): Promise<Answer> => {
  for (;;) {
    if (isMuted()) return failure('DNT');
    const body = json(bodyOf());
    let waitMs = 1;
    let answer: Answer;
    try {
      const response = await fetch(urlOf(path), {
        method: 'POST',
        body,
        headers: onFailure ? {} : { 'content-type': 'application/json' },
        keepalive: true,
      });
      waitMs = /^5|429/.test(response.status as unknown as string)
        ? (response.headers.get('retry-after') as unknown as number) * 1e3 || 1
        : 0;
      answer = { success: response.ok, ...(await response.json()) };
    } catch (error) {
      answer = failure(error);
    }
    log(path, body, answer);
    if (!waitMs) {
      failures = 0;
      return answer;
    }
    onFailure?.();
    await new Promise<unknown>((done) => {
      setTimeout(done, waitMs + 2 ** Math.min(9 + failures++, 15) * (1 + Math.random()));
      addEventListener('online', done);
    });
  }
};

/**
 * The same work, but whatever goes wrong becomes an answer `{success: false}`, and so does an answer that takes more
 * than four seconds; the work then goes on behind it.
 */
export const safe =
  <Args extends unknown[]>(work: (...args: Args) => unknown) =>
  async (...args: Args) => {
    try {
      return await Promise.race([work(...args), new Promise((_, fail) => setTimeout(fail, 4e3, 'timeout'))]);
    } catch (error) {
      return failure(error);
    }
  };
