import type { Currency } from '../money/index.ts';
import { type EventRow, newEventId } from '../platform/index.ts';
import type { PaymentDecision, PaymentVisit } from './payment.ts';

/** What an event tells of a payment. */
export interface TellablePayment {
  workspaceId: number;
  id: bigint;
  programId: number | null;
  websiteId: string | null;
  customerId: bigint | null;
  currency: Currency;
  isTest: boolean;
  productId?: string | null;
  subscriptionInterval?: string | null;
  isRecurring?: boolean;
}

/** The members that every event of a payment shares: whose it is, and the context of the visit that brought it. */
export function baseEvent(payment: TellablePayment, visit: PaymentVisit | null, at: Date): EventRow {
  return {
    ...(visit?.context ?? {}),
    workspace_id: payment.workspaceId,
    program_id: payment.programId ?? undefined,
    website_id: payment.websiteId ?? undefined,
    event_id: newEventId(),
    type: 'payment',
    occurred_at: at,
    visitor_id: visit?.visitorId ?? undefined,
    session_id: visit?.sessionId ?? undefined,
    customer_id: payment.customerId === null ? undefined : Number(payment.customerId),
    payment_id: Number(payment.id),
    currency: payment.currency,
    product: payment.productId ?? undefined,
    plan: payment.subscriptionInterval ?? undefined,
    is_returning: payment.isRecurring ? 1 : undefined,
    is_test: payment.isTest ? 1 : 0,
  };
}

function partnerOf(decision: PaymentDecision | null): Partial<EventRow> {
  if (decision === null || !decision.attributed) return {};
  const { creditedClick, credits } = decision;
  return {
    partner_id: credits[0]?.partnerId,
    link_id: creditedClick?.linkId,
    click_id: creditedClick?.clickId,
  };
}

/** The payment itself, and what each partner earned by it (under linear there are several). */
export function paymentEvents(
  payment: TellablePayment,
  amountMinor: bigint,
  decision: PaymentDecision | null,
  visit: PaymentVisit | null,
  at: Date,
): EventRow[] {
  const told = baseEvent(payment, visit, at);
  return [
    { ...told, ...partnerOf(decision), type: 'payment', amount: Number(amountMinor) },
    ...commissionEvents(payment, decision, visit, at),
    ...feeEvents(payment, decision?.fee?.amountMinor ?? 0n, visit, at),
  ];
}

/** What the platform charges for a payment, or (below zero) gives back. */
export function feeEvents(
  payment: TellablePayment,
  feeMinor: bigint,
  visit: PaymentVisit | null,
  at: Date,
): EventRow[] {
  return feeMinor === 0n ? [] : [{ ...baseEvent(payment, visit, at), type: 'fee', fee: Number(feeMinor) }];
}

export function commissionEvents(
  payment: TellablePayment,
  decision: PaymentDecision | null,
  visit: PaymentVisit | null,
  at: Date,
): EventRow[] {
  return (decision?.earnings ?? []).map((earning) => ({
    ...baseEvent(payment, visit, at),
    type: 'commission',
    partner_id: earning.partnerId,
    currency: earning.currency,
    commission: Number(earning.amountMinor),
  }));
}

/** How a payment's event is told. */
export interface Telling {
  /** As it was then; left out: as it is now. */
  payment?: TellablePayment;
  visit: PaymentVisit | null;
  partner: Partial<EventRow>;
  at: Date;
}

/**
 * A payment whose half came later: its first event is taken back with its old context, and told anew with the new one.
 * Sums stay right whenever either of the two arrives.
 */
export function retoldEvents(
  payment: TellablePayment,
  amountMinor: bigint,
  before: Telling,
  after: Telling,
): EventRow[] {
  return [
    {
      ...baseEvent(before.payment ?? payment, before.visit, before.at),
      ...before.partner,
      sign: -1,
      amount: -Number(amountMinor),
    },
    { ...baseEvent(payment, after.visit, after.at), ...after.partner, amount: Number(amountMinor) },
  ];
}

export { partnerOf };

/** Money that went back, and what it took from each partner. */
export function refundEvents(
  payment: TellablePayment,
  refund: {
    amountMinor: bigint;
    partner: Partial<EventRow>;
    deductions: readonly { partnerId: number; currency: Currency; deductedMinor: bigint }[];
    /** What the fee became more by: zero or less. */
    feeMinor: bigint;
  },
  visit: PaymentVisit | null,
  at: Date,
): EventRow[] {
  return [
    {
      ...baseEvent(payment, visit, at),
      ...refund.partner,
      type: 'refund',
      amount: Number(refund.amountMinor),
    },
    ...refund.deductions.map(
      ({ partnerId, currency, deductedMinor }): EventRow => ({
        ...baseEvent(payment, visit, at),
        type: 'commission',
        partner_id: partnerId,
        currency,
        commission: -Number(deductedMinor),
      }),
    ),
    ...feeEvents(payment, refund.feeMinor, visit, at),
  ];
}
