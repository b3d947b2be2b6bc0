import type { BillingContact, SetBillingContactRequest } from '@headwater/contract';
import {
  AppError,
  type Clock,
  isEmail,
  type ManagementPrincipal,
  type Postgres,
  type Sealer,
} from '../platform/index.ts';
import { actorName, type Program, recordAct } from '../workspaces/index.ts';
import * as queries from './queries.ts';
import { sealRecipient } from './recipient.ts';

export interface ContactDeps {
  postgres: Postgres;
  clock: Clock;
  sealer: Sealer;
}

/** Who is written to about a program's invoices from now on. */
export async function setContact(
  deps: ContactDeps,
  actor: ManagementPrincipal,
  program: Program,
  request: SetBillingContactRequest,
): Promise<BillingContact> {
  const email = request.email.trim();
  if (!isEmail(email)) throw new AppError('invalid_request', 'email is invalid');
  const { workspaceId, id: programId } = program;
  const recipient = sealRecipient(deps.sealer, workspaceId, email);
  const now = deps.clock.now();
  await deps.postgres.transaction(async (trx) => {
    await queries.saveContact(trx, { workspaceId, programId }, recipient, now);
    const by = { workspaceId, name: actorName(actor) };
    await recordAct(trx, by, { act: 'billing_contact.set', programId, subject: `program ${programId}` }, now);
  });
  return { email_masked: recipient.masked };
}

export async function getContact(deps: ContactDeps, program: Program): Promise<BillingContact> {
  const key = { workspaceId: program.workspaceId, programId: program.id };
  const found = await queries.findContact(deps.postgres, key);
  return { email_masked: found?.masked ?? null };
}

export { findContact } from './queries.ts';
