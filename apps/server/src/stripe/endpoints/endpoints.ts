import type { CreateStripeEndpointRequest, StripeEndpointItem } from '@headwater/contract';
import {
  AppError,
  type Clock,
  type Page,
  readCursor,
  readLimit,
  type Sql,
  smallId,
  toPage,
} from '../../platform/index.ts';
import { type Program, recordAct } from '../../workspaces/index.ts';
import * as queries from './queries.ts';
import { type SecretStore, secretContext } from './signing-secrets.ts';

export interface EndpointDeps extends SecretStore {
  clock: Clock;
}

/** What is known of an endpoint besides its secret. */
export interface EndpointFacts {
  stripeEndpointId?: string | undefined;
  origin: 'pasted' | 'created' | 'stated';
  livemode?: boolean | undefined;
  apiVersion?: string | undefined;
  url?: string | undefined;
  description?: string | undefined;
}

/**
 * Keeps a signing secret, encrypted. The same secret again is the same endpoint. Call `directory.clear()` after the
 * transaction: every process must know the secret by its next delivery.
 */
export async function keepSecret(
  sql: Sql,
  deps: Pick<EndpointDeps, 'sealer' | 'clock'>,
  program: Program,
  secret: string,
  facts: EndpointFacts,
): Promise<StripeEndpointItem> {
  // A pasted secret often brings a line break along: no signature would ever fit.
  const trimmed = secret.trim();
  const row = await queries.saveEndpoint(sql, program, {
    secret: deps.sealer.seal(trimmed, secretContext(program)),
    secretMask: maskSecret(trimmed),
    secretHash: deps.sealer.fingerprint(trimmed),
    stripeEndpointId: facts.stripeEndpointId ?? null,
    origin: facts.origin,
    livemode: facts.livemode ?? null,
    apiVersion: facts.apiVersion ?? null,
    url: facts.url ?? null,
    description: facts.description ?? null,
    at: deps.clock.now(),
  });
  return toEndpointItem(row);
}

export async function addEndpoint(
  deps: EndpointDeps,
  program: Program,
  request: CreateStripeEndpointRequest,
  by: string,
): Promise<StripeEndpointItem> {
  try {
    return await deps.postgres.transaction(async (trx) => {
      const item = await keepSecret(trx, deps, program, request.webhook_secret, {
        origin: 'pasted',
        stripeEndpointId: request.webhook_endpoint_id,
        description: request.description,
      });
      await recordEndpointAct(trx, deps, program, 'stripe_endpoint.add', item, by);
      return item;
    });
  } finally {
    deps.directory.clear();
  }
}

export async function listEndpoints(
  deps: EndpointDeps,
  program: Program,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<StripeEndpointItem>> {
  const limit = readLimit(query);
  const before = readCursor(query, ['id'])?.[0];
  const rows = await queries.listEndpointRows(
    deps.postgres,
    program,
    before === undefined ? null : Number(before),
    limit + 1,
  );
  return toPage(rows, limit, toEndpointItem, (row) => [row.id]);
}

/** The secret is forgotten at once; what it signed stays. 404 for another program's. */
export async function removeEndpoint(
  deps: EndpointDeps,
  program: Program,
  endpointId: unknown,
  by: string,
): Promise<StripeEndpointItem> {
  const id = smallId(endpointId);
  try {
    return await deps.postgres.transaction(async (trx) => {
      const row = id === undefined ? undefined : await queries.deleteEndpoint(trx, program, id);
      if (row === undefined) throw new AppError('stripe_endpoint_not_found');
      const item = toEndpointItem(row);
      await recordEndpointAct(trx, deps, program, 'stripe_endpoint.remove', item, by);
      return item;
    });
  } finally {
    deps.directory.clear();
  }
}

function recordEndpointAct(
  trx: Sql,
  deps: Pick<EndpointDeps, 'clock'>,
  program: Program,
  act: string,
  { id, secret_masked, webhook_endpoint_id }: StripeEndpointItem,
  by: string,
): Promise<void> {
  const details = { secret_masked, webhook_endpoint_id };
  return recordAct(
    trx,
    { workspaceId: program.workspaceId, name: by },
    { act, programId: program.id, subject: `Stripe endpoint ${id}`, details },
    deps.clock.now(),
  );
}

/** How a secret or key is shown: enough to compare with Stripe's Dashboard, which shows the last four as well. */
export function maskSecret(secret: string): string {
  const prefix = /^(?:whsec_|[rs]k_(?:live|test)_)/.exec(secret)?.[0] ?? '';
  return `${prefix}****${secret.slice(-4)}`;
}

export function toEndpointItem(row: queries.EndpointRow): StripeEndpointItem {
  return {
    id: row.id,
    secret_masked: row.secret_mask,
    webhook_endpoint_id: row.stripe_endpoint_id,
    origin: row.origin,
    livemode: row.livemode,
    api_version: row.api_version,
    url: row.url,
    description: row.description,
    created_at: row.created_at.toISOString(),
    last_event_at: row.last_event_at?.toISOString() ?? null,
  };
}
