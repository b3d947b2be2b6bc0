import { setTimeout as sleep } from 'node:timers/promises';
import { isConnectionFailure, type Log, type Postgres, type Transaction } from '../../platform/index.ts';
import type { Directory } from '../../workspaces/index.ts';
import { applyStripeEvents, type EventOutcome, type StripeDeps, type StripeEvent } from '../apply-events.ts';
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
 * Any number of workers and processes may do this at once: each takes the longest due events that nobody holds. Those it
 * takes together are applied together, which costs far less than one by one and comes to the same, for what the books
 * become does not depend on the order of telling. If they cannot be applied together, each is tried by itself.
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
  apply?: typeof applyStripeEvents;
}

// While one waits for the database, another computes.
const lanes = 2;
const lanesWhileBusy = 1;
// Three quarters of the time are left to those who wait for their answer.
const restWhileBusy = 3;
// Applied together: what more of them saves is little by then, and all wait for the last one.
const mostTogether = 16;
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
      const startedAt = performance.now();
      const found = await processDue(deps);
      if (stopped) return;
      if (!found && seen === wakes) return;
      if (!deps.isBusy?.()) continue;
      if (running > lanesWhileBusy) return;
      await sleep(restWhileBusy * (performance.now() - startedAt));
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
      while (await processDue(deps));
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

/** Processes what is due, up to so many at a time. What fails is marked so and does not stop the others. */
async function processDue(deps: ProcessorDeps): Promise<boolean> {
  const taken: queries.DueEvent[] = [];
  try {
    await process(deps, async (trx) => {
      const due = await queries.claimDueEvents(trx, deps.clock.now(), mostTogether);
      taken.splice(0, taken.length, ...due);
      return due;
    });
  } catch (error) {
    if (isConnectionFailure(error)) throw error;
    const [only] = taken;
    if (only === undefined) throw error;
    if (taken.length === 1) await fail(deps, only, error);
    else for (const event of taken) await processSeen(deps, event);
  }
  return taken.length > 0;
}

async function processSeen(deps: ProcessorDeps, event: queries.DueEvent): Promise<void> {
  try {
    await process(deps, (trx) => queries.claimSeenEvent(trx, event));
  } catch (error) {
    if (isConnectionFailure(error)) throw error;
    await fail(deps, event, error);
  }
}

/** Applies the events that `claim` takes and marks them done, all or none. */
async function process(
  deps: ProcessorDeps,
  claim: (trx: Transaction) => Promise<queries.DueEvent[]>,
): Promise<void> {
  // The events themselves are on disk: a commit that a crash of the database undoes leaves them waiting, as if never tried.
  // What builds on this commit is committed after it, so nothing of it can have left the house.
  const { done, disconnected } = await deps.postgres.transaction(
    async (trx) => applyAndMark(trx, deps, await claim(trx)),
    { waitForDisk: false, byKey: true },
  );
  if (disconnected) deps.directory.clear();
  for (const { event, outcome } of done) {
    deps.metrics.processed.inc({ outcome });
    deps.metrics.lag.observe((deps.clock.now().getTime() - event.received_at.getTime()) / 1000);
  }
}

async function applyAndMark(
  trx: Transaction,
  deps: ProcessorDeps,
  rows: readonly queries.DueEvent[],
): Promise<{ done: queries.DoneEvent[]; disconnected: boolean }> {
  const done: queries.DoneEvent[] = [];
  let disconnected = false;
  for (const [programId, livemode] of worldsOf(rows)) {
    const program = await deps.directory.findProgram(programId);
    if (program === undefined) throw new Error('the program of the event is gone');
    const own = rows.filter((row) => row.program_id === programId && row.livemode === livemode);
    const events = own.map(({ payload }) => JSON.parse(payload) as StripeEvent);
    const outcomes = await (deps.apply ?? applyStripeEvents)(trx, deps, program, events);
    for (const [index, event] of own.entries()) {
      const said = events[index] as StripeEvent;
      const { outcome, notes } = outcomes[index] as EventOutcome;
      const deauthorization = await noteDeauthorization(trx, program, said, deps.clock.now());
      disconnected ||= deauthorization === 'disconnected';
      const isApplied = outcome === 'applied' || deauthorization === 'disconnected';
      done.push({
        event,
        outcome: isApplied ? 'applied' : 'noted',
        notes: deauthorization === undefined ? notes : [deauthorization],
      });
    }
  }
  if (done.length > 0) await queries.markEventsDone(trx, done, deps.clock.now());
  return { done, disconnected };
}

/** Programs and modes, in one order everywhere: two workers that lock names in several of them do not wait in a circle. */
function worldsOf(rows: readonly queries.DueEvent[]): [programId: number, livemode: boolean][] {
  const worlds = new Map(rows.map((row) => [`${row.program_id} ${row.livemode}`, row]));
  return [...worlds.values()]
    .map((row): [number, boolean] => [row.program_id, row.livemode])
    .sort(([a, isLiveA], [b, isLiveB]) => a - b || Number(isLiveA) - Number(isLiveB));
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
