import { statement, type Transaction } from '../platform/index.ts';

const setStatus = statement(
  'workspaces.set_program_status',
  'update programs set status = $3 where workspace_id = $1 and id = $2 and status = $4 returning id',
);

/** No new applications from now on; tracking, sales and renewals go on (contract §8). False: it is so already. */
export async function pauseProgram(
  trx: Transaction,
  workspaceId: number,
  programId: number,
): Promise<boolean> {
  return (await trx.query(setStatus, [workspaceId, programId, 'paused', 'active'])).length > 0;
}

export async function resumeProgram(
  trx: Transaction,
  workspaceId: number,
  programId: number,
): Promise<boolean> {
  return (await trx.query(setStatus, [workspaceId, programId, 'active', 'paused'])).length > 0;
}
