import { type Entry, postTransaction } from '../ledger/index.ts';
import type { Transaction } from '../platform/index.ts';
import { placeKept } from './place-kept.ts';
import type { ReviewableCommission } from './review-queries.ts';

/**
 * Brings the entries of a commission that no payment earned (a click or a lead did) to where a verdict says they belong.
 * Nothing of it can be refunded or contested. Returns how much more its partner keeps by it.
 */
export async function balanceCommission(
  trx: Transaction,
  before: ReviewableCommission,
  verdict: { kind: 'approval' | 'rejection'; reason: string },
  now: Date,
): Promise<bigint> {
  const { workspaceId, programId, partnerId, currency, commissionId, invoicedMinor } = before;
  const paidMinor = before.paidMinor + before.payoutMinor;
  const keptMinor = verdict.kind === 'approval' ? before.amountMinor : 0n;
  const released = verdict.kind === 'approval';
  const place = placeKept({ keptMinor, atRiskMinor: 0n, invoicedMinor, paidMinor, released });
  const changeMinor = keptMinor - before.pendingMinor - before.approvedMinor - invoicedMinor - paidMinor;
  const entry = (account: Entry['account'], amountMinor: bigint): Entry => ({
    account,
    partnerId,
    currency,
    amountMinor,
    commissionId,
  });
  await postTransaction(trx, {
    workspaceId,
    programId,
    kind: verdict.kind,
    reason: verdict.reason,
    paymentId: null,
    postedAt: now,
    entries: [
      entry('commission_expense', changeMinor),
      entry('partner_pending', before.pendingMinor - place.pendingMinor),
      entry('partner_approved', before.approvedMinor - place.approvedMinor),
    ],
  });
  return changeMinor;
}
