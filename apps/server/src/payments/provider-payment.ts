import type { PaymentFact, PaymentSource, Warning } from './payment.ts';
import type { WantedRefund } from './plan-refunds.ts';

/**
 * What a provider says of one payment once all that is known of it is put together: facts, who paid, what went back,
 * what is contested. It may be said again and again as more comes to be known; the books follow.
 */
export interface ProviderPayment {
  /** Every id the payment is known by; the first is its transaction id. */
  keys: readonly string[];
  /** Null: it is no payment of ours unless another door has recorded it; then only its ids and what went back count. */
  fact: PaymentFact | null;
  /** It turned out to be somebody else's money: if the provider's word is all there is for it, it is taken back whole. */
  isWithdrawn: boolean;
  customerId: bigint | null;
  claim: Claim;
  refunds: readonly WantedRefund[];
  disputes: readonly ProviderDispute[];
}

export interface ProviderDispute {
  key: string;
  amountMinor: bigint;
  state: 'open' | 'lost' | 'released';
  at: Date;
}

/** Who is meant by it, and by which identifiers. Kept with the payment, so that it can be decided again. */
export interface Claim {
  foundBy: 'click_id' | 'email' | 'stripe_customer' | 'customer_key' | 'partner_code' | null;
  value: string;
  evidence: readonly { kind: string; value: string }[];
  /** For when nobody clicked. */
  namedPartnerId: number | null;
  emailHash: string | null;
  warnings: readonly Warning[];
}

/** What became of a payment that a provider told of. */
export interface SettledPayment {
  wanted: ProviderPayment;
  transactionId: string;
  paymentId: bigint;
  amountMinor: bigint;
  source: PaymentSource;
}
