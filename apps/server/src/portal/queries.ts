import type { PortalCommission, TaxDocument } from '@headwater/contract';
import type { Currency } from '../money/index.ts';
import { type Sql, statement, type Transaction } from '../platform/index.ts';

// What is asked of a partner who is signed in.

export interface Enrollment {
  programId: number;
  status: 'approved' | 'pending' | 'rejected' | 'removed';
  joinedAt: Date;
}

const enrollmentColumns = `e.program_id as "programId", e.status, e.joined_at as "joinedAt"`;

const findOne = statement(
  'portal.find_enrollment',
  `select ${enrollmentColumns} from enrollments e
   where e.workspace_id = $1 and e.program_id = $2 and e.partner_id = $3`,
);

export async function findEnrollment(
  sql: Sql,
  workspaceId: number,
  programId: number,
  partnerId: number,
): Promise<Enrollment | undefined> {
  const [row] = await sql.query<Enrollment>(findOne, [workspaceId, programId, partnerId]);
  return row;
}

const listOf = statement(
  'portal.list_enrollments',
  `select ${enrollmentColumns} from unnest($1::integer[], $2::integer[]) as me(workspace_id, partner_id)
   join enrollments e on e.workspace_id = me.workspace_id and e.partner_id = me.partner_id
   order by e.joined_at, e.program_id limit 200`,
);

type Partners = readonly { workspaceId: number; partnerId: number }[];

const columnsOf = (partners: Partners) => [
  partners.map(({ workspaceId }) => workspaceId),
  partners.map(({ partnerId }) => partnerId),
];

export function listEnrollments(sql: Sql, partners: Partners): Promise<Enrollment[]> {
  return sql.query(listOf, columnsOf(partners));
}

const lockOne = statement(
  'portal.lock_enrollment',
  `select status from enrollments where workspace_id = $1 and program_id = $2 and partner_id = $3
   for no key update`,
);
const links = statement(
  'portal.count_links',
  `select count(*)::integer as links from links where workspace_id = $1 and program_id = $2 and partner_id = $3`,
);

/** How many links a partner has in a program. */
export async function countLinks(
  sql: Sql,
  key: { workspaceId: number; programId: number; partnerId: number },
): Promise<number> {
  const [row] = await sql.query<{ links: number }>(links, [key.workspaceId, key.programId, key.partnerId]);
  return row?.links ?? 0;
}

/** The same, while nobody else counts them: two who make a link at once wait here. */
export async function lockAndCountLinks(
  trx: Transaction | Sql,
  key: { workspaceId: number; programId: number; partnerId: number },
): Promise<number> {
  await trx.query(lockOne, [key.workspaceId, key.programId, key.partnerId]);
  return countLinks(trx, key);
}

export interface CommissionRow {
  workspaceId: number;
  programId: number;
  partnerId: number;
  id: bigint;
  type: PortalCommission['type'];
  status: PortalCommission['status'];
  paymentId: bigint | null;
  clickId: string | null;
  leadId: bigint | null;
  policyId: number;
  amountMinor: bigint;
  reversedMinor: bigint;
  currency: Currency;
  holdUntil: Date;
  earnedAt: Date;
  createdAt: Date;
  approval: 'automatic' | 'manual';
  isApproved: boolean;
  pendingMinor: bigint;
  approvedMinor: bigint;
  invoicedMinor: bigint;
  payoutMinor: bigint;
  disputedMinor: bigint;
}

const commissionOf = statement(
  'portal.find_commission',
  `select c.workspace_id as "workspaceId", c.program_id as "programId", c.partner_id as "partnerId", c.id, c.type, s.status,
     c.payment_id as "paymentId", c.click_id as "clickId", c.lead_id as "leadId", c.policy_id as "policyId",
     c.amount_minor as "amountMinor", s.reversed_minor as "reversedMinor", c.currency, c.hold_until as "holdUntil",
     c.earned_at as "earnedAt", c.created_at as "createdAt", c.approval, c.approved_at is not null as "isApproved",
     s.pending_minor as "pendingMinor", s.approved_minor as "approvedMinor", s.invoiced_minor as "invoicedMinor",
     s.payout_minor as "payoutMinor", s.disputed_minor as "disputedMinor"
   from unnest($1::integer[], $2::integer[]) as me(workspace_id, partner_id)
   join commissions c on c.workspace_id = me.workspace_id and c.partner_id = me.partner_id and c.id = $3
   join commission_standings s on s.workspace_id = c.workspace_id and s.id = c.id`,
);

/** A commission, if it is one of these partners'. */
export async function findCommission(
  sql: Sql,
  partners: Partners,
  id: number,
): Promise<CommissionRow | undefined> {
  const [row] = await sql.query<CommissionRow>(commissionOf, [...columnsOf(partners), id]);
  return row;
}

// What was earned and taken back, without where it lies meanwhile.
const changesOf = statement(
  'portal.list_changes',
  `select t.kind, e.amount_minor as "amountMinor", e.posted_at as at
   from ledger_entries e
   join ledger_transactions t on t.workspace_id = e.workspace_id and t.id = e.transaction_id
   where e.workspace_id = $1 and e.commission_id = $2 and e.account = 'commission_expense' order by e.id`,
);

export function listChanges(
  sql: Sql,
  workspaceId: number,
  commissionId: bigint,
): Promise<{ kind: string; amountMinor: bigint; at: Date }[]> {
  return sql.query(changesOf, [workspaceId, commissionId]);
}

const codesOf = statement(
  'portal.list_link_codes',
  'select id, code from links where workspace_id = $1 and partner_id = $2 and id = any($3::integer[])',
);

/** The codes of a partner's links, by their ids. */
export async function listLinkCodes(
  sql: Sql,
  workspaceId: number,
  partnerId: number,
  ids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await sql.query<{ id: number; code: string }>(codesOf, [workspaceId, partnerId, ids]);
  return new Map(rows.map(({ id, code }) => [id, code]));
}

const clickOfLead = statement(
  'portal.find_click_of_lead',
  'select click_id as "clickId" from leads where workspace_id = $1 and id = $2',
);

export async function findClickOfLead(sql: Sql, workspaceId: number, leadId: bigint): Promise<string | null> {
  const [row] = await sql.query<{ clickId: string | null }>(clickOfLead, [workspaceId, leadId]);
  return row?.clickId ?? null;
}

export interface TaxDocumentRow {
  id: bigint;
  workspaceId: number;
  partnerId: number;
  fileName: string;
  mediaType: TaxDocument['media_type'];
  sizeBytes: number;
  sha256: Buffer;
  uploadedAt: Date;
}

const documentColumns = `d.id, d.workspace_id as "workspaceId", d.partner_id as "partnerId", d.file_name as "fileName",
  d.media_type as "mediaType", d.size_bytes as "sizeBytes", d.sha256, d.uploaded_at as "uploadedAt"`;

const insertDocumentRow = statement(
  'portal.insert_tax_document',
  `insert into tax_documents as d
     (workspace_id, partner_id, file_name, media_type, content_sealed, size_bytes, sha256, uploaded_by, uploaded_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${documentColumns}`,
);

export async function insertDocument(
  trx: Transaction,
  document: Omit<TaxDocumentRow, 'id'> & { sealed: Buffer; uploadedBy: string },
): Promise<TaxDocumentRow> {
  const { workspaceId, partnerId, fileName, mediaType, sealed } = document;
  const { sizeBytes, sha256, uploadedBy, uploadedAt } = document;
  const [row] = await trx.query<TaxDocumentRow>(insertDocumentRow, [
    ...[workspaceId, partnerId, fileName, mediaType, sealed],
    ...[sizeBytes, sha256, uploadedBy, uploadedAt],
  ]);
  return row as TaxDocumentRow;
}

const documentsOf = statement(
  'portal.list_tax_documents',
  `select ${documentColumns} from tax_documents d where d.workspace_id = $1 and d.partner_id = $2
   order by d.id desc limit 200`,
);

export function listDocuments(sql: Sql, workspaceId: number, partnerId: number): Promise<TaxDocumentRow[]> {
  return sql.query(documentsOf, [workspaceId, partnerId]);
}

const lockPartnerRow = statement(
  'portal.lock_partner',
  'select id from partners where workspace_id = $1 and id = $2 for no key update',
);

/** Those who hand something in for the same partner wait here for each other. */
export async function lockPartner(trx: Transaction, workspaceId: number, partnerId: number): Promise<void> {
  await trx.query(lockPartnerRow, [workspaceId, partnerId]);
}

const documentById = statement(
  'portal.find_tax_document',
  `select ${documentColumns}, d.content_sealed as sealed from tax_documents d
   where d.workspace_id = $1 and d.id = $2 and ($3::integer[] is null or exists (
     select from enrollments e
     where e.workspace_id = d.workspace_id and e.partner_id = d.partner_id and e.program_id = any($3)))`,
);

/** A document of a partner of the workspace, or of one of these programs of it. */
export async function findDocument(
  sql: Sql,
  workspaceId: number,
  id: number,
  programIds: readonly number[] | null,
): Promise<(TaxDocumentRow & { sealed: Buffer }) | undefined> {
  const values = [workspaceId, id, programIds];
  const [row] = await sql.query<TaxDocumentRow & { sealed: Buffer }>(documentById, values);
  return row;
}

const forgetDocumentRows = statement(
  'portal.forget_tax_documents',
  'delete from tax_documents where workspace_id = $1 and partner_id = any($2::integer[])',
);

export async function forgetDocuments(
  trx: Transaction,
  workspaceId: number,
  partnerIds: readonly number[],
): Promise<void> {
  await trx.query(forgetDocumentRows, [workspaceId, partnerIds]);
}
