import type { Currency } from '../../money/index.ts';
import { type Sql, statement } from '../../platform/index.ts';

// Invoices as they are read. Their lines are the entries of their ledger transaction.

export interface InvoiceRow {
  id: bigint;
  programId: number;
  program: string;
  number: string;
  periodStart: Date;
  periodEnd: Date;
  currency: Currency;
  commissionMinor: bigint;
  feeMinor: bigint;
  carriedMinor: bigint;
  totalMinor: bigint;
  issuedAt: Date;
  dueAt: Date;
  status: 'open' | 'overdue' | 'paid' | 'carried_over';
  paidAt: Date | null;
  reference: string | null;
  ledgerTransactionId: bigint;
}

/** Invoices and where they stand. */
export const invoiceRows = `
  select i.id, i.program_id as "programId", g.name as program, i.number, i.period_start as "periodStart",
    i.period_end as "periodEnd", i.currency, i.commission_minor as "commissionMinor", i.fee_minor as "feeMinor",
    i.carried_minor as "carriedMinor", i.total_minor as "totalMinor", i.issued_at as "issuedAt", i.due_at as "dueAt",
    i.ledger_transaction_id as "ledgerTransactionId", p.paid_at as "paidAt", p.reference,
    case when i.total_minor < 0 then 'carried_over' when p.invoice_id is not null or i.total_minor = 0 then 'paid'
      when r.invoice_id is not null then 'overdue' else 'open' end as status
  from invoices i
  join programs g on g.workspace_id = i.workspace_id and g.id = i.program_id
  left join invoice_payments p on p.workspace_id = i.workspace_id and p.invoice_id = i.id
  left join invoice_reminders r on r.workspace_id = i.workspace_id and r.invoice_id = i.id`;

const findOne = statement('billing.find_invoice', `${invoiceRows} where i.workspace_id = $1 and i.id = $2`);

export async function findInvoiceRow(
  sql: Sql,
  workspaceId: number,
  id: number,
): Promise<InvoiceRow | undefined> {
  const [row] = await sql.query<InvoiceRow>(findOne, [workspaceId, id]);
  return row;
}

const list = statement(
  'billing.list_invoices',
  `select * from (${invoiceRows} where i.workspace_id = $1 and i.program_id = $2 and ($3::bigint is null or i.id < $3)) invoice
   where $4::text is null or status = $4 order by id desc limit $5`,
);

/** Newest first. */
export function listInvoiceRows(
  sql: Sql,
  asked: {
    workspaceId: number;
    programId: number;
    beforeId: string | null;
    status: string | null;
    limit: number;
  },
): Promise<InvoiceRow[]> {
  return sql.query(list, [asked.workspaceId, asked.programId, asked.beforeId, asked.status, asked.limit]);
}

export interface InvoiceShareRow {
  /** null: the fees. */
  partnerId: number | null;
  partner: string | null;
  billed: number;
  billedMinor: bigint;
  credited: number;
  creditedMinor: bigint;
}

const shares = statement(
  'billing.sum_invoice_lines',
  `select e.partner_id as "partnerId", max(n.name) as partner,
     count(*) filter (where e.amount_minor < 0)::integer as billed,
     coalesce(-sum(e.amount_minor) filter (where e.amount_minor < 0), 0)::bigint as "billedMinor",
     count(*) filter (where e.amount_minor > 0)::integer as credited,
     coalesce(-sum(e.amount_minor) filter (where e.amount_minor > 0), 0)::bigint as "creditedMinor"
   from ledger_entries e left join partners n on n.workspace_id = e.workspace_id and n.id = e.partner_id
   where e.workspace_id = $1 and e.transaction_id = $2 and e.account in ('partner_invoiced', 'fee_invoiced')
   group by e.partner_id order by -sum(e.amount_minor) desc, e.partner_id`,
);

export function sumInvoiceLines(
  sql: Sql,
  workspaceId: number,
  transactionId: bigint,
): Promise<InvoiceShareRow[]> {
  return sql.query(shares, [workspaceId, transactionId]);
}

export interface InvoiceLineRow {
  id: bigint;
  isFee: boolean;
  amountMinor: bigint;
  partnerId: number | null;
  commissionId: bigint | null;
  paymentId: bigint | null;
  transactionId: string | null;
  paymentMinor: bigint | null;
  occurredAt: Date | null;
}

const lines = statement(
  'billing.list_invoice_lines',
  `select e.id, e.account = 'fee_invoiced' as "isFee", -e.amount_minor as "amountMinor", e.partner_id as "partnerId",
     e.commission_id as "commissionId", e.payment_id as "paymentId", p.transaction_id as "transactionId",
     p.amount_minor as "paymentMinor", p.occurred_at as "occurredAt"
   from ledger_entries e left join payments p on p.workspace_id = e.workspace_id and p.id = e.payment_id
   where e.workspace_id = $1 and e.transaction_id = $2 and e.account in ('partner_invoiced', 'fee_invoiced')
     and e.id > $3 order by e.id limit $4`,
);

export function listInvoiceLines(
  sql: Sql,
  asked: { workspaceId: number; transactionId: bigint; afterId: string; limit: number },
): Promise<InvoiceLineRow[]> {
  return sql.query(lines, [asked.workspaceId, asked.transactionId, asked.afterId, asked.limit]);
}
