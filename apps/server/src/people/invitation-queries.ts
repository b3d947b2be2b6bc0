import type { Role } from '@headwater/contract';
import { type Sql, statement, type Transaction } from '../platform/index.ts';

export interface InvitationRow {
  workspaceId: number;
  id: number;
  email: string;
  role: Role;
  workspace: string;
  invitedBy: string;
  createdAt: Date;
  expiresAt: Date;
}

const columns = `i.workspace_id as "workspaceId", i.id, i.email, i.role, w.name as workspace, i.invited_by as "invitedBy",
  i.created_at as "createdAt", i.expires_at as "expiresAt"`;
const open = 'i.accepted_at is null and i.expires_at > $2';

const insert = statement(
  'people.insert_invitation',
  `insert into invitations (workspace_id, token_hash, email, role, invited_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7) returning id`,
);

export async function insertInvitation(
  trx: Transaction,
  invitation: {
    workspaceId: number;
    tokenHash: Buffer;
    email: string;
    role: Role;
    invitedBy: string;
    at: Date;
    expiresAt: Date;
  },
): Promise<number> {
  const { workspaceId, tokenHash, email, role, invitedBy, at, expiresAt } = invitation;
  const values = [workspaceId, tokenHash, email, role, invitedBy, at, expiresAt];
  const [row] = await trx.query<{ id: number }>(insert, values);
  return row?.id as number;
}

const find = statement(
  'people.find_invitation',
  `select ${columns} from invitations i join workspaces w on w.id = i.workspace_id where i.token_hash = $1 and ${open}`,
);

export async function findInvitation(
  sql: Sql,
  tokenHash: Buffer,
  now: Date,
): Promise<InvitationRow | undefined> {
  const [row] = await sql.query<InvitationRow>(find, [tokenHash, now]);
  return row;
}

const spend = statement(
  'people.spend_invitation',
  `update invitations i set accepted_at = $2 from workspaces w
   where w.id = i.workspace_id and i.token_hash = $1 and ${open} returning ${columns}`,
);

/** Undefined: it is unknown, was used, was taken back or is too old. Of two at once, one has it. */
export async function spendInvitation(
  trx: Transaction,
  tokenHash: Buffer,
  now: Date,
): Promise<InvitationRow | undefined> {
  const [row] = await trx.query<InvitationRow>(spend, [tokenHash, now]);
  return row;
}

const list = statement(
  'people.list_invitations',
  `select ${columns} from invitations i join workspaces w on w.id = i.workspace_id
   where i.workspace_id = $1 and ${open} order by i.id desc limit 200`,
);

export function listInvitations(sql: Sql, workspaceId: number, now: Date): Promise<InvitationRow[]> {
  return sql.query(list, [workspaceId, now]);
}

const remove = statement(
  'people.delete_invitation',
  'delete from invitations where workspace_id = $1 and id = $2 and accepted_at is null returning role',
);

export async function deleteInvitation(
  trx: Transaction,
  workspaceId: number,
  id: number,
): Promise<Role | undefined> {
  const [row] = await trx.query<{ role: Role }>(remove, [workspaceId, id]);
  return row?.role;
}
