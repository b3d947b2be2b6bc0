/** Sums over several currencies in the reporting currency of a program (extensions of §12a). */
import Type, { type Static } from 'typebox';

export const TotalsQuery = Type.Object({
  partner_id: Type.Optional(
    Type.Integer({ minimum: 1, description: 'what this partner has, without revenue and invoices' }),
  ),
});

export const ReportingTotals = Type.Object({
  currency: Type.String({ description: 'the program’s' }),
  figures: Type.Array(
    Type.Object({
      figure: Type.String(),
      cents: Type.Integer({
        description: 'of everything that could be converted, in the reporting currency',
      }),
      parts: Type.Array(
        Type.Object({
          currency: Type.String(),
          cents: Type.Integer({ description: 'in this currency' }),
          converted_cents: Type.Integer({ description: 'what the part with a rate comes to' }),
          unconverted_cents: Type.Integer({
            description: 'in this currency: the part without a rate, which is in no sum',
          }),
        }),
      ),
    }),
  ),
  rates: Type.Array(
    Type.Object({
      currency: Type.String(),
      usd_per_unit: Type.String(),
      rate_date: Type.Union([Type.String(), Type.Null()], {
        description: 'null: pinned to a payment’s fee, whose explanation tells its date',
      }),
      from: Type.String({ description: 'the first day of what it was used for' }),
      to: Type.String({ description: 'the last day' }),
    }),
    { description: 'every rate that a figure was reckoned with' },
  ),
});
export type ReportingTotals = Static<typeof ReportingTotals>;
