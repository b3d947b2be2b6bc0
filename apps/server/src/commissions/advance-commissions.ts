import { type Entry, postTransaction, postTransactions } from '../ledger/index.ts';
import type { Postgres, Transaction } from '../platform/index.ts';
import * as queries from './queries.ts';
import { type DueCommission, takeDueCommissions } from './release-queries.ts';

/** So many are moved by one transaction: a long list is worked off without holding locks for long. */
const round = 1000;

/**
 * Moves commissions whose hold is over, and whose policy approves by itself, from pending to approved, as of the instant
 * when the hold ended: in which week they are billed does not depend on when this runs. Safe to repeat and to run in
 * several processes: a commission that is taken by one is skipped by the others. Returns how many it took off the list.
 */
export async function releaseHolds(
  postgres: Postgres,
  now: Date,
  onProgress: (released: number) => void = () => {},
): Promise<number> {
  for (let released = 0; ; ) {
    const taken = await postgres.transaction((trx) => releaseRound(trx, now));
    released += taken;
    onProgress(released);
    if (taken < round) return released;
  }
}

async function releaseRound(trx: Transaction, now: Date): Promise<number> {
  const due = await takeDueCommissions(trx, now, round);
  for (const workspaceId of new Set(due.map((one) => one.workspaceId))) {
    const own = due.filter((one) => one.workspaceId === workspaceId);
    await postTransactions(trx, workspaceId, own.map(approval));
  }
  return due.length;
}

function approval({
  programId,
  paymentId,
  partnerId,
  currency,
  commissionId,
  pendingMinor,
  at,
}: DueCommission) {
  const side = (account: Entry['account'], amountMinor: bigint): Entry => ({
    ...{ account, partnerId, currency, amountMinor, commissionId },
  });
  return {
    ...{ programId, kind: 'approval' as const, paymentId, postedAt: at },
    // Refunded whole while on hold: nothing is left to approve.
    entries: [side('partner_pending', pendingMinor), side('partner_approved', -pendingMinor)],
  };
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
    await moveToPaid(trx, standing, now);
  }
  return payable.length;
}

async function moveToPaid(trx: Transaction, standing: queries.LockedStanding, now: Date): Promise<void> {
  const { workspaceId, programId, paymentId, partnerId, currency, commissionId, approvedMinor } = standing;
  await postTransaction(trx, {
    workspaceId,
    programId,
    kind: 'payout',
    paymentId,
    postedAt: now,
    entries: [
      { account: 'partner_approved', partnerId, currency, amountMinor: approvedMinor, commissionId },
      { account: 'partner_paid', partnerId, currency, amountMinor: -approvedMinor, commissionId },
    ],
  });
}
