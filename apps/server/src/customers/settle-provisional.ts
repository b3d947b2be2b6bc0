import type { Transaction } from '../platform/index.ts';
import { findClicks } from '../touches/index.ts';
import type { Program } from '../workspaces/index.ts';
import { bindCustomer, browsersOf, linkBrowsers } from './bind-customer.ts';
import type { Customer } from './customer.ts';
import * as queries from './queries.ts';

/**
 * A server lead or the first payment confirms what a browser said before (contract §5.2): its leads get their effects,
 * dated when they were made. Leads that name another person's key are left waiting.
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
  if (own.length === 0) return customer;
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
    await queries.markLead(trx, settled, lead.createdAt);
  }
  await queries.settleLeads(
    trx,
    settled,
    own.map((lead) => lead.id),
    now,
  );
  return settled.status === 'click' ? { ...settled, status: 'lead' } : settled;
}
