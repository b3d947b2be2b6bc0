import type { Currency } from '../money/index.ts';
import type { Policy } from './terms.ts';

/** What a commission was earned by: exactly one of the three. */
export type EarnedBy = { paymentId: bigint } | { clickId: string } | { leadId: bigint };

/** What a sale's commission was reckoned from, besides the payment's amount and the policy. Minor units. */
export interface Basis {
  tax: number;
  shipping: number;
  /** The tax was reckoned by Stripe. */
  byStripe: boolean;
  /** By the same customer for the same partner before, where the policy caps that. */
  earnedBefore?: number;
  /** Of the partner in the payment's month before it, where the policy has tiers. */
  volumeBefore?: number;
}

export interface NewCommission {
  workspaceId: number;
  programId: number;
  partnerId: number;
  customerId: bigint | null;
  by: EarnedBy;
  policy: Policy;
  amountMinor: bigint;
  currency: Currency;
  /** Of a sale's commission. */
  basis?: Basis;
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
