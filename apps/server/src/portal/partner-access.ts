import type { InvitePartnerRequest, PortalAccess, PortalInvitation } from '@headwater/contract';
import {
  deletePartnerPeople,
  findOpenInvitation,
  invitePartnerIn,
  listPartnerPeople,
} from '../people/index.ts';
import { AppError, type ManagementPrincipal, smallId } from '../platform/index.ts';
import { actorName, type Program, recordAct } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import { learnPartnerEmail, lockPartnerOfProgram } from './program-queries.ts';
import { findEnrollment } from './queries.ts';

/** The partner of a path, if it is or was enrolled in the program; else 404. */
export async function getPartnerOf(
  { postgres }: Pick<PortalDeps, 'postgres'>,
  program: Program,
  partnerId: unknown,
): Promise<number> {
  const id = smallId(partnerId);
  const found = id && (await findEnrollment(postgres, program.workspaceId, program.id, id));
  if (!id || !found) throw new AppError('partner_not_found');
  return id;
}

/**
 * Invites a partner to sign in. A partner has one address: of one that is known by it as a hash, the same must be told again;
 * where none is known it is learnt. 409 for a partner who is not approved, or an address that is another partner's.
 */
export async function invitePartner(
  deps: PortalDeps,
  actor: ManagementPrincipal,
  program: Program,
  partnerId: unknown,
  request: InvitePartnerRequest,
): Promise<PortalInvitation> {
  const { postgres, people, hasher, clock } = deps;
  const id = await getPartnerOf(deps, program, partnerId);
  const email = hasher.email(request.email);
  if (email === undefined) throw new AppError('invalid_request', 'email must be a valid email address');
  const { workspaceId } = program;
  const invitation = await postgres.transaction(async (trx) => {
    const partner = await lockPartnerOfProgram(trx, program, id);
    if (partner === undefined) throw new AppError('partner_not_found');
    if (partner.status !== 'approved') throw new AppError('conflict', 'Partner is not approved');
    if (partner.emailHash !== null && !partner.emailHash.equals(email.hash))
      throw new AppError('invalid_request', 'email is invalid: the partner is known by another address');
    if (partner.emailHash === null && !(await learnPartnerEmail(trx, workspaceId, id, email)))
      throw new AppError('conflict', 'Another partner has this address');
    const invitedBy = actorName(actor);
    const made = await invitePartnerIn(trx, people, {
      ...{ workspaceId, partnerId: id, invitedBy },
      ...{ email: request.email, program: program.name },
    });
    const act = { act: 'partner.invite', programId: program.id, subject: `partner ${id}` };
    await recordAct(trx, { workspaceId, name: invitedBy }, act, clock.now());
    return made;
  });
  return {
    link: invitation.link,
    mailed: await invitation.send(),
    expires_at: invitation.expiresAt.toISOString(),
  };
}

/** Who signs in for a partner, and until when an invitation is open. */
export async function readAccess(
  { postgres, clock, hasher }: PortalDeps,
  { workspaceId }: Program,
  partnerId: number,
): Promise<PortalAccess> {
  const [rows, invitedUntil] = await Promise.all([
    listPartnerPeople(postgres, workspaceId, partnerId),
    findOpenInvitation(postgres, workspaceId, partnerId, clock.now()),
  ]);
  return {
    people: rows.map((row) => ({
      id: row.id,
      name: row.name,
      email_masked: hasher.email(row.email)?.masked ?? '',
      joined_at: row.joinedAt.toISOString(),
      last_seen_at: row.lastSeenAt?.toISOString() ?? null,
    })),
    invited_until: invitedUntil?.toISOString() ?? null,
  };
}

/** Shuts a partner out: nobody signs in for them any more, and open invitations are worth nothing. */
export async function endAccess(
  deps: PortalDeps,
  actor: ManagementPrincipal,
  program: Program,
  partnerId: number,
): Promise<PortalAccess> {
  const { postgres, clock } = deps;
  const { workspaceId } = program;
  await postgres.transaction(async (trx) => {
    const ended = await deletePartnerPeople(trx, workspaceId, partnerId);
    if (ended.people + ended.invitations === 0) return;
    const act = {
      act: 'partner.end_access',
      programId: program.id,
      subject: `partner ${partnerId}`,
      details: ended,
    };
    await recordAct(trx, { workspaceId, name: actorName(actor) }, act, clock.now());
  });
  return readAccess(deps, program, partnerId);
}
