import type { Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { creditLead, takeLeadEffects } from './lead-effects.ts';
import * as queries from './queries.ts';

/**
 * A sign-up that a provider tells of: the customer's lead, unless there is one. It counts by its own date, so a sign-up
 * that is told after the payment which followed it counts, and one that followed the payment does not (contract §5.2).
 */
export async function recordProviderLead(
  trx: Transaction,
  program: Program,
  customerId: bigint,
  signedUpAt: Date,
  now: Date,
): Promise<boolean> {
  const customer = await queries.lockCustomer(trx, program.workspaceId, customerId);
  if (customer === undefined) return false;
  const { isLead, convertedAt } = await queries.findLeadState(trx, customer);
  if (isLead || (convertedAt !== null && convertedAt < signedUpAt)) return false;
  const credit = await creditLead(trx, program, customer, signedUpAt);
  const row: queries.NewLead = {
    workspaceId: program.workspaceId,
    programId: program.id,
    customerId,
    customerKey: customer.customerKey,
    email:
      customer.emailHash === null || customer.emailMasked === null
        ? null
        : { hash: customer.emailHash, masked: customer.emailMasked },
    clickId: null,
    clickIds: [],
    webVisitor: null,
    webSession: null,
    partnerId: credit.click?.partnerId ?? null,
    pageUrl: null,
    eventName: null,
    isTest: false,
    provisional: false,
    createdAt: signedUpAt,
  };
  const id = await queries.insertLead(trx, row);
  await takeLeadEffects(trx, program, customer, { ...row, id, at: signedUpAt }, credit, now);
  return true;
}
