import { forgetPartnerPeople } from '../people/index.ts';
import type { Transaction } from '../platform/index.ts';
import { findPartnersByEmail, forgetRows } from './program-queries.ts';
import { forgetDocuments } from './queries.ts';

/**
 * Erases what somebody wrote who once asked to become a partner (that somebody did stays), and of a partner who is none any
 * more: the account, invitations and tax documents. Before the partner's own row loses the address that it is found by.
 */
export async function forgetOfPortal(
  trx: Transaction,
  workspaceId: number,
  salt: Buffer,
  person: { emails: readonly Buffer[] },
): Promise<void> {
  await forgetRows(trx, workspaceId, salt, person.emails);
  const partnerIds = await findPartnersByEmail(trx, workspaceId, person.emails);
  await forgetPartnerPeople(trx, workspaceId, partnerIds);
  await forgetDocuments(trx, workspaceId, partnerIds);
}
