import type { StripeEvent } from '../../src/stripe/index.ts';

// Stripe objects as the newest API versions write them, with what a story needs.

/** 2026-01-05T10:00:00Z, in Stripe's seconds. */
export const start = 1_767_607_200;
export const day = 86_400;

type Values = Record<string, unknown>;
let events = 0;

export function event(
  type: string,
  object: Values,
  at: number,
  more: Partial<StripeEvent> = {},
): StripeEvent {
  events += 1;
  return {
    id: `evt_${events}`,
    object: 'event',
    api_version: '2025-11-17.clover',
    created: at,
    livemode: true,
    type: type as StripeEvent['type'],
    data: { object },
    ...more,
  };
}

export function session(id: string, more: Values = {}): Values {
  return {
    id,
    object: 'checkout.session',
    mode: 'payment',
    payment_status: 'paid',
    status: 'complete',
    currency: 'usd',
    amount_subtotal: 10_000,
    amount_total: 10_000,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    client_reference_id: null,
    customer: null,
    customer_details: null,
    customer_email: null,
    invoice: null,
    metadata: {},
    payment_intent: null,
    subscription: null,
    ...more,
  };
}

export interface InvoiceOptions extends Values {
  customer?: string;
  subscription?: string | null;
  subscriptionMetadata?: Values;
  paidAt?: number;
}

export function invoice(
  id: string,
  { subscription = null, subscriptionMetadata = {}, paidAt = start, ...more }: InvoiceOptions = {},
): Values {
  const total = (more.total ?? 10_000) as number;
  return {
    id,
    object: 'invoice',
    status: 'paid',
    currency: 'usd',
    customer: 'cus_1',
    customer_email: null,
    billing_reason: 'subscription_cycle',
    amount_due: total,
    amount_paid: total,
    total,
    subtotal: total,
    total_excluding_tax: total,
    total_taxes: [],
    starting_balance: 0,
    metadata: {},
    lines: { object: 'list', data: [], has_more: false },
    status_transitions: { paid_at: paidAt },
    parent:
      subscription === null
        ? null
        : {
            type: 'subscription_details',
            subscription_details: { subscription, metadata: subscriptionMetadata },
          },
    ...more,
  };
}

export function invoicePayment(invoiceId: string, intent: string): Values {
  return {
    id: `inpay_${invoiceId}`,
    object: 'invoice_payment',
    invoice: invoiceId,
    payment: { type: 'payment_intent', payment_intent: intent },
    status: 'paid',
  };
}

export function intent(id: string, charge: string, more: Values = {}): Values {
  return {
    id,
    object: 'payment_intent',
    status: 'succeeded',
    currency: 'usd',
    metadata: {},
    latest_charge: charge,
    ...more,
  };
}

export function charge(id: string, intentId: string | null, more: Values = {}): Values {
  return {
    ...{ id, object: 'charge', currency: 'usd', amount: 10_000, amount_refunded: 0, metadata: {} },
    ...{ payment_intent: intentId, refunded: false, disputed: false },
    ...more,
  };
}

export function refund(id: string, amount: number, more: Values = {}): Values {
  return {
    ...{ id, object: 'refund', amount, currency: 'usd', status: 'succeeded', created: start + day },
    ...{ charge: null, payment_intent: null, metadata: {} },
    ...more,
  };
}

export function dispute(id: string, amount: number, status: string, more: Values = {}): Values {
  return {
    ...{ id, object: 'dispute', amount, currency: 'usd', status, created: start + 2 * day },
    ...{ charge: null, payment_intent: null, metadata: {}, reason: 'fraudulent' },
    ...more,
  };
}

export function customer(id: string, more: Values = {}): Values {
  return { id, object: 'customer', created: start, email: null, metadata: {}, ...more };
}

export function subscription(id: string, customerId: string, more: Values = {}): Values {
  return {
    id,
    object: 'subscription',
    customer: customerId,
    status: 'active',
    created: start,
    metadata: {},
    ...more,
  };
}
