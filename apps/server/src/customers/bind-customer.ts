import { invariant, type Transaction } from '../platform/index.ts';
import type { KnownClick } from '../touches/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { Customer, Identifiers } from './customer.ts';
import type { Lookup } from './find-customer.ts';
import * as queries from './queries.ts';

/**
 * Makes the person of a lookup known: creates the customer if there is none, and lets it learn what the call said
 * besides (key, email, browsers). A click known to somebody who has another key makes a second customer who shares the
 * click: two people, one browser (contract §5.2). Nothing once learned is ever replaced.
 */
export async function bindCustomer(
  trx: Transaction,
  program: Program,
  lookup: Pick<Lookup, 'customer' | 'click'>,
  identifiers: Pick<Identifiers, 'customerKey' | 'email' | 'webVisitor'>,
  now: Date,
): Promise<Customer> {
  const customer = lookup.customer ?? (await makeCustomer(trx, program, lookup.click, identifiers, now));
  const learned = await learn(trx, program, customer, identifiers);
  return linkBrowsers(trx, learned, browsersOf(lookup.click, identifiers.webVisitor), now);
}

async function makeCustomer(
  trx: Transaction,
  program: Program,
  click: KnownClick | undefined,
  { customerKey, email }: Pick<Identifiers, 'customerKey' | 'email'>,
  now: Date,
): Promise<Customer> {
  const { workspaceId, id: programId } = program;
  const createdAt = click?.clickedAt ?? now;
  const made = await queries.insertCustomer(trx, { workspaceId, programId, customerKey, email, createdAt });
  if (made !== undefined) return made;
  invariant(customerKey !== null, 'only a customer key can be taken');
  const other = await queries.lockCustomerByKey(trx, program, customerKey);
  invariant(other !== undefined, 'a customer key that was taken belongs to somebody');
  return other;
}

async function learn(
  trx: Transaction,
  program: Program,
  customer: Customer,
  { customerKey, email }: Pick<Identifiers, 'customerKey' | 'email'>,
): Promise<Customer> {
  const newKey = customer.customerKey === null ? customerKey : null;
  const newEmail = customer.emailHash === null ? email : null;
  if (newKey === null && newEmail === null) return customer;
  if (!(await queries.learnIdentifiers(trx, customer, { customerKey: newKey, email: newEmail }))) {
    const owner = await queries.lockCustomerByKey(trx, program, newKey as string);
    invariant(owner !== undefined, 'a customer key that was taken belongs to somebody');
    return owner;
  }
  return {
    ...customer,
    customerKey: customer.customerKey ?? newKey,
    emailHash: customer.emailHash ?? newEmail?.hash ?? null,
    emailMasked: customer.emailMasked ?? newEmail?.masked ?? null,
  };
}

interface Browser {
  kind: 'click' | 'web';
  visitor: string;
}

export function browsersOf(click: KnownClick | undefined, webVisitor: string | null): Browser[] {
  const browsers: Browser[] = [];
  if (click !== undefined) {
    browsers.push({ kind: 'click', visitor: click.visitor });
    if (click.webVisitor !== null) browsers.push({ kind: 'web', visitor: click.webVisitor });
  }
  if (webVisitor !== null) browsers.push({ kind: 'web', visitor: webVisitor });
  return browsers;
}

/** Links browsers to a customer, those that are new to it. */
export async function linkBrowsers(
  trx: Transaction,
  customer: Customer,
  browsers: readonly Browser[],
  now: Date,
): Promise<Customer> {
  const fresh = browsers.filter(({ kind, visitor }) =>
    kind === 'click' ? !customer.visitors.includes(visitor) : !customer.webVisitors.includes(visitor),
  );
  if (fresh.length === 0) return customer;
  const { workspaceId, programId, id: customerId } = customer;
  const seen = fresh.map((browser) => ({ customerId, ...browser }));
  await queries.linkVisitors(trx, { workspaceId, id: programId }, seen, now);
  const added = (wanted: Browser['kind']) =>
    fresh.filter(({ kind }) => kind === wanted).map(({ visitor }) => visitor);
  return {
    ...customer,
    visitors: [...new Set([...customer.visitors, ...added('click')])],
    webVisitors: [...new Set([...customer.webVisitors, ...added('web')])],
  };
}
