import type { StripePayment } from './orders.ts';

/** What the shop asks of Stripe. In the demo a double answers, and delivers its webhooks to Headwater. */
export interface StripeGateway {
  /** A first payment; the metadata goes on the session and on the subscription. The same key again is the same payment. */
  subscribe(purchase: {
    idempotencyKey: string;
    amountCents: number;
    currency: string;
    email: string;
    metadata: Record<string, string>;
  }): Promise<StripePayment>;
  renew(subscriptionId: string, amountCents: number): Promise<StripePayment>;
  /** Left out: all that is left. */
  refund(chargeId: string, amountCents?: number): Promise<void>;
}
