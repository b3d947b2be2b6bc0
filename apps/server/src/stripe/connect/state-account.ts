import type { CliStripeConnected, CliStripeConnectRequest } from '@headwater/contract';
import { AppError } from '../../platform/index.ts';
import { type Program, recordAct } from '../../workspaces/index.ts';
import { keepSecret } from '../endpoints/endpoints.ts';
import type { ConnectDeps } from './connect-account.ts';
import * as queries from './queries.ts';

/**
 * Somebody set the account up themselves and tells us (contract §11). The secret is kept and good at once. The account is
 * only stated: nothing proves it, so it claims the account from no other program, and never replaces a proven one.
 */
export async function stateAccount(
  deps: ConnectDeps,
  program: Program,
  stated: Omit<CliStripeConnectRequest, 'program_id'>,
  by: string,
): Promise<CliStripeConnected> {
  const account = stated.stripe_user_id.trim();
  // A signing secret does not say its mode. Connecting is about real money, and test events are accepted as well.
  const livemode = true;
  try {
    return await deps.postgres.transaction(async (trx) => {
      const inForce = (await queries.listConnections(trx, program)).find(
        (one) => one.disconnected_at === null && one.livemode === livemode && one.method !== 'stated',
      );
      if (inForce !== undefined && inForce.account !== account) {
        throw new AppError('conflict', 'Another Stripe account is connected to this program');
      }
      const connection =
        inForce ??
        (await queries.saveConnection(trx, program, {
          account,
          livemode,
          method: 'stated',
          apiKey: null,
          apiKeyMask: null,
          chargesEnabled: false,
          payoutsEnabled: false,
          detailsSubmitted: false,
          at: deps.clock.now(),
        }));
      await keepSecret(trx, deps, program, stated.webhook_secret, {
        origin: 'stated',
        stripeEndpointId: stated.webhook_endpoint_id.trim(),
      });
      await recordAct(
        trx,
        { workspaceId: program.workspaceId, name: by },
        {
          act: 'stripe.state',
          programId: program.id,
          subject: `Stripe account ${account}`,
          details: { webhook_endpoint_id: stated.webhook_endpoint_id.trim() },
        },
        deps.clock.now(),
      );
      return {
        connected: true,
        stripe_account_id: connection.account,
        webhook_endpoint_id: stated.webhook_endpoint_id.trim(),
        charges_enabled: connection.charges_enabled,
        payouts_enabled: connection.payouts_enabled,
      };
    });
  } finally {
    deps.directory.clear();
  }
}
