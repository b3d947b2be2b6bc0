import type { Account } from '../../ledger/index.ts';
import type { Currency } from '../../money/index.ts';
import { type Sql, statement, type Transaction } from '../../platform/index.ts';

// The run: what is to be billed, and what was.

export interface ProgramKey {
  workspaceId: number;
  programId: number;
}

const programsWithBooks = statement(
  'billing.list_programs_with_books',
  `select p.workspace_id as "workspaceId", p.id as "programId" from programs p
   where exists (select from ledger_entries e where e.workspace_id = p.workspace_id and e.program_id = p.id)
   order by p.workspace_id, p.id`,
);

/** Every program that ever had money, archived ones too: what is owed is owed. */
export function listProgramsWithBooks(sql: Sql): Promise<ProgramKey[]> {
  return sql.query(programsWithBooks);
}

const lock = statement(
  'billing.lock_program',
  `select pg_advisory_xact_lock(hashtextextended('billing of ' || $1::text, 0))`,
);

/** Runs and payments of a program's invoices come one after the other. */
export async function lockBilling(trx: Transaction, program: ProgramKey): Promise<void> {
  await trx.query(lock, [program.programId]);
}

/** What is billed, and as what it stands from then on. */
export const billedAs = new Map<Account, Account>([
  ['partner_approved', 'partner_invoiced'],
  ['fee_payable', 'fee_invoiced'],
]);

const start = statement(
  'billing.find_start',
  `select (select max(period_end) from invoices where workspace_id = $1 and program_id = $2) as "billedUntil",
     min(posted_at) as "firstAt"
   from ledger_entries where workspace_id = $1 and program_id = $2 and account = any($3)`,
);

/** Where billing goes on: after the last week that was billed, or when something stood there to be billed first. */
export async function findBillingStart(
  sql: Sql,
  program: ProgramKey,
): Promise<{ billedUntil: Date | null; firstAt: Date }> {
  const values = [program.workspaceId, program.programId, [...billedAs.keys()]];
  const [row] = await sql.query<{ billedUntil: Date | null; firstAt: Date }>(start, values);
  return row as { billedUntil: Date | null; firstAt: Date };
}

// Entries of earlier invoices count whenever they were posted: a run that comes late bills no week twice.
const unbilled = statement(
  'billing.list_unbilled_currencies',
  `select distinct currency from (
     select currency from ledger_entries
     where workspace_id = $1 and program_id = $2 and account = any($3)
       and (posted_at < $4 or transaction_id = any($5::bigint[]))
     group by account, partner_id, commission_id, payment_id, currency having sum(amount_minor) <> 0
   ) unbilled order by currency`,
);

/** The currencies in which something was to be billed at an instant. */
export async function listUnbilledCurrencies(
  sql: Sql,
  program: ProgramKey,
  before: Date,
): Promise<Currency[]> {
  const rows = await sql.query<{ currency: Currency }>(unbilled, [
    ...[program.workspaceId, program.programId, [...billedAs.keys()], before],
    await listInvoiceTransactions(sql, program),
  ]);
  return rows.map(({ currency }) => currency);
}

const transactions = statement(
  'billing.list_invoice_transactions',
  'select ledger_transaction_id as id from invoices where workspace_id = $1 and program_id = $2',
);

export async function listInvoiceTransactions(sql: Sql, program: ProgramKey): Promise<bigint[]> {
  const rows = await sql.query<{ id: bigint }>(transactions, [program.workspaceId, program.programId]);
  return rows.map(({ id }) => id);
}

const carried = statement(
  'billing.find_carried',
  `select least(total_minor, 0) as minor from invoices
   where workspace_id = $1 and program_id = $2 and currency = $3 order by period_start desc limit 1`,
);

/** What the invoice before was below zero; 0 where it was not. */
export async function findCarried(sql: Sql, program: ProgramKey, currency: Currency): Promise<bigint> {
  const [row] = await sql.query<{ minor: bigint }>(carried, [
    program.workspaceId,
    program.programId,
    currency,
  ]);
  return row?.minor ?? 0n;
}

const nextNumber = statement(
  'billing.take_number',
  `insert into invoice_counters (workspace_id, month, last) values ($1, to_char($2 at time zone 'UTC', 'YYYY-MM'), 1)
   on conflict (workspace_id, month) do update set last = invoice_counters.last + 1
   returning 'INV-' || month || '-' || lpad(last::text, greatest(4, length(last::text)), '0') as number`,
);

/** The next number of the month. Others of the workspace wait until this invoice is in, or is not. */
export async function takeNumber(trx: Transaction, workspaceId: number, at: Date): Promise<string> {
  const [row] = await trx.query<{ number: string }>(nextNumber, [workspaceId, at]);
  return (row as { number: string }).number;
}

export interface NewInvoice extends ProgramKey {
  periodStart: Date;
  periodEnd: Date;
  currency: Currency;
  ledgerTransactionId: bigint;
  commissionMinor: bigint;
  feeMinor: bigint;
  carriedMinor: bigint;
  issuedAt: Date;
  dueAt: Date;
}

const insert = statement(
  'billing.insert_invoice',
  `insert into invoices (workspace_id, program_id, number, period_start, period_end, currency, ledger_transaction_id,
     commission_minor, fee_minor, carried_minor, issued_at, due_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

export async function insertInvoice(trx: Transaction, invoice: NewInvoice, number: string): Promise<void> {
  await trx.query(insert, [
    invoice.workspaceId,
    invoice.programId,
    number,
    invoice.periodStart,
    invoice.periodEnd,
    invoice.currency,
    invoice.ledgerTransactionId,
    invoice.commissionMinor,
    invoice.feeMinor,
    invoice.carriedMinor,
    invoice.issuedAt,
    invoice.dueAt,
  ]);
}
