import {
  bindCustomer,
  bindImported,
  findCustomer,
  findIdentified,
  settleProvisionalLeads,
} from '../customers/index.ts';
import { AppError, invariant, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { FoundCustomer } from './decide-payment.ts';
import { isImported, type PaymentFact } from './payment.ts';

/**
 * Who paid. A sale names its customer by key or click (§5.3), and is refused when it names nobody known, unless the
 * program records such payments; a payment of a website is known by its visitor or email and never refused (§6.2).
 */
export async function findPayer(
  trx: Transaction,
  program: Program,
  fact: PaymentFact,
  now: Date,
): Promise<FoundCustomer | null> {
  if (isImported(fact.source)) return findImported(trx, program, fact);
  return fact.source === 'sale' ? findBuyer(trx, program, fact, now) : findVisitor(trx, program, fact, now);
}

/** History is a fact and never refused; whom it names and we do not know becomes known, as of then. */
async function findImported(
  trx: Transaction,
  program: Program,
  fact: PaymentFact,
): Promise<FoundCustomer | null> {
  const bound = await bindImported(trx, program, fact, fact.occurredAt);
  return bound === null ? null : { ...bound, namedPartnerId: fact.namedPartnerId ?? null };
}

async function findBuyer(
  trx: Transaction,
  program: Program,
  fact: PaymentFact,
  now: Date,
): Promise<FoundCustomer | null> {
  const lookup = await findCustomer(trx, program, fact);
  if (lookup.customer === undefined && lookup.click === undefined) {
    if (lookup.clickOfOtherProgram) throw new AppError('wrong_program');
    if (program.organicPayments === 'reject') throw new AppError('customer_not_found');
    if (fact.customerKey === null) return null;
  }
  const identifiers = { customerKey: fact.customerKey, email: fact.email, webVisitor: null };
  const bound = await bindCustomer(trx, program, lookup, identifiers, now);
  const mayWait = fact.clickId !== null || bound.mayHaveWaitingLeads;
  const settles = bound.status !== 'conversion' && mayWait;
  const customer = settles ? await settleProvisionalLeads(trx, program, bound, fact.clickId, now) : bound;
  return lookup.foundBy === 'click_id'
    ? { customer, foundBy: 'click_id', value: lookup.click?.clickId ?? '' }
    : { customer, foundBy: 'customer_key', value: fact.customerKey ?? '' };
}

async function findVisitor(
  trx: Transaction,
  program: Program,
  fact: PaymentFact,
  now: Date,
): Promise<FoundCustomer> {
  invariant(fact.visit !== null, 'a payment of a website names its visit');
  const identifiers = { customerKey: null, email: fact.email, webVisitor: fact.visit.visitorId };
  const known = await findIdentified(trx, program, identifiers);
  const byEmail = known !== undefined && !known.webVisitors.includes(fact.visit.visitorId);
  const bound = await bindCustomer(trx, program, { customer: known, click: undefined }, identifiers, now);
  const settles = bound.status !== 'conversion' && bound.mayHaveWaitingLeads;
  const customer = settles ? await settleProvisionalLeads(trx, program, bound, null, now) : bound;
  return byEmail
    ? { customer, foundBy: 'email', value: fact.email?.masked ?? '' }
    : { customer, foundBy: 'visitor', value: fact.visit.visitorId };
}
