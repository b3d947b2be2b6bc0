/** The edge to Stripe: inbox, endpoint secrets, connecting, reconciling (contract §7, §11; extensions of §12a). */
import Type, { type Static, type TSchema } from 'typebox';
import { iso, requiredText, text } from './fields.ts';
import { ListQuery } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const maybeText = nullable(Type.String());
const maybeIso = nullable(iso);

export const WebhookAnswer = Type.Object({ received: Type.Boolean() });

export const stripeEventStates = ['waiting', 'failed', 'applied', 'noted'] as const;

export const StripeEventsQuery = Type.Object({
  ...ListQuery.properties,
  state: Type.Optional(Type.Enum([...stripeEventStates])),
  type: Type.Optional(Type.String({ description: 'e.g. invoice.paid' })),
  from: Type.Optional(Type.String({ description: 'received: instant or day, inclusive' })),
  to: Type.Optional(Type.String({ description: 'received: instant or day, inclusive' })),
});

export const StripeEventItem = Type.Object({
  id: Type.Integer(),
  event_id: Type.String({ description: 'evt_…' }),
  type: Type.String(),
  account: nullable(Type.String({ description: 'the connected account, where it is not the program’s own' })),
  livemode: Type.Boolean(),
  api_version: maybeText,
  state: Type.Enum([...stripeEventStates], {
    description: 'failed: tried again at next_attempt_at, until it is applied or noted',
  }),
  reason: nullable(Type.String({ description: 'why the last attempt failed' })),
  notes: Type.Array(Type.String(), { description: 'why it, or a part of it, moved no money' }),
  attempts: Type.Integer(),
  origin: Type.Enum(['webhook', 'fetched', 'synthesised'], {
    description:
      'how it came: delivered by Stripe, or found missing and fetched, or made from the object itself',
  }),
  endpoint_id: nullable(Type.Integer({ description: 'the endpoint whose secret signed it' })),
  created_at: iso,
  received_at: iso,
  processed_at: maybeIso,
  next_attempt_at: maybeIso,
});
export type StripeEventItem = Static<typeof StripeEventItem>;

export const StripeEventRecord = Type.Object({
  ...StripeEventItem.properties,
  payload: Type.Unknown({ description: 'the event as Stripe sent it' }),
});
export type StripeEventRecord = Static<typeof StripeEventRecord>;

export const ReplayAnswer = Type.Object({
  replayed: Type.Integer({ description: 'failed events that are due again' }),
});

const secretText = { 'x-message': 'webhook_secret must start with whsec_' };

export const CreateStripeEndpointRequest = Type.Object(
  {
    webhook_secret: Type.String({
      pattern: '^\\s*whsec_[\\w+/=-]{8,200}\\s*$',
      maxLength: 255,
      ...secretText,
    }),
    webhook_endpoint_id: text({ description: 'we_…, as Stripe calls it' }),
    description: text({}),
  },
  { examples: [{ webhook_secret: 'whsec_0123456789abcdef', webhook_endpoint_id: 'we_1SxK2mAcme' }] },
);
export type CreateStripeEndpointRequest = Static<typeof CreateStripeEndpointRequest>;

export const StripeEndpointItem = Type.Object({
  id: Type.Integer(),
  secret_masked: Type.String(),
  webhook_endpoint_id: maybeText,
  origin: Type.Enum(['pasted', 'created', 'stated'], {
    description: 'created: by Headwater, through the API',
  }),
  livemode: nullable(Type.Boolean()),
  api_version: maybeText,
  url: maybeText,
  description: maybeText,
  created_at: iso,
  last_event_at: nullable(
    Type.String({
      format: 'date-time',
      description: 'when a delivery signed with it last arrived; null: never',
    }),
  ),
});
export type StripeEndpointItem = Static<typeof StripeEndpointItem>;

export const StripeConnectionItem = Type.Object({
  account: Type.String(),
  livemode: Type.Boolean(),
  method: Type.Enum(['oauth', 'api_key', 'stated']),
  api_key_masked: maybeText,
  charges_enabled: Type.Boolean(),
  payouts_enabled: Type.Boolean(),
  details_submitted: Type.Boolean(),
  connected_at: iso,
  disconnected_at: maybeIso,
  disconnected_because: nullable(Type.Enum(['removed', 'deauthorized', 'replaced'])),
});
export type StripeConnectionItem = Static<typeof StripeConnectionItem>;

export const StripeStatus = Type.Object({
  connections: Type.Array(StripeConnectionItem, { description: 'in force first' }),
  endpoints: Type.Array(StripeEndpointItem),
  webhook_url: Type.String({ description: 'where Stripe is to deliver' }),
  events: Type.Object({
    waiting: Type.Integer(),
    failed: Type.Integer(),
    oldest_waiting_at: maybeIso,
    last_received_at: maybeIso,
  }),
  refused_deliveries: nullable(
    Type.Object(
      { count: Type.Integer(), last_at: iso, last_reason: Type.String() },
      { description: 'by this server process, since it started' },
    ),
  ),
  oauth_available: Type.Boolean(),
  advice: Type.Array(Type.String(), { description: 'what is wrong and what to do, in sentences' }),
});
export type StripeStatus = Static<typeof StripeStatus>;

export const ConnectStripeRequest = Type.Object(
  {
    api_key: Type.String({
      pattern: '^\\s*rk_(live|test)_\\w{4,200}\\s*$',
      maxLength: 255,
      'x-message': 'api_key must be a restricted key: rk_live_… or rk_test_…',
    }),
  },
  { examples: [{ api_key: 'rk_test_example0example0' }] },
);
export type ConnectStripeRequest = Static<typeof ConnectStripeRequest>;

export const ConnectedStripe = Type.Object({
  connection: StripeConnectionItem,
  endpoint: StripeEndpointItem,
  verified: Type.Boolean({ description: 'a signed test event passed our own webhook route' }),
  created: Type.Boolean({ description: 'false: it was set up before, and is as it should be' }),
  enabled_events: Type.Array(Type.String()),
  warnings: Type.Array(Type.String()),
});
export type ConnectedStripe = Static<typeof ConnectedStripe>;

export const StartStripeOAuthRequest = Type.Object(
  {
    redirect_uri: requiredText({ description: 'loopback, or a page of this server' }, 2048),
  },
  { examples: [{ redirect_uri: 'http://127.0.0.1:4711/callback' }] },
);
export type StartStripeOAuthRequest = Static<typeof StartStripeOAuthRequest>;

export const StripeOAuthStart = Type.Object({
  authorize_url: Type.String(),
  state: Type.String({ description: 'comes back with the code; single use' }),
  expires_at: iso,
});
export type StripeOAuthStart = Static<typeof StripeOAuthStart>;

export const CompleteStripeOAuthRequest = Type.Object(
  {
    code: requiredText({}),
    state: requiredText({}),
  },
  { examples: [{ code: 'ac_1SxK2mAcme', state: 'st_6dQ0vN' }] },
);
export type CompleteStripeOAuthRequest = Static<typeof CompleteStripeOAuthRequest>;

export const RemovedStripe = Type.Object({
  accounts: Type.Array(Type.String(), { description: 'disconnected now' }),
  endpoints: Type.Array(Type.String(), { description: 'webhook endpoints deleted at Stripe' }),
  warnings: Type.Array(Type.String()),
});
export type RemovedStripe = Static<typeof RemovedStripe>;

export const CliStripeConnectRequest = Type.Object(
  {
    program_id: Type.Union([Type.Integer({ minimum: 1 }), Type.String({ maxLength: 15 })], {
      'x-message': 'program_id is required',
    }),
    stripe_user_id: requiredText({ 'x-message': 'stripe_user_id is required', description: 'acct_…' }),
    webhook_endpoint_id: requiredText({
      'x-message': 'webhook_endpoint_id is required',
      description: 'we_…',
    }),
    webhook_secret: requiredText({ 'x-message': 'webhook_secret is required', description: 'whsec_…' }),
  },
  {
    examples: [
      {
        program_id: 42,
        stripe_user_id: 'acct_1SxK2mAcme',
        webhook_endpoint_id: 'we_1SxK2mAcme',
        webhook_secret: 'whsec_0123456789abcdef',
      },
    ],
  },
);
export type CliStripeConnectRequest = Static<typeof CliStripeConnectRequest>;

export const CliStripeConnected = Type.Object({
  connected: Type.Boolean(),
  stripe_account_id: Type.String(),
  webhook_endpoint_id: Type.String(),
  charges_enabled: Type.Boolean({ description: 'false until Stripe confirms' }),
  payouts_enabled: Type.Boolean(),
});
export type CliStripeConnected = Static<typeof CliStripeConnected>;

export const StripeReconcileQuery = Type.Object(
  {
    from: Type.Optional(Type.String({ description: 'instant or day, inclusive; default yesterday' })),
    to: Type.Optional(Type.String({ description: 'instant or day, inclusive; at most 31 days after from' })),
  },
  { examples: [{ from: '2026-03-01', to: '2026-03-31' }] },
);

const movementKind = Type.Enum(['charge', 'refund', 'dispute']);

export const StripeReconcileItem = Type.Object({
  kind: movementKind,
  id: Type.String(),
  amount_cents: Type.Integer({ description: 'as Stripe writes it' }),
  booked_cents: nullable(
    Type.Integer({ description: 'what the books say of it; null: it is not in the books' }),
  ),
  currency: Type.String(),
  created_at: iso,
  state: Type.Enum(['attributed', 'unattributed', 'excluded', 'missing']),
  reason: maybeText,
  payment_id: nullable(Type.Integer()),
});
export type StripeReconcileItem = Static<typeof StripeReconcileItem>;

export const StripeReconciliation = Type.Object({
  account: Type.String(),
  livemode: Type.Boolean(),
  from: iso,
  to: iso,
  complete: Type.Boolean({ description: 'nothing is missing' }),
  differing: Type.Integer({ description: 'how many are booked with another amount (amount_differs)' }),
  sums: Type.Array(
    Type.Object({
      kind: movementKind,
      currency: Type.String(),
      count: Type.Integer(),
      total_cents: Type.Integer(),
      attributed_cents: Type.Integer(),
      unattributed_cents: Type.Integer(),
      excluded_cents: Type.Integer(),
      missing_cents: Type.Integer(),
    }),
  ),
  back_filled: Type.Object({ fetched: Type.Integer(), synthesised: Type.Integer() }),
  items: Type.Array(StripeReconcileItem, { description: 'all but those attributed with their own amount' }),
});
export type StripeReconciliation = Static<typeof StripeReconciliation>;
