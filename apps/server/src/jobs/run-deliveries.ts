import type { Runner, Task } from 'graphile-worker';
import { invariant, type Log, type Postgres } from '../platform/index.ts';
import { runWorker } from './run-worker.ts';

/** One attempt at something to be sent; throws to be called again later. */
type Attempt = (key: { workspaceId: number; id: number }, isLast: boolean) => Promise<void>;

export interface DeliveriesDeps {
  postgres: Postgres;
  log: Log;
  /** A webhook message. */
  deliver: Attempt;
  mail: Attempt;
}

/** Works off what is to be sent to others. A runner of its own: receivers that are slow hold up no job of the schedule. */
export function runDeliveries({ deliver, mail, ...deps }: DeliveriesDeps): Promise<Runner> {
  return runWorker(deps, {
    concurrency: 8,
    taskList: { deliver_webhook: taskOf(deliver), send_mail: taskOf(mail) },
  });
}

function taskOf(attempt: Attempt): Task {
  return async (payload, { job }) => {
    const { workspace_id: workspaceId, id } = payload as { workspace_id: number; id: number };
    invariant(
      Number.isSafeInteger(workspaceId) && Number.isSafeInteger(id),
      'a job names what is to be sent',
    );
    await attempt({ workspaceId, id }, job.attempts >= job.max_attempts);
  };
}
