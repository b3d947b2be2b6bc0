import type { ConnectedStripe } from '@headwater/contract';
import { AppError, type Clock, type Log, violatedConstraint } from '../../platform/index.ts';
import { type Program, recordAct } from '../../workspaces/index.ts';
import { keepSecret, maskSecret, toEndpointItem } from '../endpoints/endpoints.ts';
import { type EndpointRow, listEndpointRows } from '../endpoints/queries.ts';
import type { SecretStore } from '../endpoints/signing-secrets.ts';
import { accessOf, keyContext, toConnectionItem } from './connections.ts';
import { enabledEvents } from './enabled-events.ts';
import { checkPermissions } from './permissions.ts';
import * as queries from './queries.ts';
import type { StripeSettings } from './settings.ts';
import { callStripe, onAccount, openStripe, type StripeAccess } from './stripe-client.ts';
import { ensureEndpoint, type OwnEndpoint } from './webhook-endpoint.ts';

export interface ConnectDeps extends SecretStore {
  clock: Clock;
  log: Log;
  settings: StripeSettings;
  publicUrl(): string;
  /** Sends a signed test event through the webhook route; undefined when all is well, else what is not. */
  verify(program: Program, endpointId: number, livemode: boolean): Promise<string | undefined>;
}

/** Where Stripe is to deliver a program's events. */
export function webhookUrl(deps: Pick<ConnectDeps, 'publicUrl'>, program: { id: number }): string {
  return `${deps.publicUrl().replace(/\/+$/, '')}/webhooks/stripe/${program.id}`;
}

/**
 * Connects the account of a restricted key: what the key may do is checked first, all of it, then the webhook endpoint is
 * made, its secret kept, and a test event sent. A second run finds everything as it is and says so.
 */
export async function connectByKey(
  deps: ConnectDeps,
  program: Program,
  pasted: string,
  by: string,
): Promise<ConnectedStripe> {
  const key = pasted.trim();
  const access: StripeAccess = { stripe: openStripe(deps.settings, key), account: undefined };
  await checkPermissions(access);
  return connect(deps, program, access, {
    method: 'api_key',
    livemode: key.startsWith('rk_live_'),
    apiKey: deps.sealer.seal(key, keyContext(program)),
    apiKeyMask: maskSecret(key),
    by,
  });
}

/** Connects an account that gave the installation's platform access by OAuth. */
export function connectByOAuth(
  deps: ConnectDeps,
  program: Program,
  granted: { account: string; livemode: boolean },
  by: string,
): Promise<ConnectedStripe> {
  const access = accessOf(deps, program, { method: 'oauth', account: granted.account, api_key: null });
  return connect(deps, program, access, {
    method: 'oauth',
    livemode: granted.livemode,
    apiKey: null,
    apiKeyMask: null,
    by,
  });
}

type How = Pick<queries.NewConnection, 'livemode' | 'apiKey' | 'apiKeyMask'> & {
  method: 'oauth' | 'api_key';
  /** Who connects, for the audit log. */
  by: string;
};

async function connect(
  deps: ConnectDeps,
  program: Program,
  access: StripeAccess,
  how: How,
): Promise<ConnectedStripe> {
  const account = await callStripe(() => access.stripe.accounts.retrieveCurrent({}, onAccount(access)));
  // Before anything is made at Stripe; the unique key is the last guard.
  const others = await queries.listProgramsOfAccount(deps.postgres, account.id);
  if (others.some((other) => other.isProven && other.programId !== program.id)) {
    throw new AppError('stripe_account_taken');
  }
  const known = await listEndpointRows(deps.postgres, program, null, 200);
  const knownIds = new Set(known.map((row) => row.stripe_endpoint_id));
  const url = webhookUrl(deps, program);
  const endpoint = await ensureEndpoint(access, program, url, (id) => knownIds.has(id));
  const saved = await save(deps, program, known, endpoint, {
    ...how,
    account: account.id,
    chargesEnabled: account.charges_enabled ?? false,
    payoutsEnabled: account.payouts_enabled ?? false,
    detailsSubmitted: account.details_submitted ?? false,
    at: deps.clock.now(),
  });
  const problem = await deps.verify(program, saved.endpoint.id, how.livemode);
  return {
    ...saved,
    verified: problem === undefined,
    created: endpoint.secret !== null,
    enabled_events: [...enabledEvents],
    warnings: [...(problem === undefined ? [] : [problem]), ...addressWarnings(url)],
  };
}

/** The connection and the secret, together or not at all. What was made at Stripe and is not saved is found next time. */
async function save(
  deps: ConnectDeps,
  program: Program,
  known: readonly EndpointRow[],
  endpoint: OwnEndpoint,
  connection: queries.NewConnection & { by: string },
): Promise<Pick<ConnectedStripe, 'connection' | 'endpoint'>> {
  try {
    return await deps.postgres.transaction(async (trx) => {
      const row = await queries.saveConnection(trx, program, connection);
      const kept = known.find((one) => one.stripe_endpoint_id === endpoint.id);
      const item =
        endpoint.secret === null && kept !== undefined
          ? toEndpointItem(kept)
          : await keepSecret(trx, deps, program, endpoint.secret ?? '', {
              origin: 'created',
              stripeEndpointId: endpoint.id,
              apiVersion: endpoint.apiVersion,
              livemode: connection.livemode,
              url: webhookUrl(deps, program),
            });
      await recordAct(
        trx,
        { workspaceId: program.workspaceId, name: connection.by },
        {
          act: 'stripe.connect',
          programId: program.id,
          subject: `Stripe account ${connection.account}`,
          details: {
            method: connection.method,
            livemode: connection.livemode,
            api_key_masked: connection.apiKeyMask,
            webhook_endpoint_id: item.webhook_endpoint_id,
          },
        },
        connection.at,
      );
      return { connection: toConnectionItem(row), endpoint: item };
    });
  } catch (error) {
    if (violatedConstraint(error) === 'stripe_connections_account_key') {
      throw new AppError('stripe_account_taken', undefined, { cause: error });
    }
    throw error;
  } finally {
    deps.directory.clear();
  }
}

const privateHost = /^(?:localhost|127\.|10\.|192\.168\.|\[::1\]|0\.0\.0\.0)/;

/** What is wrong with the address that Stripe is given. */
export function addressWarnings(url: string): string[] {
  const { protocol, host } = new URL(url);
  if (privateHost.test(host)) {
    return [
      `Stripe cannot reach ${url}: set HEADWATER_PUBLIC_URL to the address that others reach this server at, and run this again`,
    ];
  }
  return protocol === 'https:'
    ? []
    : [`Stripe delivers live events to https addresses only: ${url} is not one`];
}
