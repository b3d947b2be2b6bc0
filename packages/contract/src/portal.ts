/**
 * The partner portal: what a partner who is signed in sees and does, for themselves alone. Nothing in these answers names a
 * customer: no address, key, id or place of theirs, nor the program's own id of a payment.
 */
import Type, { type Static, type TSchema } from 'typebox';
import { iso, text } from './fields.ts';
import { commissionStatuses } from './lists.ts';
import { payoutMethods, payoutStatuses } from './payouts.ts';
import { enrollmentStatuses, ListQuery, policyTypes } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const cents = (description?: string) => Type.Integer(description === undefined ? {} : { description });

/** Terms, as they are told to partners. */
export const PortalTerms = Type.Object({
  type: Type.Enum([...policyTypes]),
  rate_bps: nullable(Type.Integer()),
  fixed_cents: nullable(Type.Integer()),
  currency: Type.String(),
  duration_months: nullable(Type.Integer()),
  hold_period_days: Type.Integer(),
  approval: Type.Enum(['automatic', 'manual']),
});
export type PortalTerms = Static<typeof PortalTerms>;

export const PortalMe = Type.Object({
  name: Type.String(),
  email: Type.String(),
});
export type PortalMe = Static<typeof PortalMe>;

export const PortalProgram = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  domain: Type.String(),
  currency: Type.String(),
  time_zone: Type.String({ description: 'days of the reports are of this zone' }),
  status: Type.Enum([...enrollmentStatuses]),
  is_active: Type.Boolean({ description: 'false: the program is paused or over' }),
  joined_at: iso,
  cookie_window_days: Type.Integer(),
  attribution_window_days: Type.Integer(),
  links_left: Type.Integer({ description: 'how many links the partner may still make' }),
  terms: Type.Array(PortalTerms, { description: 'in force now, the general ones first' }),
});
export type PortalProgram = Static<typeof PortalProgram>;

export const PortalLink = Type.Object({
  id: Type.Integer(),
  code: Type.String(),
  url: Type.String({ description: 'what the partner shares' }),
  destination_url: Type.String(),
  status: Type.Enum(['active', 'inactive']),
  clicks: Type.Integer(),
  last_clicked_at: nullable(iso),
  created_at: iso,
});
export type PortalLink = Static<typeof PortalLink>;

export const CreatePortalLinkRequest = Type.Object(
  {
    code: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'else made from the name' }),
    ),
    destination_url: text({ description: 'a page of the program’s domain; default its first' }, 4096),
  },
  { examples: [{ code: 'anna-blog' }] },
);
export type CreatePortalLinkRequest = Static<typeof CreatePortalLinkRequest>;

export const PortalReportQuery = Type.Object({
  from: Type.String({ description: 'instant or day, inclusive' }),
  to: Type.String({ description: 'instant or day, inclusive' }),
  by: Type.Optional(Type.Enum(['day', 'week', 'month'], { description: 'default day' })),
});

const figures = {
  clicks: Type.Integer(),
  leads: Type.Integer({ description: 'sign-ups' }),
  customers: Type.Integer({ description: 'who paid' }),
  payments: Type.Integer(),
  revenue_cents: cents('less refunds'),
  commissions_cents: cents('less what was taken back'),
};
export const PortalReport = Type.Object({
  totals: Type.Object(figures),
  rows: Type.Array(Type.Object({ key: Type.String({ description: 'the day, week or month' }), ...figures })),
  currency: Type.String(),
  time_zone: Type.String(),
});
export type PortalReport = Static<typeof PortalReport>;

export const PortalCommission = Type.Object({
  id: Type.Integer(),
  program_id: Type.Integer(),
  type: Type.Enum([...policyTypes]),
  status: Type.Enum([...commissionStatuses]),
  amount_cents: cents('as earned'),
  reversed_cents: cents(),
  currency: Type.String(),
  hold_until: iso,
  earned_at: iso,
});
export type PortalCommission = Static<typeof PortalCommission>;

export const PortalCommissionsQuery = Type.Object({
  ...ListQuery.properties,
  status: Type.Optional(Type.Enum([...commissionStatuses])),
});

/** What has still to happen before the money is there. */
export const payableStates = [
  'held',
  'waits_for_approval',
  'next_invoice',
  'next_payout',
  'in_payout',
  'paid',
  'disputed',
  'nothing_left',
] as const;

export const reversalReasons = ['refund', 'dispute', 'rejected', 'decided_again', 'other'] as const;

export const PortalExplanation = Type.Object({
  commission: PortalCommission,
  program: Type.String(),
  earned_by: Type.Enum(['payment', 'click', 'sign_up']),
  payment: nullable(
    Type.Object({
      amount_cents: cents(),
      refunded_cents: cents(),
      currency: Type.String(),
      paid_at: iso,
      is_recurring: Type.Boolean(),
    }),
  ),
  attribution: nullable(
    Type.Object({
      model: Type.String(),
      window_days: Type.Integer(),
      matched_by: nullable(Type.String({ description: 'by what kind of evidence the customer was known' })),
    }),
  ),
  clicks: Type.Array(
    Type.Object({
      clicked_at: iso,
      link: nullable(Type.String({ description: 'the code' })),
      age_days: Type.Integer(),
      counted: Type.Boolean(),
      reason: nullable(Type.String({ description: 'why it did not count' })),
    }),
    { description: 'those of the partner, newest first' },
  ),
  other_clicks: Type.Integer({ description: 'of other partners, for the same payment' }),
  policy: Type.Object({
    group: Type.String(),
    version: Type.Integer(),
    type: Type.Enum([...policyTypes]),
    rate_bps: nullable(Type.Integer()),
    fixed_cents: nullable(Type.Integer()),
    currency: Type.String(),
    duration_months: nullable(Type.Integer()),
    hold_period_days: Type.Integer(),
    min_cents: nullable(cents()),
    max_cents: nullable(cents()),
    customer_cap_cents: nullable(cents()),
    effective_from: iso,
  }),
  arithmetic: Type.Array(
    Type.Object({ step: Type.String(), text: Type.String(), result: Type.Integer({ description: 'cents' }) }),
  ),
  payable: Type.Object({
    state: Type.Enum([...payableStates]),
    at: nullable(iso),
    amount_cents: cents(),
  }),
  changes: Type.Array(
    Type.Object({
      at: iso,
      kind: Type.Enum(['earned', 'reversed', 'restored']),
      amount_cents: cents(),
      reason: nullable(Type.Enum([...reversalReasons])),
    }),
    { description: 'what the books say, oldest first' },
  ),
});
export type PortalExplanation = Static<typeof PortalExplanation>;

export const PortalBalance = Type.Object({
  currency: Type.String(),
  pending_cents: cents('in the hold period'),
  disputed_cents: cents(),
  approved_cents: cents('hold over, billed with the next invoice'),
  available_cents: cents('for the next payout; below zero: set off against what comes'),
  processing_cents: cents('on its way'),
  paid_cents: cents(),
  threshold_cents: cents('from which balance on a payout is made'),
  program_threshold_cents: cents('the least that the threshold can be'),
});
export type PortalBalance = Static<typeof PortalBalance>;

export const PortalPayout = Type.Object({
  id: Type.Integer(),
  program_id: Type.Integer(),
  status: Type.Enum([...payoutStatuses]),
  amount_cents: cents(),
  currency: Type.String(),
  method: Type.Enum([...payoutMethods]),
  reference: nullable(Type.String()),
  reason: nullable(Type.String({ description: 'why it failed' })),
  created_at: iso,
  settled_at: nullable(iso),
});
export type PortalPayout = Static<typeof PortalPayout>;

export const taxDocumentLimit = 5 * 1024 * 1024;

export const TaxDocument = Type.Object({
  id: Type.Integer(),
  file_name: Type.String(),
  media_type: Type.Enum(['application/pdf', 'image/png', 'image/jpeg']),
  size_bytes: Type.Integer(),
  sha256: Type.String({ description: 'hex' }),
  uploaded_at: iso,
});
export type TaxDocument = Static<typeof TaxDocument>;

export const UploadQuery = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 255, description: 'of the file' })),
});
