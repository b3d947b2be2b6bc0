import { type Sql, statement, type Transaction } from '../platform/index.ts';

// Which people are which partners, and the invitations that make them so.

const partnersOf = statement(
  'people.partners_of',
  `select a.workspace_id as "workspaceId", a.partner_id as "partnerId", p.number as "personNumber"
   from partner_people a join people p on p.id = a.person_id where a.person_id = $1 order by a.workspace_id`,
);

export function listPartnersOf(
  sql: Sql,
  personId: string,
): Promise<{ workspaceId: number; partnerId: number; personNumber: number }[]> {
  return sql.query(partnersOf, [personId]);
}

const insertAccessRow = statement(
  'people.insert_partner_person',
  `insert into partner_people (workspace_id, person_id, partner_id, joined_at) values ($1, $2, $3, $4)
   on conflict (workspace_id, person_id) do update set partner_id = partner_people.partner_id
   returning partner_id as "partnerId"`,
);

/** Answers which partner of the workspace the person is now: the one they were, if they were one. */
export async function insertPartnerPerson(
  trx: Transaction,
  access: { workspaceId: number; personId: string; partnerId: number; at: Date },
): Promise<number> {
  const values = [access.workspaceId, access.personId, access.partnerId, access.at];
  const [row] = await trx.query<{ partnerId: number }>(insertAccessRow, values);
  return row?.partnerId as number;
}

const peopleOf = statement(
  'people.list_partner_people',
  `select p.number as id, p.name, p.email, a.joined_at as "joinedAt",
     (select max(s.updated_at) from sign_in_sessions s where s.person_id = p.id) as "lastSeenAt"
   from partner_people a join people p on p.id = a.person_id
   where a.workspace_id = $1 and a.partner_id = $2 order by p.number limit 100`,
);

export interface PartnerPersonRow {
  id: number;
  name: string;
  email: string;
  joinedAt: Date;
  lastSeenAt: Date | null;
}

export function listPartnerPeople(
  sql: Sql,
  workspaceId: number,
  partnerId: number,
): Promise<PartnerPersonRow[]> {
  return sql.query(peopleOf, [workspaceId, partnerId]);
}

const deletePeople = statement(
  'people.delete_partner_people',
  'delete from partner_people where workspace_id = $1 and partner_id = $2 returning 1',
);
const deleteInvitations = statement(
  'people.delete_partner_invitations',
  'delete from partner_invitations where workspace_id = $1 and partner_id = $2 and accepted_at is null returning 1',
);

/** Answers how many people and open invitations there were. Whoever is just accepting one is waited for, and shut out too. */
export async function deletePartnerPeople(
  trx: Transaction,
  workspaceId: number,
  partnerId: number,
): Promise<{ people: number; invitations: number }> {
  const invitations = await trx.query(deleteInvitations, [workspaceId, partnerId]);
  const people = await trx.query(deletePeople, [workspaceId, partnerId]);
  return { people: people.length, invitations: invitations.length };
}

const forgetInvitations = statement(
  'people.forget_partner_invitations',
  'delete from partner_invitations where workspace_id = $1 and partner_id = any($2::integer[])',
);
const forgetAccess = statement(
  'people.forget_partner_people',
  `delete from partner_people where workspace_id = $1 and partner_id = any($2::integer[]) returning person_id as "personId"`,
);
const forgetAccounts = statement(
  'people.forget_accounts',
  `delete from people p where p.id = any($1::text[])
     and not exists (select from members m where m.person_id = p.id)
     and not exists (select from partner_people a where a.person_id = p.id)`,
);

/** Forgets who signed in for partners, and who was invited to; an account that opens nothing else is gone with its name. */
export async function forgetPartnerPeople(
  trx: Transaction,
  workspaceId: number,
  partnerIds: readonly number[],
): Promise<void> {
  await trx.query(forgetInvitations, [workspaceId, partnerIds]);
  const people = await trx.query<{ personId: string }>(forgetAccess, [workspaceId, partnerIds]);
  await trx.query(forgetAccounts, [people.map(({ personId }) => personId)]);
}

const insert = statement(
  'people.insert_partner_invitation',
  `insert into partner_invitations (workspace_id, partner_id, token_hash, email, invited_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

export async function insertPartnerInvitation(
  trx: Transaction,
  invitation: {
    workspaceId: number;
    partnerId: number;
    tokenHash: Buffer;
    email: string;
    invitedBy: string;
    at: Date;
    expiresAt: Date;
  },
): Promise<void> {
  const { workspaceId, partnerId, tokenHash, email, invitedBy, at, expiresAt } = invitation;
  await trx.query(insert, [workspaceId, partnerId, tokenHash, email, invitedBy, at, expiresAt]);
}

export interface PartnerInvitationRow {
  workspaceId: number;
  partnerId: number;
  email: string;
  partner: string;
  programs: string[];
}

const open = 'i.accepted_at is null and i.expires_at > $2';
const columns = `i.workspace_id as "workspaceId", i.partner_id as "partnerId", i.email, n.name as partner,
  array(select g.name from enrollments e join programs g on g.workspace_id = e.workspace_id and g.id = e.program_id
    where e.workspace_id = i.workspace_id and e.partner_id = i.partner_id and e.status = 'approved'
    order by g.id limit 20) as programs`;

const find = statement(
  'people.find_partner_invitation',
  `select ${columns} from partner_invitations i
   join partners n on n.workspace_id = i.workspace_id and n.id = i.partner_id
   where i.token_hash = $1 and ${open}`,
);

export async function findPartnerInvitation(
  sql: Sql,
  tokenHash: Buffer,
  now: Date,
): Promise<PartnerInvitationRow | undefined> {
  const [row] = await sql.query<PartnerInvitationRow>(find, [tokenHash, now]);
  return row;
}

const spend = statement(
  'people.spend_partner_invitation',
  `update partner_invitations i set accepted_at = $2 from partners n
   where n.workspace_id = i.workspace_id and n.id = i.partner_id and i.token_hash = $1 and ${open} returning ${columns}`,
);

/** Undefined: it is unknown, was used, was taken back or is too old. Of two at once, one has it. */
export async function spendPartnerInvitation(
  trx: Transaction,
  tokenHash: Buffer,
  now: Date,
): Promise<PartnerInvitationRow | undefined> {
  const [row] = await trx.query<PartnerInvitationRow>(spend, [tokenHash, now]);
  return row;
}

const lastInvited = statement(
  'people.last_partner_invitation',
  `select max(expires_at) as until from partner_invitations
   where workspace_id = $1 and partner_id = $2 and accepted_at is null and expires_at > $3`,
);

/** Until when the last open invitation of a partner is good. */
export async function findOpenInvitation(
  sql: Sql,
  workspaceId: number,
  partnerId: number,
  now: Date,
): Promise<Date | null> {
  const [row] = await sql.query<{ until: Date | null }>(lastInvited, [workspaceId, partnerId, now]);
  return row?.until ?? null;
}
