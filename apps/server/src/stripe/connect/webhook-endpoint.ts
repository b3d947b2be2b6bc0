import type Stripe from 'stripe';
import type { Program } from '../../workspaces/index.ts';
import { enabledEvents, pinnedApiVersion } from './enabled-events.ts';
import { callStripe, listAllOfStripe, onAccount, type StripeAccess } from './stripe-client.ts';

/** Marks an endpoint as ours, so that a second run finds it whatever its address is by then. */
const mark = 'headwater_program_id';

const mostEndpoints = 1000;

export interface OwnEndpoint {
  id: string;
  apiVersion: string;
  /** Comes at creation only; null: the endpoint was there, and its secret is known here. */
  secret: string | null;
}

/**
 * The one webhook endpoint of the program in the account: with exactly our events, our address and our API version. One
 * that is as it should be is left alone; changed events and address are mended; one of another version, or whose secret
 * we do not have, is made anew, since neither can be changed or asked for.
 */
export async function ensureEndpoint(
  access: StripeAccess,
  program: Program,
  url: string,
  isSecretKnown: (endpointId: string) => boolean,
): Promise<OwnEndpoint> {
  const found = await findOwnEndpoints(access, program);
  const keep = found.find((one) => one.api_version === pinnedApiVersion && isSecretKnown(one.id));
  for (const other of found) if (other !== keep) await deleteEndpointAtStripe(access, other.id);
  if (keep === undefined) return createEndpoint(access, program, url);
  if (!isAsItShouldBe(keep, url)) {
    await callStripe(() =>
      access.stripe.webhookEndpoints.update(
        keep.id,
        { url, enabled_events: [...enabledEvents], disabled: false },
        onAccount(access),
      ),
    );
  }
  return { id: keep.id, apiVersion: pinnedApiVersion, secret: null };
}

function isAsItShouldBe(endpoint: Stripe.WebhookEndpoint, url: string): boolean {
  const asked = new Set(endpoint.enabled_events);
  return (
    endpoint.url === url &&
    endpoint.status === 'enabled' &&
    asked.size === enabledEvents.length &&
    enabledEvents.every((type) => asked.has(type))
  );
}

export async function findOwnEndpoints(
  access: StripeAccess,
  program: Program,
): Promise<Stripe.WebhookEndpoint[]> {
  const all = await listAllOfStripe(
    (page) => access.stripe.webhookEndpoints.list(page, onAccount(access)),
    mostEndpoints,
  );
  return all.filter((one) => one.metadata[mark] === String(program.id));
}

async function createEndpoint(access: StripeAccess, program: Program, url: string): Promise<OwnEndpoint> {
  const made = await callStripe(() =>
    access.stripe.webhookEndpoints.create(
      {
        url,
        enabled_events: [...enabledEvents],
        api_version: pinnedApiVersion,
        description: `Headwater, program ${program.id}`,
        metadata: { [mark]: String(program.id) },
      },
      onAccount(access),
    ),
  );
  return { id: made.id, apiVersion: pinnedApiVersion, secret: made.secret ?? null };
}

export function deleteEndpointAtStripe(access: StripeAccess, endpointId: string): Promise<unknown> {
  return callStripe(() => access.stripe.webhookEndpoints.del(endpointId, {}, onAccount(access)));
}
