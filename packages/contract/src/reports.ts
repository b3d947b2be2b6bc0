/** Reports (contract §12a). */
import Type from 'typebox';

export const revenueDimensions = [
  'source',
  'medium',
  'campaign',
  'referrer',
  'landing_page',
  'country',
  'device',
  'partner',
  'channel',
] as const;
export type RevenueDimension = (typeof revenueDimensions)[number];

export const RevenueQuery = Type.Object({
  by: Type.Union(revenueDimensions.map((dimension) => Type.Literal(dimension))),
  from: Type.Optional(
    Type.String({ description: 'day (in the website’s time zone) or instant; default 29 days ago' }),
  ),
  to: Type.Optional(Type.String({ description: 'day or instant, inclusive; default today' })),
  website_id: Type.Optional(Type.String({ description: 'this or program_id' })),
  program_id: Type.Optional(Type.String({ description: 'this or website_id' })),
});

export const RevenueAnswer = Type.Object({
  rows: Type.Array(
    Type.Object({
      key: Type.String({ description: 'empty: none, e.g. a direct visit' }),
      name: Type.Optional(Type.String({ description: 'by=partner: the partner’s name' })),
      visitors: Type.Integer(),
      visits: Type.Integer(),
      payments: Type.Integer(),
      revenue_cents: Type.Integer(),
      refunded_cents: Type.Integer(),
      commission_cents: Type.Integer(),
    }),
  ),
  currency: Type.String({ description: 'of every amount in rows' }),
  other_currencies: Type.Array(
    Type.Object({ currency: Type.String(), payments: Type.Integer(), revenue_cents: Type.Integer() }),
    { description: 'payments in other currencies, which rows leave out' },
  ),
  lag_seconds: Type.Number({ description: 'age of the oldest event that the report cannot see yet' }),
});
