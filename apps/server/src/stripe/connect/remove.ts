import type { RemovedStripe } from '@headwater/contract';
import { AppError } from '../../platform/index.ts';
import { type Program, recordAct } from '../../workspaces/index.ts';
import { deleteEndpoint, listEndpointRows } from '../endpoints/queries.ts';
import type { ConnectDeps } from './connect-account.ts';
import { accessOf } from './connections.ts';
import { platformOf } from './oauth.ts';
import * as queries from './queries.ts';
import { callStripe, openStripe, type StripeAccess } from './stripe-client.ts';
import { deleteEndpointAtStripe, findOwnEndpoints } from './webhook-endpoint.ts';

/**
 * Undoes what setting up made: the webhook endpoints at Stripe, the permission of OAuth, the keys and secrets here. What
 * was received stays. Stripe being away does not keep us from forgetting: what could not be undone there is told.
 */
export async function removeStripe(deps: ConnectDeps, program: Program, by: string): Promise<RemovedStripe> {
  const connections = (await queries.listConnections(deps.postgres, program)).filter(
    (one) => one.disconnected_at === null,
  );
  const removed: RemovedStripe = { accounts: [], endpoints: [], warnings: [] };
  for (const connection of connections) {
    if (connection.method !== 'stated') {
      try {
        const access = accessOf(deps, program, connection);
        removed.endpoints.push(...(await deleteOwnEndpoints(access, program)));
        if (connection.method === 'oauth') await deauthorize(deps, connection.account);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        removed.warnings.push(
          `${connection.account}: ${error.message}. Delete the endpoint in Stripe by hand`,
        );
      }
    }
    removed.accounts.push(connection.account);
  }
  const endpoints = await listEndpointRows(deps.postgres, program, null, 200);
  for (const { origin, secret_mask, id } of endpoints) {
    if (origin !== 'pasted') continue;
    removed.warnings.push(
      `The pasted secret ${secret_mask} stays; DELETE …/stripe/endpoints/${id} forgets it`,
    );
  }
  const at = deps.clock.now();
  await deps.postgres.transaction(async (trx) => {
    for (const { account, livemode } of connections) {
      await queries.endConnection(trx, program, { account, livemode, because: 'removed', at });
    }
    for (const { origin, id } of endpoints) if (origin !== 'pasted') await deleteEndpoint(trx, program, id);
    const subject = `Stripe of program ${program.id}`;
    const act = { act: 'stripe.remove', programId: program.id, subject, details: { ...removed } };
    await recordAct(trx, { workspaceId: program.workspaceId, name: by }, act, at);
  });
  deps.directory.clear();
  return removed;
}

async function deleteOwnEndpoints(access: StripeAccess, program: Program): Promise<string[]> {
  const own = await findOwnEndpoints(access, program);
  for (const { id } of own) await deleteEndpointAtStripe(access, id);
  return own.map(({ id }) => id);
}

async function deauthorize(deps: ConnectDeps, account: string): Promise<void> {
  const { secretKey, clientId } = platformOf(deps);
  const stripe = openStripe(deps.settings, secretKey);
  await callStripe(() => stripe.oauth.deauthorize({ client_id: clientId, stripe_user_id: account }));
}
