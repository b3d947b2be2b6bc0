import { type Sql, statement, type Transaction } from '../platform/index.ts';
import type { LockedStanding } from './queries.ts';

/** A commission as its reviewer meets it. */
export interface ReviewableCommission extends LockedStanding {
  disputedMinor: bigint;
  invoicedMinor: bigint;
  /** In a payout that is under way. */
  payoutMinor: bigint;
  holdUntil: Date;
  isApproved: boolean;
  isRejected: boolean;
  isSuperseded: boolean;
}

const paymentsOf = statement(
  'commissions.payments_of',
  `select id as "commissionId", payment_id as "paymentId" from commissions
   where workspace_id = $1 and program_id = $2 and id = any($3::bigint[]) order by id`,
);

/** Which of these are commissions of the program, and the payments that earned them (null: a click or a lead did). */
export function listPaymentsOf(
  sql: Sql,
  program: { workspaceId: number; id: number },
  commissionIds: readonly bigint[],
): Promise<{ commissionId: bigint; paymentId: bigint | null }[]> {
  return sql.query(paymentsOf, [program.workspaceId, program.id, commissionIds]);
}

const programOf = statement(
  'commissions.program_of',
  'select program_id as "programId" from commissions where workspace_id = $1 and id = $2',
);

export async function findProgramOf(
  sql: Sql,
  workspaceId: number,
  commissionId: bigint,
): Promise<number | undefined> {
  const [row] = await sql.query<{ programId: number }>(programOf, [workspaceId, commissionId]);
  return row?.programId;
}

const lock = statement(
  'commissions.lock_for_review',
  'select id from commissions where workspace_id = $1 and id = any($2::bigint[]) order by id for update',
);
const reviewable = statement(
  'commissions.reviewable',
  `select c.workspace_id as "workspaceId", c.program_id as "programId", c.payment_id as "paymentId",
     c.id as "commissionId", c.partner_id as "partnerId", c.currency, c.amount_minor as "amountMinor",
     s.pending_minor as "pendingMinor", s.approved_minor as "approvedMinor", s.paid_minor as "paidMinor",
     s.disputed_minor as "disputedMinor", s.invoiced_minor as "invoicedMinor", s.payout_minor as "payoutMinor", c.hold_until as "holdUntil", c.approved_at is not null as "isApproved",
     c.rejected_at is not null as "isRejected", c.superseded_at is not null as "isSuperseded"
   from commissions c join commission_standings s on s.workspace_id = c.workspace_id and s.id = c.id
   where c.workspace_id = $1 and c.id = any($2::bigint[]) order by c.id`,
);

/** Locks first, reads after: what is read is what nobody else can move meanwhile. */
export async function lockForReview(
  trx: Transaction,
  workspaceId: number,
  commissionIds: readonly bigint[],
): Promise<ReviewableCommission[]> {
  await trx.query(lock, [workspaceId, commissionIds]);
  return trx.query(reviewable, [workspaceId, commissionIds]);
}

const insertReviews = statement(
  'commissions.insert_reviews',
  `with review as (
     insert into commission_reviews
       (workspace_id, commission_id, verdict, reason, hold_until, reviewed_by, reviewed_at)
     select $1, id, $3, $4, $5, $6, $7 from unnest($2::bigint[]) as id
   ), due as (
     update commission_holds set due_at = $5
     where $3 = 'held' and workspace_id = $1 and commission_id = any($2)
   )
   update commissions set
     approved_at = case $3 when 'approved' then $7 when 'rejected' then null else approved_at end,
     rejected_at = case $3 when 'rejected' then $7 when 'approved' then null else rejected_at end,
     hold_until = case $3 when 'held' then $5 else hold_until end
   where workspace_id = $1 and id = any($2)`,
);

/** What was decided, why and by whom, for ever; and the verdict in force. */
export async function saveReviews(
  trx: Transaction,
  review: {
    workspaceId: number;
    commissionIds: readonly bigint[];
    verdict: 'approved' | 'rejected' | 'held';
    reason: string;
    holdUntil: Date | null;
    by: string;
    at: Date;
  },
): Promise<void> {
  await trx.query(insertReviews, [
    review.workspaceId,
    review.commissionIds,
    review.verdict,
    review.reason,
    review.holdUntil,
    review.by,
    review.at,
  ]);
}
