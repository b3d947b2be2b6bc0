/** What people decide about commissions: approve, reject, hold longer. */
import Type, { type Static } from 'typebox';
import { requiredText } from './fields.ts';
import { CommissionItem } from './lists.ts';

const reason = requiredText({ 'x-message': 'reason is required', description: 'kept for ever' });
const holdUntil = Type.String({
  maxLength: 64,
  format: 'date-time',
  description: 'later than the present one, at most a year ahead',
});
const commissionIds = Type.Array(
  Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: '^[0-9]{1,15}$' })]),
  { minItems: 1, maxItems: 500, description: 'commissions of the program' },
);

export const ReviewRequest = Type.Object(
  { reason },
  { $id: 'ReviewRequest', examples: [{ reason: 'Checked with the partner' }] },
);
export const HoldRequest = Type.Object(
  { reason, hold_until: holdUntil },
  {
    $id: 'HoldRequest',
    examples: [{ reason: 'The customer may come back', hold_until: '2026-04-15T00:00:00Z' }],
  },
);
export const BulkReviewRequest = Type.Object(
  { commission_ids: commissionIds, reason },
  { $id: 'BulkReviewRequest', examples: [{ commission_ids: [1018], reason: 'Checked with the partner' }] },
);
export const BulkHoldRequest = Type.Object(
  { commission_ids: commissionIds, reason, hold_until: holdUntil },
  {
    $id: 'BulkHoldRequest',
    examples: [
      { commission_ids: [1018], reason: 'The customer may come back', hold_until: '2026-04-15T00:00:00Z' },
    ],
  },
);

export const reviewOutcomes = ['changed', 'unchanged', 'not_found', 'not_pending', 'too_early'] as const;
export type ReviewOutcome = (typeof reviewOutcomes)[number];

export const BulkReviewAnswer = Type.Object({
  changed: Type.Integer({ description: 'how many the verdict was new to' }),
  results: Type.Array(
    Type.Object({
      commission_id: Type.Integer(),
      outcome: Type.Enum([...reviewOutcomes], {
        description:
          'unchanged: it was so already; not_pending, too_early: cannot be held (longer), and was left as it is',
      }),
      commission: Type.Union([CommissionItem, Type.Null()], { description: 'null where it was not found' }),
    }),
    { description: 'one for each id, in the order of the request' },
  ),
});
export type BulkReviewAnswer = Static<typeof BulkReviewAnswer>;
