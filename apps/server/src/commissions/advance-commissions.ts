import { type Entry, postTransaction } from '../ledger/index.ts';
import type { Postgres, Transaction } from '../platform/index.ts';
import * as queries from './queries.ts';

/**
 * Moves commissions whose hold is over, and whose policy approves by itself, from pending to approved.
 * Safe to repeat and to run in several processes: a commission that is taken by one is skipped by the others.
 * Returns how many moved.
 */
export async function releaseHolds(postgres: Postgres, now: Date, limit = 1000): Promise<number> {
  return postgres.transaction(async (trx) => {
    const due = await queries.takeDueCommissions(trx, now, limit);
    for (const standing of due) {
      // Refunded whole while on hold: nothing is left to approve.
      if (standing.pendingMinor === 0n) continue;
      await move(
        trx,
        standing,
        'partner_pending',
        'partner_approved',
        standing.pendingMinor,
        'approval',
        now,
      );
    }
    return due.length;
  });
}

/** Marks approved commissions as sent to their partner. What is not approved stays as it is. Returns how many moved. */
export async function markPaid(
  trx: Transaction,
  workspaceId: number,
  commissionIds: readonly bigint[],
  now: Date,
): Promise<number> {
  const standings = await queries.lockStandings(trx, workspaceId, commissionIds);
  const payable = standings.filter((standing) => standing.approvedMinor > 0n);
  for (const standing of payable) {
    await move(trx, standing, 'partner_approved', 'partner_paid', standing.approvedMinor, 'payout', now);
  }
  return payable.length;
}

async function move(
  trx: Transaction,
  standing: queries.LockedStanding,
  from: Entry['account'],
  to: Entry['account'],
  amountMinor: bigint,
  kind: 'approval' | 'payout',
  now: Date,
): Promise<void> {
  const { workspaceId, programId, paymentId, partnerId, currency, commissionId } = standing;
  await postTransaction(trx, {
    workspaceId,
    programId,
    kind,
    paymentId,
    postedAt: now,
    entries: [
      { account: from, partnerId, currency, amountMinor, commissionId },
      { account: to, partnerId, currency, amountMinor: -amountMinor, commissionId },
    ],
  });
}
