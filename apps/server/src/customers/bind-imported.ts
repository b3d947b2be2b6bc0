import type { Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { bindCustomer } from './bind-customer.ts';
import type { Customer, FoundBy, Identifiers } from './customer.ts';
import { findCustomer } from './find-customer.ts';
import * as queries from './queries.ts';

/**
 * Who history speaks of: by key, by click, then by email; made known when nobody is, as of `at`. Null where it names
 * nobody. Unlike a sale it is never refused, and a person of whom only the address is told is found by it.
 */
export async function bindImported(
  trx: Transaction,
  program: Program,
  identifiers: Pick<Identifiers, 'customerKey' | 'clickId' | 'email'>,
  at: Date,
): Promise<{ customer: Customer; foundBy: FoundBy; value: string } | null> {
  const { customerKey, email } = identifiers;
  const lookup = await findCustomer(trx, program, identifiers);
  let { customer } = lookup;
  if (customer === undefined && email !== null) {
    await queries.lockCustomerMaking(trx, program, email.hash.toString('hex'));
    const known = await queries.lockCustomerByEmail(trx, program, email.hash);
    const isAnothers =
      customerKey !== null && known?.customerKey != null && known.customerKey !== customerKey;
    if (!isAnothers) customer = known;
  }
  const isNamed = customerKey !== null || email !== null || lookup.click !== undefined;
  if (!isNamed) return null;
  const told = { customerKey, email, webVisitor: null };
  const bound = await bindCustomer(trx, program, { customer, click: lookup.click }, told, at);
  if (customerKey !== null) return { customer: bound, foundBy: 'customer_key', value: customerKey };
  if (lookup.click !== undefined) {
    return { customer: bound, foundBy: 'click_id', value: lookup.click.clickId };
  }
  return { customer: bound, foundBy: 'email', value: email?.masked ?? '' };
}
