import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionFailure, type Log, type Postgres } from '../../platform/index.ts';
import type { Directory } from '../../workspaces/index.ts';
import { applyStripeEvent, type StripeDeps, type StripeEvent } from '../apply-event.ts';
import { noteDeauthorization } from '../connect/deauthorization.ts';
import { backOffMs } from './back-off.ts';
import type { InboxMetrics } from './metrics.ts';
import * as queries from './queries.ts';

/**
 * Works the inbox off. The inbox is its own queue: an event waits in its row until one transaction both applies it and
 * marks it done, so whatever dies between two steps, it is either done or still waiting (docs/adr/0006).
 *
 *   waiting ──▶ applied | noted
 *      └──▶ failed (reason, attempts, due later) ──▶ applied | noted | failed …
 *
 * Any number of workers and processes may do this at once: each takes the longest due event that nobody holds.
 */
export interface Processor {
  /** There may be something due. Called after each commit of the inbox. */
  wake(): void;
  /** Works off what is due now. */
  drain(): Promise<void>;
  start(): void;
  /** Finishes the events under way. */
  stop(): Promise<void>;
}

export interface ProcessorDeps extends StripeDeps {
  postgres: Postgres;
  directory: Directory;
  log: Log;
  metrics: InboxMetrics;
  /** Deliveries wait for their commit. They go first: Stripe waits for the answer, nobody waits for the booking. */
  isBusy?(): boolean;
  /** For tests of what a failure leaves behind. */
  apply?: typeof applyStripeEvent;
}

// While one waits for the database, another computes.
const lanes = 4;
const lanesWhileBusy = 1;
// How soon another process takes over what a dead one left, and how exactly a back-off is kept.
const pollMs = 1000;
const longestReason = 500;

export function createProcessor(deps: ProcessorDeps): Processor {
  let running = 0;
  let wakes = 0;
  // Before start() nothing works by itself: a test drains when it wants to.
  let stopped = true;
  let timer: NodeJS.Timeout | undefined;
  const active = new Set<Promise<void>>();

  /** Takes events until none is due. A wake that comes while the last look was under way makes it look again. */
  async function runLane(): Promise<void> {
    for (;;) {
      const seen = wakes;
      const found = await processNext(deps);
      if (stopped) return;
      if (!found && seen === wakes) return;
      if (running > lanesWhileBusy && deps.isBusy?.()) return;
    }
  }

  function startLane(): void {
    running += 1;
    const lane = runLane()
      .catch(async (error) => {
        // The database is away, most likely: the poll comes again.
        deps.log.warn({ err: error }, 'stripe events wait: they cannot be read or marked');
        await sleep(200);
      })
      .finally(() => {
        running -= 1;
        active.delete(lane);
      });
    active.add(lane);
  }

  const wake = (): void => {
    wakes += 1;
    const allowed = deps.isBusy?.() ? lanesWhileBusy : lanes;
    if (!stopped && running < allowed) startLane();
  };

  return {
    wake,
    async drain() {
      while (await processNext(deps));
    },
    start() {
      stopped = false;
      timer = setInterval(wake, pollMs);
      timer.unref();
      wake();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await Promise.all(active);
    },
  };
}

/** Processes one event, if one is due. What fails is marked so and does not stop the others. */
async function processNext(deps: ProcessorDeps): Promise<boolean> {
  let taken: queries.DueEvent | undefined;
  try {
    // The event itself is on disk: a commit that a crash of the database undoes leaves it waiting, as if never tried. What
    // builds on this commit is committed after it, so nothing of it can have left the house.
    const outcome = await deps.postgres.transaction(
      async (trx) => {
        taken = await queries.claimDueEvent(trx, deps.clock.now());
        if (taken === undefined) return undefined;
        return { event: taken, ...(await applyAndMark(trx, deps, taken)) };
      },
      { waitForDisk: false },
    );
    if (outcome === undefined) return false;
    deps.metrics.processed.inc({ outcome: outcome.outcome });
    deps.metrics.lag.observe((deps.clock.now().getTime() - outcome.event.received_at.getTime()) / 1000);
    if (outcome.disconnected) deps.directory.clear();
    return true;
  } catch (error) {
    if (taken === undefined || isConnectionFailure(error)) throw error;
    await fail(deps, taken, error);
    return true;
  }
}

async function applyAndMark(
  trx: Parameters<typeof applyStripeEvent>[0],
  deps: ProcessorDeps,
  row: queries.DueEvent,
) {
  const program = await deps.directory.findProgram(row.program_id);
  if (program === undefined) throw new Error('the program of the event is gone');
  const event = JSON.parse(row.payload) as StripeEvent;
  const account = row.account === '' ? null : row.account;
  const { outcome, notes } = await (deps.apply ?? applyStripeEvent)(trx, deps, { program, account }, event);
  const deauthorization = await noteDeauthorization(trx, program, event, deps.clock.now());
  const isApplied = outcome === 'applied' || deauthorization === 'disconnected';
  const allNotes = deauthorization === undefined ? notes : [deauthorization];
  const finalOutcome = isApplied ? 'applied' : 'noted';
  await queries.markEventDone(trx, row, finalOutcome, allNotes, deps.clock.now());
  return { outcome: finalOutcome, disconnected: deauthorization === 'disconnected' } as const;
}

/** An event that cannot be processed stays, with its reason, and comes again later; somebody is told. */
async function fail(deps: ProcessorDeps, event: queries.DueEvent, error: unknown): Promise<void> {
  const dueAt = new Date(deps.clock.now().getTime() + backOffMs(event.attempts));
  await queries.markEventFailed(deps.postgres, event, reasonOf(error), dueAt);
  deps.metrics.processed.inc({ outcome: 'failed' });
  deps.log.error(
    { err: error, eventId: event.event_id, type: event.type, programId: event.program_id, dueAt },
    'a stripe event could not be processed; it stays in the inbox and is tried again',
  );
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll('\u0000', '').slice(0, longestReason) || 'unknown';
}
