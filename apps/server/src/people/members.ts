import type { IncomingHttpHeaders } from 'node:http';
import type { Member, Role } from '@headwater/contract';
import { AppError, smallId, type Transaction } from '../platform/index.ts';
import { recordAct } from '../workspaces/index.ts';
import { findMe, type People, workspaceHeader } from './people.ts';
import * as queries from './queries.ts';
import { managesMembers, mayGrant } from './roles.ts';

/** Who sees and changes the members of a workspace. */
export interface Manager {
  workspaceId: number;
  workspace: string;
  role: Role;
  /** As the audit log names them. */
  actor: string;
}

/** 401 without a session, 403 for whoever is neither owner nor admin there. */
export async function getManager(people: People, headers: IncomingHttpHeaders): Promise<Manager> {
  const me = await findMe(people, headers);
  if (me === undefined) throw new AppError('authentication_required');
  const wanted = headers[workspaceHeader];
  const workspace =
    wanted === undefined ? me.workspaces[0] : me.workspaces.find(({ id }) => String(id) === wanted);
  if (workspace === undefined || !managesMembers(workspace.role))
    throw new AppError('missing_permission', 'Missing permission: owner or admin');
  const { id, name, role } = workspace;
  return { workspaceId: id, workspace: name, role, actor: `person ${me.person.id}` };
}

export async function listMembers(people: People, manager: Manager): Promise<Member[]> {
  const rows = await queries.listMembers(people.postgres, manager.workspaceId);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    email: row.email,
    role: row.role,
    two_factor: row.twoFactor,
    joined_at: row.joinedAt.toISOString(),
    last_seen_at: row.lastSeenAt?.toISOString() ?? null,
  }));
}

export function changeRole(people: People, manager: Manager, memberId: unknown, role: Role): Promise<void> {
  return changeMember(people, manager, memberId, role, async (trx, personId) => {
    await queries.setRole(trx, manager.workspaceId, personId, role);
    return 'member.change_role';
  });
}

/** Ends the membership, and with the last one every session of theirs. */
export function removeMember(people: People, manager: Manager, memberId: unknown): Promise<void> {
  return changeMember(people, manager, memberId, null, async (trx, personId) => {
    await queries.deleteMember(trx, manager.workspaceId, personId);
    return 'member.remove';
  });
}

/** 404 for no member, 403 above oneself, 409 where nobody would own the workspace any more. */
async function changeMember(
  people: People,
  manager: Manager,
  memberId: unknown,
  role: Role | null,
  work: (trx: Transaction, personId: string) => Promise<string>,
): Promise<void> {
  const at = people.clock.now();
  await people.postgres.transaction(async (trx) => {
    const members = await queries.lockMembers(trx, manager.workspaceId);
    const member = members.find(({ id }) => id === smallId(memberId));
    if (member === undefined) throw new AppError('member_not_found');
    if (!mayGrant(manager.role, member.role) || (role !== null && !mayGrant(manager.role, role)))
      throw new AppError('missing_permission', 'Missing permission: owner');
    const owners = members.filter((one) => one.role === 'owner');
    if (role !== 'owner' && owners.length === 1 && owners[0] === member)
      throw new AppError('last_owner_stays');
    const act = await work(trx, member.personId);
    await recordAct(
      trx,
      { workspaceId: manager.workspaceId, name: manager.actor },
      {
        act,
        programId: null,
        subject: `person ${member.id}`,
        ...(role === null ? {} : { details: { role } }),
      },
      at,
    );
  });
}
