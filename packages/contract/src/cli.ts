/** The routes of the command, `/api/v1/cli/*` (contract §11). */
import Type, { type Static } from 'typebox';
import { requiredText } from './fields.ts';

const iso = Type.String({ format: 'date-time' });
const count = Type.Integer({ minimum: 0 });

export const CliLoginStarted = Type.Object({
  state: Type.String({ description: 'known to the terminal alone; what it polls with' }),
  auth_url: Type.String({ description: 'the page where somebody who is signed in approves' }),
  poll_url: Type.String(),
  code: Type.String({ description: 'shown by the terminal and by the page: they must be the same' }),
  expires_at: iso,
});
export type CliLoginStarted = Static<typeof CliLoginStarted>;

export const CliLoginQuery = Type.Object({ state: Type.Optional(Type.String()) });

export const CliLoginPolled = Type.Object({
  status: Type.Enum(['pending', 'complete', 'expired', 'consumed']),
  token: Type.Optional(Type.String({ description: 'hwl_…, with `complete`, once; good for 90 days' })),
  email: Type.Optional(Type.String()),
  advertiser_id: Type.Optional(Type.Integer({ description: 'the workspace' })),
});
export type CliLoginPolled = Static<typeof CliLoginPolled>;

/** What the page of approval shows. */
export type CliLoginAsked = {
  code: string;
  client: string;
  created_at: string;
  expires_at: string;
  status: 'pending' | 'approved' | 'denied' | 'expired';
};

export const DecideCliLoginRequest = Type.Object({ approve: Type.Boolean() });

export const CliInitRequest = Type.Object(
  {
    name: requiredText({ 'x-message': 'name and domain are required' }),
    domain: requiredText({ 'x-message': 'name and domain are required' }),
    commission_type: Type.Optional(
      Type.Enum(['percent', 'fixed', 'recurring_percent', 'recurring_fixed'], {
        'x-message': 'commission_type is invalid',
      }),
    ),
    commission_rate: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'percent, at most 100; or major units of USD',
        'x-message': 'commission_rate is invalid',
      }),
    ),
    cookie_duration: Type.Optional(
      Type.Integer({
        minimum: 1,
        exclusiveMaximum: 366,
        description: 'days; default 90',
        'x-message': 'cookie_duration is invalid',
      }),
    ),
    duration_months: Type.Optional(
      Type.Integer({
        minimum: 0,
        exclusiveMaximum: 121,
        description: 'of recurring_*, default 12; 0: for ever',
        'x-message': 'duration_months is invalid',
      }),
    ),
  },
  {
    examples: [
      { name: 'Acme', domain: 'acme.example', commission_type: 'recurring_percent', commission_rate: 20 },
    ],
  },
);
export type CliInitRequest = Static<typeof CliInitRequest>;

export const CliInitialized = Type.Object({
  program_id: Type.String(),
  api_key: Type.String({ description: 'aff_…, shown here and never again' }),
  program_slug: Type.String(),
  domain: Type.String(),
});
export type CliInitialized = Static<typeof CliInitialized>;

export const CliProgram = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  domain: Type.String(),
  status: Type.String(),
  commission: Type.String({ description: 'the terms in words' }),
  partners: count,
  created_at: iso,
});
export type CliProgram = Static<typeof CliProgram>;

export const CliStatusQuery = Type.Object({ program_id: Type.Optional(Type.String()) });

export const CliStatus = Type.Object({
  program_id: Type.Integer(),
  name: Type.String(),
  domain: Type.String(),
  dns_verified: Type.Boolean({ description: 'the domain has an address' }),
  stripe_connected: Type.Boolean(),
  stripe_charges_enabled: Type.Boolean(),
  recent_events: Type.Object({ clicks_24h: count, leads_24h: count, sales_24h: count }),
  active_partners: count,
  pending_commissions: count,
});
export type CliStatus = Static<typeof CliStatus>;

const eventWording = { 'x-message': 'event_type is invalid' };
export const CliTestEventRequest = Type.Object(
  {
    type: Type.Optional(
      Type.Enum(['chain'], {
        description: 'a click, a lead and a sale, by the production code',
        ...eventWording,
      }),
    ),
    event_type: Type.Optional(
      Type.Enum(['click', 'lead', 'sale'], { description: 'one test event', ...eventWording }),
    ),
  },
  { examples: [{ type: 'chain' }] },
);

export const chainVerdicts = ['attributed', 'unattributed', 'wrong_partner', 'pending'] as const;
export const ChainVerdict = Type.Enum([...chainVerdicts]);
export type ChainVerdict = (typeof chainVerdicts)[number];

export const CliTestChain = Type.Object({
  type: Type.Enum(['chain']),
  short_code: Type.String(),
  customer_key: Type.String(),
  verdict: Type.Object({ click: ChainVerdict, lead: ChainVerdict, sale: ChainVerdict }),
  attributed: Type.Boolean(),
});

/** Too many chains: ten an hour a program. */
export const CliChainRefusal = Type.Object({
  error: Type.Object({
    status: Type.Literal(429),
    code: Type.Literal('rate_limited'),
    message: Type.String({ examples: ['Too many synthetic chains (max 10/program/hour).'] }),
    retry_after_seconds: Type.Integer({ examples: [3599] }),
  }),
});

export const CliTestEvent = Type.Object(
  {
    event_type: Type.Enum(['click', 'lead', 'sale']),
    event_id: Type.String(),
    received: Type.Boolean(),
    attributed: Type.Boolean(),
    message: Type.String(),
  },
  {
    examples: [
      {
        event_type: 'click',
        event_id: '101',
        received: true,
        attributed: false,
        message: 'Test click event recorded',
      },
    ],
  },
);
