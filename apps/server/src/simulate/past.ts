import type { Credit, Model } from '../attribution/index.ts';
import type { PartnerTerms, Policy } from '../commissions/index.ts';
import type { Currency } from '../money/index.ts';

/** What a partner earns by a payment. */
export interface Share {
  partnerId: number;
  amountMinor: bigint;
  currency: Currency;
  isOneTime: boolean;
}

/** A payment as it was decided, with the evidence of then. */
export interface PastPayment {
  id: bigint;
  /** Of the time that is asked about; else it is history, and stays. */
  isAsked: boolean;
  /** Imported: what it earned stands in no books of ours, and it binds its customer all the same. */
  isSettledElsewhere: boolean;
  amountMinor: bigint;
  currency: Currency;
  taxMinor: bigint;
  shippingMinor: bigint;
  byStripe: boolean;
  productId: string | null;
  subscriptionId: string | null;
  occurredAt: Date;
  receivedAt: Date;
  emailHash: Buffer | null;
  customer: { id: bigint; emailHash: Buffer | null; customerKey: string | null } | null;
  decision: PastDecision | null;
  /** Of the decision in force. */
  shares: (Share & { isRejected: boolean })[];
  refunds: { amountMinor: bigint; at: Date }[];
}

export interface PastDecision {
  model: Model;
  windowDays: number;
  /** The payment that had bound the customer. */
  boundBy: bigint | null;
  credits: readonly Credit[];
  candidates: readonly { clickId: string; partnerId: number; clickedAt: Date; enrolled: boolean }[];
}

/** What is tried: what is undefined stays as it was for each payment. */
export interface Draft {
  model: Model | undefined;
  windowDays: number | undefined;
  policy: Policy | undefined;
}

/** Who was in which group, and which terms held there. */
export interface World {
  /** Of partners who are in the program now. */
  enrolledPartners: ReadonlySet<number>;
  partners: ReadonlyMap<number, Pick<PartnerTerms, 'emailHash' | 'customerKey'>>;
  /** By partner, the latest first. */
  memberships: ReadonlyMap<number, readonly { groupId: number; since: Date }[]>;
  policies: readonly Policy[];
}
