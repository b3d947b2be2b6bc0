import type { SaleReason } from '@headwater/contract';
import type { Candidate, Credit, Model } from '../attribution/index.ts';
import type { ArithmeticStep, Basis, Policy } from '../commissions/index.ts';
import type { Currency } from '../money/index.ts';
import type { UsdRate } from '../rates/index.ts';
import type { KnownClick, TouchContext } from '../touches/index.ts';
import type { Program, Website } from '../workspaces/index.ts';

/** Through which door a payment came. */
export type PaymentSource =
  | 'sale'
  | 'attribute_payment'
  | 'stripe'
  /** History of another system (imports/): what partners were due for it was settled there, so it earns nothing here. */
  | 'import'
  /** History whose commissions are still owed: earns like any payment, under the terms of its time. */
  | 'import_owed';

/**
 * A payment as a door hands it in: facts only, in our words. Whatever the source, this is what enters
 * {@link recordPayment}.
 */
export interface PaymentFact {
  source: PaymentSource;
  /** At least one of the two; a website's bound program counts. */
  program: Program | null;
  website: Website | null;
  /** The idempotency key, unique per program (or website without one); null: the caller has none. */
  transactionId: string | null;
  amountMinor: bigint;
  currency: Currency;
  taxMinor: bigint;
  shippingMinor: bigint;
  saleType: 'payment' | 'subscription';
  isRecurring: boolean;
  subscriptionId: string | null;
  subscriptionInterval: string | null;
  productId: string | null;
  /** JSON texts. */
  lineItems: string | null;
  additionalData: string | null;
  occurredAt: Date;
  customerKey: string | null;
  clickId: string | null;
  email: { hash: Buffer; masked: string } | null;
  /** The visit the caller names. */
  visit: { visitorId: string; sessionId: string } | null;
  /** Of history: the partner to whom the other system ascribed it, for when we know of no click. */
  namedPartnerId?: number | null;
}

export function isImported(source: PaymentSource): boolean {
  return source === 'import' || source === 'import_owed';
}

/** What the books need to know of a payment. */
export interface BookablePayment {
  workspaceId: number;
  id: bigint;
  programId: number;
  customerId: bigint | null;
  amountMinor: bigint;
  currency: Currency;
  occurredAt: Date;
}

/** How the customer was found (contract §9). */
export type Method =
  | 'customer_key'
  | 'click_id'
  | 'email'
  | 'stripe_customer'
  | 'partner_code'
  | 'visitor'
  | 'bound';

export interface Evidence {
  kind: string;
  value: string;
  at: Date;
}

/** Something that a person should mend about the integration, or know about this payment. */
export interface Warning {
  code: string;
  text: string;
}

/** A partner's part of a payment. */
export interface PartnerEarning {
  partnerId: number;
  policy: Policy;
  amountMinor: bigint;
  currency: Currency;
  basis: Basis;
}

export interface PaymentFee {
  bps: number;
  amountMinor: bigint;
  /** The program's attributed revenue before this payment, net of refunds, in USD-equivalent cents. */
  revenueBeforeMinor: bigint;
  /** What the payment was converted with; null: it is in dollars, or there was no rate. */
  rate: UsdRate | null;
}

/** Everything that was decided about a payment's partner half, with the reasons to show for it. */
export interface PaymentDecision {
  attributed: boolean;
  reason: SaleReason | null;
  clickAgeDays: number | null;
  model: Model;
  windowDays: number;
  method: Method | null;
  evidence: Evidence[];
  warnings: Warning[];
  candidates: Candidate[];
  credits: Credit[];
  arithmetic: ArithmeticStep[];
  policyId: number | null;
  /** The largest first. */
  earnings: PartnerEarning[];
  fee: PaymentFee | null;
  creditedClick: KnownClick | null;
}

/** The visit half: the context of the visit that brought the payment. */
export interface PaymentVisit {
  visitorId: string | null;
  sessionId: string | null;
  matchedBy: 'session' | 'identity' | 'click';
  context: TouchContext;
}

/** A payment as stored, with what its answer needs. */
export interface RecordedPayment {
  paymentId: bigint;
  decision: PaymentDecision | null;
  /** The largest share first. */
  commissionIds: bigint[];
}

export type PaymentOutcome =
  | { outcome: 'recorded'; payment: RecordedPayment }
  /** Known already, through another door, which lacked this half of it. */
  | { outcome: 'completed'; payment: RecordedPayment }
  | { outcome: 'duplicate'; paymentId: bigint; commissionId: bigint | null };
