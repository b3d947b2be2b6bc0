import type { Hasher } from '../../platform/index.ts';
import type { ObjectPatch } from '../facts/object-facts.ts';
import {
  type Fields,
  getInteger,
  getText,
  idOf,
  integerOf,
  maybeFields,
  presentIds,
  textOf,
} from './fields.ts';
import { readEmails, readMetadata, readReference, saidAt } from './said.ts';

/**
 * A checkout session. In mode `payment` it carries the money, unless an invoice does; in mode `subscription` only who
 * pays. When it is unpaid the money comes later, or never.
 */
export function readSession(hasher: Hasher, session: Fields, at: number): ObjectPatch {
  const id = getText(session, 'id', 'a session');
  const mode = getText(session, 'mode', 'a session');
  const status = getText(session, 'payment_status', 'a session');
  const details = maybeFields(session.total_details);
  const isPaid = status === 'paid';
  const hasMoney = mode === 'payment' && isPaid;
  const intent = idOf(session.payment_intent);
  const invoice = idOf(session.invoice);
  const customer = idOf(session.customer);
  const person = maybeFields(session.customer_details);
  return {
    id,
    kind: 'session',
    payer: customer ?? id,
    subscription: idOf(session.subscription),
    facts: {
      best: {
        rank: isPaid ? 2 : 1,
        at,
        data: {
          mode,
          status,
          currency: textOf(session.currency),
          total: hasMoney ? getInteger(session, 'amount_total', 'a paid session') : null,
          tax: integerOf(details?.amount_tax) ?? 0,
          shipping: integerOf(details?.amount_shipping) ?? 0,
          invoice,
          byInvoice: invoice !== null || maybeFields(session.invoice_creation)?.enabled === true,
          intent,
        },
      },
      // Attribution windows count from here, not from a payment that comes days later.
      min: { completedAt: at },
      max: {},
      said: saidAt(
        [
          ...readReference(session.client_reference_id),
          ...readMetadata(session.metadata),
          ...readEmails(hasher, [person?.email, session.customer_email]),
        ],
        at,
      ),
    },
    links: presentIds([intent, invoice]),
  };
}
