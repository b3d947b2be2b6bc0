/** The last half hour of a website or program, as one answer or as a stream of them. */
import Type, { type Static } from 'typebox';

export const RealtimeQuery = Type.Object({
  website_id: Type.Optional(Type.String({ description: 'this or program_id' })),
  program_id: Type.Optional(Type.String({ description: 'this or website_id' })),
});

const top = Type.Array(
  Type.Object({
    key: Type.String({ description: 'empty: none, e.g. a direct visit' }),
    visitors: Type.Integer(),
  }),
  { description: 'the ten with most visitors' },
);

export const RealtimeAnswer = Type.Object({
  at: Type.String({ format: 'date-time', description: 'when this was counted' }),
  visitors_now: Type.Integer({ description: 'browsers that did something in the last five minutes' }),
  visitors: Type.Integer({ description: 'browsers that did something in the last 30 minutes' }),
  pageviews: Type.Integer(),
  minutes: Type.Array(
    Type.Object({
      minute: Type.String({ format: 'date-time', description: 'when it began; the last one runs' }),
      visitors: Type.Integer(),
      pageviews: Type.Integer(),
    }),
    { description: 'the last 30, oldest first' },
  ),
  pages: Type.Array(
    Type.Object({ key: Type.String(), visitors: Type.Integer(), pageviews: Type.Integer() }),
    { description: 'the ten with most visitors' },
  ),
  sources: top,
  countries: top,
  goals: Type.Array(
    Type.Object({ key: Type.String(), visitors: Type.Integer(), conversions: Type.Integer() }),
    { description: 'of the website, that were reached' },
  ),
  latest: Type.Array(
    Type.Object({
      at: Type.String({ format: 'date-time' }),
      type: Type.Enum(['pageview', 'custom', 'click', 'lead', 'payment']),
      text: Type.String({ description: 'pageview: the path; custom: the event’s name; else empty' }),
      country: Type.String(),
      source: Type.String({ description: 'of a visit or click, where it is known' }),
      amount_cents: Type.Integer({ description: 'of a payment' }),
      currency: Type.String({ description: 'of a payment' }),
    }),
    { description: 'what was done last, the latest first, at most 30; by whom is not told' },
  ),
  leads: Type.Integer(),
  payments: Type.Integer({ description: 'in every currency' }),
  revenue_cents: Type.Integer({ description: 'of payments in `currency`' }),
  currency: Type.String(),
  other_currencies: Type.Array(
    Type.Object({ currency: Type.String(), payments: Type.Integer(), revenue_cents: Type.Integer() }),
  ),
  lag_seconds: Type.Number({ description: 'age of the oldest event that was not counted yet' }),
});
export type RealtimeAnswer = Static<typeof RealtimeAnswer>;
