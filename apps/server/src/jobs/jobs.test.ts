import type { Runner } from 'graphile-worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { dayMs, silentLog } from '../platform/index.ts';
import { runJobs } from './index.ts';

describe('the schedule', () => {
  let server: TestServer;
  let story: Story;
  let runner: Runner;
  let reconciled = 0;
  let reconciledStripe = 0;
  let isStoreAway = false;

  beforeAll(async () => {
    server = await openTestServer();
    story = await tellStory(server);
    await story.addPartner('anna');
    runner = await runJobs(deps());
  });
  afterAll(async () => {
    await runner.stop();
    await server.close();
  });

  const deps = () => ({
    ...{ postgres: server.database.postgres, clock: server.clock, log: silentLog },
    reconcile: async () => {
      if (isStoreAway) throw new Error('the store is away');
      reconciled += 1;
    },
    keepRollups: async () => {},
    mendRollups: async () => {},
    reconcileStripe: async () => {
      reconciledStripe += 1;
    },
    erase: async () => {},
    forgetOld: async () => {},
  });
  const commission = async () =>
    (await server.get(`/api/v1/programs/${story.programId}/commissions`, server.key)).body.data[0];

  it('release_holds approves a commission when its hold is over, not before', async () => {
    await story.sale({ transaction_id: 't1', click_id: await story.click('anna'), amount_cents: 5000 });
    await runner.addJob('release_holds', {});
    await runner.addJob('reconcile', {});
    await runner.addJob('reconcile_stripe', {});
    await vi.waitFor(() => expect([reconciled, reconciledStripe]).toEqual([1, 1]), 10_000);
    expect((await commission()).status).toBe('pending');

    server.clock.advance(15 * dayMs + 1);
    await runner.addJob('release_holds', {});
    await vi.waitFor(async () => expect((await commission()).status).toBe('approved'), 10_000);
  });

  it('issue_invoices and mark_overdue bill once and pause once, with two processes at work', async () => {
    const other = await runJobs(deps());
    try {
      const { postgres } = server.database;
      const count = async (table: string) =>
        (await postgres.query<{ n: number }>(`select count(*)::integer as n from ${table}`))[0]?.n;
      server.clock.advance(14 * dayMs);
      for (const job of [runner, other, runner]) await job.addJob('issue_invoices', {});
      await vi.waitFor(async () => expect(await idle()).toBe(true), 20_000);
      expect(await count('invoices')).toBe(1);
      server.clock.advance(8 * dayMs);
      for (const job of [other, runner, other]) await job.addJob('mark_overdue', {});
      await vi.waitFor(async () => expect(await idle()).toBe(true), 20_000);
      expect(await count('invoice_reminders')).toBe(1);
      const acts = await postgres.query<{ act: string }>(
        `select act from audit_log where actor = 'schedule' order by seq`,
      );
      expect(acts.map(({ act }) => act)).toEqual(['invoice.issue', 'invoice.overdue', 'program.pause']);
    } finally {
      await other.stop();
    }
  });

  async function idle(): Promise<boolean> {
    const jobs = await server.database.postgres.query(
      `select from graphile_worker.jobs where task_identifier in ('issue_invoices', 'mark_overdue')`,
    );
    return jobs.length === 0;
  }

  it('a job that fails is written down with why, and tried again later', async () => {
    isStoreAway = true;
    await runner.addJob('reconcile', {});
    const jobs = () =>
      server.database.postgres.query<{ last_error: string; attempts: number }>(
        `select last_error, attempts from graphile_worker.jobs where task_identifier = 'reconcile' and locked_at is null`,
      );
    await vi.waitFor(
      async () => expect(await jobs()).toEqual([{ last_error: 'the store is away', attempts: 1 }]),
      10_000,
    );
    isStoreAway = false;
    await vi.waitFor(async () => expect(await jobs()).toEqual([]), 20_000);
  });

  it('fold_link_clicks moves counted clicks into their link without changing the count', async () => {
    const { postgres } = server.database;
    const link = async () =>
      (await server.get(`/api/v1/programs/${story.programId}/links`, server.key)).body.data[0];
    await story.click('anna');
    const before = (await link()).clicks;
    await runner.addJob('fold_link_clicks', {});
    await vi.waitFor(
      async () => expect(await postgres.query('select from link_click_deltas')).toEqual([]),
      10_000,
    );
    expect((await link()).clicks).toBe(before);
    expect(before).toBeGreaterThanOrEqual(2);
  });

  it('ensure_click_partitions makes the partitions of the months ahead', async () => {
    server.clock.advance(200 * dayMs);
    const month = server.clock.now().toISOString().slice(0, 7).replace('-', '');
    await runner.addJob('ensure_click_partitions', {});
    await vi.waitFor(async () => {
      const [row] = await server.database.postgres.query<{ partition: string | null }>(
        'select to_regclass($1)::text as partition',
        [`clicks_${month}`],
      );
      expect(row?.partition).toBe(`clicks_${month}`);
    }, 10_000);
  });
});
