import { LRUCache } from 'lru-cache';
import { AppError, type Clock, networkOf } from '../platform/index.ts';

const hourMs = 3_600_000;
/** Generous for an office behind one address; a script has to wait. */
const perHour = 10;

/** Refuses (429) whoever asks too often. In memory of this process: what is bounded for ever is bounded by the database. */
export function createApplyLimit(clock: Clock): (address: string) => void {
  const counts = new LRUCache<string, { since: number; count: number }>({ max: 50_000 });
  return (address) => {
    // As with all requests: those of this machine are its own, and no stranger's.
    if (/^(?:127\.|::1$|::ffff:127\.)/.test(address)) return;
    const network = networkOf(address);
    const now = clock.now().getTime();
    const known = counts.get(network);
    const current = known !== undefined && now - known.since < hourMs ? known : { since: now, count: 0 };
    if (current.count >= perHour)
      throw new AppError('rate_limited', undefined, {
        retryAfterSeconds: Math.max(1, Math.ceil((current.since + hourMs - now) / 1000)),
      });
    counts.set(network, { since: current.since, count: current.count + 1 });
  };
}
