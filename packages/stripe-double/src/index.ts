/**
 * A Stripe for tests and demonstrations: a real HTTP server that the official SDK talks to. It keeps accounts with
 * charges, subscriptions, refunds and disputes, makes the events that Stripe would make of them, and delivers these
 * signed, in any order, twice or late. It moves no money and checks no card.
 */
export { type Account, type AccountOptions, type CheckoutOptions, openAccount } from './account.ts';
export { type Delivered, type DeliverOptions, deliver } from './deliver.ts';
export { type Failure, type StripeDouble, startStripeDouble } from './server.ts';
export { signatureHeader } from './sign.ts';
export type { SeenRequest } from './state.ts';
