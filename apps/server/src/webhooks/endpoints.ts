import { isIP } from 'node:net';
import {
  type CreateWebhookRequest,
  type UpdateWebhookRequest,
  type WebhookRecord,
  webhookTypes,
} from '@headwater/contract';
import {
  AppError,
  dayMs,
  type ManagementPrincipal,
  type Page,
  readCursor,
  readLimit,
  readPublicAddress,
  type Transaction,
  toPage,
  wholeNumber,
} from '../platform/index.ts';
import { actorName, type Directory, getOpenProgram, recordAct } from '../workspaces/index.ts';
import type { DeliveryDeps } from './deliver.ts';
import * as queries from './queries.ts';
import { newSecret, secretContext } from './secret.ts';

export interface WebhookDeps extends DeliveryDeps {
  directory: Directory;
}

type Query = Readonly<Record<string, unknown>>;

/** For so long the secret before the present one signs as well. */
const oldSecretMs = dayMs;

/** A new endpoint with its secret, shown here and never again. A key limited to some programs must name one. */
export async function createEndpoint(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  request: CreateWebhookRequest,
): Promise<WebhookRecord> {
  const { workspaceId, programScope } = actor;
  const url = readUrl(request.url, deps.allowPrivate);
  const types = readTypes(request.types) ?? null;
  if (programScope !== null && request.program_id === undefined) {
    throw new AppError('missing_permission', 'Missing permission: program_id is required');
  }
  const program =
    request.program_id === undefined ? null : await getOpenProgram(deps.directory, actor, request.program_id);
  const secret = newSecret();
  const secretSealed = deps.sealer.seal(secret, secretContext(workspaceId));
  const at = deps.clock.now();
  const programId = program?.id ?? null;
  const row = await deps.postgres.transaction(async (trx) => {
    const made = await queries.insertEndpoint(trx, { workspaceId, programId, url, types, secretSealed, at });
    await recordEndpoint(trx, deps, actor, 'webhook.create', made);
    return made;
  });
  return { ...toRecord(row), secret };
}

export async function listEndpoints(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  query: Query,
): Promise<Page<WebhookRecord>> {
  const limit = readLimit(query);
  const before = readCursor(query, ['longId'])?.[0] ?? null;
  const rows = await queries.listEndpoints(deps.postgres, actor, before, limit + 1);
  return toPage(rows, limit, toRecord, (row) => [row.id]);
}

/** The endpoint that an id names. 404 for one of another workspace, or of a program that the key may not touch. */
export async function getEndpoint(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  endpointId: unknown,
): Promise<queries.EndpointRow> {
  const id = wholeNumber(endpointId);
  const row = id === undefined ? undefined : await queries.findEndpoint(deps.postgres, actor, id);
  if (row === undefined) throw new AppError('webhook_not_found');
  return row;
}

export async function updateEndpoint(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  endpointId: unknown,
  request: UpdateWebhookRequest,
): Promise<WebhookRecord> {
  const { id } = await getEndpoint(deps, actor, endpointId);
  const changes = {
    url: request.url === undefined ? undefined : readUrl(request.url, deps.allowPrivate),
    types: readTypes(request.types),
    status: request.status,
  };
  return change(deps, actor, 'webhook.update', (trx) =>
    queries.updateEndpoint(trx, actor.workspaceId, id, changes),
  );
}

/** Nothing is sent there any more; its messages stay for the record. */
export async function removeEndpoint(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  endpointId: unknown,
): Promise<WebhookRecord> {
  const { id } = await getEndpoint(deps, actor, endpointId);
  return change(deps, actor, 'webhook.remove', (trx) =>
    queries.removeEndpoint(trx, actor.workspaceId, id, deps.clock.now()),
  );
}

/** A new secret; the one before signs beside it for a day, so that the receiver can change over. */
export async function rollSecret(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  endpointId: unknown,
): Promise<WebhookRecord> {
  const { id } = await getEndpoint(deps, actor, endpointId);
  const secret = newSecret();
  const sealed = deps.sealer.seal(secret, secretContext(actor.workspaceId));
  const until = new Date(deps.clock.now().getTime() + oldSecretMs);
  const record = await change(deps, actor, 'webhook.roll_secret', (trx) =>
    queries.rollSecret(trx, actor.workspaceId, id, sealed, until),
  );
  return { ...record, secret };
}

async function change(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  act: string,
  work: (trx: Transaction) => Promise<queries.EndpointRow>,
): Promise<WebhookRecord> {
  return deps.postgres.transaction(async (trx) => {
    const row = await work(trx);
    await recordEndpoint(trx, deps, actor, act, row);
    return toRecord(row);
  });
}

export function recordEndpoint(
  trx: Transaction,
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  act: string,
  { id, programId, status, types }: queries.EndpointRow,
): Promise<void> {
  const by = { workspaceId: actor.workspaceId, name: actorName(actor) };
  const entry = { act, programId, subject: `webhook endpoint ${id}`, details: { status, types } };
  return recordAct(trx, by, entry, deps.clock.now());
}

function readUrl(text: string, allowPrivate: boolean): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  const isWeb = url?.protocol === 'https:' || (allowPrivate && url?.protocol === 'http:');
  if (url === undefined || !isWeb || url.username !== '' || url.password !== '') {
    throw new AppError('invalid_request', 'url must be an https URL');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isPrivate = host === 'localhost' || (isIP(host) !== 0 && readPublicAddress(host) === null);
  if (isPrivate && !allowPrivate)
    throw new AppError('invalid_request', 'url must not be of a private network');
  return url.href;
}

function readTypes(types: readonly string[] | undefined): readonly string[] | undefined {
  if (types?.some((type) => !(webhookTypes as readonly string[]).includes(type))) {
    throw new AppError('invalid_request', 'types is invalid');
  }
  return types;
}

export function toRecord(row: queries.EndpointRow): WebhookRecord {
  return {
    id: Number(row.id),
    url: row.url,
    program_id: row.programId,
    types: row.types,
    status: row.status,
    created_at: row.createdAt.toISOString(),
    old_secret_until: row.oldSecretUntil?.toISOString() ?? null,
  };
}
