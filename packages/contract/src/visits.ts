/** The visit side: collect and attribute-payment (contract §6). */
import Type, { type Static } from 'typebox';
import { instant, maxAmountMinor, requiredText, text } from './fields.ts';

export const eventRejections = [
  'invalid_event',
  'unknown_type',
  'name_required',
  'url_required',
  'invalid_url',
  'identity_required',
  'invalid_properties',
  'invalid_occurred_at',
  'bot',
] as const;
export type EventRejection = (typeof eventRejections)[number];

export const CollectEvent = Type.Object({
  type: Type.Union(['pageview', 'event', 'identify'].map((type) => Type.Literal(type))),
  name: Type.Optional(Type.String({ maxLength: 100, description: 'required for event' })),
  url: Type.Optional(
    Type.String({ maxLength: 4096, description: 'required for pageview; absolute http(s)' }),
  ),
  referrer: Type.Optional(Type.String()),
  title: Type.Optional(Type.String()),
  screen: Type.Optional(Type.String()),
  language: Type.Optional(Type.String()),
  timezone: Type.Optional(Type.String()),
  properties: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      description: 'at most 8 KB',
    }),
  ),
  customer_key: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
  email: Type.Optional(Type.String()),
  occurred_at: instant({ description: '24 hours back to 5 minutes ahead; default now' }),
});

export const CollectRequest = Type.Object(
  {
    website_id: Type.String({ description: 'public id of the website' }),
    visitor_id: Type.Optional(Type.String({ maxLength: 255, description: 'with session_id, or neither' })),
    session_id: Type.Optional(Type.String({ maxLength: 255 })),
    events: Type.Array(CollectEvent, { minItems: 1, maxItems: 100 }),
  },
  {
    $id: 'CollectRequest',
    examples: [
      {
        website_id: 'web_5kq9T2vYb1',
        visitor_id: 'vis_3f1c9a7e',
        session_id: 'ses_b84d02c6',
        events: [
          { type: 'pageview', url: 'https://acme.example/pricing', title: 'Pricing' },
          { type: 'event', name: 'sign_up', properties: { plan: 'pro' } },
        ],
      },
    ],
  },
);

export const CollectAnswer = Type.Object(
  {
    accepted: Type.Integer(),
    rejected: Type.Array(
      Type.Object({
        index: Type.Integer(),
        reason: Type.Union(eventRejections.map((reason) => Type.Literal(reason))),
      }),
    ),
    visitor_id: Type.Optional(Type.String({ description: 'cookieless only' })),
    session_id: Type.Optional(Type.String({ description: 'cookieless only' })),
  },
  { examples: [{ accepted: 2, rejected: [] }] },
);

export const AttributePaymentRequest = Type.Object(
  {
    website_id: requiredText({ 'x-message': 'website_id is required' }),
    session_id: requiredText({ 'x-message': 'session_id is required' }),
    visitor_id: requiredText({ 'x-message': 'visitor_id is required' }),
    // The bound is exclusive so that too much is refused in the same words.
    revenue: Type.Integer({
      minimum: 1,
      exclusiveMaximum: maxAmountMinor + 1,
      description: 'in cents',
      'x-message': 'revenue must be a positive integer in cents',
    }),
    email: Type.String({
      format: 'email',
      maxLength: 254,
      'x-message': 'email must be a valid email address',
    }),
    currency: Type.Optional(
      Type.String({ format: 'currency', 'x-message': 'currency must be an ISO 4217 code' }),
    ),
    transaction_id: text({ description: 'idempotency key; shared with the bound program' }),
    occurred_at: instant(),
  },
  {
    $id: 'AttributePaymentRequest',
    examples: [
      {
        website_id: 'web_5kq9T2vYb1',
        session_id: 'ses_b84d02c6',
        visitor_id: 'vis_3f1c9a7e',
        revenue: 9900,
        email: 'sam@example.com',
        currency: 'USD',
        transaction_id: 'order_1042',
      },
    ],
  },
);
export type AttributePaymentRequest = Static<typeof AttributePaymentRequest>;

export const AttributePaymentAnswer = Type.Object(
  {
    message: Type.String(),
    duplicate: Type.Optional(Type.Literal(true)),
  },
  { examples: [{ message: 'Payment attributed successfully' }] },
);
