/** How far an integration is, and whether it was proved (contract §10). */
import Type, { type Static } from 'typebox';
import { ChainVerdict } from './cli.ts';

const iso = Type.String({ format: 'date-time' });
const moment = Type.Union([iso, Type.Null()]);
const count = Type.Integer({ minimum: 0 });
const status = Type.Enum(['pass', 'fail', 'unknown']);
const next = (action: string) => Type.Optional(Type.Enum([action]));

export const integrationStates = [
  'draft',
  'configuring',
  'ready',
  'integration_verified',
  'live_verified',
] as const;
export const gateNames = ['profile', 'economics', 'payout', 'tracking', 'live'] as const;
export type GateName = (typeof gateNames)[number];

export const TestChainVerdicts = Type.Object({ click: ChainVerdict, lead: ChainVerdict, sale: ChainVerdict });

export const Readiness = Type.Object({
  program_id: Type.Integer(),
  state: Type.Enum([...integrationStates]),
  integration_verified: Type.Boolean(),
  blocker: Type.Union([Type.Enum([...gateNames]), Type.Null()], { description: 'the first gate that fails' }),
  gates: Type.Object({
    profile: Type.Object({ status, next_action: next('complete_program_profile') }),
    economics: Type.Object({ status, next_action: next('set_commission_policy') }),
    payout: Type.Object({
      status,
      mode: Type.Enum(['stripe', 'manual', 's2s']),
      next_action: next('surface_stripe_connect_url'),
      endpoint: Type.Optional(Type.String()),
    }),
    tracking: Type.Object({
      status,
      detail: Type.Optional(Type.Enum(['tracker_installed', 'receiving_events'])),
      checked_at: moment,
      next_action: next('install_tracker_or_send_events'),
    }),
    live: Type.Object({
      status,
      next_action: next('run_synthetic_sale_chain'),
      test_chain: TestChainVerdicts,
    }),
  }),
  last_event_at: Type.Object({ click: moment, lead: moment, sale: moment }),
  counts_24h: Type.Object({ clicks: count, leads: count, sales: count }),
  key_rotated_at: moment,
  poll: Type.Object({ retry_after_seconds: Type.Integer() }),
});
export type Readiness = Static<typeof Readiness>;

export const ReadinessQuery = Type.Object({
  force_recheck: Type.Optional(Type.String({ description: 'true: look at the page again, once a minute' })),
});

const code = Type.String();
export const ReadinessRefusal = Type.Object({
  error: Type.Object({ code, message: Type.String(), retry_after_seconds: Type.Optional(Type.Integer()) }),
});

export const ChainStep = Type.Object({
  name: Type.Enum(['click', 'lead', 'sale', 'explain']),
  verdict: ChainVerdict,
  text: Type.String({ description: 'what happened, for a person' }),
  milliseconds: Type.Number(),
});
export type ChainStep = Static<typeof ChainStep>;

/** A run of the synthetic chain. */
export const TestChain = Type.Object({
  id: Type.Integer(),
  ran_at: iso,
  short_code: Type.String(),
  customer_key: Type.String(),
  verdict: TestChainVerdicts,
  attributed: Type.Boolean(),
  payment_id: Type.Union([Type.Integer(), Type.Null()], {
    description: 'the test payment it left, explained',
  }),
  steps: Type.Array(ChainStep),
});
export type TestChain = Static<typeof TestChain>;

const seen = Type.Object({
  at: Type.Union([iso, Type.Null()], { description: 'the latest real one' }),
  test_at: Type.Union([iso, Type.Null()], { description: 'the latest test one' }),
});

/** Of page views it is known that they come, not when the latest did: nothing of theirs is ordered by time. */
const seenOnce = Type.Object({
  at: Type.Union([iso, Type.Null()], { description: 'a real one, not always the latest' }),
  test_at: Type.Null(),
});

/** What the page of integration shows: readiness, what has arrived, and the latest proof. */
export const Integration = Type.Object({
  readiness: Readiness,
  seen: Type.Object({ pageview: seenOnce, click: seen, lead: seen, payment: seen }),
  verification: Type.Union([TestChain, Type.Null()]),
  public_url: Type.String({ description: 'where this server is reached' }),
});
export type Integration = Static<typeof Integration>;
