/** Payouts: balances of partners, where their money goes, and how it is sent (contract §8; extensions of §12a). */
import Type, { type Static, type TSchema } from 'typebox';
import { iso, maxAmountMinor, requiredText, text } from './fields.ts';
import { ListQuery } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const cents = (description?: string) => Type.Integer(description === undefined ? {} : { description });

export const payoutMethods = ['bank_transfer', 'paypal', 'stripe', 'wise'] as const;
export const payoutStatuses = [
  'pending',
  'approved',
  'processing',
  'completed',
  'rejected',
  'failed',
] as const;

export const PartnerBalance = Type.Object({
  partner_id: Type.Integer(),
  partner: Type.String(),
  currency: Type.String(),
  pending_cents: cents('in the hold period'),
  disputed_cents: cents('contested by the customer’s bank'),
  approved_cents: cents('hold over, billed with the next invoice'),
  available_cents: cents('billed, less what came back since; below zero: set off against what comes'),
  processing_cents: cents('in a payout that is not completed'),
  paid_cents: cents(),
});
export type PartnerBalance = Static<typeof PartnerBalance>;

export const SetPayoutMethodRequest = Type.Object(
  {
    method: Type.Enum([...payoutMethods]),
    account_holder: text({ description: 'bank_transfer, wise: the name on the account' }),
    email: text({ description: 'paypal, wise: the recipient’s address' }),
    iban: text({ description: 'bank_transfer, wise' }),
    bic: text({ description: 'bank_transfer' }),
    account_number: text({ description: 'bank_transfer, where there is no IBAN' }),
    routing_number: text({ description: 'bank_transfer, with account_number' }),
    stripe_account: text({ description: 'stripe: acct_…' }),
    recipient_type: Type.Optional(Type.Enum(['person', 'business'], { description: 'wise; default person' })),
  },
  {
    examples: [
      {
        method: 'bank_transfer',
        account_holder: 'Anna Example',
        iban: 'DE89370400440532013000',
        bic: 'COBADEFFXXX',
      },
    ],
  },
);
export type SetPayoutMethodRequest = Static<typeof SetPayoutMethodRequest>;

export const PayoutMethodRecord = Type.Object({
  method: Type.Enum([...payoutMethods]),
  details: Type.Record(Type.String(), Type.String(), { description: 'masked' }),
  created_at: iso,
});
export type PayoutMethodRecord = Static<typeof PayoutMethodRecord>;

export const SetThresholdRequest = Type.Object(
  {
    currency: Type.String({ format: 'currency', 'x-message': 'currency must be an ISO 4217 code' }),
    threshold_cents: Type.Integer({ minimum: 0, maximum: maxAmountMinor }),
  },
  { examples: [{ currency: 'USD', threshold_cents: 5000 }] },
);
export type SetThresholdRequest = Static<typeof SetThresholdRequest>;

export const ThresholdRecord = Type.Object({
  currency: Type.String(),
  threshold_cents: Type.Integer(),
});
export type ThresholdRecord = Static<typeof ThresholdRecord>;

export const CreateBatchRequest = Type.Object(
  {
    currency: Type.Optional(
      Type.String({
        format: 'currency',
        description: 'default: the program’s',
        'x-message': 'currency must be an ISO 4217 code',
      }),
    ),
  },
  { examples: [{ currency: 'USD' }] },
);
export type CreateBatchRequest = Static<typeof CreateBatchRequest>;

export const PayoutItem = Type.Object({
  id: Type.Integer(),
  partner_id: Type.Integer(),
  partner: Type.String(),
  status: Type.Enum([...payoutStatuses]),
  amount_cents: cents(),
  method: Type.Enum([...payoutMethods]),
  reference: nullable(Type.String()),
  reason: nullable(Type.String()),
});

export const BatchItem = Type.Object({
  id: Type.Integer(),
  program_id: Type.Integer(),
  status: Type.Enum([...payoutStatuses], { description: 'completed: every payout is completed or failed' }),
  currency: Type.String(),
  payouts: Type.Integer({ description: 'how many' }),
  total_cents: cents(),
  created_by: Type.String(),
  created_at: iso,
  decided_by: nullable(Type.String()),
  decided_at: nullable(iso),
  reason: nullable(Type.String()),
});
export type BatchItem = Static<typeof BatchItem>;

export const exportFormats = ['paypal', 'wise_email', 'wise_iban', 'bank_transfer', 'stripe'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const PayoutFile = Type.Object({
  format: Type.Enum([...exportFormats]),
  payouts: Type.Integer({ description: 'how many are in it' }),
  parts: Type.Integer({ description: 'in how many parts it is fetched, numbered from 1' }),
});
export type PayoutFile = Static<typeof PayoutFile>;

export const BatchRecord = Type.Object({
  ...BatchItem.properties,
  files: Type.Array(PayoutFile, { description: 'what is handed in to send the batch' }),
  lines: Type.Array(PayoutItem),
});
export type BatchRecord = Static<typeof BatchRecord>;

export const CreatedBatch = Type.Object({
  ...BatchRecord.properties,
  skipped: Type.Array(
    Type.Object({ partner_id: Type.Integer(), available_cents: cents(), reason: Type.String() }),
    { description: 'at the threshold, but with nowhere to send the money to' },
  ),
});
export type CreatedBatch = Static<typeof CreatedBatch>;

export const RejectBatchRequest = Type.Object(
  {
    reason: requiredText({ 'x-message': 'reason is required' }),
  },
  { examples: [{ reason: 'Wrong week' }] },
);
export const CompletePayoutRequest = Type.Object(
  {
    reference: text({ description: 'of the bank or the provider' }),
  },
  { examples: [{ reference: 'SEPA 2026-03-20' }] },
);
export const FailPayoutRequest = Type.Object(
  { reason: requiredText({ 'x-message': 'reason is required' }) },
  { examples: [{ reason: 'The account is closed' }] },
);

export const ExportQuery = Type.Object({
  format: Type.Enum([...exportFormats]),
  part: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'required where the batch’s `files` tell of more than one part',
    }),
  ),
});

export const BatchesQuery = Type.Object({ ...ListQuery.properties });

export const StatementQuery = Type.Object({
  from: Type.String({ description: 'instant or day, inclusive' }),
  to: Type.String({ description: 'instant or day, inclusive' }),
});

export const PartnerStatement = Type.Object({
  partner_id: Type.Integer(),
  partner: Type.String(),
  program: Type.String(),
  from: iso,
  to: iso,
  currencies: Type.Array(
    Type.Object({
      currency: Type.String(),
      opening_cents: cents('owed when the period began'),
      earned_cents: cents(),
      reversed_cents: cents('refunds, lost disputes, later decisions; below zero'),
      paid_cents: cents('sent; below zero'),
      closing_cents: cents('owed when it ended'),
      lines: Type.Array(
        Type.Object({
          at: iso,
          kind: Type.Enum(['earned', 'reversed', 'paid']),
          amount_cents: cents(),
          commission_id: nullable(Type.Integer()),
          transaction_id: nullable(Type.String()),
        }),
      ),
    }),
  ),
});
export type PartnerStatement = Static<typeof PartnerStatement>;
