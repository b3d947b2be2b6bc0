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

  beforeAll(async () => {
    server = await openTestServer();
    story = await tellStory(server);
    await story.addPartner('anna');
    runner = await runJobs({
      postgres: server.database.postgres,
      clock: server.clock,
      log: silentLog,
      reconcile: async () => {
        reconciled += 1;
      },
      reconcileStripe: async () => {
        reconciledStripe += 1;
      },
    });
  });
  afterAll(async () => {
    await runner.stop();
    await server.close();
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
