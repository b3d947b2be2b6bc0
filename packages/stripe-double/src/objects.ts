import type Stripe from 'stripe';

/**
 * The objects of an account, in the shape of API 2025-03-31.basil and later, as far as anybody reads them. Typed by the
 * SDK: a field that Stripe does not have is a compile error.
 */
export const apiVersion = '2026-03-25.dahlia';

export interface Money {
  amount: number;
  currency: string;
}

export interface Context {
  id(prefix: string): string;
  /** Whole seconds. */
  now(): number;
  livemode: boolean;
}

type Metadata = Record<string, string>;

export function customerOf(context: Context, email: string | null, metadata: Metadata) {
  return {
    id: context.id('cus'),
    object: 'customer',
    created: context.now(),
    email,
    livemode: context.livemode,
    metadata,
    name: null,
  } satisfies Partial<Stripe.Customer>;
}

export function paymentIntentOf(context: Context, money: Money, customer: string | null, metadata: Metadata) {
  return {
    id: context.id('pi'),
    object: 'payment_intent',
    amount: money.amount,
    amount_received: money.amount,
    created: context.now(),
    currency: money.currency,
    customer,
    latest_charge: null as string | null,
    livemode: context.livemode,
    metadata,
    status: 'succeeded',
  } satisfies Partial<Stripe.PaymentIntent>;
}

export function chargeOf(context: Context, intent: ReturnType<typeof paymentIntentOf>, email: string | null) {
  return {
    id: context.id('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: intent.amount,
    amount_refunded: 0,
    billing_details: { address: null, email, name: null, phone: null, tax_id: null },
    captured: true,
    created: context.now(),
    currency: intent.currency,
    customer: intent.customer,
    disputed: false as boolean,
    livemode: context.livemode,
    metadata: intent.metadata,
    paid: true,
    payment_intent: intent.id,
    refunded: false as boolean,
    status: 'succeeded',
  } satisfies Partial<Stripe.Charge>;
}

export function sessionOf(
  context: Context,
  fields: {
    id: string | undefined;
    mode: 'payment' | 'subscription';
    money: Money;
    tax: number;
    email: string | null;
    customer: string | null;
    paymentIntent: string | null;
    invoice: string | null;
    subscription: string | null;
    clientReferenceId: string | null;
    metadata: Metadata;
    paymentStatus: 'paid' | 'unpaid';
  },
) {
  return {
    id: fields.id ?? context.id(context.livemode ? 'cs_live' : 'cs_test'),
    object: 'checkout.session',
    amount_subtotal: fields.money.amount - fields.tax,
    amount_total: fields.money.amount,
    client_reference_id: fields.clientReferenceId,
    created: context.now(),
    currency: fields.money.currency,
    customer: fields.customer,
    customer_details: {
      address: null,
      business_name: null,
      email: fields.email,
      individual_name: null,
      name: null,
      phone: null,
      tax_exempt: 'none',
      tax_ids: [],
    },
    customer_email: null,
    invoice: fields.invoice,
    livemode: context.livemode,
    metadata: fields.metadata,
    mode: fields.mode,
    payment_intent: fields.paymentIntent,
    payment_status: fields.paymentStatus,
    status: 'complete',
    subscription: fields.subscription,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: fields.tax },
  } satisfies Partial<Stripe.Checkout.Session>;
}

export function subscriptionOf(context: Context, customer: string, metadata: Metadata) {
  return {
    id: context.id('sub'),
    object: 'subscription',
    created: context.now(),
    customer,
    livemode: context.livemode,
    metadata,
    start_date: context.now(),
    status: 'active',
  } satisfies Partial<Stripe.Subscription>;
}

export function invoiceOf(
  context: Context,
  fields: {
    money: Money;
    tax: number;
    email: string | null;
    customer: string;
    subscription: ReturnType<typeof subscriptionOf>;
    reason: 'subscription_create' | 'subscription_cycle';
  },
) {
  const { amount, currency } = fields.money;
  const net = amount - fields.tax;
  return {
    id: context.id('in'),
    object: 'invoice',
    amount_due: amount,
    amount_paid: amount,
    amount_remaining: 0,
    billing_reason: fields.reason,
    created: context.now(),
    currency,
    customer: fields.customer,
    customer_email: fields.email,
    livemode: context.livemode,
    metadata: {} as Metadata,
    parent: {
      quote_details: null,
      subscription_details: { metadata: fields.subscription.metadata, subscription: fields.subscription.id },
      type: 'subscription_details',
    },
    starting_balance: 0,
    status: 'paid',
    subtotal: net,
    total: amount,
    total_excluding_tax: net,
    total_taxes:
      fields.tax === 0
        ? []
        : [
            {
              amount: fields.tax,
              tax_behavior: 'exclusive',
              tax_rate_details: null,
              taxability_reason: 'standard_rated',
              taxable_amount: net,
              type: 'tax_rate_details',
            },
          ],
  } satisfies Partial<Stripe.Invoice>;
}

export function invoicePaymentOf(
  context: Context,
  invoice: ReturnType<typeof invoiceOf>,
  paymentIntent: string,
) {
  return {
    id: context.id('inpay'),
    object: 'invoice_payment',
    amount_paid: invoice.amount_paid,
    amount_requested: invoice.amount_paid,
    created: context.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: context.livemode,
    payment: { payment_intent: paymentIntent, type: 'payment_intent' },
    status: 'paid',
  } satisfies Partial<Stripe.InvoicePayment>;
}

export function refundOf(context: Context, charge: ReturnType<typeof chargeOf>, amount: number) {
  return {
    id: context.id('re'),
    object: 'refund',
    amount,
    charge: charge.id,
    created: context.now(),
    currency: charge.currency,
    metadata: {} as Metadata,
    payment_intent: charge.payment_intent,
    reason: null,
    status: 'succeeded' as 'succeeded' | 'failed',
  } satisfies Partial<Stripe.Refund>;
}

export function disputeOf(context: Context, charge: ReturnType<typeof chargeOf>, amount: number) {
  return {
    id: context.id('du'),
    object: 'dispute',
    amount,
    charge: charge.id,
    created: context.now(),
    currency: charge.currency,
    is_charge_refundable: false,
    livemode: context.livemode,
    metadata: {} as Metadata,
    payment_intent: charge.payment_intent,
    reason: 'fraudulent',
    status: 'needs_response' as 'needs_response' | 'won' | 'lost',
  } satisfies Partial<Stripe.Dispute>;
}

export function endpointOf(
  context: Context,
  fields: {
    url: string;
    enabledEvents: string[];
    apiVersion: string | null;
    metadata: Metadata;
    description: string | null;
  },
) {
  return {
    id: context.id('we'),
    object: 'webhook_endpoint',
    api_version: fields.apiVersion,
    application: null,
    created: context.now(),
    description: fields.description,
    enabled_events: fields.enabledEvents,
    livemode: context.livemode,
    metadata: fields.metadata,
    status: 'enabled',
    url: fields.url,
  } satisfies Partial<Stripe.WebhookEndpoint>;
}

export type Charge = ReturnType<typeof chargeOf>;
export type Refund = ReturnType<typeof refundOf>;
export type Dispute = ReturnType<typeof disputeOf>;
export type Subscription = ReturnType<typeof subscriptionOf>;
export type Invoice = ReturnType<typeof invoiceOf>;
export type Session = ReturnType<typeof sessionOf>;
export type InvoicePayment = ReturnType<typeof invoicePaymentOf>;
export type Customer = ReturnType<typeof customerOf>;
export type PaymentIntent = ReturnType<typeof paymentIntentOf>;

/** An event as it is delivered and listed. */
export interface StripeEventObject {
  id: string;
  object: 'event';
  account?: string;
  api_version: string | null;
  created: number;
  data: { object: { id: string }; previous_attributes?: Record<string, unknown> };
  livemode: boolean;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null } | null;
  type: string;
}

export interface WebhookEndpoint extends ReturnType<typeof endpointOf> {
  /** Answered once, at creation. */
  signingSecret: string;
}
