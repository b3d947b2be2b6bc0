import type { Transaction } from '../platform/index.ts';
import { forgetRows } from './program-queries.ts';

/** Erases what somebody wrote who once asked to become a partner; that somebody did stays. */
export function forgetApplicants(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  person: { emails: readonly Buffer[] },
): Promise<void> {
  return forgetRows(trx, workspaceId, salt, person.emails);
}
