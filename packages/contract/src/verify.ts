/** What `headwater verify` is told. */
import Type, { type Static } from 'typebox';

export const VerifyAnswer = Type.Object({
  ok: Type.Boolean(),
  fault: Type.Union(
    [
      Type.Object({
        check: Type.String({
          description: 'what was being checked, as in audit_chain, balances, commissions',
        }),
        what: Type.String({ description: 'where, as in payment 42' }),
        why: Type.String(),
      }),
      Type.Null(),
    ],
    { description: 'the first thing that is wrong' },
  ),
  checked: Type.Object({
    acts: Type.Integer(),
    entries: Type.Integer(),
    payments: Type.Integer(),
    commissions: Type.Integer(),
  }),
  trial_balance: Type.Array(
    Type.Object({ currency: Type.String(), account: Type.String(), amount_cents: Type.Integer() }),
  ),
  seconds: Type.Number(),
});
export type VerifyAnswer = Static<typeof VerifyAnswer>;
