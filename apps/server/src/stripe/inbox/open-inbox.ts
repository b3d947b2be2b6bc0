import {
  AppError,
  createGroupCommit,
  type GroupCommit,
  isConnectionFailure,
  type Postgres,
} from '../../platform/index.ts';
import type { EventArrival } from './event-arrival.ts';
import * as queries from './queries.ts';

/** The door of the inbox: an event is on disk when `add` resolves with whether it is new. */
export type Inbox = GroupCommit<EventArrival, boolean>;

// One connection, as for clicks: what arrives while it commits is the next batch. Payloads are far larger than clicks, so
// batches are smaller, and about 100 MB may wait at most.
const writers = 1;
const maxBatch = 100;
const maxQueued = 5000;

/** `stored` is called after each commit: there is something to process. */
export function createInbox(postgres: Postgres, stored: () => void): Inbox {
  return createGroupCommit<EventArrival, boolean>({
    async write(arrivals) {
      const isNew = await queries.insertEvents(postgres, arrivals);
      stored();
      return isNew;
    },
    writers,
    maxBatch,
    maxQueued,
    overloaded: () => new AppError('unavailable', undefined, { retryAfterSeconds: 1 }),
    isWholesaleFailure: isConnectionFailure,
  });
}
