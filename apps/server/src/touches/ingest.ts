import { AppError, createGroupCommit, type GroupCommit, isConnectionFailure, type Postgres } from '../platform/index.ts';
import type { TouchContext } from './context.ts';
import * as queries from './queries.ts';

export interface NewClick {
  workspaceId: number;
  programId: number;
  clickId: string;
  clickedAt: Date;
  linkId: number | null;
  partnerId: number | null;
  visitor: string;
  /** An earlier click whose visitor this one belongs to, if it is known to the workspace. */
  existingClickId: string | null;
  existingDay: Date | null;
  webVisitor: string | null;
  webSession: string | null;
  isTest: boolean;
  context: TouchContext;
}

export interface NewVisit {
  workspaceId: number;
  websiteId: string;
  visitorId: string;
  sessionId: string;
  startedAt: Date;
  context: TouchContext;
  /** The visit's own line for the event log, written only if this call opens the visit. */
  line: string;
}

/** What one request brings: at most one click, at most one visit, and lines for the event log. */
export interface Arrival {
  click: NewClick | null;
  visit: NewVisit | null;
  /** Lines of JSONEachRow, without the visit's. */
  lines: readonly string[];
}

/**
 * The door of clicks and page views: an arrival is on disk when `add` resolves. All arrivals share one group commit, so
 * that whatever the mix of traffic, one fsync serves what came together.
 */
export type Ingest = GroupCommit<Arrival, void>;

// Two connections: while one waits for its fsync the other fills the next batch. More only split the batches.
const writers = 2;
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
