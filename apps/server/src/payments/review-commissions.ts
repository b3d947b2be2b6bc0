import type { ReviewOutcome } from '@headwater/contract';
import {
  balanceCommission,
  listPaymentsOf,
  lockForReview,
  type ReviewableCommission,
  saveReviews,
} from '../commissions/index.ts';
import { AppError, appendEvents, dayMs, newEventId, type Transaction } from '../platform/index.ts';
import { type Program, recordAct } from '../workspaces/index.ts';
import { balanceBooks } from './balance-books.ts';
import type { PaymentDeps } from './door.ts';
import { tellChanges } from './provider-events.ts';
import * as provider from './provider-queries.ts';

/** What a person decides about commissions, always with a reason. */
export type Verdict =
  | { verdict: 'approved'; reason: string }
  | { verdict: 'rejected'; reason: string }
  | { verdict: 'held'; reason: string; holdUntil: Date };

/** A hold is for looking into something; what should never be paid is rejected. */
const longestHoldMs = 366 * dayMs;

/**
 * Puts a verdict on commissions of a program, each of them as far as it can have it, in one transaction, and returns what
 * came of it by commission.
 *
 * Approved: what is kept moves to approved at once, whatever is left of the hold; a rejected one comes back. Rejected:
 * the partner keeps nothing, now and whatever a later event decides; what was paid out already becomes the partner's
 * debt. Held: the hold lasts longer. The facts are stored first and the books brought to them, so a verdict and a refund,
 * a dispute or a late event lead to the same books in any order.
 *
 * @param by whom the audit log and the review name
 *
 * Refuses with `commission_not_found` where none of them is the program's.
 */
export function reviewCommissions(
  deps: Pick<PaymentDeps, 'postgres' | 'clock'>,
  by: string,
  program: Pick<Program, 'workspaceId' | 'id'>,
  commissionIds: readonly bigint[],
  verdict: Verdict,
): Promise<ReadonlyMap<bigint, ReviewOutcome>> {
  return deps.postgres.transaction(async (trx) => {
    const now = deps.clock.now();
    const { workspaceId } = program;
    if (verdict.verdict === 'held' && verdict.holdUntil.getTime() > now.getTime() + longestHoldMs) {
      throw new AppError('invalid_request', 'hold_until must be at most a year ahead');
    }
    const found = await listPaymentsOf(trx, program, commissionIds);
    if (found.length === 0) throw new AppError('commission_not_found');
    const paymentIds = [...new Set(found.flatMap(({ paymentId }) => paymentId ?? []))];
    // Payments before their commissions, as refunds do it.
    const payments = await provider.lockPastPayments(trx, workspaceId, paymentIds);
    const locked = await lockForReview(
      trx,
      workspaceId,
      found.map(({ commissionId }) => commissionId),
    );
    const outcomes = new Map<bigint, ReviewOutcome>(commissionIds.map((id) => [id, 'not_found']));
    for (const one of locked) outcomes.set(one.commissionId, outcomeOf(one, verdict));
    const changed = locked.filter(({ commissionId }) => outcomes.get(commissionId) === 'changed');
    if (changed.length === 0) return outcomes;
    const ids = changed.map(({ commissionId }) => commissionId);
    const holdUntil = verdict.verdict === 'held' ? verdict.holdUntil : null;
    const { verdict: said, reason } = verdict;
    await saveReviews(trx, {
      workspaceId,
      commissionIds: ids,
      verdict: said,
      reason,
      holdUntil,
      by,
      at: now,
    });
    if (verdict.verdict !== 'held') {
      const movement = {
        kind: verdict.verdict === 'approved' ? ('approval' as const) : ('rejection' as const),
        reason: verdict.reason,
      };
      for (const payment of payments) {
        if (!changed.some(({ paymentId }) => paymentId === payment.id)) continue;
        const changes = await balanceBooks(trx, payment, movement.kind, now, movement.reason);
        await tellChanges(trx, payment, changes, now);
      }
      for (const commission of changed) {
        if (commission.paymentId !== null) continue;
        const changeMinor = await balanceCommission(trx, commission, movement, now);
        await tellCommission(trx, commission, changeMinor, now);
      }
    }
    const [first] = ids;
    await recordAct(
      trx,
      { workspaceId, name: by },
      {
        act: `commission.${{ approved: 'approve', rejected: 'reject', held: 'hold' }[verdict.verdict]}`,
        programId: program.id,
        subject: ids.length === 1 ? `commission ${first}` : `${ids.length} commissions`,
        reason: verdict.reason,
        details: {
          commission_ids: ids.map(Number),
          hold_until: holdUntil?.toISOString(),
        },
      },
      now,
    );
    return outcomes;
  });
}

/** Whether a verdict says something that does not stand already, and can be said. */
function outcomeOf(commission: ReviewableCommission, verdict: Verdict): ReviewOutcome {
  const { isApproved, isRejected, approvedMinor, invoicedMinor, payoutMinor, paidMinor } = commission;
  const when = (isNews: boolean) => (isNews ? 'changed' : 'unchanged');
  // The decision in force gives it nothing: there is nothing to judge.
  if (commission.isSuperseded) return 'unchanged';
  if (verdict.verdict === 'rejected') return when(!isRejected);
  const isReleased =
    isApproved || [approvedMinor, invoicedMinor, payoutMinor, paidMinor].some((minor) => minor !== 0n);
  if (verdict.verdict === 'approved') return when(isRejected || !isReleased);
  if (isRejected || isReleased) return 'not_pending';
  const [until, present] = [verdict.holdUntil.getTime(), commission.holdUntil.getTime()];
  return until < present ? 'too_early' : when(until > present);
}

/** A click's or lead's commission stands in the event of that; what a verdict changes is told by an event of its own. */
async function tellCommission(
  trx: Transaction,
  { workspaceId, programId, partnerId, currency }: ReviewableCommission,
  changeMinor: bigint,
  now: Date,
): Promise<void> {
  if (changeMinor === 0n) return;
  await appendEvents(trx, [
    {
      workspace_id: workspaceId,
      program_id: programId,
      event_id: newEventId(),
      type: 'commission',
      occurred_at: now,
      partner_id: partnerId,
      currency,
      commission: Number(changeMinor),
      is_test: 0,
    },
  ]);
}
