import type { Currency } from '../../money/index.ts';
import { type Sql, statement, type Transaction } from '../../platform/index.ts';
import type { ProgramKey } from './queries.ts';

// What becomes of an invoice: paid or overdue.

interface InvoiceKey extends ProgramKey {
  id: bigint;
}

export interface PayableInvoice extends InvoiceKey {
  number: string;
  currency: Currency;
  feeMinor: bigint;
  totalMinor: bigint;
  paidAt: Date | null;
}

const find = statement(
  'billing.find_payable_invoice',
  `select i.workspace_id as "workspaceId", i.program_id as "programId", i.id, i.number, i.currency, i.fee_minor as "feeMinor",
     i.total_minor as "totalMinor", p.paid_at as "paidAt"
   from invoices i
   left join invoice_payments p on p.workspace_id = i.workspace_id and p.invoice_id = i.id
   where i.workspace_id = $1 and i.id = $2`,
);

export async function findInvoice(
  sql: Sql,
  { workspaceId }: { workspaceId: number },
  id: number,
): Promise<PayableInvoice | undefined> {
  const [row] = await sql.query<PayableInvoice>(find, [workspaceId, id]);
  return row;
}

export interface InvoicePayment {
  paidAt: Date;
  reference: string | null;
  recordedBy: string;
  recordedAt: Date;
}

const insertPayment = statement(
  'billing.insert_invoice_payment',
  `insert into invoice_payments (workspace_id, invoice_id, paid_at, reference, recorded_by, recorded_at)
   values ($1, $2, $3, $4, $5, $6)`,
);

export async function insertInvoicePayment(
  trx: Transaction,
  invoice: InvoiceKey,
  payment: InvoicePayment,
): Promise<void> {
  const { paidAt, reference, recordedBy, recordedAt } = payment;
  await trx.query(insertPayment, [
    invoice.workspaceId,
    invoice.id,
    paidAt,
    reference,
    recordedBy,
    recordedAt,
  ]);
}

const anyOverdue = statement(
  'billing.is_any_overdue',
  `select exists (
     select from invoices i
     join invoice_reminders r on r.workspace_id = i.workspace_id and r.invoice_id = i.id
     where i.workspace_id = $1 and i.program_id = $2
       and not exists (select from invoice_payments p where p.workspace_id = i.workspace_id and p.invoice_id = i.id)
   ) as any`,
);

export async function isAnyOverdue(sql: Sql, program: ProgramKey): Promise<boolean> {
  const [row] = await sql.query<{ any: boolean }>(anyOverdue, [program.workspaceId, program.programId]);
  return row?.any === true;
}

const pastDue = statement(
  'billing.list_past_due',
  `select i.workspace_id as "workspaceId", i.program_id as "programId", i.id, i.number, i.currency,
     i.total_minor as "totalMinor", i.due_at as "dueAt"
   from invoices i
   where i.due_at <= $1 and i.total_minor > 0
     and not exists (select from invoice_payments p where p.workspace_id = i.workspace_id and p.invoice_id = i.id)
     and not exists (select from invoice_reminders r where r.workspace_id = i.workspace_id and r.invoice_id = i.id)
   order by i.id`,
);

export interface PastDueInvoice extends InvoiceKey {
  number: string;
  currency: Currency;
  totalMinor: bigint;
  dueAt: Date;
}

export function listPastDue(sql: Sql, now: Date): Promise<PastDueInvoice[]> {
  return sql.query(pastDue, [now]);
}

const paid = statement(
  'billing.is_paid',
  'select exists (select from invoice_payments where workspace_id = $1 and invoice_id = $2) as any',
);

export async function isPaid(sql: Sql, invoice: InvoiceKey): Promise<boolean> {
  const [row] = await sql.query<{ any: boolean }>(paid, [invoice.workspaceId, invoice.id]);
  return row?.any === true;
}

const remind = statement(
  'billing.insert_reminder',
  `insert into invoice_reminders (workspace_id, invoice_id, overdue_at) values ($1, $2, $3)
   on conflict do nothing returning invoice_id`,
);

/** False: another run was first. */
export async function insertReminder(trx: Transaction, invoice: InvoiceKey, at: Date): Promise<boolean> {
  return (await trx.query(remind, [invoice.workspaceId, invoice.id, at])).length > 0;
}
