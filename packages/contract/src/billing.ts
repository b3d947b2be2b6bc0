/** Invoices: what a program owes for a week (contract §8; extensions of §12a). */
import Type, { type Static, type TSchema } from 'typebox';
import { instant, iso, text } from './fields.ts';
import { ListQuery } from './setup.ts';

const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const cents = (description?: string) => Type.Integer(description === undefined ? {} : { description });

export const invoiceStatuses = ['open', 'overdue', 'paid', 'carried_over'] as const;

export const InvoicesQuery = Type.Object({
  ...ListQuery.properties,
  status: Type.Optional(Type.Enum([...invoiceStatuses])),
});

export const InvoiceItem = Type.Object({
  id: Type.Integer(),
  number: Type.String({ description: 'INV-YYYY-MM-NNNN; without gaps in a workspace’s month' }),
  program_id: Type.Integer(),
  status: Type.Enum([...invoiceStatuses], {
    description: 'carried_over: below zero, taken off the next invoice',
  }),
  period_start: Type.String({ description: 'the Monday' }),
  period_end: Type.String({ description: 'the Sunday' }),
  currency: Type.String(),
  commission_cents: cents('commissions less credits'),
  fee_cents: cents('platform fee less credits'),
  carried_cents: cents('of the invoice before, where it was below zero'),
  total_cents: cents(),
  due_cents: cents('what is left to pay'),
  issued_at: iso,
  due_at: iso,
  paid_at: nullable(iso),
  payment_reference: nullable(Type.String()),
});
export type InvoiceItem = Static<typeof InvoiceItem>;

const InvoiceShare = Type.Object({
  partner_id: Type.Integer(),
  partner: Type.String(),
  commissions: Type.Integer({ description: 'how many' }),
  commission_cents: cents(),
  credits: Type.Integer({ description: 'how many' }),
  credit_cents: cents('taken back since they were billed'),
});

export const InvoiceRecord = Type.Object({
  ...InvoiceItem.properties,
  program: Type.String(),
  by_partner: Type.Array(InvoiceShare),
  fees: Type.Object({
    payments: Type.Integer({ description: 'how many' }),
    fee_cents: cents(),
    credits: Type.Integer({ description: 'how many' }),
    credit_cents: cents(),
  }),
});
export type InvoiceRecord = Static<typeof InvoiceRecord>;

export const InvoiceLine = Type.Object({
  id: Type.Integer(),
  kind: Type.Enum(['commission', 'commission_credit', 'fee', 'fee_credit']),
  amount_cents: cents('credits are below zero'),
  partner_id: nullable(Type.Integer()),
  commission_id: nullable(Type.Integer()),
  payment_id: nullable(Type.Integer()),
  transaction_id: nullable(Type.String()),
  payment_cents: nullable(Type.Integer()),
  occurred_at: nullable(iso),
});
export type InvoiceLine = Static<typeof InvoiceLine>;

export const PayInvoiceRequest = Type.Object(
  {
    paid_at: instant({ description: 'default: now' }),
    reference: text({ description: 'of the bank or the provider' }),
  },
  { examples: [{ paid_at: '2026-03-20T09:00:00Z', reference: 'SEPA 2026-03-20' }] },
);
export type PayInvoiceRequest = Static<typeof PayInvoiceRequest>;
