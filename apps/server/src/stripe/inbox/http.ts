import {
  ReplayAnswer,
  StripeEventItem,
  StripeEventRecord,
  StripeEventsQuery,
  WebhookAnswer,
} from '@headwater/contract';
import Type from 'typebox';
import {
  type Call,
  kysely,
  type ManagementPrincipal,
  ok,
  type Route,
  type Transaction,
} from '../../platform/index.ts';
import {
  actorName,
  dataRoute,
  getOwnProgram,
  listRoute,
  type Program,
  recordAct,
} from '../../workspaces/index.ts';
import { getEvent, listEvents } from './list-events.ts';
import * as queries from './queries.ts';
import { receiveAnywhere, receiveDelivery, type WebhookDeps } from './receive-delivery.ts';

export interface InboxRouteDeps extends WebhookDeps {
  /** There is something due. */
  wake(): void;
}

const tag = 'Stripe';
const limitBytes = 1024 * 1024;

const event = Type.Object(
  {},
  {
    description: 'the event, as Stripe signed it',
    examples: [
      {
        id: 'evt_1SxK2mAcme',
        object: 'event',
        api_version: '2026-03-25.dahlia',
        created: 1_772_446_500,
        livemode: true,
        type: 'product.created',
        data: { object: { id: 'prod_1', object: 'product', metadata: { program_id: '42' } } },
      },
    ],
  },
);

export function inboxRoutes(deps: InboxRouteDeps): Route[] {
  return [...webhookRoutes(deps), ...eventRoutes(deps)];
}

function webhookRoutes(deps: WebhookDeps): Route[] {
  const webhook = (path: string, summary: string, receive: (call: Call) => Promise<void>): Route => ({
    method: 'POST',
    path,
    tag,
    summary,
    access: { kind: 'public' },
    errors: 'plain',
    failure: 'Webhook not stored',
    raw: { limitBytes },
    body: event,
    answers: { 200: WebhookAnswer },
    refuses: [
      'missing_signature',
      'invalid_signature',
      'malformed_json',
      'body_not_object',
      'not_a_stripe_event',
      'program_not_found',
    ],
    async handle(call) {
      await receive(call);
      return ok({ received: true });
    },
  });
  const deliveryOf = (call: Call) => ({ payload: call.raw, signature: call.header('stripe-signature') });
  return [
    webhook('/webhooks/stripe/:program_id', 'What Stripe delivers to a program', (call) =>
      receiveDelivery(deps, call.params.program_id, deliveryOf(call)),
    ),
    webhook(
      '/api/webhook-distributor/stripe',
      'The same, for all programs: the event says whose it is',
      (call) => receiveAnywhere(deps, deliveryOf(call)),
    ),
  ];
}

function eventRoutes(deps: InboxRouteDeps): Route[] {
  const { postgres, directory, clock } = deps;
  const db = kysely(postgres);
  return [
    listRoute(
      {
        path: '/api/v1/programs/:id/stripe/events',
        scope: 'program:read',
        tag,
        summary: 'List the Stripe events of a program and what became of them, newest first',
        query: StripeEventsQuery,
        answer: StripeEventItem,
        handle: async (call, manager) =>
          listEvents(db, await getOwnProgram(directory, manager, call.params.id), call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/programs/:id/stripe/events/:event_id',
        scope: 'program:read',
        tag,
        summary: 'One Stripe event with its payload, by our id or by evt_…',
        answer: StripeEventRecord,
        status: 200,
        handle: async (call, manager) =>
          getEvent(db, await getOwnProgram(directory, manager, call.params.id), call.params.event_id),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/programs/:id/stripe/events/:event_id/replay',
        scope: 'program:update',
        tag,
        summary: 'Process an event once more, whatever became of it: what is booked stays booked once',
        answer: StripeEventRecord,
        status: 200,
        async handle(call, manager) {
          const program = await getOwnProgram(directory, manager, call.params.id);
          const event = await getEvent(db, program, call.params.event_id);
          await postgres.transaction(async (trx) => {
            await queries.makeEventDue(trx, program, BigInt(event.id), clock.now());
            await recordReplay(trx, program, manager, `Stripe event ${event.id}`, clock.now());
          });
          const replayed = await getEvent(db, program, String(event.id));
          deps.wake();
          return replayed;
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/programs/:id/stripe/replay',
        scope: 'program:update',
        tag,
        summary: 'Process every failed event once more, now',
        answer: ReplayAnswer,
        status: 200,
        async handle(call, manager) {
          const program = await getOwnProgram(directory, manager, call.params.id);
          const replayed = await postgres.transaction(async (trx) => {
            const count = await queries.makeFailedEventsDue(trx, program, clock.now());
            await recordReplay(trx, program, manager, `${count} failed Stripe events`, clock.now());
            return count;
          });
          deps.wake();
          return { replayed };
        },
      },
      directory,
    ),
  ];
}

function recordReplay(
  trx: Transaction,
  program: Program,
  manager: ManagementPrincipal,
  subject: string,
  now: Date,
): Promise<void> {
  const by = { workspaceId: program.workspaceId, name: actorName(manager) };
  return recordAct(trx, by, { act: 'stripe.replay', programId: program.id, subject }, now);
}
