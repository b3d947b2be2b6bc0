/** What happened in a program, as lists (contract §12a). */
import Type, { type Static, type TSchema } from 'typebox';
import { iso } from './fields.ts';
import { ListQuery, policyTypes } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const text = nullable(Type.String());
const id = nullable(Type.Integer());

const activity = {
  ...ListQuery.properties,
  from: Type.Optional(Type.String({ description: 'instant or day, inclusive' })),
  to: Type.Optional(Type.String({ description: 'instant or day, inclusive' })),
  partner_id: Type.Optional(Type.Integer()),
  is_test: Type.Optional(Type.Boolean({ default: false })),
};
const statusOf = (statuses: readonly string[]) => Type.Optional(Type.Enum([...statuses]));

export const leadStatuses = ['settled', 'provisional'] as const;
export const paymentStatuses = ['paid', 'partially_refunded', 'refunded'] as const;
export const commissionStatuses = [
  'pending',
  'approved',
  'invoiced',
  'paid',
  'rejected',
  'refunded',
  'reversed',
  'disputed',
] as const;

export const ClicksQuery = Type.Object(activity);
export const LeadsQuery = Type.Object({ ...activity, status: statusOf(leadStatuses) });
export const CommissionsQuery = Type.Object({ ...activity, status: statusOf(commissionStatuses) });
export const PaymentsQuery = Type.Object({
  ...activity,
  status: statusOf(paymentStatuses),
  search: Type.Optional(
    Type.String({
      maxLength: 255,
      description:
        'a payment’s number or any id of it, the beginning of its transaction id, a customer key or an email address',
    }),
  ),
});

export const ClickItem = Type.Object({
  id: Type.String({ description: 'the click id' }),
  partner_id: id,
  link_id: id,
  clicked_at: iso,
  landing_page: text,
  referrer: text,
  utm_source: text,
  utm_medium: text,
  utm_campaign: text,
  utm_term: text,
  utm_content: text,
  channel: text,
  country: text,
  region: text,
  city: text,
  device: text,
  browser: text,
  os: text,
  is_test: Type.Boolean(),
});
export type ClickItem = Static<typeof ClickItem>;

export const LeadItem = Type.Object({
  id: Type.Integer(),
  customer_id: id,
  customer_key: text,
  email_masked: text,
  partner_id: id,
  status: Type.Enum([...leadStatuses]),
  created_at: iso,
  is_test: Type.Boolean(),
});
export type LeadItem = Static<typeof LeadItem>;

export const PaymentItem = Type.Object({
  id: Type.Integer(),
  transaction_id: Type.String(),
  source: Type.String(),
  status: Type.Enum([...paymentStatuses]),
  amount_cents: Type.Integer(),
  refunded_cents: Type.Integer(),
  currency: Type.String(),
  customer_id: id,
  occurred_at: iso,
  attributed: Type.Boolean(),
  reason: text,
  partner_id: id,
  commission_id: Type.Union([Type.Integer(), Type.Null()], {
    description: 'under linear: of the largest share',
  }),
  is_test: Type.Boolean(),
});
export type PaymentItem = Static<typeof PaymentItem>;

export const CommissionItem = Type.Object({
  id: Type.Integer(),
  payment_id: id,
  partner_id: Type.Integer(),
  type: Type.Enum([...policyTypes]),
  status: Type.Enum([...commissionStatuses]),
  amount_cents: Type.Integer({ description: 'as earned' }),
  reversed_cents: Type.Integer(),
  currency: Type.String(),
  hold_until: iso,
  created_at: iso,
  review: Type.Union(
    [
      Type.Object({
        verdict: Type.Enum(['approved', 'rejected', 'held']),
        reason: Type.String(),
        by: Type.String(),
        at: iso,
      }),
      Type.Null(),
    ],
    { description: 'what a person said of it last' },
  ),
});
export type CommissionItem = Static<typeof CommissionItem>;

export const AuditQuery = Type.Object({
  ...ListQuery.properties,
  program_id: Type.Optional(Type.Integer()),
  act: Type.Optional(Type.String({ description: 'as in policy.add' })),
  from: Type.Optional(Type.String({ description: 'instant or day, inclusive' })),
  to: Type.Optional(Type.String({ description: 'instant or day, inclusive' })),
});

export const AuditEntry = Type.Object({
  seq: Type.Integer({ description: 'of the workspace, without gaps' }),
  at: iso,
  actor: Type.String({ description: 'as in key 7' }),
  act: Type.String({ description: '<thing>.<verb>, as in policy.add' }),
  program_id: id,
  subject: Type.String({ description: 'what was changed, as in partner 7' }),
  reason: text,
  details: Type.Object({}, { additionalProperties: true, description: 'what it was changed to' }),
  hash: Type.String({ description: 'SHA-256 over this entry and the hash before it' }),
});
export type AuditEntry = Static<typeof AuditEntry>;
