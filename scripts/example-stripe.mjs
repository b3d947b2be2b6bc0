// The Stripe behind examples/stripe-checkout: a double on this machine, unless there is a real account (STRIPE_SECRET_KEY).
import { buildStripeDouble } from './build.mjs';
import { ask, findManagementKey } from './management-api.mjs';

/** Opens an account whose webhooks go to Headwater. Answers `{ variables, close }`; undefined where Stripe itself is used. */
export async function openExampleStripe({ HEADWATER_URL: url, HEADWATER_PROGRAM: programId }) {
  if (process.env.STRIPE_SECRET_KEY) return undefined;
  const { startStripeDouble } = await buildStripeDouble();
  const double = await startStripeDouble({ livemode: true });
  const account = double.openAccount();
  const endpoint = account.createEndpoint({
    url: `${url}/webhooks/stripe/${programId}`,
    enabledEvents: ['*'],
    apiVersion: null,
    metadata: {},
    description: 'the example',
  });
  await ask(url, findManagementKey(), 'POST', `/api/v1/programs/${programId}/stripe/endpoints`, {
    webhook_secret: endpoint.signingSecret,
    description: `the example of ${new Date().toISOString().slice(0, 16)}`,
  });
  return {
    variables: { STRIPE_API_BASE: double.url, STRIPE_SECRET_KEY: double.restrictedKey(account) },
    close: () => double.close(),
  };
}
