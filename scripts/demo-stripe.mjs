// The Stripe behind the demo shop: a double with one account, whose webhooks go to Headwater.
import { randomBytes } from 'node:crypto';
import { buildStripeDouble } from './build.mjs';
import { ask } from './management-api.mjs';

/**
 * Opens the account, lets Headwater know the secret its deliveries are signed with, and answers with what the shop asks of
 * Stripe. Events go out in no particular order and the first of them twice, as they may in earnest.
 */
export async function openDemoStripe(url, key, programId) {
  const { openAccount, deliver } = await buildStripeDouble();
  const account = openAccount({ livemode: true });
  const endpoint = account.createEndpoint({
    url: `${url}/webhooks/stripe/${programId}`,
    enabledEvents: ['*'],
    apiVersion: null,
    metadata: {},
    description: 'the demo',
  });
  await ask(url, key, 'POST', `/api/v1/programs/${programId}/stripe/endpoints`, {
    webhook_secret: endpoint.signingSecret,
    description: `the demo of ${new Date().toISOString().slice(0, 16)}`,
  });
  let told = 0;

  async function tell() {
    const events = account.events.slice(told);
    told = account.events.length;
    const [first] = events;
    const shuffled = [...events, first].sort(() => randomBytes(1)[0] - 128);
    // Stripe tries for days; a demo for a few seconds.
    await deliver(account, { events: shuffled, attempts: 20 });
  }

  const paymentOf = ({ invoice, charge }) => ({
    invoiceId: invoice.id,
    subscriptionId: invoice.parent.subscription_details.subscription,
    chargeId: charge.id,
  });
  const subscriptions = new Map();

  return {
    subscribe({ idempotencyKey, amountCents, currency, email, metadata }) {
      const known = subscriptions.get(idempotencyKey);
      if (known !== undefined) return known;
      const paying = (async () => {
        const paid = account.subscribe({
          amount: amountCents,
          currency: currency.toLowerCase(),
          email,
          metadata,
          subscriptionMetadata: metadata,
        });
        await tell();
        return paymentOf(paid);
      })();
      subscriptions.set(idempotencyKey, paying);
      return paying;
    },
    async renew(subscriptionId, amountCents) {
      const subscription = account.subscriptions.find(({ id }) => id === subscriptionId);
      const paid = account.renew(subscription, { amount: amountCents });
      await tell();
      return paymentOf(paid);
    },
    async refund(chargeId, amountCents) {
      const charge = account.charges.find(({ id }) => id === chargeId);
      account.refund(charge, amountCents);
      await tell();
    },
  };
}
