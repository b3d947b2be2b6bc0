/** The explanation of a payment (contract §9). */
import Type, { type Static, type TSchema } from 'typebox';
import { iso } from './fields.ts';
import { PolicyTier } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const textOrNull = nullable(Type.String());
const integerOrNull = nullable(Type.Integer());

const Commission = Type.Object(
  {
    id: Type.Integer(),
    partner_id: Type.Integer(),
    status: Type.String(),
    amount_cents: Type.Integer(),
    currency: Type.String(),
    hold_until: iso,
  },
  {
    examples: [
      {
        ...{ id: 1018, partner_id: 7, status: 'pending', amount_cents: 1980, currency: 'USD' },
        hold_until: '2026-03-17T10:15:00.000Z',
      },
    ],
  },
);

/** An entry of the example. */
const ledgerLine = (entry_id: number, account: string, partner_id: number | null, amount_cents: number) => ({
  ...{ entry_id, account, partner_id, amount_cents, currency: 'USD' },
  at: '2026-03-02T10:15:00.000Z',
});

export const ExplainAnswer = Type.Object({
  data: Type.Object({
    payment: Type.Object({
      id: Type.Integer(),
      program_id: integerOrNull,
      website_id: textOrNull,
      transaction_id: Type.String(),
      other_ids: Type.Array(Type.String(), {
        description: 'further ids of the same payment: of Stripe’s session, payment intent, charge, invoice',
      }),
      source: Type.String(),
      amount_cents: Type.Integer(),
      currency: Type.String(),
      refunded_cents: Type.Integer(),
      occurred_at: iso,
      received_at: iso,
      is_test: Type.Boolean(),
    }),
    attribution: nullable(
      Type.Object({
        attributed: Type.Boolean(),
        reason: textOrNull,
        model: Type.String(),
        window_days: Type.Integer(),
        method: textOrNull,
        click_age_days: integerOrNull,
        evidence: Type.Array(Type.Object({ kind: Type.String(), value: Type.String(), at: iso }), {
          examples: [[{ kind: 'customer_key', value: 'user_123', at: '2026-02-27T18:02:11.000Z' }]],
        }),
        warnings: Type.Array(Type.Object({ code: Type.String(), text: Type.String() }), {
          description: 'what to mend about the integration, named',
        }),
        candidates: Type.Array(
          Type.Object({
            click_id: Type.String(),
            partner_id: Type.Integer(),
            clicked_at: iso,
            age_days: Type.Integer(),
            outcome: Type.Union([Type.Literal('won'), Type.Literal('lost')]),
            reason: textOrNull,
          }),
        ),
      }),
    ),
    visit: nullable(
      Type.Object(
        { visitor_id: textOrNull, session_id: textOrNull, matched_by: Type.String() },
        { additionalProperties: true, description: 'the visit that brought the payment, with its context' },
      ),
    ),
    policy: nullable(
      Type.Object(
        {
          id: Type.Integer(),
          version: Type.Integer(),
          group: Type.String(),
          type: Type.String(),
          rate_bps: Type.Optional(Type.Integer()),
          fixed_cents: Type.Optional(Type.Integer()),
          duration_months: integerOrNull,
          min_cents: integerOrNull,
          max_cents: integerOrNull,
          customer_cap_cents: integerOrNull,
          tiers: Type.Array(PolicyTier),
          effective_from: iso,
        },
        {
          examples: [
            {
              ...{
                id: 5,
                version: 2,
                group: 'Default',
                type: 'cps_recurring',
                rate_bps: 2000,
                duration_months: 12,
              },
              ...{ min_cents: null, max_cents: null, customer_cap_cents: null, tiers: [] },
              effective_from: '2026-01-01T00:00:00.000Z',
            },
          ],
        },
      ),
    ),
    arithmetic: Type.Array(Type.Object({ step: Type.String(), text: Type.String(), result: Type.Integer() })),
    commission: nullable(Commission),
    commissions: Type.Array(Commission, { description: 'under linear several, the largest first' }),
    fee: nullable(
      Type.Object({
        bps: Type.Integer(),
        amount_cents: Type.Integer(),
        revenue_before: Type.Integer(),
        usd_rate: nullable(
          Type.Object(
            { usd_per_unit: Type.String(), date: Type.String() },
            { description: 'what the payment counts by towards the free amount, pinned to it' },
          ),
        ),
      }),
    ),
    ledger: Type.Array(
      Type.Object({
        entry_id: Type.Integer(),
        account: Type.String(),
        partner_id: integerOrNull,
        amount_cents: Type.Integer({ description: 'signed; sums to zero per currency' }),
        currency: Type.String(),
        at: iso,
      }),
      {
        examples: [
          [
            ledgerLine(5120, 'customer_receipts', null, 9900),
            ledgerLine(5121, 'revenue_attributed', null, -9900),
            ledgerLine(5122, 'commission_expense', null, 1980),
            ledgerLine(5123, 'partner_pending', 7, -1980),
          ],
        ],
      },
    ),
    disputes: Type.Array(
      Type.Object({ id: Type.String(), amount_cents: Type.Integer(), state: Type.String() }),
    ),
    decisions: Type.Array(Type.Object({ at: iso, cause: Type.String() })),
  }),
});
export type ExplainAnswer = Static<typeof ExplainAnswer>;
