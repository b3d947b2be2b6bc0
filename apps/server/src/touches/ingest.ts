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

// One connection: what arrives while it commits is the next batch. Two or three were no faster on two cores, measured
// side by side; they only split the batches, and each batch has its own fixed cost.
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
