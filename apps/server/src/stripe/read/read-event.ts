import type { Hasher } from '../../platform/index.ts';
import type { ObjectPatch } from '../facts/object-facts.ts';
import { type Fields, fieldsOf, idOf, UnreadableEvent } from './fields.ts';
import { readInvoice } from './invoice.ts';
import { readCharge, readCreditNote, readDispute, readRefund } from './money-back.ts';
import { readCustomer, readIntent, readInvoicePayment, readSubscription } from './people.ts';
import { readSession } from './session.ts';

/** Reads what an event says; nothing when it is of a type that says nothing to us. */
export function readEvent(
  hasher: Hasher,
  event: { type: string; created: number; data: { object: unknown } },
): ObjectPatch[] {
  const read = readers[event.type];
  if (read === undefined) return [];
  if (!Number.isSafeInteger(event.created)) throw new UnreadableEvent('the event has no time');
  const object = fieldsOf(event.data?.object, `the object of ${event.type}`);
  const patches = read(hasher, object, event.created);
  return Array.isArray(patches) ? patches : [patches];
}

export function isReadType(type: string): boolean {
  return type in readers;
}

type Reader = (hasher: Hasher, object: Fields, at: number) => ObjectPatch | ObjectPatch[];

const session: Reader = (hasher, object, at) =>
  object.mode === 'setup' ? [] : readSession(hasher, object, at);
// An upcoming invoice has no id, and there is no money in it yet.
const invoice: Reader = (hasher, object, at) =>
  idOf(object.id) === null ? [] : readInvoice(hasher, object, at);
const subscription: Reader = (_hasher, object, at) => readSubscription(object, at);
const customer: Reader = (hasher, object, at) => readCustomer(hasher, object, at);
const signUp: Reader = (hasher, object, at) => {
  const patch = readCustomer(hasher, object, at);
  const { min } = patch.facts;
  return { ...patch, facts: { ...patch.facts, min: { ...min, signedUpAt: min.created ?? at } } };
};
const refund: Reader = (_hasher, object, at) => readRefund(object, at);
const dispute: Reader = (_hasher, object, at) => readDispute(object, at);
const charge: Reader = (_hasher, object, at) => readCharge(object, at);

const readers: Readonly<Record<string, Reader>> = {
  'checkout.session.completed': session,
  'checkout.session.async_payment_succeeded': session,
  'checkout.session.async_payment_failed': session,
  'invoice.paid': invoice,
  'invoice.payment_succeeded': invoice,
  'invoice.payment_failed': invoice,
  'invoice.voided': invoice,
  'invoice.marked_uncollectible': invoice,
  'invoice_payment.paid': (_hasher, object) => readInvoicePayment(object),
  'payment_intent.succeeded': (_hasher, object, at) => readIntent(object, at),
  'charge.succeeded': charge,
  'charge.refunded': charge,
  'charge.refund.updated': refund,
  'refund.created': refund,
  'refund.updated': refund,
  'refund.failed': refund,
  'charge.dispute.created': dispute,
  'charge.dispute.updated': dispute,
  'charge.dispute.closed': dispute,
  'charge.dispute.funds_withdrawn': dispute,
  'charge.dispute.funds_reinstated': dispute,
  'credit_note.created': (_hasher, object, at) => readCreditNote(object, at),
  'credit_note.voided': (_hasher, object, at) => readCreditNote(object, at),
  'customer.created': signUp,
  'customer.updated': customer,
  'customer.deleted': customer,
  'customer.subscription.created': subscription,
  'customer.subscription.updated': subscription,
  'customer.subscription.deleted': subscription,
};
