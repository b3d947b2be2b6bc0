import {
  AppError,
  createGroupCommit,
  type GroupCommit,
  isConnectionFailure,
  type Postgres,
} from '../platform/index.ts';
import type { Arrival } from './arrival.ts';
import * as queries from './queries.ts';

/**
 * The door of clicks and page views: an arrival is on disk when `add` resolves. All arrivals share one group commit, so
 * that whatever the mix of traffic, one fsync serves what came together.
 */
export type Ingest = GroupCommit<Arrival, void>;

// Two connections: while one waits for its fsync the other fills the next batch. More only split the batches.
const writers = 1;
const maxBatch = 500;
// About 20 MB of waiting requests; beyond it callers are told to come again rather than the process to die.
const maxQueued = 20_000;

export function createIngest(postgres: Postgres): Ingest {
  return createGroupCommit<Arrival, void>({
    async write(arrivals) {
      await queries.insertArrivals(postgres, arrivals);
      return new Array(arrivals.length).fill(undefined);
    },
    writers,
    maxBatch,
    maxQueued,
    overloaded: () => new AppError('unavailable', undefined, { retryAfterSeconds: 1 }),
    isWholesaleFailure: isConnectionFailure,
  });
}
