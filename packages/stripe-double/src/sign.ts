import Stripe from 'stripe';

/** The `Stripe-Signature` header of a body, as Stripe makes it; `at` is when it says it was signed. */
export function signatureHeader(payload: string, secret: string, at: Date = new Date()): string {
  return Stripe.webhooks.generateTestHeaderString({
    payload,
    secret,
    timestamp: Math.floor(at.getTime() / 1000),
  });
}
