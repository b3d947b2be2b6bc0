import type { Hasher } from '../../platform/index.ts';
import type { ObjectPatch } from '../facts/object-facts.ts';
import {
  type Fields,
  getInteger,
  getText,
  idOf,
  integerOf,
  listOf,
  maybeFields,
  presentIds,
  textOf,
  UnreadableEvent,
} from './fields.ts';
import { readEmails, readMetadata, saidAt } from './said.ts';

const ranks: Readonly<Record<string, number>> = { draft: 0, open: 1, uncollectible: 2, void: 2, paid: 3 };

/** An invoice before and after 2025-03-31: each fact from the new place, else from the old one, never from both. */
export function readInvoice(hasher: Hasher, invoice: Fields, at: number): ObjectPatch {
  const id = getText(invoice, 'id', 'an invoice');
  const status = getText(invoice, 'status', 'an invoice');
  const rank = ranks[status];
  if (rank === undefined) throw new UnreadableEvent(`an invoice has the status ${status}`);
  const subscription = subscriptionOf(invoice);
  const [line] = listOf(invoice.lines);
  return {
    id,
    kind: 'invoice',
    payer: idOf(invoice.customer) ?? id,
    subscription: subscription.id,
    facts: {
      best: {
        rank,
        at,
        data: {
          status,
          currency: getText(invoice, 'currency', 'an invoice'),
          total: getInteger(invoice, 'total', 'an invoice'),
          net: status === 'paid' ? netOf(invoice) : null,
          shipping: integerOf(maybeFields(invoice.shipping_cost)?.amount_subtotal) ?? 0,
          amountPaid: getInteger(invoice, 'amount_paid', 'an invoice'),
          billingReason: textOf(invoice.billing_reason),
          paidAt: integerOf(maybeFields(invoice.status_transitions)?.paid_at) ?? at,
          product: productOf(listOf(invoice.lines)),
          interval: intervalOf(line),
        },
      },
      min: {},
      max: {},
      said: saidAt(
        [
          ...readMetadata(subscription.metadata),
          ...readMetadata(invoice.metadata),
          ...readMetadata(line?.metadata),
          ...readEmails(hasher, [invoice.customer_email]),
        ],
        at,
      ),
    },
    links: presentIds([idOf(invoice.payment_intent), idOf(invoice.charge), ...paymentsOf(invoice)]),
  };
}

function subscriptionOf(invoice: Fields): { id: string | null; metadata: unknown } {
  const details = maybeFields(maybeFields(invoice.parent)?.subscription_details);
  const isKnownShape = 'subscription' in invoice || 'parent' in invoice;
  if (!isKnownShape && String(invoice.billing_reason ?? '').startsWith('subscription')) {
    throw new UnreadableEvent('an invoice of a subscription says of none');
  }
  return {
    id: idOf(details?.subscription) ?? idOf(invoice.subscription),
    metadata: details?.metadata ?? maybeFields(invoice.subscription_details)?.metadata,
  };
}

/** Payments inside an invoice: in replies of the API and where the endpoint includes them; webhooks leave them out. */
function paymentsOf(invoice: Fields): (string | null)[] {
  return listOf(invoice.payments).flatMap((one) => {
    const payment = maybeFields(one.payment);
    return [idOf(payment?.payment_intent), idOf(payment?.charge)];
  });
}

/**
 * The total without any tax, inclusive ones too. Never the subtotal less the discounts: discounts of items are inside the
 * subtotal already. A shape that tells of no tax in any of its places raises: it is not one we know.
 */
function netOf(invoice: Fields): number {
  const net = integerOf(invoice.total_excluding_tax);
  if (net !== null) return net;
  const total = getInteger(invoice, 'total', 'an invoice');
  if (Array.isArray(invoice.total_taxes)) return total - sumOf(listOf(invoice.total_taxes));
  if (Array.isArray(invoice.total_tax_amounts)) return total - sumOf(listOf(invoice.total_tax_amounts));
  if ('tax' in invoice) return total - (integerOf(invoice.tax) ?? 0);
  throw new UnreadableEvent('an invoice does not say what its tax is');
}

function sumOf(taxes: readonly Fields[]): number {
  return taxes.reduce((sum, tax) => sum + getInteger(tax, 'amount', 'a tax'), 0);
}

/** The product of the lines, when it is one. */
function productOf(lines: readonly Fields[]): string | null {
  const products = new Set(
    lines.map((line) => {
      const details = maybeFields(maybeFields(line.pricing)?.price_details);
      return (
        idOf(details?.product) ??
        idOf(maybeFields(line.price)?.product) ??
        idOf(maybeFields(line.plan)?.product)
      );
    }),
  );
  const [only] = products;
  return products.size === 1 ? (only ?? null) : null;
}

function intervalOf(line: Fields | undefined): string | null {
  const recurring = maybeFields(maybeFields(line?.price)?.recurring) ?? maybeFields(line?.plan);
  const [interval, count] = [textOf(recurring?.interval), integerOf(recurring?.interval_count) ?? 1];
  if (interval === 'month')
    return count === 1 ? 'monthly' : count === 3 ? 'quarterly' : count === 12 ? 'annual' : null;
  return interval === 'year' && count === 1 ? 'annual' : null;
}
