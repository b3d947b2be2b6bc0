import { type Entry, postTransactions } from '../ledger/index.ts';
import type { Postgres, Transaction } from '../platform/index.ts';
import { type DueCommission, findDue, lockReleases, takeDueCommissions } from './release-queries.ts';

/** So many are moved by one transaction: a long list is worked off without holding locks for long. */
const round = 1000;

/**
 * Moves commissions whose hold is over, and whose policy approves by itself, from pending to approved, as of the instant
 * when the hold ended: in which week they are billed does not depend on when this runs. Safe to repeat and to run in
 * several processes: their rounds take turns, and when this returns nothing that was due is left, whoever released it.
 * Returns how many it took off the list itself.
 */
export async function releaseHolds(
  postgres: Postgres,
  now: Date,
  onProgress: (released: number) => void = () => {},
): Promise<number> {
  for (let released = 0; ; ) {
    const { found, taken } = await postgres.transaction((trx) => releaseRound(trx, now));
    released += taken;
    onProgress(released);
    if (found < round) return released;
  }
}

async function releaseRound(trx: Transaction, now: Date): Promise<{ found: number; taken: number }> {
  await lockReleases(trx);
  const keys = await findDue(trx, now, round);
  const due = keys.length === 0 ? [] : await takeDueCommissions(trx, keys, now);
  for (const workspaceId of new Set(due.map((one) => one.workspaceId))) {
    const own = due.filter((one) => one.workspaceId === workspaceId);
    await postTransactions(trx, workspaceId, own.map(approval));
  }
  return { found: keys.length, taken: due.length };
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
