/** Attribution models beside each other, and which payments moved between them. */
import Type, { type Static } from 'typebox';

/** Models that go by one path alone. */
export const ruleModels = [
  'first_touch',
  'last_touch',
  'last_non_direct',
  'linear',
  'position_based',
  'time_decay',
] as const;
export type RuleModel = (typeof ruleModels)[number];

/** All models: the last two go by all paths together, those without a payment among them. */
export const creditModels = [...ruleModels, 'markov', 'shapley'] as const;
export type CreditModel = (typeof creditModels)[number];

/** What the touches of a path may be told apart by. */
export const pathDimensions = ['channel', 'source', 'campaign', 'landing_page', 'partner'] as const;
export type PathDimension = (typeof pathDimensions)[number];

const subject = {
  website_id: Type.Optional(Type.String({ description: 'this or program_id' })),
  program_id: Type.Optional(Type.String({ description: 'this or website_id' })),
};
const period = {
  from: Type.Optional(
    Type.String({ description: 'day (in the website’s time zone) or instant; default 29 days ago' }),
  ),
  to: Type.Optional(Type.String({ description: 'day or instant, inclusive; default today' })),
};
const paths = {
  by: Type.Enum([...pathDimensions]),
  ...period,
  ...subject,
  lookback_days: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 365,
      description: 'how long before a payment a touch may be; default 30',
    }),
  ),
  revenue: Type.Optional(
    Type.Enum(['gross', 'net'], { description: 'net: less what was refunded so far; default gross' }),
  ),
};
const chain = {
  markov_order: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 3,
      description: 'markov and shapley: how many touches the next step depends on; default 1',
    }),
  ),
  seed: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 4_294_967_295,
      description: 'shapley, where it is sampled; default 1',
    }),
  ),
};
const model = Type.Enum([...creditModels]);

export const ModelsQuery = Type.Object({
  ...paths,
  models: Type.Optional(Type.String({ description: 'names with commas between; default all' })),
  ...chain,
});

const sums = {
  payments: Type.Integer(),
  revenue_cents: Type.Integer(),
};

export const otherCurrencies = Type.Array(Type.Object({ currency: Type.String(), ...sums }), {
  description: 'payments in other currencies, which are left out',
});

const ModelCredit = Type.Object({
  revenue_cents: Type.Integer(),
  payments: Type.Number({ description: 'parts of payments add up, to six decimals' }),
  removal_effect: Type.Optional(
    Type.Number({ description: 'markov: the part of all payments that would be lost without it' }),
  ),
  error_cents: Type.Optional(
    Type.Integer({
      description:
        'shapley, where it is sampled: with 95 % confidence no row is further from the exact value',
    }),
  ),
});

export const ModelsAnswer = Type.Object({
  models: Type.Array(Type.String()),
  rows: Type.Array(
    Type.Object({
      key: Type.String({ description: 'empty: none, e.g. a visit without a campaign' }),
      name: Type.Optional(Type.String({ description: 'by=partner: the partner’s name' })),
      others: Type.Optional(
        Type.Boolean({ description: 'true: what is not among the 200 values with most touches, together' }),
      ),
      models: Type.Record(Type.String(), ModelCredit),
    }),
  ),
  totals: Type.Object(sums, {
    description: 'of the period. Under each model the rows, untouched and cut add up to it',
  }),
  untouched: Type.Object(sums, { description: 'payments without a touch in the look-back' }),
  cut: Type.Object(sums, { description: 'payments left out because there are too many different paths' }),
  paths: Type.Object({
    paid: Type.Integer({ description: 'payments with a path' }),
    unpaid: Type.Integer({
      description: 'people whose path has not led to a payment; 0 where no model asks',
    }),
    shortened: Type.Integer({
      description: 'paths of more than 50 touches, read as the first and the last 49',
    }),
  }),
  shapley: Type.Optional(
    Type.Object({
      method: Type.Enum(['exact', 'sampled']),
      samples: Type.Integer(),
      seed: Type.Integer(),
    }),
  ),
  currency: Type.String(),
  other_currencies: otherCurrencies,
  lag_seconds: Type.Number({ description: 'age of the oldest event that the report cannot see yet' }),
});
export type ModelsAnswer = Static<typeof ModelsAnswer>;

export const MovesQuery = Type.Object({
  ...paths,
  key: Type.String({ maxLength: 4096, description: 'of the row that is asked about' }),
  from_model: model,
  to_model: model,
  ...chain,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  cursor: Type.Optional(Type.String()),
});

export const MovesAnswer = Type.Object({
  from_cents: Type.Integer({ description: 'what the first model gives the row' }),
  to_cents: Type.Integer(),
  difference_cents: Type.Integer({ description: 'to less from: moved and spread together' }),
  moved_cents: Type.Integer({ description: 'of all payments that moved, on every page' }),
  moved_payments: Type.Integer(),
  spread_cents: Type.Integer({
    description:
      'markov, shapley: what no single payment explains, since these models share out the total. 0 between others',
  }),
  moves: Type.Array(
    Type.Object({
      payment_id: Type.Integer(),
      paid_at: Type.String({ format: 'date-time' }),
      amount_cents: Type.Integer(),
      from_cents: Type.Integer({ description: 'of this payment, to the row, under the first model' }),
      to_cents: Type.Integer(),
      difference_cents: Type.Integer(),
      path: Type.Array(
        Type.Object({
          key: Type.String(),
          at: Type.String({ format: 'date-time' }),
          others: Type.Optional(Type.Boolean()),
        }),
      ),
    }),
    { description: 'the biggest difference first' },
  ),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
  currency: Type.String(),
});
export type MovesAnswer = Static<typeof MovesAnswer>;
