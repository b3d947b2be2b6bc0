import type { CreatePartnerRequest, PartnerRecord } from '@headwater/contract';
import { AppError, type Db, invariant, smallId } from '../platform/index.ts';
import type { Act } from './audit/act.ts';
import { addLink } from './create-link.ts';
import { getOpenProgram } from './own-program.ts';
import {
  findPartnerRow,
  insertEnrollment,
  insertMembership,
  insertPartner,
  learnCustomerKey,
  lockEnrollment,
  lockPartnerByEmail,
  updateEnrollment,
} from './partner-queries.ts';
import { toPartnerRecord } from './partner-record.ts';
import { findGroupOfProgram } from './policy-queries.ts';
import { findProgramRow } from './program-queries.ts';
import { readDestination } from './referral-url.ts';
import { type Actor, change, type SetUp } from './set-up.ts';
import { sinceEver } from './terms.ts';

/**
 * Enrolls a partner, approved, with a first link. A person whose email the workspace knows is the same partner again,
 * under the name they have; 409 `partner_exists` when they are in this program already, 409 `code_taken` for a code
 * that any link of the installation has. Membership of the first group counts since ever.
 */
export async function enrollPartner(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  request: CreatePartnerRequest,
): Promise<PartnerRecord> {
  const program = await getOpenProgram(setUp.directory, actor, programId);
  return change(
    setUp,
    actor,
    (partner) => enrollAct(program.id, partner),
    (trx) => enrollIn(trx, setUp, actor, program.id, request),
  );
}

export function enrollAct(programId: number, partner: PartnerRecord): Act {
  const { id, name, email_masked, group_id, status, links } = partner;
  return {
    act: 'partner.enroll',
    programId,
    subject: `partner ${id}`,
    details: { name, email_masked, group_id, status, code: links[0]?.code },
  };
}

/** The same inside of the caller's transaction. */
export async function enrollIn(
  trx: Db,
  setUp: Pick<SetUp, 'clock' | 'hasher'>,
  actor: Actor,
  programId: number,
  request: CreatePartnerRequest,
): Promise<PartnerRecord> {
  const destination =
    request.destination_url === undefined ? undefined : readDestination(request.destination_url);
  const now = setUp.clock.now();
  const row = await findProgramRow(trx, actor, programId);
  invariant(row, 'a program just found is there');
  const groupId = await findGroupId(trx, actor, programId, request.group_id ?? row.default_group_id);
  const partnerId = await findOrMakePartner(trx, setUp, actor.workspaceId, request, now);
  const membership = { workspaceId: actor.workspaceId, programId, partnerId, groupId };
  await insertEnrollment(trx, membership, now);
  await insertMembership(trx, membership, sinceEver);
  await addLink(trx, {
    workspaceId: actor.workspaceId,
    programId,
    partnerId,
    code: request.code,
    partnerName: request.name,
    destinationUrl: destination ?? `https://${row.domain}/`,
    createdAt: now,
  });
  const partner = await findPartnerRow(trx, actor.workspaceId, programId, partnerId);
  invariant(partner, 'a partner just enrolled is there');
  return toPartnerRecord(partner);
}

/**
 * As {@link enrollIn}, for somebody who asked to come in: who is enrolled already is let in again, in the group and with
 * the links they have.
 */
export async function admitIn(
  trx: Db,
  setUp: Pick<SetUp, 'clock' | 'hasher'>,
  actor: Actor,
  programId: number,
  request: CreatePartnerRequest & { email: string },
): Promise<PartnerRecord> {
  const hash = setUp.hasher.email(request.email)?.hash;
  const partnerId = hash && (await lockPartnerByEmail(trx, actor.workspaceId, hash));
  const enrolled = partnerId && (await lockEnrollment(trx, actor.workspaceId, programId, partnerId));
  if (!partnerId || !enrolled) return enrollIn(trx, setUp, actor, programId, request);
  const membership = { workspaceId: actor.workspaceId, programId, partnerId, groupId: enrolled.group_id };
  await updateEnrollment(trx, membership, 'approved');
  const partner = await findPartnerRow(trx, actor.workspaceId, programId, partnerId);
  invariant(partner, 'a locked enrollment is there');
  return toPartnerRecord(partner);
}

/** A group of this very program; else 404 `Group not found`. */
export async function findGroupId(trx: Db, actor: Actor, programId: number, sent: unknown): Promise<number> {
  const id = smallId(sent);
  const group = id && (await findGroupOfProgram(trx, actor.workspaceId, programId, id));
  if (!group) throw new AppError('group_not_found');
  return group.id;
}

async function findOrMakePartner(
  trx: Db,
  setUp: Pick<SetUp, 'hasher'>,
  workspaceId: number,
  request: CreatePartnerRequest,
  now: Date,
): Promise<number> {
  const email = request.email === undefined ? null : (setUp.hasher.email(request.email) ?? null);
  const known = email && (await lockPartnerByEmail(trx, workspaceId, email.hash));
  // Kept as sent, blanks around it too: customers' keys are compared letter by letter.
  const key = String(request.customer_key ?? '');
  const customerKey = key.trim() === '' ? null : key;
  if (!known) {
    return insertPartner(trx, { workspaceId, name: request.name.trim(), email, customerKey, createdAt: now });
  }
  if (customerKey !== null) await learnCustomerKey(trx, workspaceId, known, customerKey);
  return known;
}
