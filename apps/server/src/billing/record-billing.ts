import type { ManagementPrincipal, Transaction } from '../platform/index.ts';
import { actorName, recordAct } from '../workspaces/index.ts';

/** Who bills when nobody asks for it. */
export const schedule = 'schedule';

/** Writes an act of somebody, or of the schedule, into the audit log; last in its transaction. */
export function recordBilling(
  trx: Transaction,
  by: ManagementPrincipal | { workspaceId: number; name: typeof schedule },
  act: Parameters<typeof recordAct>[2],
  now: Date,
): Promise<void> {
  const name = 'name' in by ? by.name : actorName(by);
  return recordAct(trx, { workspaceId: by.workspaceId, name }, act, now);
}
