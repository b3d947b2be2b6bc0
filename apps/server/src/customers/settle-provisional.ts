import type { Transaction } from '../platform/index.ts';
import { findClicks } from '../touches/index.ts';
import type { Program } from '../workspaces/index.ts';
import { bindCustomer, browsersOf, linkBrowsers } from './bind-customer.ts';
import type { Customer } from './customer.ts';
import { creditLead, takeLeadEffects } from './lead-effects.ts';
import * as queries from './queries.ts';

/**
 * A server lead or the first payment confirms what a browser said before (contract §5.2): its leads get their effects,
 * dated when they were made; of several the earliest is the customer's lead. Leads that name another person's key are
 * left waiting.
 */
export async function settleProvisionalLeads(
  trx: Transaction,
  program: Program,
  customer: Customer,
  clickId: string | null,
  now: Date,
): Promise<Customer> {
  const waiting = await queries.lockProvisionalLeads(trx, program, {
    customerKey: customer.customerKey,
    clickId,
  });
  const own = waiting.filter(
    (lead) =>
      lead.customerKey === null || customer.customerKey === null || lead.customerKey === customer.customerKey,
  );
  const [first] = own;
  if (first === undefined) return customer;
  let settled = customer;
  for (const lead of own) {
    const told = lead.clickId === null ? lead.clickIds : [...lead.clickIds, lead.clickId];
    const clicks = (await findClicks(trx, program.workspaceId, told)).filter(
      (click) => click.programId === program.id,
    );
    settled = await bindCustomer(
      trx,
      program,
      { customer: settled, click: undefined },
      { customerKey: lead.customerKey, email: lead.email, webVisitor: lead.webVisitor },
      now,
    );
    settled = await linkBrowsers(
      trx,
      settled,
      clicks.flatMap((click) => browsersOf(click, null)),
      now,
    );
  }
  const credit = await creditLead(trx, program, settled, first.createdAt);
  const partnerId = credit.click?.partnerId ?? null;
  const ids = own.map((lead) => lead.id);
  await queries.settleLeads(trx, settled, ids, partnerId, now);
  if (settled.status !== 'click') return settled;
  await takeLeadEffects(trx, program, settled, { ...first, at: first.createdAt }, credit, now);
  return { ...settled, status: 'lead' };
}
