import type { Currency } from '../money/index.ts';
import type { Policy } from './terms.ts';

/** What a commission was earned by: exactly one of the three. */
export type EarnedBy = { paymentId: bigint } | { clickId: string } | { leadId: bigint };

export interface NewCommission {
  workspaceId: number;
  programId: number;
  partnerId: number;
  customerId: bigint | null;
  by: EarnedBy;
  policy: Policy;
  amountMinor: bigint;
  currency: Currency;
  earnedAt: Date;
  now: Date;
}

/** Where a commission's money stands, derived from its ledger entries. */
export interface Standing {
  commissionId: bigint;
  partnerId: number;
  currency: Currency;
  /** As earned. */
  amountMinor: bigint;
  pendingMinor: bigint;
  approvedMinor: bigint;
  paidMinor: bigint;
}
