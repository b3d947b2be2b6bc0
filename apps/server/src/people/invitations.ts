import type {
  AcceptInvitationRequest,
  InvitationItem,
  InviteRequest,
  OpenInvitation,
} from '@headwater/contract';
import { AppError, dayMs, hashToken, newId, smallId } from '../platform/index.ts';
import { recordAct } from '../workspaces/index.ts';
import * as invitations from './invitation-queries.ts';
import type { Manager } from './members.ts';
import { createPerson, hashPassword, normalEmail } from './new-person.ts';
import type { People } from './people.ts';
import * as queries from './queries.ts';
import { mayGrant } from './roles.ts';

const openDays = 7;

/**
 * Invites somebody, by mail where there is a mail server; the link is answered in any case, once. It is the proof: whoever
 * has it may take the place, so it goes to the one who invites and to nobody else.
 */
export async function invite(
  people: People,
  manager: Manager,
  request: InviteRequest,
): Promise<{ link: string; mailed: boolean; expires_at: string }> {
  const { workspaceId, workspace, role: own, actor } = manager;
  if (!mayGrant(own, request.role)) throw new AppError('missing_permission', 'Missing permission: owner');
  const email = normalEmail(request.email);
  const token = newId('inv');
  const at = people.clock.now();
  const expiresAt = new Date(at.getTime() + openDays * dayMs);
  await people.postgres.transaction(async (trx) => {
    const known = await queries.findPersonByEmail(trx, email);
    const members = await queries.lockMembers(trx, workspaceId);
    if (members.some((member) => member.personId === known?.id))
      throw new AppError('conflict', 'This person is a member already');
    const row = { workspaceId, email, role: request.role, invitedBy: actor, at, expiresAt };
    const id = await invitations.insertInvitation(trx, { ...row, tokenHash: hashToken(token) });
    const details = { role: request.role };
    const act = { act: 'member.invite', programId: null, subject: `invitation ${id}`, details };
    await recordAct(trx, { workspaceId, name: actor }, act, at);
  });
  const link = `${people.publicUrl()}/invitation#${token}`;
  return { link, mailed: await mail(people, email, workspace, link), expires_at: expiresAt.toISOString() };
}

/** A mail that does not leave is no failure: the link is there to be handed on. */
async function mail({ sendMail }: People, to: string, workspace: string, link: string): Promise<boolean> {
  if (sendMail === undefined) return false;
  const lines = [
    `You are invited to ${workspace} on Headwater.`,
    '',
    `Open this link within ${openDays} days:`,
    link,
  ];
  return sendMail({ to, subject: `Your invitation to ${workspace}`, lines }).then(
    () => true,
    () => false,
  );
}

/** What a link invites to; 404 `invitation_not_found` when it was used, taken back, or is too old. */
export async function readInvitation(people: People, token: string): Promise<OpenInvitation> {
  const found = await invitations.findInvitation(people.postgres, hashToken(token), people.clock.now());
  if (found === undefined) throw new AppError('invitation_not_found');
  const { email, role, workspace } = found;
  const known = await queries.findPersonByEmail(people.postgres, email);
  return { email, role, workspace, has_account: known !== undefined };
}

/** Takes the place: with a new account, or with the one that the invited address has. Answers the address. */
export async function acceptInvitation(people: People, request: AcceptInvitationRequest): Promise<string> {
  const open = await readInvitation(people, request.token);
  if (!open.has_account && (request.name === undefined || request.password === undefined))
    throw new AppError('invalid_request', 'name and password are required');
  const passwordHash =
    open.has_account || request.password === undefined ? '' : await hashPassword(people, request.password);
  const at = people.clock.now();
  await people.postgres.transaction(async (trx) => {
    const spent = await invitations.spendInvitation(trx, hashToken(request.token), at);
    if (spent === undefined) throw new AppError('invitation_not_found');
    const { workspaceId, email, role } = spent;
    const person = open.has_account
      ? await queries.findPersonByEmail(trx, email)
      : await createPerson(trx, { name: request.name ?? '', email, passwordHash }, at);
    if (person === undefined) throw new AppError('invitation_not_found');
    await queries.insertMember(trx, { workspaceId, personId: person.id, role, at });
    const subject = `person ${person.number}`;
    await recordAct(
      trx,
      { workspaceId, name: subject },
      { act: 'member.join', programId: null, subject, details: { role } },
      at,
    );
  });
  return open.email;
}

export async function listOpenInvitations(people: People, manager: Manager): Promise<InvitationItem[]> {
  const rows = await invitations.listInvitations(people.postgres, manager.workspaceId, people.clock.now());
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    role: row.role,
    invited_by: row.invitedBy,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  }));
}

/** Its link opens nothing from now on. */
export async function takeBackInvitation(people: People, manager: Manager, id: unknown): Promise<void> {
  const at = people.clock.now();
  await people.postgres.transaction(async (trx) => {
    const invitationId = smallId(id);
    const role = invitationId && (await invitations.deleteInvitation(trx, manager.workspaceId, invitationId));
    if (!role) throw new AppError('invitation_not_found');
    if (!mayGrant(manager.role, role)) throw new AppError('missing_permission', 'Missing permission: owner');
    const act = { act: 'member.uninvite', programId: null, subject: `invitation ${invitationId}` };
    await recordAct(trx, { workspaceId: manager.workspaceId, name: manager.actor }, act, at);
  });
}
