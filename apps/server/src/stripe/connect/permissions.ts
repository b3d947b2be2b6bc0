import Stripe from 'stripe';
import { AppError } from '../../platform/index.ts';
import { callStripe, onAccount, type StripeAccess } from './stripe-client.ts';

/** What a restricted key must be allowed to do, by the name of the permission in Stripe's Dashboard, and a call that needs it. */
const permissions: { name: string; tryIt(access: StripeAccess): Promise<unknown> }[] = [
  {
    name: 'Webhook Endpoints: write',
    // That it may write shows when the endpoint is made; without reading, not even that is tried.
    tryIt: (access) => access.stripe.webhookEndpoints.list({ limit: 1 }, onAccount(access)),
  },
  { name: 'Events: read', tryIt: (access) => access.stripe.events.list({ limit: 1 }, onAccount(access)) },
  {
    name: 'Charges and Refunds: read',
    tryIt: (access) => access.stripe.charges.list({ limit: 1 }, onAccount(access)),
  },
  { name: 'Disputes: read', tryIt: (access) => access.stripe.disputes.list({ limit: 1 }, onAccount(access)) },
  {
    name: 'Checkout Sessions: read',
    tryIt: (access) => access.stripe.checkout.sessions.list({ limit: 1 }, onAccount(access)),
  },
  { name: 'Invoices: read', tryIt: (access) => access.stripe.invoices.list({ limit: 1 }, onAccount(access)) },
  {
    name: 'Subscriptions: read',
    tryIt: (access) => access.stripe.subscriptions.list({ limit: 1 }, onAccount(access)),
  },
  {
    name: 'Customers: read',
    tryIt: (access) => access.stripe.customers.list({ limit: 1 }, onAccount(access)),
  },
  {
    name: 'Accounts: read',
    tryIt: (access) => access.stripe.accounts.retrieveCurrent({}, onAccount(access)),
  },
];

/** Tries every permission once, and refuses with the names of all that are missing: nobody likes to mend them one by one. */
export async function checkPermissions(access: StripeAccess): Promise<void> {
  const missing: string[] = [];
  for (const { name, tryIt } of permissions) {
    try {
      await callStripe(() => tryIt(access));
    } catch (error) {
      const cause = error instanceof AppError ? error.cause : undefined;
      if (!(cause instanceof Stripe.errors.StripePermissionError)) throw error;
      missing.push(name);
    }
  }
  if (missing.length > 0) {
    throw new AppError('stripe_permission_missing', `The Stripe key lacks: ${missing.join('; ')}`);
  }
}
