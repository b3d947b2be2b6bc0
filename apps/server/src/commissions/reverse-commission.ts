import type { Account, Entry } from '../ledger/index.ts';
import type { Standing } from './commission.ts';
import { keptAfterRefund } from './terms.ts';

/**
 * What a refund takes back from a commission: entries, and the amount (0 when nothing is left to take).
 * Kept is recomputed from the whole refunded sum, so any sequence of refunds that adds up to the payment leaves zero.
 * Taken from the hold first; what is not in hold any more makes the partner's approved balance smaller, below zero
 * when it was paid out already: the debt is carried forward (contract §5.4).
 */
export function reversalOf(
  standing: Standing,
  paidMinor: bigint,
  refundedMinor: bigint,
): { entries: Entry[]; deductedMinor: bigint } {
  const kept = keptAfterRefund(standing.amountMinor, paidMinor, refundedMinor);
  const held = standing.pendingMinor + standing.approvedMinor + standing.paidMinor;
  const deductedMinor = held - kept;
  if (deductedMinor <= 0n) return { entries: [], deductedMinor: 0n };
  const beyondHold = deductedMinor - standing.pendingMinor;
  const fromApproved = beyondHold > 0n ? beyondHold : 0n;
  const entry = (account: Account, amountMinor: bigint): Entry => ({
    account,
    partnerId: standing.partnerId,
    currency: standing.currency,
    amountMinor,
    commissionId: standing.commissionId,
  });
  const entries = [
    entry('commission_expense', -deductedMinor),
    entry('partner_pending', deductedMinor - fromApproved),
    entry('partner_approved', fromApproved),
  ];
  return { entries: entries.filter(({ amountMinor }) => amountMinor !== 0n), deductedMinor };
}
