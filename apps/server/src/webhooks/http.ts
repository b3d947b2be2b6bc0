import {
  CreateWebhookRequest,
  ListQuery,
  ReplayedAnswer,
  UpdateWebhookRequest,
  WebhookMessage,
  WebhookMessagesQuery,
  WebhookRecord,
} from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { dataRoute, listRoute } from '../workspaces/index.ts';
import {
  createEndpoint,
  getEndpoint,
  listEndpoints,
  removeEndpoint,
  rollSecret,
  toRecord,
  updateEndpoint,
  type WebhookDeps,
} from './endpoints.ts';
import { listMessages, replayDead, replayMessage } from './messages.ts';

const shared = { tag: 'Webhooks', scope: 'webhook:manage' } as const;
const path = '/api/v1/webhook-endpoints';
const createReader = reader(CreateWebhookRequest);
const updateReader = reader(UpdateWebhookRequest);

export function webhookRoutes(deps: WebhookDeps): Route[] {
  const { directory } = deps;
  const one = { ...shared, answer: WebhookRecord, status: 200 } as const;
  return [
    dataRoute(
      {
        ...shared,
        method: 'POST',
        path,
        summary: 'Name an address that is told what happens; its signing secret is shown once',
        refuses: ['conflict'],
        body: CreateWebhookRequest,
        answer: WebhookRecord,
        status: 201,
        handle: (call, manager) => createEndpoint(deps, manager, createReader.read(call.body)),
      },
      directory,
    ),
    listRoute(
      {
        ...shared,
        path,
        summary: 'List the webhook endpoints, newest first',
        query: ListQuery,
        answer: WebhookRecord,
        handle: (call, manager) => listEndpoints(deps, manager, call.query),
      },
      directory,
    ),
    dataRoute(
      {
        ...one,
        method: 'GET',
        path: `${path}/:id`,
        summary: 'Read a webhook endpoint',
        handle: async (call, manager) => toRecord(await getEndpoint(deps, manager, call.params.id)),
      },
      directory,
    ),
    dataRoute(
      {
        ...one,
        method: 'PATCH',
        path: `${path}/:id`,
        summary: 'Change a webhook endpoint',
        body: UpdateWebhookRequest,
        handle: (call, manager) =>
          updateEndpoint(deps, manager, call.params.id, updateReader.read(call.body)),
      },
      directory,
    ),
    dataRoute(
      {
        ...one,
        method: 'DELETE',
        path: `${path}/:id`,
        summary: 'Tell an address nothing any more',
        handle: (call, manager) => removeEndpoint(deps, manager, call.params.id),
      },
      directory,
    ),
    dataRoute(
      {
        ...one,
        method: 'POST',
        path: `${path}/:id/roll-secret`,
        summary: 'Make a new signing secret; the one before signs beside it for a day',
        handle: (call, manager) => rollSecret(deps, manager, call.params.id),
      },
      directory,
    ),
    dataRoute(
      {
        ...shared,
        method: 'POST',
        path: `${path}/:id/replay`,
        summary: 'Send every message anew that was given up',
        answer: ReplayedAnswer,
        status: 200,
        handle: (call, manager) => replayDead(deps, manager, call.params.id),
      },
      directory,
    ),
    listRoute(
      {
        ...shared,
        path: `${path}/:id/messages`,
        summary: 'List the messages of an endpoint and what became of them, newest first',
        query: WebhookMessagesQuery,
        answer: WebhookMessage,
        handle: (call, manager) => listMessages(deps, manager, call.params.id, call.query),
      },
      directory,
    ),
    dataRoute(
      {
        ...shared,
        method: 'POST',
        path: '/api/v1/webhook-messages/:id/replay',
        summary: 'Send a message anew',
        answer: WebhookMessage,
        status: 200,
        handle: (call, manager) => replayMessage(deps, manager, call.params.id),
      },
      directory,
    ),
  ];
}
