import type { Transaction } from '../platform/index.ts';
import { findClicks, type KnownClick } from '../touches/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { Customer, FoundBy, Identifiers } from './customer.ts';
import * as queries from './queries.ts';

/** What the identifiers led to. `click` is set whenever the click is known, whoever it belongs to. */
export interface Lookup {
  customer: Customer | undefined;
  foundBy: FoundBy | null;
  click: KnownClick | undefined;
  /** The click exists in this workspace, but in another of its programs. */
  clickOfOtherProgram: boolean;
  /** Everybody who was seen with the click's browser. */
  sharers: readonly Customer[];
}

/**
 * Looks a person up in the contract's order (§5.2): the customer key in the program, then the click. Locks the customer
 * found. A key that only a provisional lead knows stands for that lead's click. Writes nothing.
 */
export async function findCustomer(
  trx: Transaction,
  program: Program,
  identifiers: Pick<Identifiers, 'customerKey' | 'clickId'>,
): Promise<Lookup> {
  const { customerKey } = identifiers;
  const byKey = customerKey === null ? undefined : await queries.lockCustomerByKey(trx, program, customerKey);
  const found = await findClickOf(trx, program, identifiers, byKey === undefined);
  const click = found?.programId === program.id ? found : undefined;
  const clickOfOtherProgram = found !== undefined && click === undefined;
  if (byKey !== undefined) {
    return { customer: byKey, foundBy: 'customer_key', click, clickOfOtherProgram, sharers: [] };
  }
  if (click === undefined) {
    return { customer: undefined, foundBy: null, click, clickOfOtherProgram, sharers: [] };
  }
  await queries.lockCustomerMaking(trx, program, click.visitor);
  const sharers = await queries.lockCustomersOfVisitor(trx, program, {
    visitor: click.visitor,
    webVisitor: click.webVisitor,
  });
  // With a key: somebody who has none yet. Without: the one who became known last.
  const customer =
    customerKey === null ? sharers.at(-1) : sharers.find((sharer) => sharer.customerKey === null);
  return { customer, foundBy: 'click_id', click, clickOfOtherProgram, sharers };
}

async function findClickOf(
  trx: Transaction,
  program: Program,
  { customerKey, clickId }: Pick<Identifiers, 'customerKey' | 'clickId'>,
  keyIsUnknown: boolean,
): Promise<KnownClick | undefined> {
  if (clickId !== null) {
    const [click] = await findClicks(trx, program.workspaceId, [clickId]);
    if (click !== undefined) return click;
  }
  if (customerKey === null || !keyIsUnknown) return undefined;
  const provisional = await queries.lockProvisionalLeads(trx, program, { customerKey, clickId: null });
  const toldClick = provisional.find((lead) => lead.clickId !== null)?.clickId;
  if (!toldClick) return undefined;
  const [click] = await findClicks(trx, program.workspaceId, [toldClick]);
  return click?.programId === program.id ? click : undefined;
}
