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

const unbilled = statement(
  'billing.find_unbilled',
  `with billed as (
     select max(period_end) as until, array_agg(ledger_transaction_id) as transaction_ids
     from invoices where workspace_id = $1 and program_id = $2
   ), entry as materialized (
     select e.currency, e.amount_minor, e.posted_at, e.transaction_id = any(billed.transaction_ids) is true as is_of_invoice,
       billed.until
     from ledger_entries e, billed
     where e.workspace_id = $1 and e.program_id = $2 and e.account = any($3)
       and (e.posted_at < $4 or e.transaction_id = any(billed.transaction_ids))
   )
   select
     array(select distinct (posted_at at time zone 'UTC')::date from entry
       where not is_of_invoice and posted_at >= coalesce(until, '-infinity'))::text[] as days,
     exists (select from entry group by currency having sum(amount_minor) <> 0)
       and $4 > coalesce((select until from billed), '-infinity') as "isAnythingLeft"`,
);

/** On which days something moved that no week that was billed holds, and whether anything is left to be billed in all. */
export async function findUnbilled(
  sql: Sql,
  program: ProgramKey,
  before: Date,
): Promise<{ days: Date[]; isAnythingLeft: boolean }> {
  const values = [program.workspaceId, program.programId, [...billedAs.keys()], before];
  const [row] = await sql.query<{ days: string[]; isAnythingLeft: boolean }>(unbilled, values);
  const { days, isAnythingLeft } = row as { days: string[]; isAnythingLeft: boolean };
  return { days: days.map((day) => new Date(`${day}T00:00:00Z`)), isAnythingLeft };
}

const billed = statement(
  'billing.find_billed',
  `select max(period_end) as "billedUntil", coalesce(array_agg(ledger_transaction_id), '{}') as "transactionIds"
   from invoices where workspace_id = $1 and program_id = $2`,
);

/**
 * Up to when a program is billed, and by which transactions. Their entries count whenever they were posted: a run that
 * comes late bills no week twice.
 */
export async function findBilled(
  sql: Sql,
  program: ProgramKey,
): Promise<{ billedUntil: Date | null; transactionIds: bigint[] }> {
  const [row] = await sql.query<{ billedUntil: Date | null; transactionIds: bigint[] }>(billed, [
    program.workspaceId,
    program.programId,
  ]);
  return row as { billedUntil: Date | null; transactionIds: bigint[] };
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
