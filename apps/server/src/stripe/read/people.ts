import type { Hasher } from '../../platform/index.ts';
import type { ObjectPatch } from '../facts/object-facts.ts';
import { type Fields, getText, idOf, integerOf, maybeFields, presentIds, UnreadableEvent } from './fields.ts';
import { readEmails, readMetadata, saidAt } from './said.ts';

export function readCustomer(hasher: Hasher, customer: Fields, at: number): ObjectPatch {
  const id = getText(customer, 'id', 'a customer');
  return {
    id,
    kind: 'customer',
    payer: id,
    subscription: null,
    facts: {
      best: null,
      min: { created: integerOf(customer.created) ?? at },
      max: {},
      said: saidAt([...readMetadata(customer.metadata), ...readEmails(hasher, [customer.email])], at),
    },
    links: [],
  };
}

export function readSubscription(subscription: Fields, at: number): ObjectPatch {
  const id = getText(subscription, 'id', 'a subscription');
  return {
    id,
    kind: 'subscription',
    payer: idOf(subscription.customer),
    subscription: id,
    facts: {
      best: null,
      min: { created: integerOf(subscription.created) ?? at },
      max: {},
      said: saidAt(readMetadata(subscription.metadata), at),
    },
    links: [],
  };
}

/** A payment intent, or whatever else carries metadata and joins ids: it books nothing. */
export function readIntent(intent: Fields, at: number): ObjectPatch {
  const id = getText(intent, 'id', 'a payment intent');
  const charges = maybeFields(intent.charges)?.data;
  const [charge] = Array.isArray(charges) ? charges : [];
  return {
    id,
    kind: 'intent',
    payer: null,
    subscription: null,
    facts: { best: null, min: {}, max: {}, said: saidAt(readMetadata(intent.metadata), at) },
    links: presentIds([idOf(intent.latest_charge) ?? idOf(charge), idOf(intent.invoice)]),
  };
}

/** The join of an invoice and what paid it, which invoices themselves do not tell since 2025-03-31. */
export function readInvoicePayment(payment: Fields): ObjectPatch {
  const invoice = idOf(payment.invoice);
  if (invoice === null) throw new UnreadableEvent('an invoice payment has no invoice');
  const paid = maybeFields(payment.payment);
  return {
    id: invoice,
    kind: 'invoice',
    payer: null,
    subscription: null,
    facts: { best: null, min: {}, max: {}, said: {} },
    links: presentIds([idOf(paid?.payment_intent), idOf(paid?.charge)]),
  };
}
