import type { Role } from '@headwater/contract';
import { type Sql, statement, type Transaction } from '../platform/index.ts';

const memberships = statement(
  'people.memberships',
  `select m.workspace_id as "workspaceId", w.name, m.role, p.number as "personNumber"
   from members m join workspaces w on w.id = m.workspace_id join people p on p.id = m.person_id
   where m.person_id = $1 order by m.workspace_id`,
);

export interface Membership {
  workspaceId: number;
  name: string;
  role: Role;
  personNumber: number;
}

export function listMemberships(sql: Sql, personId: string): Promise<Membership[]> {
  return sql.query(memberships, [personId]);
}

const hasOwner = statement(
  'people.has_owner',
  `select exists (select from members where role = 'owner') as "hasOwner"`,
);

export async function findsOwner(sql: Sql): Promise<boolean> {
  const [row] = await sql.query<{ hasOwner: boolean }>(hasOwner);
  return row?.hasOwner === true;
}

const insertLink = statement(
  'people.insert_owner_link',
  'insert into owner_links (token_hash, created_at) values ($1, $2)',
);

export async function insertOwnerLink(sql: Sql, tokenHash: Buffer, at: Date): Promise<void> {
  await sql.query(insertLink, [tokenHash, at]);
}

const findLink = statement('people.find_owner_link', 'select 1 from owner_links where token_hash = $1');

export async function knowsOwnerLink(sql: Sql, tokenHash: Buffer): Promise<boolean> {
  return (await sql.query(findLink, [tokenHash])).length > 0;
}

// Two who use their links at once wait here, and the second finds an owner.
const lockLinks = statement('people.lock_owner_links', 'lock table owner_links in exclusive mode');
const spendLinks = statement('people.spend_owner_links', 'delete from owner_links');

export async function lockOwnerLinks(trx: Transaction): Promise<void> {
  await trx.query(lockLinks);
}

export async function spendOwnerLinks(trx: Transaction): Promise<void> {
  await trx.query(spendLinks);
}

const firstWorkspace = statement('people.first_workspace', 'select id from workspaces order by id limit 1');

export async function findFirstWorkspace(sql: Sql): Promise<number | undefined> {
  const [row] = await sql.query<{ id: number }>(firstWorkspace);
  return row?.id;
}

const insertPersonRow = statement(
  'people.insert_person',
  `insert into people (id, name, email, email_verified, two_factor_enabled, created_at, updated_at)
   values ($1, $2, $3, true, false, $4, $4) on conflict (email) do nothing returning number`,
);
const insertAccountRow = statement(
  'people.insert_account',
  `insert into sign_in_accounts (id, person_id, account_id, provider_id, password, created_at, updated_at)
   values ($1, $2, $2, 'credential', $3, $4, $4)`,
);

export interface NewPerson {
  id: string;
  accountId: string;
  name: string;
  email: string;
  passwordHash: string;
  at: Date;
}

/** A person with a password, as better-auth will look for them. Undefined: the address has an account. */
export async function insertPerson(trx: Transaction, person: NewPerson): Promise<number | undefined> {
  const values = [person.id, person.name, person.email, person.at];
  const [row] = await trx.query<{ number: number }>(insertPersonRow, values);
  if (row === undefined) return undefined;
  await trx.query(insertAccountRow, [person.accountId, person.id, person.passwordHash, person.at]);
  return row.number;
}

const findByEmail = statement('people.find_by_email', 'select id, number from people where email = $1');

export async function findPersonByEmail(
  sql: Sql,
  email: string,
): Promise<{ id: string; number: number } | undefined> {
  const [row] = await sql.query<{ id: string; number: number }>(findByEmail, [email]);
  return row;
}

const insertMemberRow = statement(
  'people.insert_member',
  `insert into members (workspace_id, person_id, role, joined_at) values ($1, $2, $3, $4)
   on conflict (workspace_id, person_id) do nothing`,
);

export async function insertMember(
  trx: Transaction,
  member: { workspaceId: number; personId: string; role: Role; at: Date },
): Promise<void> {
  await trx.query(insertMemberRow, [member.workspaceId, member.personId, member.role, member.at]);
}

const listMemberRows = statement(
  'people.list_members',
  `select p.number as id, p.name, p.email, m.role, coalesce(p.two_factor_enabled, false) as "twoFactor",
     m.joined_at as "joinedAt",
     (select max(s.updated_at) from sign_in_sessions s where s.person_id = p.id) as "lastSeenAt"
   from members m join people p on p.id = m.person_id
   where m.workspace_id = $1 order by p.number limit 1000`,
);

export interface MemberRow {
  id: number;
  name: string;
  email: string;
  role: Role;
  twoFactor: boolean;
  joinedAt: Date;
  lastSeenAt: Date | null;
}

export function listMembers(sql: Sql, workspaceId: number): Promise<MemberRow[]> {
  return sql.query(listMemberRows, [workspaceId]);
}

// All members of the workspace, so that two who demote each other leave an owner behind.
const lockMemberRows = statement(
  'people.lock_members',
  `select p.number as id, m.person_id as "personId", m.role from members m join people p on p.id = m.person_id
   where m.workspace_id = $1 order by m.person_id for update of m`,
);

export function lockMembers(
  trx: Transaction,
  workspaceId: number,
): Promise<{ id: number; personId: string; role: Role }[]> {
  return trx.query(lockMemberRows, [workspaceId]);
}

const setRoleRow = statement(
  'people.set_role',
  'update members set role = $3 where workspace_id = $1 and person_id = $2',
);

export async function setRole(
  trx: Transaction,
  workspaceId: number,
  personId: string,
  role: Role,
): Promise<void> {
  await trx.query(setRoleRow, [workspaceId, personId, role]);
}

const deleteMemberRow = statement(
  'people.delete_member',
  'delete from members where workspace_id = $1 and person_id = $2',
);

export async function deleteMember(trx: Transaction, workspaceId: number, personId: string): Promise<void> {
  await trx.query(deleteMemberRow, [workspaceId, personId]);
}
