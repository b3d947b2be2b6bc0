import { appendEvents, type Hasher, newEventId, type Postgres, type Transaction } from '../platform/index.ts';
import type { Identification } from '../touches/index.ts';
import type { Directory, Program } from '../workspaces/index.ts';
import { bindCustomer } from './bind-customer.ts';
import type { Customer, Identifiers } from './customer.ts';
import * as queries from './queries.ts';

/**
 * Joins a visitor and a customer, with the trust of a browser lead: the website's own record always; the program's
 * customers only where browsers are believed (contract §6.1).
 */
export async function identifyVisitor(
  deps: { postgres: Postgres; directory: Directory; hasher: Hasher },
  identification: Identification,
): Promise<void> {
  const { workspaceId, websiteId, programId, visitorId, customerKey, at } = identification;
  const email = identification.email === null ? null : (deps.hasher.email(identification.email) ?? null);
  if (customerKey === null && email === null) return;
  const program = programId === null ? undefined : await deps.directory.findProgram(programId);
  await deps.postgres.transaction(async (trx) => {
    await queries.insertVisitorIdentity(trx, {
      workspaceId,
      websiteId,
      visitorId,
      customerKey,
      email,
      seenAt: at,
    });
    if (program?.leadAuth !== 'open') return;
    await queries.lockCustomerMaking(trx, program, visitorId);
    const known = await findIdentified(trx, program, { customerKey, email, webVisitor: visitorId });
    const identifiers = { customerKey, email, webVisitor: visitorId };
    const customer = await bindCustomer(trx, program, { customer: known, click: undefined }, identifiers, at);
    if (known?.id === customer.id && known.webVisitors.includes(visitorId)) return;
    // Reports join a browser and a customer by events that name both: this is news to them.
    await appendEvents(trx, [
      {
        workspace_id: workspaceId,
        program_id: program.id,
        website_id: websiteId,
        event_id: newEventId(),
        type: 'identify',
        occurred_at: at,
        visitor_id: visitorId,
        customer_id: Number(customer.id),
      },
    ]);
  });
}

/** By key; else by the visitor, if nobody else's key is on it (of several people the one with the email); else by email. */
export async function findIdentified(
  trx: Transaction,
  program: Program,
  identifiers: Pick<Identifiers, 'customerKey' | 'email' | 'webVisitor'>,
): Promise<Customer | undefined> {
  const { customerKey, email, webVisitor } = identifiers;
  if (customerKey !== null) {
    const byKey = await queries.lockCustomerByKey(trx, program, customerKey);
    if (byKey !== undefined) return byKey;
  }
  if (webVisitor !== null) {
    const seen = await queries.lockCustomersOfVisitor(trx, program, { visitor: null, webVisitor });
    const fitting = customerKey === null ? seen : seen.filter((customer) => customer.customerKey === null);
    const named = fitting.find(({ emailHash }) => emailHash !== null && email?.hash.equals(emailHash));
    const best = named ?? fitting.at(-1);
    if (best !== undefined) return best;
  }
  if (email === null) return undefined;
  const byEmail = await queries.lockCustomerByEmail(trx, program, email.hash);
  const taken = customerKey !== null && byEmail?.customerKey != null && byEmail.customerKey !== customerKey;
  return taken ? undefined : byEmail;
}
