import { type InvoiceItem, type InvoiceLine, type InvoiceRecord, invoiceStatuses } from '@headwater/contract';
import {
  AppError,
  dayMs,
  type ManagementPrincipal,
  type Page,
  readChoice,
  readCursor,
  readLimit,
  type Sql,
  toPage,
  wholeNumber,
} from '../../platform/index.ts';
import * as queries from './read-queries.ts';

type Query = Readonly<Record<string, unknown>>;
type Reader = Pick<ManagementPrincipal, 'workspaceId' | 'programScope'>;

/** The invoices of a program, newest first. */
export async function listInvoices(
  sql: Sql,
  program: { workspaceId: number; id: number },
  query: Query,
): Promise<Page<InvoiceItem>> {
  const limit = readLimit(query);
  const rows = await queries.listInvoiceRows(sql, {
    workspaceId: program.workspaceId,
    programId: program.id,
    beforeId: readCursor(query, ['longId'])?.[0] ?? null,
    status: readChoice(query, 'status', invoiceStatuses) ?? null,
    limit: limit + 1,
  });
  return toPage(rows, limit, toInvoiceItem, (row) => [row.id]);
}

/** An invoice with what each partner and the platform have of it. */
export async function getInvoice(sql: Sql, reader: Reader, invoiceId: unknown): Promise<InvoiceRecord> {
  const row = await getRow(sql, reader, invoiceId);
  const shares = await queries.sumInvoiceLines(sql, reader.workspaceId, row.ledgerTransactionId);
  const fees = shares.find(({ partnerId }) => partnerId === null);
  return {
    ...toInvoiceItem(row),
    program: row.program,
    by_partner: shares.flatMap((share) =>
      share.partnerId === null
        ? []
        : [
            {
              partner_id: share.partnerId,
              partner: share.partner ?? '',
              commissions: share.billed,
              commission_cents: Number(share.billedMinor),
              credits: share.credited,
              credit_cents: Number(share.creditedMinor),
            },
          ],
    ),
    fees: {
      payments: fees?.billed ?? 0,
      fee_cents: Number(fees?.billedMinor ?? 0n),
      credits: fees?.credited ?? 0,
      credit_cents: Number(fees?.creditedMinor ?? 0n),
    },
  };
}

/** The lines of an invoice with the payments behind them, in the order of posting. */
export async function listLines(
  sql: Sql,
  reader: Reader,
  invoiceId: unknown,
  query: Query,
): Promise<Page<InvoiceLine>> {
  const { ledgerTransactionId } = await getRow(sql, reader, invoiceId);
  const limit = readLimit(query);
  const rows = await queries.listInvoiceLines(sql, {
    workspaceId: reader.workspaceId,
    transactionId: ledgerTransactionId,
    afterId: readCursor(query, ['longId'])?.[0] ?? '0',
    limit: limit + 1,
  });
  return toPage(rows, limit, toInvoiceLine, (row) => [row.id]);
}

const linesAtOnce = 5000;

/** Every line of an invoice, a part at a time: there may be as many as a week had payments. */
export async function* eachLine(sql: Sql, reader: Reader, invoiceId: unknown): AsyncGenerator<InvoiceLine> {
  const { ledgerTransactionId: transactionId } = await getRow(sql, reader, invoiceId);
  let afterId = '0';
  for (;;) {
    const asked = { workspaceId: reader.workspaceId, transactionId, afterId, limit: linesAtOnce };
    const rows = await queries.listInvoiceLines(sql, asked);
    for (const row of rows) yield toInvoiceLine(row);
    if (rows.length < linesAtOnce) return;
    afterId = String(rows.at(-1)?.id);
  }
}

async function getRow(sql: Sql, reader: Reader, invoiceId: unknown): Promise<queries.InvoiceRow> {
  const id = wholeNumber(invoiceId);
  const row = id === undefined ? undefined : await queries.findInvoiceRow(sql, reader.workspaceId, id);
  const { programScope } = reader;
  if (row === undefined || (programScope !== null && !programScope.includes(row.programId))) {
    throw new AppError('invoice_not_found');
  }
  return row;
}

function toInvoiceItem(row: queries.InvoiceRow): InvoiceItem {
  const isDue = row.status === 'open' || row.status === 'overdue';
  return {
    id: Number(row.id),
    number: row.number,
    program_id: row.programId,
    status: row.status,
    period_start: row.periodStart.toISOString().slice(0, 10),
    period_end: new Date(row.periodEnd.getTime() - dayMs).toISOString().slice(0, 10),
    currency: row.currency,
    commission_cents: Number(row.commissionMinor),
    fee_cents: Number(row.feeMinor),
    carried_cents: Number(row.carriedMinor),
    total_cents: Number(row.totalMinor),
    due_cents: isDue ? Number(row.totalMinor) : 0,
    issued_at: row.issuedAt.toISOString(),
    due_at: row.dueAt.toISOString(),
    paid_at: row.paidAt?.toISOString() ?? null,
    payment_reference: row.reference,
  };
}

function toInvoiceLine(row: queries.InvoiceLineRow): InvoiceLine {
  const kind = row.isFee ? 'fee' : 'commission';
  return {
    id: Number(row.id),
    kind: row.amountMinor < 0n ? `${kind}_credit` : kind,
    amount_cents: Number(row.amountMinor),
    partner_id: row.partnerId,
    commission_id: row.commissionId === null ? null : Number(row.commissionId),
    payment_id: row.paymentId === null ? null : Number(row.paymentId),
    transaction_id: row.transactionId,
    payment_cents: row.paymentMinor === null ? null : Number(row.paymentMinor),
    occurred_at: row.occurredAt?.toISOString() ?? null,
  };
}
