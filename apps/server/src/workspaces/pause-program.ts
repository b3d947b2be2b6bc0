import { statement, type Transaction } from '../platform/index.ts';

const setStatus = statement(
  'workspaces.set_program_status',
  'update programs set status = $3 where workspace_id = $1 and id = $2 and status = $4',
);

/** No new applications from now on; tracking, sales and renewals go on (contract §8). */
export async function pauseProgram(trx: Transaction, workspaceId: number, programId: number): Promise<void> {
  await trx.query(setStatus, [workspaceId, programId, 'paused', 'active']);
}

export async function resumeProgram(trx: Transaction, workspaceId: number, programId: number): Promise<void> {
  await trx.query(setStatus, [workspaceId, programId, 'active', 'paused']);
}
