import type Stripe from 'stripe';
import { listAllOfStripe, onAccount, type StripeAccess } from '../connect/stripe-client.ts';

/** Money that moved in an account, as Stripe lists it. */
export interface Movement {
  kind: 'charge' | 'refund' | 'dispute';
  id: string;
  /** In the currency's smallest unit as Stripe writes it. */
  amount: number;
  currency: string;
  createdAt: Date;
  /** The charge itself, or the one that money went back of. */
  charge: string | null;
  paymentIntent: string | null;
  /** Of accounts on an API version before 2025-03-31. */
  invoice: string | null;
  status: string | null;
  object: Stripe.Charge | Stripe.Refund | Stripe.Dispute;
}

export interface Period {
  from: Date;
  before: Date;
}

// What one look may hold in memory. A month of a large account is looked at day by day.
const most = 20_000;

/** Every charge that was paid, every refund and every dispute of a period, oldest first. */
export async function listMovements(access: StripeAccess, period: Period): Promise<Movement[]> {
  const created = createdIn(period);
  const { stripe } = access;
  const options = onAccount(access);
  const charges = await listAllOfStripe((page) => stripe.charges.list({ created, ...page }, options), most);
  const refunds = await listAllOfStripe((page) => stripe.refunds.list({ created, ...page }, options), most);
  const disputes = await listAllOfStripe((page) => stripe.disputes.list({ created, ...page }, options), most);
  const paid = charges.filter((charge) => charge.paid && charge.status === 'succeeded' && charge.captured);
  return [
    ...paid.map((charge) => movementOf('charge', charge, charge.amount_captured, charge.id)),
    ...refunds.map((refund) => movementOf('refund', refund, refund.amount, refund.charge)),
    ...disputes.map((dispute) => movementOf('dispute', dispute, dispute.amount, dispute.charge)),
  ].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1));
}

export function createdIn({ from, before }: Period): { gte: number; lt: number } {
  return { gte: Math.floor(from.getTime() / 1000), lt: Math.ceil(before.getTime() / 1000) };
}

function movementOf(
  kind: Movement['kind'],
  object: Stripe.Charge | Stripe.Refund | Stripe.Dispute,
  amount: number,
  charge: unknown,
): Movement {
  return {
    kind,
    id: object.id,
    amount,
    currency: object.currency,
    createdAt: new Date(object.created * 1000),
    charge: idOf(charge),
    paymentIntent: idOf(object.payment_intent),
    invoice: idOf((object as { invoice?: unknown }).invoice),
    status: object.status ?? null,
    object,
  };
}

/** Ids come as text or as the whole object. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : null;
}
