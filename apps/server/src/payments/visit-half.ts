import { type Customer, insertVisitorIdentity } from '../customers/index.ts';
import type { Transaction } from '../platform/index.ts';
import { findLastVisit, findVisit } from '../touches/index.ts';
import type { PaymentDecision, PaymentFact, PaymentVisit } from './payment.ts';

/** The visit that the caller names; undefined when no event is known for it, null when none is named. */
export async function findNamedVisit(
  trx: Transaction,
  fact: PaymentFact,
): Promise<PaymentVisit | null | undefined> {
  if (fact.visit === null || fact.website === null) return null;
  const { workspaceId, id: websiteId } = fact.website;
  const visit = await findVisit(trx, { workspaceId, websiteId, ...fact.visit });
  if (visit === undefined) return undefined;
  return { ...fact.visit, matchedBy: 'session', context: visit.context };
}

/**
 * The visit half of a payment whose caller names no visit: the customer's own last visit that came from somewhere, else
 * the landing of the credited click.
 */
export async function inferVisit(
  trx: Transaction,
  fact: Pick<PaymentFact, 'program' | 'occurredAt'>,
  customer: Customer | null,
  decision: PaymentDecision | null,
): Promise<PaymentVisit | null> {
  const { program } = fact;
  if (program?.websiteId && customer !== null && customer.webVisitors.length > 0) {
    const visit = await findLastVisit(trx, {
      workspaceId: program.workspaceId,
      websiteId: program.websiteId,
      visitorIds: customer.webVisitors,
      before: fact.occurredAt,
    });
    if (visit !== undefined) {
      const { visitorId, sessionId, context } = visit;
      return { visitorId, sessionId, matchedBy: 'identity', context };
    }
  }
  const click = decision?.creditedClick;
  if (!click) return null;
  return {
    visitorId: click.webVisitor,
    sessionId: click.webSession,
    matchedBy: 'click',
    context: click.context,
  };
}

/** The website's own record of who its visitor is (contract §6.2), with or without a program. */
export async function joinVisitorAndEmail(trx: Transaction, fact: PaymentFact, now: Date): Promise<void> {
  const { website, visit, email } = fact;
  if (website === null || visit === null || email === null) return;
  await insertVisitorIdentity(trx, {
    workspaceId: website.workspaceId,
    websiteId: website.id,
    visitorId: visit.visitorId,
    customerKey: null,
    email,
    seenAt: now,
  });
}
