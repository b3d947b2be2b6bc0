/** Reports of what people did: funnels, journeys, cohorts. */
import Type, { type Static } from 'typebox';
import { requiredText, text } from './fields.ts';
import { ModelsQuery, otherCurrencies } from './models.ts';
import { revenueDimensions } from './reports.ts';

const { by, from, to, website_id, program_id, lookback_days, revenue } = ModelsQuery.properties;

export const funnelSteps = ['pageview', 'event', 'click', 'lead', 'payment'] as const;

const FunnelStep = Type.Object({
  type: Type.Enum([...funnelSteps]),
  path: text({ description: 'pageview: the path, * for anything; default any page' }),
  name: text({ description: 'event: its name; required there' }, 100),
});
export type FunnelStep = Static<typeof FunnelStep>;

export const FunnelRequest = Type.Object(
  {
    steps: Type.Array(FunnelStep, {
      minItems: 2,
      maxItems: 8,
      description: 'in the order in which people take them',
    }),
    window_hours: Type.Optional(
      Type.Integer({
        minimum: 1,
        exclusiveMaximum: 8761,
        description: 'from the first step to the last; default 720',
      }),
    ),
    by: Type.Optional(
      Type.Enum([...revenueDimensions], {
        description: 'of the person’s first visit or click in the period',
      }),
    ),
    from: Type.Optional(
      Type.String({
        maxLength: 64,
        description: 'day (in the website’s time zone) or instant; default 29 days ago',
      }),
    ),
    to: Type.Optional(
      Type.String({ maxLength: 64, description: 'day or instant, inclusive; default today' }),
    ),
    website_id: text({ description: 'this or program_id' }),
    program_id: Type.Optional(
      Type.Union([Type.Integer(), requiredText({}, 20)], { description: 'this or website_id' }),
    ),
  },
  {
    $id: 'FunnelRequest',
    examples: [
      {
        program_id: 42,
        steps: [{ type: 'pageview', path: '/pricing*' }, { type: 'lead' }, { type: 'payment' }],
        window_hours: 720,
      },
    ],
  },
);
export type FunnelRequest = Static<typeof FunnelRequest>;

const persons = Type.Integer({
  description: 'people: customers, and browsers that no customer is known for',
});

export const FunnelAnswer = Type.Object({
  steps: Type.Array(
    Type.Object({
      persons,
      of_first: Type.Number({ description: '0 to 1' }),
      of_previous: Type.Number({ description: '0 to 1' }),
    }),
  ),
  rows: Type.Array(
    Type.Object({
      key: Type.String({ description: 'empty: none' }),
      name: Type.Optional(Type.String({ description: 'by=partner: the partner’s name' })),
      persons: Type.Array(Type.Integer(), { description: 'step by step' }),
    }),
    { description: 'with by: the 200 keys with most people at the first step' },
  ),
  other_rows: Type.Array(Type.Integer(), {
    description: 'people of keys that are not in rows, step by step',
  }),
  lag_seconds: Type.Number(),
});

export const JourneysQuery = Type.Object({
  ...{ by, from, to, website_id, program_id, lookback_days, revenue },
  first: Type.Optional(
    Type.String({ maxLength: 4096, description: 'paths only that begin with this; empty: with none' }),
  ),
  last: Type.Optional(Type.String({ maxLength: 4096, description: 'paths only that end with this' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'paths; default 50' })),
  depth: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10,
      description: 'nodes and links: touches before the payment; default 5',
    }),
  ),
});

const sums = { payments: Type.Integer(), revenue_cents: Type.Integer() };
const key = Type.Union([Type.String(), Type.Null()], {
  description: 'null: none of the values with most touches (200 in paths, 12 in nodes)',
});

export const JourneysAnswer = Type.Object({
  paths: Type.Array(
    Type.Object({
      touches: Type.Array(key, { description: 'the earliest first; equal ones in a row are one' }),
      ...sums,
    }),
    { description: 'the most frequent first' },
  ),
  other_paths: Type.Object({ paths: Type.Integer(), ...sums }),
  untouched: Type.Object(sums, { description: 'payments without a touch in the look-back' }),
  totals: Type.Object(sums),
  nodes: Type.Array(
    Type.Object({
      id: Type.String(),
      step: Type.Integer({ description: 'touches up to the payment: 1 is the last one, 0 the payment' }),
      key,
    }),
  ),
  links: Type.Array(Type.Object({ source: Type.String(), target: Type.String(), ...sums })),
  names: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'by=partner: their names' })),
  currency: Type.String(),
  other_currencies: otherCurrencies,
  lag_seconds: Type.Number(),
});

export const CohortsQuery = Type.Object({
  from: Type.Optional(
    Type.String({
      description: 'month of the first cohort, as 2026-01; default 11 months ago',
      examples: ['2026-01'],
    }),
  ),
  to: Type.Optional(
    Type.String({ description: 'month of the last cohort; default the current one', examples: ['2026-03'] }),
  ),
  website_id,
  program_id,
});

export const CohortsAnswer = Type.Object({
  cohorts: Type.Array(
    Type.Object({
      month: Type.String({ description: 'in which these people signed up, in the website’s time zone' }),
      customers: Type.Integer(),
      months: Type.Array(
        Type.Object({
          month: Type.Integer({ description: 'since the one of sign-up, which is 0' }),
          paying: Type.Integer({ description: 'customers who paid in that month' }),
          retention: Type.Number({ description: 'paying of all, 0 to 1' }),
          revenue: Type.Array(
            Type.Object({
              currency: Type.String(),
              revenue_cents: Type.Integer(),
              refunded_cents: Type.Integer({ description: 'that went back in that month' }),
            }),
          ),
        }),
        { description: 'up to the current month, which is not over yet' },
      ),
    }),
  ),
  time_zone: Type.String(),
  lag_seconds: Type.Number(),
});
