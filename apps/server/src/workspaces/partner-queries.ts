import { sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Db, EmailIdentity, EnrollmentsTable } from '../platform/index.ts';

const linksShown = 20;

/** Partners of a program with the first of their links. */
function partnerRows(db: Db, workspaceId: number, programId: number) {
  return db
    .selectFrom('enrollments as e')
    .innerJoin('partners as p', (join) =>
      join.onRef('p.workspace_id', '=', 'e.workspace_id').onRef('p.id', '=', 'e.partner_id'),
    )
    .where('e.workspace_id', '=', workspaceId)
    .where('e.program_id', '=', programId)
    .select(['p.id', 'p.name', 'p.email_masked', 'p.customer_key', 'e.group_id', 'e.status', 'e.joined_at'])
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('links as l')
          .whereRef('l.workspace_id', '=', 'e.workspace_id')
          .whereRef('l.program_id', '=', 'e.program_id')
          .whereRef('l.partner_id', '=', 'e.partner_id')
          .orderBy('l.id')
          .limit(linksShown)
          .select(['l.id', 'l.code', 'l.destination_url']),
      ).as('links'),
    );
}

export type PartnerRow = Awaited<ReturnType<typeof listPartners>>[number];
export type EnrollmentStatus = EnrollmentsTable['status'];

export function findPartnerRow(
  db: Db,
  workspaceId: number,
  programId: number,
  partnerId: number,
): Promise<PartnerRow | undefined> {
  return partnerRows(db, workspaceId, programId).where('e.partner_id', '=', partnerId).executeTakeFirst();
}

/** By partner id, newest first. */
export function listPartners(
  db: Db,
  workspaceId: number,
  programId: number,
  filter: { status: EnrollmentStatus | undefined; before: string | undefined; limit: number },
) {
  return partnerRows(db, workspaceId, programId)
    .$if(filter.status !== undefined, (query) =>
      query.where('e.status', '=', filter.status as EnrollmentStatus),
    )
    .$if(filter.before !== undefined, (query) => query.where('e.partner_id', '<', Number(filter.before)))
    .orderBy('e.partner_id', 'desc')
    .limit(filter.limit)
    .execute();
}

/** The workspace's partner with this email. Others who look for the same one wait until this transaction ends. */
export async function lockPartnerByEmail(
  trx: Db,
  workspaceId: number,
  hash: Buffer,
): Promise<number | undefined> {
  await sql`select pg_advisory_xact_lock(${workspaceId}::integer, hashtext(${hash.toString('hex')}))`.execute(
    trx,
  );
  const row = await trx
    .selectFrom('partners')
    .where('workspace_id', '=', workspaceId)
    .where('email_hash', '=', hash)
    .orderBy('id')
    .limit(1)
    .select('id')
    .executeTakeFirst();
  return row?.id;
}

export async function insertPartner(
  trx: Db,
  partner: {
    workspaceId: number;
    name: string;
    email: EmailIdentity | null;
    customerKey: string | null;
    createdAt: Date;
  },
): Promise<number> {
  const row = await trx
    .insertInto('partners')
    .values({
      workspace_id: partner.workspaceId,
      name: partner.name,
      email_hash: partner.email?.hash ?? null,
      email_masked: partner.email?.masked ?? null,
      customer_key: partner.customerKey,
      created_at: partner.createdAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** A partner's own customer key, once known, stays: it is what keeps own purchases from earning. */
export async function learnCustomerKey(
  trx: Db,
  workspaceId: number,
  partnerId: number,
  key: string,
): Promise<void> {
  await trx
    .updateTable('partners')
    .set({ customer_key: key })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', partnerId)
    .where('customer_key', 'is', null)
    .execute();
}

interface Membership {
  workspaceId: number;
  programId: number;
  partnerId: number;
  groupId: number;
}

export async function insertEnrollment(trx: Db, membership: Membership, joinedAt: Date): Promise<void> {
  await trx
    .insertInto('enrollments')
    .values({
      workspace_id: membership.workspaceId,
      program_id: membership.programId,
      partner_id: membership.partnerId,
      status: 'approved',
      group_id: membership.groupId,
      joined_at: joinedAt,
    })
    .execute();
}

export async function insertMembership(trx: Db, membership: Membership, since: Date): Promise<void> {
  await trx
    .insertInto('group_memberships')
    .values({
      workspace_id: membership.workspaceId,
      program_id: membership.programId,
      partner_id: membership.partnerId,
      group_id: membership.groupId,
      since,
    })
    .execute();
}

/** The enrollment as it is, held until the transaction ends. */
export function lockEnrollment(trx: Db, workspaceId: number, programId: number, partnerId: number) {
  return trx
    .selectFrom('enrollments')
    .where('workspace_id', '=', workspaceId)
    .where('program_id', '=', programId)
    .where('partner_id', '=', partnerId)
    .forNoKeyUpdate()
    .select(['status', 'group_id'])
    .executeTakeFirst();
}

export async function updateEnrollment(
  trx: Db,
  membership: Membership,
  status: EnrollmentStatus,
): Promise<void> {
  await trx
    .updateTable('enrollments')
    .set({ status, group_id: membership.groupId })
    .where('workspace_id', '=', membership.workspaceId)
    .where('program_id', '=', membership.programId)
    .where('partner_id', '=', membership.partnerId)
    .execute();
}
