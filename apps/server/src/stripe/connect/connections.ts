import type { StripeConnectionItem } from '@headwater/contract';
import { AppError, type Postgres, type Sealer } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import * as queries from './queries.ts';
import type { StripeSettings } from './settings.ts';
import { openStripe, type StripeAccess } from './stripe-client.ts';

/** What a sealed API key is bound to. */
export function keyContext(program: { workspaceId: number; id: number }): string {
  return `stripe api key ${program.workspaceId}/${program.id}`;
}

interface AccessDeps {
  sealer: Sealer;
  settings: StripeSettings;
}

/** How a connected account is called: with its own key, or with the platform's on its behalf. */
export function accessOf(
  deps: AccessDeps,
  program: Program,
  connection: Pick<queries.Connection, 'method' | 'account' | 'api_key'>,
): StripeAccess {
  if (connection.api_key !== null) {
    const key = deps.sealer.open(connection.api_key, keyContext(program));
    return { stripe: openStripe(deps.settings, key), account: undefined };
  }
  if (connection.method === 'stated') {
    throw new AppError(
      'stripe_not_connected',
      'The Stripe account was only stated: Headwater has no key for it',
    );
  }
  if (deps.settings.secretKey === undefined) throw new AppError('stripe_not_configured');
  return { stripe: openStripe(deps.settings, deps.settings.secretKey), account: connection.account };
}

/** The connections in force that can be called; live before test. */
export async function listCallable(
  deps: { postgres: Postgres },
  program: Program,
): Promise<queries.Connection[]> {
  const all = await queries.listConnections(deps.postgres, program);
  return all
    .filter((one) => one.disconnected_at === null && one.method !== 'stated')
    .sort((a, b) => Number(b.livemode) - Number(a.livemode));
}

export function toConnectionItem(row: queries.Connection): StripeConnectionItem {
  return {
    account: row.account,
    livemode: row.livemode,
    method: row.method,
    api_key_masked: row.api_key_mask,
    charges_enabled: row.charges_enabled,
    payouts_enabled: row.payouts_enabled,
    details_submitted: row.details_submitted,
    connected_at: row.connected_at.toISOString(),
    disconnected_at: row.disconnected_at?.toISOString() ?? null,
    disconnected_because: row.disconnected_because,
  };
}
