import { type WebhookMessage, webhookStates } from '@headwater/contract';
import {
  AppError,
  type ManagementPrincipal,
  type Page,
  readChoice,
  readCursor,
  readLimit,
  toPage,
  wholeNumber,
} from '../platform/index.ts';
import { getEndpoint, recordEndpoint, type WebhookDeps } from './endpoints.ts';
import * as queries from './queries.ts';

/** The messages of an endpoint, newest first; of one state, if asked. */
export async function listMessages(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  endpointId: unknown,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<WebhookMessage>> {
  const { id } = await getEndpoint(deps, actor, endpointId);
  const limit = readLimit(query);
  const rows = await queries.listMessages(deps.postgres, actor.workspaceId, id, {
    state: readChoice(query, 'state', webhookStates) ?? null,
    beforeId: readCursor(query, ['longId'])?.[0] ?? null,
    limit: limit + 1,
  });
  return toPage(rows, limit, toItem, (row) => [row.id]);
}

/** Sends every dead message of an endpoint anew. */
export async function replayDead(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  endpointId: unknown,
): Promise<{ replayed: number }> {
  const endpoint = await getEndpoint(deps, actor, endpointId);
  return deps.postgres.transaction(async (trx) => {
    const replayed = await queries.requeueMessages(trx, actor.workspaceId, endpoint.id, null);
    await recordEndpoint(trx, deps, actor, 'webhook.replay', endpoint);
    return { replayed };
  });
}

/** Sends one message anew, delivered or dead, under its own id: the receiver may know it. One that waits stays as it is. */
export async function replayMessage(
  deps: WebhookDeps,
  actor: ManagementPrincipal,
  messageId: unknown,
): Promise<WebhookMessage> {
  const id = wholeNumber(messageId);
  const message = id === undefined ? undefined : await queries.findMessage(deps.postgres, actor, id);
  if (id === undefined || message === undefined) throw new AppError('webhook_not_found');
  await deps.postgres.transaction((trx) =>
    queries.requeueMessages(trx, actor.workspaceId, message.endpointId, message.id),
  );
  return toItem((await queries.findMessage(deps.postgres, actor, id)) ?? message);
}

function toItem(row: queries.MessageRow): WebhookMessage {
  return {
    id: Number(row.id),
    message_id: row.messageId,
    endpoint_id: Number(row.endpointId),
    type: row.type,
    state: row.state,
    attempts: row.attempts,
    last_attempt_at: row.lastAttemptAt?.toISOString() ?? null,
    last_status: row.lastStatus,
    last_error: row.lastError,
    occurred_at: row.occurredAt.toISOString(),
    data: row.data,
  };
}
