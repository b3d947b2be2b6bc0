/** What-if: a draft of terms or attribution, run over what has happened. */
import Type, { type Static } from 'typebox';
import { iso } from './fields.ts';
import { AddPolicyRequest, attributionModels } from './setup.ts';

const { hold_period_days: _, approval: __, effective_from: ___, ...terms } = AddPolicyRequest.properties;

const DraftPolicy = Type.Object(
  {
    group_id: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'whose terms it replaces; default: the program’s default group',
      }),
    ),
    ...terms,
  },
  { description: 'as of POST /groups/:id/policies; replaces what held, or what held for its product' },
);
export type DraftPolicy = Static<typeof DraftPolicy>;

export const SimulateRequest = Type.Object(
  {
    from: Type.String({ maxLength: 64, description: 'instant or day, inclusive' }),
    to: Type.Optional(Type.String({ maxLength: 64, description: 'instant or day, inclusive; default now' })),
    attribution_model: Type.Optional(Type.Enum([...attributionModels])),
    attribution_window_days: Type.Optional(Type.Integer({ minimum: 1, exclusiveMaximum: 366 })),
    policy: Type.Optional(DraftPolicy),
  },
  {
    $id: 'SimulateRequest',
    examples: [
      {
        from: '2026-01-01',
        attribution_model: 'first_click',
        policy: { type: 'cps_recurring', rate_bps: 2500, duration_months: 6 },
      },
    ],
  },
);
export type SimulateRequest = Static<typeof SimulateRequest>;

const change = {
  currency: Type.String(),
  now_cents: Type.Integer({
    description: 'what the payments earned, less what went back and what was rejected',
  }),
  then_cents: Type.Integer({ description: 'what they would have earned' }),
  difference_cents: Type.Integer(),
};

export const SimulateAnswer = Type.Object({
  from: iso,
  to: iso,
  payments: Type.Integer(),
  partners: Type.Array(
    Type.Object({
      partner_id: Type.Integer(),
      ...change,
      payments_now: Type.Integer({ description: 'payments that earn the partner something' }),
      payments_then: Type.Integer(),
    }),
    { description: 'the largest difference first' },
  ),
  totals: Type.Array(Type.Object(change)),
});
export type SimulateAnswer = Static<typeof SimulateAnswer>;
