import type { Runner } from 'graphile-worker';
import { issueInvoices, markOverdue } from '../billing/index.ts';
import { releaseHolds } from '../commissions/index.ts';
import { forgetAddresses } from '../customers/index.ts';
import { scanAllPrograms } from '../fraud/index.ts';
import { foldAllRevenue } from '../payments/index.ts';
import { type Clock, dayMs, type Log, type Postgres } from '../platform/index.ts';
import { ensureClickPartitions } from '../touches/index.ts';
import { foldLinkClicks } from '../workspaces/index.ts';
import { runWorker } from './run-worker.ts';

export interface JobDeps {
  postgres: Postgres;
  clock: Clock;
  log: Log;
  /** Compares PostgreSQL and ClickHouse and reports where they differ. */
  reconcile(): Promise<void>;
  /** Adds up, for reports, the days that are over. */
  keepRollups(): Promise<void>;
  /** Compares what ClickHouse's views hold with its events, and mends them. */
  mendRollups(): Promise<void>;
  /** Compares yesterday of every connected Stripe account with the books, and fetches what is missing. */
  reconcileStripe(): Promise<void>;
  /** Forgets what visitors did longer ago than their website keeps it. */
  forgetOld(): Promise<void>;
  /** Carries an erasure of a person out; throws to be called again later. */
  erase(key: { workspaceId: number; id: bigint }): Promise<void>;
}

// Missed runs are caught up once after a downtime (fill), where running late is better than not at all.
const schedule = `
* * * * * fold_link_clicks
*/5 * * * * release_holds
7,37 * * * * fold_revenue
25 * * * * scan_fraud ?fill=1h
5 * * * * forget_addresses ?fill=1h
10 0 * * * ensure_click_partitions ?fill=1d
20 2 * * * forget_old_behaviour ?fill=1d
40 3 * * * reconcile ?fill=1d
50 3 * * * mend_rollups ?fill=1d
15 * * * * keep_rollups ?fill=1h
20 4 * * * reconcile_stripe ?fill=1d
0 9 * * 1 issue_invoices ?fill=8d
0 10 * * * mark_overdue ?fill=1d
`;

const partitionsAheadMs = 62 * dayMs;
const partitionsBehindMs = 31 * dayMs;

/** Makes the partitions that clicks of now, of the last month and of the next two go to. */
export function ensurePartitionsAround(postgres: Postgres, now: Date): Promise<void> {
  const first = new Date(now.getTime() - partitionsBehindMs);
  const last = new Date(now.getTime() + partitionsAheadMs);
  return ensureClickPartitions(postgres, first, last);
}

/** Starts the job runner; it works until `stop()`. */
export function runJobs(deps: JobDeps): Promise<Runner> {
  const { postgres, clock } = deps;
  return runWorker(deps, {
    concurrency: 2,
    crontab: schedule,
    taskList: {
      fold_link_clicks: async () => {
        await foldLinkClicks(postgres);
      },
      release_holds: async () => {
        await releaseHolds(postgres, clock.now());
      },
      fold_revenue: () => foldAllRevenue(postgres),
      issue_invoices: async () => {
        await issueInvoices({ postgres, clock });
      },
      mark_overdue: async () => {
        await markOverdue({ postgres, clock });
      },
      scan_fraud: () => scanAllPrograms({ postgres, clock }),
      forget_addresses: () => forgetAddresses(postgres, clock.now()),
      ensure_click_partitions: () => ensurePartitionsAround(postgres, clock.now()),
      erase_person: async (payload) => {
        const { workspace_id: workspaceId, id } = payload as { workspace_id: number; id: number };
        await deps.erase({ workspaceId, id: BigInt(id) });
      },
      forget_old_behaviour: () => deps.forgetOld(),
      reconcile: () => deps.reconcile(),
      keep_rollups: () => deps.keepRollups(),
      mend_rollups: () => deps.mendRollups(),
      reconcile_stripe: () => deps.reconcileStripe(),
    },
  });
}
