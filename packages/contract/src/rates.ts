/** Exchange rates: dated facts that payments are converted with (extensions of §12a). */
import Type, { type Static } from 'typebox';
import { ListQuery } from './setup.ts';

export const RateItem = Type.Object({
  date: Type.String({ description: 'YYYY-MM-DD' }),
  currency: Type.String(),
  usd_per_unit: Type.String({ description: 'how many dollars one unit is worth, as exact decimal' }),
});
export type RateItem = Static<typeof RateItem>;

export const RatesQuery = Type.Object({
  ...ListQuery.properties,
  currency: Type.Optional(Type.String({ description: 'of this currency only' })),
});

export const ImportRatesRequest = Type.Object(
  {
    rates: Type.Optional(
      Type.Array(Type.Unknown(), {
        minItems: 1,
        maxItems: 20_000,
        description: '[{"date":"2026-06-01","currency":"EUR","usd_per_unit":"1.0842"}]',
      }),
    ),
    csv: Type.Optional(
      Type.String({
        maxLength: 250_000,
        pattern: '^[^\\u0000]*$',
        description: 'instead of rates: a file with the columns date,currency,usd_per_unit',
      }),
    ),
  },
  { examples: [{ rates: [{ date: '2026-03-02', currency: 'EUR', usd_per_unit: '1.0842' }] }] },
);
export type ImportRatesRequest = Static<typeof ImportRatesRequest>;

export const ImportRatesAnswer = Type.Object({ imported: Type.Integer() });
