import type { Currency } from '../../money/index.ts';
import type { StoredObject } from '../facts/queries.ts';
import { fromStripe, readStripeCurrency } from './stripe-amount.ts';

/** What was paid, in our minor units: the gross, and what of it is tax and shipping. */
export interface Money {
  amountMinor: bigint;
  taxMinor: bigint;
  shippingMinor: bigint;
  currency: Currency;
}

/** Why a payment of Stripe's is none of ours, yet or ever. */
export type NoMoney =
  | 'zero_amount'
  | 'unpaid_session'
  | 'unpaid_invoice'
  | 'waits_for_invoice'
  | 'no_payment';

export type MoneyOrNot = Money | NoMoney;

/** The money of an invoice: what was received of it, and the part of that which is no tax. */
export function moneyOfInvoice({ facts }: StoredObject): MoneyOrNot {
  const data = facts.best?.data;
  if (data === undefined) return 'no_payment';
  if (data.status !== 'paid') return 'unpaid_invoice';
  const currency = readStripeCurrency(data.currency);
  const in_ = (amount: unknown) => fromStripe(Number(amount), currency);
  const [total, net, shipping, received] = [
    in_(data.total),
    in_(data.net),
    in_(data.shipping),
    in_(data.amountPaid),
  ];
  if (net <= 0n || total <= 0n || received <= 0n) return 'zero_amount';
  // Customer balance paid the rest: that was earned on before, when it came in.
  const isWhole = received >= total;
  const part = (minor: bigint) => (isWhole ? minor : (minor * received) / total);
  const base = part(net);
  if (base <= 0n) return 'zero_amount';
  const amountMinor = isWhole ? total : received;
  return { amountMinor, taxMinor: amountMinor - base, shippingMinor: within(part(shipping), base), currency };
}

/** The money of a checkout session, where no invoice carries it. */
export function moneyOfSession({ facts }: StoredObject): MoneyOrNot {
  const data = facts.best?.data;
  if (data === undefined || data.mode !== 'payment') return 'no_payment';
  if (data.byInvoice) return 'waits_for_invoice';
  if (data.status === 'unpaid') return 'unpaid_session';
  if (data.status !== 'paid' || data.total === 0) return 'zero_amount';
  const currency = readStripeCurrency(data.currency);
  const amountMinor = fromStripe(Number(data.total), currency);
  const taxMinor = within(fromStripe(Number(data.tax), currency), amountMinor);
  const shippingMinor = within(fromStripe(Number(data.shipping), currency), amountMinor - taxMinor);
  return amountMinor > 0n ? { amountMinor, taxMinor, shippingMinor, currency } : 'zero_amount';
}

function within(minor: bigint, most: bigint): bigint {
  if (minor < 0n) return 0n;
  return minor < most ? minor : most;
}
