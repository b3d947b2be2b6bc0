import type { Runner } from 'graphile-worker';
import { invariant, type Log, type Postgres } from '../platform/index.ts';
import { runWorker } from './run-worker.ts';

export interface DeliveriesDeps {
  postgres: Postgres;
  log: Log;
  /** One attempt at a webhook message; throws to be called again later. */
  deliver(key: { workspaceId: number; id: number }, isLast: boolean): Promise<void>;
}

/** Works off what is to be sent to others. A runner of its own: receivers that are slow hold up no job of the schedule. */
export function runDeliveries({ deliver, ...deps }: DeliveriesDeps): Promise<Runner> {
  return runWorker(deps, {
    concurrency: 8,
    taskList: {
      deliver_webhook: async (payload, { job }) => {
        const { workspace_id: workspaceId, id } = payload as { workspace_id: number; id: number };
        invariant(
          Number.isSafeInteger(workspaceId) && Number.isSafeInteger(id),
          'a delivery names its message',
        );
        await deliver({ workspaceId, id }, job.attempts >= job.max_attempts);
      },
    },
  });
}
