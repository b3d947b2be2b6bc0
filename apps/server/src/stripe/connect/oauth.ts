import type { CompleteStripeOAuthRequest, ConnectedStripe, StripeOAuthStart } from '@headwater/contract';
import { AppError, hashToken, minuteMs, newId } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import { type ConnectDeps, connectByOAuth } from './connect-account.ts';
import * as queries from './queries.ts';
import { callStripe, openStripe } from './stripe-client.ts';

const stateLifeMs = 10 * minuteMs;
const loopback = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?\//;

/**
 * Begins connecting by OAuth: the page to send the account's owner to, and a state that comes back once. 409 where the
 * installation has no Stripe platform account: then a restricted key is the way.
 */
export async function startOAuth(
  deps: ConnectDeps,
  program: Program,
  redirectUri: string,
): Promise<StripeOAuthStart> {
  const { clientId, livemode } = platformOf(deps);
  const isOurs = redirectUri.startsWith(`${deps.publicUrl().replace(/\/+$/, '')}/`);
  if (!URL.canParse(redirectUri) || (!loopback.test(redirectUri) && !isOurs)) {
    throw new AppError(
      'invalid_request',
      'redirect_uri must be on this machine (http://127.0.0.1:…/) or on this server',
    );
  }
  const state = newId('st');
  const now = deps.clock.now();
  const expiresAt = new Date(now.getTime() + stateLifeMs);
  await queries.insertOAuthState(
    deps.postgres,
    program,
    hashToken(state),
    { redirectUri, livemode, expiresAt },
    now,
  );
  return {
    authorize_url: authorizeUrl(deps.settings.apiBase, {
      response_type: 'code',
      client_id: clientId,
      // Needed to make the webhook endpoint in the account. Stripe's own default is read_only.
      scope: 'read_write',
      redirect_uri: redirectUri,
      state,
    }),
    state,
    expires_at: expiresAt.toISOString(),
  };
}

/** The SDK's own always says https and forgets the port, which a double of Stripe has. */
function authorizeUrl(apiBase: string | undefined, query: Record<string, string>): string {
  const url = new URL('/oauth/authorize', apiBase ?? 'https://connect.stripe.com');
  url.search = new URLSearchParams(query).toString();
  return url.href;
}

/** Ends it: uses the state and the code up, and sets the account up. */
export async function completeOAuth(
  deps: ConnectDeps,
  program: Program,
  { code, state }: CompleteStripeOAuthRequest,
  by: string,
): Promise<ConnectedStripe> {
  const platform = platformOf(deps);
  const known = await queries.takeOAuthState(deps.postgres, program, hashToken(state));
  if (known === undefined || known.expiresAt <= deps.clock.now()) {
    throw new AppError(
      'invalid_request',
      'state is invalid: it was used, is older than 10 minutes, or is not ours',
    );
  }
  const stripe = openStripe(deps.settings, platform.secretKey);
  const token = await callStripe(() => stripe.oauth.token({ grant_type: 'authorization_code', code }));
  const account = token.stripe_user_id;
  if (account === undefined) throw new AppError('stripe_refused', 'Stripe named no account');
  if (token.livemode !== known.livemode) {
    throw new AppError(
      'stripe_refused',
      `Stripe connected the account in ${token.livemode ? 'live' : 'test'} mode, but STRIPE_SECRET_KEY is of ${known.livemode ? 'live' : 'test'} mode`,
    );
  }
  return connectByOAuth(deps, program, { account, livemode: known.livemode }, by);
}

export function platformOf({ settings }: Pick<ConnectDeps, 'settings'>): {
  secretKey: string;
  clientId: string;
  livemode: boolean;
} {
  const { secretKey, clientId } = settings;
  if (secretKey === undefined || clientId === undefined) throw new AppError('stripe_not_configured');
  return { secretKey, clientId, livemode: /^[rs]k_live_/.test(secretKey) };
}
