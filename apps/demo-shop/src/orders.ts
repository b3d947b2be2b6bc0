import { randomBytes } from 'node:crypto';
import type { Account } from './accounts.ts';
import { boundedMap } from './bounded-map.ts';
import type { Plan } from './plans.ts';

/** What Headwater answered when it was told of an order. */
export interface Report {
  saleId: number;
  /** Of the two calls, in Headwater's words. */
  sale: string;
  visit: string;
}

/** A month that was paid for. `id` is the transaction id Headwater knows. */
export interface Order {
  id: string;
  account: Account;
  plan: Plan;
  subscriptionId: string;
  isRenewal: boolean;
  paidAt: Date;
  /** What the tracker's cookies said when it was paid; empty on renewals, which no browser pays. */
  trail: Trail;
  /** Paid through Stripe, which tells Headwater itself; null: by the shop's own card form. */
  stripe: StripePayment | null;
  /** Null until Headwater was told of it. */
  report: Report | null;
}

/** What Stripe calls the parts of a payment. */
export interface StripePayment {
  invoiceId: string;
  subscriptionId: string;
  chargeId: string;
}

/** The tracker's cookies, as far as there are any. */
export interface Trail {
  clickId?: string;
  visitorId?: string;
  sessionId?: string;
}

export interface Orders {
  find(id: string): Order | undefined;
  /** Keeps a paid order; one that is there stays as it is: a form sent twice is one order. */
  place(order: Omit<Order, 'paidAt' | 'report'>): Order;
  ofSubscription(subscriptionId: string): Order[];
}

const maxOrders = 2000;

export function createOrders(): Orders {
  const orders = boundedMap<Order>(maxOrders);
  return {
    find: (id) => orders.get(id),
    place(order) {
      const known = orders.get(order.id);
      if (known !== undefined) return known;
      const placed = { ...order, paidAt: new Date(), report: null };
      orders.set(placed.id, placed);
      return placed;
    },
    ofSubscription: (subscriptionId) =>
      orders.values().filter((order) => order.subscriptionId === subscriptionId),
  };
}

/** Made when the checkout is shown, and sent with it: so that paying twice with one form pays once. */
export function newOrderId(): string {
  return `rl_${randomBytes(9).toString('base64url')}`;
}

export function isOrderId(text: string): boolean {
  return /^rl_[A-Za-z0-9_-]{12}$/.test(text);
}
