import type { StripeStatus } from '@headwater/contract';
import type { Program } from '../../workspaces/index.ts';
import type { DeliveryHealth, Refusals } from '../endpoints/delivery-health.ts';
import { toEndpointItem } from '../endpoints/endpoints.ts';
import { listEndpointRows } from '../endpoints/queries.ts';
import { addressWarnings, type ConnectDeps, webhookUrl } from './connect-account.ts';
import { toConnectionItem } from './connections.ts';
import * as queries from './queries.ts';

/** How a program stands with Stripe, and what somebody should do about it: the first page of any troubleshooting. */
export async function readStatus(
  deps: ConnectDeps & { health: DeliveryHealth },
  program: Program,
): Promise<StripeStatus> {
  const [connections, endpoints, figures] = await Promise.all([
    queries.listConnections(deps.postgres, program),
    listEndpointRows(deps.postgres, program, null, 50),
    queries.loadInboxFigures(deps.postgres, program),
  ]);
  const refusals = deps.health.refusalsOf(program.id);
  const { settings } = deps;
  const status = {
    connections: connections.map(toConnectionItem),
    endpoints: endpoints.map(toEndpointItem),
    webhook_url: webhookUrl(deps, program),
    events: {
      waiting: figures.waiting,
      failed: figures.failed,
      oldest_waiting_at: figures.oldest?.toISOString() ?? null,
      last_received_at: figures.latest?.toISOString() ?? null,
    },
    refused_deliveries:
      refusals === null
        ? null
        : {
            count: refusals.count,
            last_at: refusals.lastAt.toISOString(),
            last_reason: refusals.lastReason,
          },
    oauth_available: settings.secretKey !== undefined && settings.clientId !== undefined,
  };
  return { ...status, advice: adviceOn(status, refusals) };
}

function adviceOn(status: Omit<StripeStatus, 'advice'>, refusals: Refusals | null): string[] {
  const { endpoints, events, webhook_url: url } = status;
  const advice: string[] = [];
  const inForce = status.connections.filter((one) => one.disconnected_at === null);
  const cut = status.connections.find((one) => one.disconnected_because === 'deauthorized');
  if (inForce.length === 0 && cut !== undefined) {
    advice.push(
      `Account ${cut.account} took its permission back on ${cut.disconnected_at?.slice(0, 10)}: run headwater setup stripe to connect it again`,
    );
  }
  if (endpoints.length === 0) {
    advice.push(
      'No signing secret is known, so every delivery is refused: run headwater setup stripe, or add the secret of your endpoint',
    );
  }
  for (const endpoint of endpoints.filter((one) => one.last_event_at === null)) {
    advice.push(
      `Endpoint ${endpoint.webhook_endpoint_id ?? endpoint.secret_masked} has never delivered: in Stripe, its address must be ${url}`,
    );
  }
  if (refusals !== null) {
    advice.push(
      `${refusals.count} deliveries were refused since the server started, last at ${refusals.lastAt.toISOString()} (${refusals.lastReason}): the signing secret in Stripe is none of those known here, or something changes the body on its way`,
    );
  }
  if (events.failed > 0) {
    advice.push(
      `${events.failed} events could not be processed: headwater stripe events --state failed says why, headwater stripe replay tries them again`,
    );
  }
  return [...advice, ...addressWarnings(url)];
}
