import { randomBytes } from 'node:crypto';
import * as objects from './objects.ts';

export interface AccountOptions {
  id?: string;
  livemode?: boolean;
  now?: () => Date;
}

export interface CheckoutOptions {
  /** Of the session, where it was opened before. */
  id?: string;
  amount: number;
  currency?: string;
  tax?: number;
  email?: string | null;
  metadata?: Record<string, string>;
  /** Subscriptions: `subscription_data.metadata`. Left out: as `metadata`; renewals need it. */
  subscriptionMetadata?: Record<string, string>;
  clientReferenceId?: string | null;
  paymentStatus?: 'paid' | 'unpaid';
}

/** What happens in one account, and the objects and events that come of it. */
export interface Account {
  id: string;
  livemode: boolean;
  customers: objects.Customer[];
  paymentIntents: objects.PaymentIntent[];
  charges: objects.Charge[];
  refunds: objects.Refund[];
  disputes: objects.Dispute[];
  invoices: objects.Invoice[];
  invoicePayments: objects.InvoicePayment[];
  sessions: objects.Session[];
  subscriptions: objects.Subscription[];
  events: objects.StripeEventObject[];
  endpoints: objects.WebhookEndpoint[];
  /** Client ids that the account gave access to by OAuth. */
  authorized: Set<string>;
  /** A one-off purchase through Checkout. */
  checkout(options: CheckoutOptions): { session: objects.Session; charge: objects.Charge };
  /** A new subscription through Checkout, paid at once. */
  subscribe(options: CheckoutOptions): {
    session: objects.Session;
    subscription: objects.Subscription;
    invoice: objects.Invoice;
    charge: objects.Charge;
  };
  /** The next invoice of a subscription. */
  renew(
    subscription: objects.Subscription,
    money: { amount: number; tax?: number },
  ): { invoice: objects.Invoice; charge: objects.Charge };
  refund(charge: objects.Charge, amount?: number): objects.Refund;
  failRefund(refund: objects.Refund): void;
  dispute(charge: objects.Charge, amount?: number): objects.Dispute;
  closeDispute(dispute: objects.Dispute, status: 'won' | 'lost'): void;
  /** The account takes its permission back. */
  deauthorize(clientId: string): objects.StripeEventObject;
  createEndpoint(fields: Parameters<typeof objects.endpointOf>[1]): objects.WebhookEndpoint;
  /** Puts an event of any type beside the others. */
  record(type: string, object: { id: string }, previous?: Record<string, unknown>): objects.StripeEventObject;
}

export function openAccount(options: AccountOptions = {}): Account {
  const livemode = options.livemode ?? false;
  const now = options.now ?? (() => new Date());
  const context: objects.Context = {
    id: (prefix) => `${prefix}_${randomBytes(12).toString('hex')}`,
    now: () => Math.floor(now().getTime() / 1000),
    livemode,
  };
  const account: Account = {
    id: options.id ?? `acct_${randomBytes(8).toString('hex')}`,
    livemode,
    customers: [],
    paymentIntents: [],
    charges: [],
    refunds: [],
    disputes: [],
    invoices: [],
    invoicePayments: [],
    sessions: [],
    subscriptions: [],
    events: [],
    endpoints: [],
    authorized: new Set(),
    record,
    checkout,
    subscribe,
    renew,
    refund,
    failRefund,
    dispute,
    closeDispute,
    deauthorize,
    createEndpoint,
  };

  function record(type: string, object: { id: string }, previous?: Record<string, unknown>) {
    const event: objects.StripeEventObject = {
      id: context.id('evt'),
      object: 'event',
      api_version: objects.apiVersion,
      created: context.now(),
      // A snapshot: what happens to the object later does not change what was said about it.
      data: {
        object: structuredClone(object),
        ...(previous === undefined ? {} : { previous_attributes: previous }),
      },
      livemode,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type,
    };
    account.events.push(event);
    return event;
  }

  function pay(
    money: objects.Money,
    email: string | null,
    customer: string | null,
    metadata: Record<string, string>,
  ) {
    const intent = objects.paymentIntentOf(context, money, customer, metadata);
    const charge = objects.chargeOf(context, intent, email);
    intent.latest_charge = charge.id;
    account.paymentIntents.push(intent);
    account.charges.push(charge);
    record('charge.succeeded', charge);
    record('payment_intent.succeeded', intent);
    return charge;
  }

  function checkout(wanted: CheckoutOptions) {
    const money = { amount: wanted.amount, currency: wanted.currency ?? 'usd' };
    const email = wanted.email ?? null;
    const charge = pay(money, email, null, {});
    const session = objects.sessionOf(context, {
      id: wanted.id,
      mode: 'payment',
      money,
      tax: wanted.tax ?? 0,
      email,
      customer: null,
      paymentIntent: charge.payment_intent,
      invoice: null,
      subscription: null,
      clientReferenceId: wanted.clientReferenceId ?? null,
      metadata: wanted.metadata ?? {},
      paymentStatus: wanted.paymentStatus ?? 'paid',
    });
    account.sessions.push(session);
    record('checkout.session.completed', session);
    return { session, charge };
  }

  function bill(
    subscription: objects.Subscription,
    money: objects.Money,
    tax: number,
    reason: 'subscription_create' | 'subscription_cycle',
  ) {
    const customer = account.customers.find((one) => one.id === subscription.customer);
    const email = customer?.email ?? null;
    const charge = pay(money, email, subscription.customer, {});
    const invoice = objects.invoiceOf(context, {
      money,
      tax,
      email,
      customer: subscription.customer,
      subscription,
      reason,
    });
    const payment = objects.invoicePaymentOf(context, invoice, charge.payment_intent);
    account.invoices.push(invoice);
    account.invoicePayments.push(payment);
    record('invoice.paid', invoice);
    record('invoice.payment_succeeded', invoice);
    record('invoice_payment.paid', payment);
    return { invoice, charge };
  }

  function subscribe(wanted: CheckoutOptions) {
    const money = { amount: wanted.amount, currency: wanted.currency ?? 'usd' };
    const customer = objects.customerOf(context, wanted.email ?? null, {});
    account.customers.push(customer);
    record('customer.created', customer);
    const metadata = wanted.subscriptionMetadata ?? wanted.metadata ?? {};
    const subscription = objects.subscriptionOf(context, customer.id, metadata);
    account.subscriptions.push(subscription);
    record('customer.subscription.created', subscription);
    const { invoice, charge } = bill(subscription, money, wanted.tax ?? 0, 'subscription_create');
    const session = objects.sessionOf(context, {
      id: wanted.id,
      mode: 'subscription',
      money,
      tax: wanted.tax ?? 0,
      email: customer.email,
      customer: customer.id,
      paymentIntent: null,
      invoice: invoice.id,
      subscription: subscription.id,
      clientReferenceId: wanted.clientReferenceId ?? null,
      metadata: wanted.metadata ?? {},
      paymentStatus: 'paid',
    });
    account.sessions.push(session);
    record('checkout.session.completed', session);
    return { session, subscription, invoice, charge };
  }

  function renew(subscription: objects.Subscription, money: { amount: number; tax?: number }) {
    const first = account.invoices.find(
      (one) => one.parent.subscription_details.subscription === subscription.id,
    );
    const currency = first?.currency ?? 'usd';
    return bill(subscription, { amount: money.amount, currency }, money.tax ?? 0, 'subscription_cycle');
  }

  function refund(charge: objects.Charge, amount = charge.amount - charge.amount_refunded) {
    const made = objects.refundOf(context, charge, amount);
    const before = charge.amount_refunded;
    charge.amount_refunded += amount;
    charge.refunded = charge.amount_refunded === charge.amount;
    account.refunds.push(made);
    record('refund.created', made);
    record('charge.refunded', charge, { amount_refunded: before });
    return made;
  }

  function failRefund(failed: objects.Refund) {
    const charge = account.charges.find((one) => one.id === failed.charge);
    failed.status = 'failed';
    if (charge !== undefined) {
      charge.amount_refunded -= failed.amount;
      charge.refunded = false;
    }
    record('refund.failed', failed, { status: 'succeeded' });
  }

  function dispute(charge: objects.Charge, amount = charge.amount) {
    const made = objects.disputeOf(context, charge, amount);
    charge.disputed = true;
    account.disputes.push(made);
    record('charge.dispute.created', made);
    return made;
  }

  function closeDispute(closed: objects.Dispute, status: 'won' | 'lost') {
    closed.status = status;
    record('charge.dispute.closed', closed, { status: 'needs_response' });
  }

  function deauthorize(clientId: string) {
    account.authorized.delete(clientId);
    const event = record('account.application.deauthorized', { id: clientId });
    event.account = account.id;
    return event;
  }

  function createEndpoint(fields: Parameters<typeof objects.endpointOf>[1]) {
    const endpoint = {
      ...objects.endpointOf(context, fields),
      signingSecret: `whsec_${randomBytes(16).toString('hex')}`,
    };
    account.endpoints.push(endpoint);
    return endpoint;
  }

  return account;
}
