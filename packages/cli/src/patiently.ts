import { setTimeout } from 'node:timers/promises';
import { exitCodes, Failure } from './failure.ts';

const patienceMs = 120_000;

/**
 * For what may be asked again and takes long: a server that restarts is waited for, and one that has too much to do is left
 * alone for as long as it says.
 */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + patienceMs;
  for (let pauseMs = 250; ; pauseMs = Math.min(5000, 2 * pauseMs)) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure) || !mayPass(error) || Date.now() > until) throw error;
      await setTimeout(Math.max(pauseMs, 1000 * (error.retryAfterSeconds ?? 0)));
    }
  }
}

function mayPass({ exitCode, code }: Failure): boolean {
  return (
    exitCode === exitCodes.unreachable ||
    ['unavailable', 'rate_limited', 'internal', 'http_429', 'http_503'].includes(code)
  );
}
