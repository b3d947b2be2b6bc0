import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer, testHasher } from '../../../test/test-server.ts';
import { addSecret, deliver, eventsOf, plainEvent } from '../../../test/walls/stripe/deliveries.ts';
import { createLog, createMetrics, type Log } from '../../platform/index.ts';
import type { applyStripeEvents } from '../apply-events.ts';
import { createInboxMetrics } from './metrics.ts';
import { createProcessor, type Processor } from './process-events.ts';

type Apply = typeof applyStripeEvents;

let server: TestServer;
let story: Story;
let secret: string;

beforeAll(async () => {
  server = await openTestServer();
  await server.database.postgres.query(
    'create table booked (event_id text primary key, at timestamptz default now())',
  );
});
afterAll(() => server.close());

beforeEach(async () => {
  story = await tellStory(server, { bound: false });
  ({ secret } = await addSecret(server, story.programId));
  await server.database.postgres.query('truncate stripe_inbox, booked');
});

const errors: unknown[][] = [];
const log = {
  ...createLog('silent'),
  error: (...said: unknown[]) => errors.push(said),
  warn() {},
} as unknown as Log;

/** Books events as the real thing does: in the transaction it is given. Twice would be refused by the key. */
const book: Apply = async (trx, _deps, _program, events) => {
  for (const event of events) await trx.query('insert into booked (event_id) values ($1)', [event.id]);
  return events.map(() => ({ outcome: 'applied', notes: [] }));
};

function processor(
  apply: Apply,
  isBusy = () => false,
): Processor & { metrics: ReturnType<typeof createMetrics> } {
  const metrics = createMetrics();
  return {
    metrics,
    ...createProcessor({
      postgres: server.database.postgres,
      directory: server.server.directory,
      clock: server.clock,
      hasher: testHasher,
      fees: { feeBps: 0, feeFreeMinor: 0n },
      log,
      metrics: createInboxMetrics(metrics, server.database.postgres),
      apply,
      isBusy,
    }),
  };
}

async function send(count: number) {
  const events = Array.from({ length: count }, () => plainEvent());
  for (const event of events) await deliver(server, story.programId, event, secret);
  return events;
}

const booked = async () =>
  (await server.database.postgres.query<{ event_id: string }>('select event_id from booked order by 1')).map(
    (row) => row.event_id,
  );

describe('processing the inbox', () => {
  it('applies each waiting event and marks it done, the oldest first', async () => {
    const seen: string[] = [];
    const events = [];
    for (let n = 0; n < 3; n += 1) {
      events.push(...(await send(1)));
      server.clock.advance(5);
    }
    await processor(async (...args) => {
      seen.push(...args[3].map(({ id }) => id));
      return book(...args);
    }).drain();
    expect(seen).toEqual(events.map(({ id }) => id));
    for (const event of await eventsOf(server, story.programId)) {
      expect(event).toMatchObject({ state: 'applied', attempts: 1, reason: null, next_attempt_at: null });
      expect(event.processed_at).not.toBeNull();
    }
  });

  it('keeps what is noted, and why', async () => {
    await send(1);
    await processor(async () => [{ outcome: 'noted', notes: ['unused_type', 'a "second", one'] }]).drain();
    expect(await eventsOf(server, story.programId)).toMatchObject([
      { state: 'noted', notes: ['unused_type', 'a "second", one'] },
    ]);
  });

  it('hands over the program and the event as it came', async () => {
    await deliver(server, story.programId, plainEvent({ id: 'evt_handed', account: 'acct_1' }), secret);
    const handed: unknown[] = [];
    await processor(async (_trx, _deps, program, events) => {
      handed.push(program.id, ...events);
      return [{ outcome: 'noted', notes: [] }];
    }).drain();
    expect(handed).toEqual([story.programId, plainEvent({ id: 'evt_handed', account: 'acct_1' })]);
  });

  it('hands over together what is due together, of one program and one mode; each has its own outcome', async () => {
    const other = await tellStory(server, { bound: false });
    const { secret: otherSecret } = await addSecret(server, other.programId);
    const events = Array.from({ length: 20 }, (_, n) => plainEvent({ livemode: n % 5 !== 0 }));
    for (const event of events) await deliver(server, story.programId, event, secret);
    const [elsewhere] = [plainEvent()];
    await deliver(server, other.programId, elsewhere, otherSecret);
    const batches: [number, boolean[]][] = [];
    await processor(async (_trx, _deps, program, told) => {
      batches.push([program.id, told.map(({ livemode }) => livemode)]);
      return told.map(({ id }) => ({ outcome: 'noted', notes: [id] }));
    }).drain();
    for (const [, modes] of batches) expect(new Set(modes).size).toBe(1);
    expect(batches.some(([, modes]) => modes.length > 5)).toBe(true);
    expect(batches.flatMap(([programId, modes]) => modes.map(() => programId)).sort()).toEqual(
      [...events.map(() => story.programId), other.programId].sort(),
    );
    for (const event of await eventsOf(server, story.programId))
      expect(event.notes).toEqual([event.event_id]);
    expect(await eventsOf(server, other.programId)).toMatchObject([{ notes: [elsewhere?.id] }]);
  });

  it('a failure after the work leaves nothing of it, stays with its reason, and books on the retry (bug 17)', async () => {
    const [event] = await send(1);
    let failing = true;
    const flaky = processor(async (...args) => {
      const outcome = await book(...args);
      if (failing) throw new Error('no policy yet');
      return outcome;
    });
    errors.length = 0;
    await flaky.drain();
    expect(await booked()).toEqual([]);
    const [failed] = await eventsOf(server, story.programId);
    expect(failed).toMatchObject({
      state: 'failed',
      reason: 'no policy yet',
      attempts: 1,
      processed_at: null,
    });
    expect(errors).toMatchObject([[{ eventId: event?.id, programId: story.programId }, expect.any(String)]]);

    failing = false;
    await flaky.drain();
    expect(await booked(), 'it rests until it is due').toEqual([]);
    server.clock.set(failed.next_attempt_at);
    await flaky.drain();
    expect(await booked()).toEqual([event?.id]);
    expect(await eventsOf(server, story.programId)).toMatchObject([
      { state: 'applied', reason: null, attempts: 2 },
    ]);
  });

  it('one that fails for ever stops no other, and is tried for ever', async () => {
    const [bad, ...good] = await send(4);
    const picky = processor(async (...args) => {
      if (args[3].some(({ id }) => id === bad?.id)) throw new Error('never');
      return book(...args);
    });
    for (let round = 1; round <= 20; round += 1) {
      await picky.drain();
      expect(await booked()).toEqual(good.map(({ id }) => id).sort());
      const [failed] = await eventsOf(server, story.programId, '&state=failed');
      expect(failed.attempts).toBe(round);
      server.clock.set(failed.next_attempt_at);
    }
  });

  it('several workers at once apply each event once', async () => {
    const events = await send(60);
    const workers = [processor(book), processor(book), processor(book)];
    await Promise.all(workers.map((worker) => worker.drain()));
    expect(await booked()).toEqual(events.map(({ id }) => id).sort());
    expect(new Set((await eventsOf(server, story.programId)).map((one) => one.attempts))).toEqual(
      new Set([1]),
    );
  });

  it.each([
    ['two lanes work side by side', false, 2],
    ['one lane leaves room while deliveries wait for their answer', true, 1],
  ])('%s', async (_what, busy, most) => {
    await send(40);
    let [inside, together] = [0, 0];
    const worker = processor(
      async (...args) => {
        inside += 1;
        together = Math.max(together, inside);
        // Until another lane has come in, or has had every chance to.
        await expect
          .poll(() => together === 2, { timeout: 300 })
          .toBe(true)
          .catch(() => {});
        inside -= 1;
        return book(...args);
      },
      () => busy,
    );
    worker.start();
    worker.wake();
    try {
      await expect.poll(async () => (await booked()).length, { timeout: 15_000 }).toBe(40);
    } finally {
      await worker.stop();
    }
    expect(together).toBe(most);
  });

  it('works by itself once started: what was there, what comes, and what another left', async () => {
    const [before] = await send(1);
    const worker = processor(book);
    worker.start();
    try {
      await expect.poll(booked).toEqual([before?.id]);
      const [after] = await send(1);
      await expect.poll(booked, { timeout: 5000 }).toEqual([before?.id, after?.id].sort());
    } finally {
      await worker.stop();
    }
    await send(1);
    worker.wake();
    await worker.stop();
    expect(await booked()).toHaveLength(2);
  });

  it('/metrics says what waits, what failed, how old the oldest is, and what was processed', async () => {
    const [first] = await send(3);
    const worker = processor(async (...args) => {
      if (args[3].some(({ id }) => id === first?.id)) throw new Error('never');
      return book(...args);
    });
    await worker.drain();
    await send(1);
    const text = await worker.metrics.registry.metrics();
    expect(text).toContain('headwater_stripe_events{state="waiting"} 1');
    expect(text).toContain('headwater_stripe_events{state="failed"} 1');
    expect(text).toMatch(/headwater_stripe_oldest_waiting_seconds \d/);
    expect(text).toContain('headwater_stripe_processed_total{outcome="applied"} 2');
    expect(text).toContain('headwater_stripe_processed_total{outcome="failed"} 1');
    expect(text).toContain('headwater_stripe_lag_seconds_count 2');
  });
});
