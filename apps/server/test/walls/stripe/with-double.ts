import { type Account, type StripeDouble, startStripeDouble } from '@headwater/stripe-double';
import { openTestServer, type TestServer } from '../../test-server.ts';

/** A server whose Stripe is the double, with a platform account for OAuth. */
export async function openWithDouble(
  options: Parameters<typeof openTestServer>[0] = {},
): Promise<{ server: TestServer; stripe: StripeDouble; close(): Promise<void> }> {
  const stripe = await startStripeDouble();
  const server = await openTestServer({
    ...options,
    stripe: { apiBase: stripe.url, ...stripe.platform, ...options.stripe },
  });
  return {
    server,
    stripe,
    async close() {
      await server.close();
      await stripe.close();
    },
  };
}

let lastVisit: Promise<unknown> = Promise.resolve();

/**
 * What comes back to the redirect address after the owner of an account clicked “Connect” (or declined: null). One visit
 * at a time, for the double has one browser, in which one account is signed in.
 */
export function visitAuthorizePage(
  stripe: StripeDouble,
  authorizeUrl: string,
  account: Account | null,
): Promise<URLSearchParams> {
  const visit = lastVisit.then(() => visitAs(stripe, authorizeUrl, account));
  lastVisit = visit.catch(() => undefined);
  return visit;
}

async function visitAs(
  stripe: StripeDouble,
  authorizeUrl: string,
  account: Account | null,
): Promise<URLSearchParams> {
  stripe.authorizeAs(account);
  const response = await fetch(authorizeUrl, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? 'http://none/').searchParams;
}

/** A state and a code of a program, ready to be used. */
export async function grantAccess(
  { server, stripe }: { server: TestServer; stripe: StripeDouble },
  programId: number,
  account: Account,
  key = server.key,
): Promise<{ state: string; code: string }> {
  const started = await server.post(
    `/api/v1/programs/${programId}/stripe/oauth/start`,
    { redirect_uri: 'http://127.0.0.1:4711/callback' },
    key,
  );
  const back = await visitAuthorizePage(stripe, started.body.data.authorize_url, account);
  return { state: back.get('state') ?? '', code: back.get('code') ?? '' };
}
