/**
 * What our webhook endpoints ask Stripe for: exactly what the books and the attribution read. `invoice.payment_succeeded`
 * is understood too, but says the same as `invoice.paid` and not of every payment, so it is not asked for.
 */
export const enabledEvents = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.voided',
  'invoice_payment.paid',
  'payment_intent.succeeded',
  'charge.refunded',
  'charge.refund.updated',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'credit_note.created',
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
] as const;

/** The shape our endpoints are delivered in. Left out, it would change under us with the account's default. */
export const pinnedApiVersion = '2026-08-26.dahlia';
