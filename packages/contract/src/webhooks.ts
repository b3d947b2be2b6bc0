/** Outgoing webhooks: where to, what, and what became of each message (Standard Webhooks 1.0; extensions of §12a). */
import Type, { type Static, type TSchema } from 'typebox';
import { iso, requiredText } from './fields.ts';
import { ListQuery } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

export const webhookTypes = [
  ...['lead.created', 'payment.recorded', 'refund.recorded', 'refund.undone'],
  ...['commission.created', 'commission.approved', 'commission.rejected', 'commission.reversed'],
  ...['commission.restored', 'commission.disputed', 'commission.invoiced', 'commission.paid'],
  ...['payout.created', 'payout.approved', 'payout.rejected', 'payout.processing'],
  ...['payout.completed', 'payout.failed', 'invoice.issued', 'invoice.overdue', 'invoice.paid'],
  ...['program.created', 'program.updated', 'program.paused', 'program.resumed', 'program.archived'],
] as const;

const types = Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 50, uniqueItems: true });

export const CreateWebhookRequest = Type.Object(
  {
    url: requiredText({ 'x-message': 'url is required', description: 'https://…' }, 2048),
    program_id: Type.Optional(Type.Integer({ description: 'of this program only; default: of every one' })),
    types: Type.Optional(types),
  },
  {
    examples: [
      { url: 'https://acme.example/hooks/headwater', types: ['payment.recorded', 'commission.created'] },
    ],
  },
);
export type CreateWebhookRequest = Static<typeof CreateWebhookRequest>;

export const UpdateWebhookRequest = Type.Object(
  {
    url: Type.Optional(Type.String({ minLength: 1, maxLength: 2048 })),
    types: Type.Optional(types),
    status: Type.Optional(Type.Enum(['enabled', 'disabled'])),
  },
  { examples: [{ status: 'disabled' }] },
);
export type UpdateWebhookRequest = Static<typeof UpdateWebhookRequest>;

export const WebhookRecord = Type.Object({
  id: Type.Integer(),
  url: Type.String(),
  program_id: nullable(Type.Integer()),
  types: nullable(Type.Array(Type.String(), { description: 'null: all' })),
  status: Type.Enum(['enabled', 'disabled']),
  created_at: iso,
  secret: Type.Optional(Type.String({ description: 'whsec_…; shown once' })),
  old_secret_until: nullable(Type.String({ description: 'until then the secret before signs as well' })),
});
export type WebhookRecord = Static<typeof WebhookRecord>;

export const webhookStates = ['pending', 'delivered', 'dead'] as const;

export const WebhookMessagesQuery = Type.Object({
  ...ListQuery.properties,
  state: Type.Optional(Type.Enum([...webhookStates])),
});

export const WebhookMessage = Type.Object({
  id: Type.Integer(),
  message_id: Type.String({ description: 'the header webhook-id' }),
  endpoint_id: Type.Integer(),
  type: Type.String(),
  state: Type.Enum([...webhookStates], { description: 'dead: given up after three days; replay it' }),
  attempts: Type.Integer(),
  last_attempt_at: nullable(iso),
  last_status: nullable(Type.Integer({ description: 'the receiver’s answer; null: there was none' })),
  last_error: nullable(Type.String()),
  occurred_at: iso,
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type WebhookMessage = Static<typeof WebhookMessage>;

export const ReplayedAnswer = Type.Object({ replayed: Type.Integer({ description: 'how many' }) });
