import type { Touch } from '../attribution/index.ts';
import type { Transaction } from '../platform/index.ts';
import { type KnownClick, listClicksOfVisitors } from '../touches/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { Customer } from './customer.ts';

/**
 * The candidates of a decision about a customer (contract §8): the clicks of the customer's browsers in the program,
 * newest first, each with whether its partner is enrolled now.
 */
export async function listCandidates(
  trx: Transaction,
  program: Program,
  customer: Pick<Customer, 'visitors' | 'webVisitors'>,
): Promise<{ clicks: KnownClick[]; touches: Touch[] }> {
  const { visitors, webVisitors } = customer;
  if (visitors.length === 0 && webVisitors.length === 0) return { clicks: [], touches: [] };
  const clicks = await listClicksOfVisitors(trx, {
    workspaceId: program.workspaceId,
    programId: program.id,
    visitors,
    webVisitors,
  });
  const touches = clicks.map(({ clickId, partnerId, clickedAt, partnerEnrolled }) => ({
    clickId,
    partnerId,
    clickedAt,
    enrolled: partnerEnrolled,
  }));
  return { clicks, touches };
}
