import type { Transaction } from '../platform/index.ts';
import { changeProgramStatus } from './queries.ts';

/** No new applications from now on; tracking, sales and renewals go on (contract §8). False: it is so already. */
export function pauseProgram(trx: Transaction, workspaceId: number, programId: number): Promise<boolean> {
  return changeProgramStatus(trx, workspaceId, programId, { from: 'active', to: 'paused' });
}

export function resumeProgram(trx: Transaction, workspaceId: number, programId: number): Promise<boolean> {
  return changeProgramStatus(trx, workspaceId, programId, { from: 'paused', to: 'active' });
}
