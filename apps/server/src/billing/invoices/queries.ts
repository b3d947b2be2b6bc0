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

const firstUnbilled = statement(
  'billing.find_first_unbilled',
  `select min(posted_at) as at from ledger_entries
   where workspace_id = $1 and program_id = $2 and account in ('partner_approved', 'fee_payable')
     and posted_at >= coalesce(
       (select max(period_end) from invoices where workspace_id = $1 and program_id = $2), '-infinity')`,
);

/** When something moved first that the last billed week does not hold. */
export async function findFirstUnbilled(sql: Sql, program: ProgramKey): Promise<Date | undefined> {
  const [row] = await sql.query<{ at: Date | null }>(firstUnbilled, [program.workspaceId, program.programId]);
  return row?.at ?? undefined;
}

export interface UnbilledLine {
  account: 'partner_approved' | 'fee_payable';
  partnerId: number | null;
  commissionId: bigint | null;
  paymentId: bigint | null;
  currency: Currency;
  /** As it stands in the ledger: what is owed is below zero. */
  balanceMinor: bigint;
  /** What to move to bill it. */
  amountMinor: bigint;
}

// Entries of earlier invoices count whenever they were posted: a run that comes late bills no week twice.
const unbilled = statement(
  'billing.list_unbilled',
  `select account, partner_id as "partnerId", commission_id as "commissionId", payment_id as "paymentId", currency,
     sum(amount_minor)::bigint as "balanceMinor", -sum(amount_minor)::bigint as "amountMinor"
   from ledger_entries
   where workspace_id = $1 and program_id = $2 and account in ('partner_approved', 'fee_payable')
     and (posted_at < $3 or transaction_id in
       (select ledger_transaction_id from invoices where workspace_id = $1 and program_id = $2))
   group by account, partner_id, commission_id, payment_id, currency
   having sum(amount_minor) <> 0
   order by account, partner_id, commission_id, payment_id`,
);

export function listUnbilled(trx: Transaction, program: ProgramKey, before: Date): Promise<UnbilledLine[]> {
  return trx.query(unbilled, [program.workspaceId, program.programId, before]);
}

const anyInvoice = statement(
  'billing.is_billed',
  `select exists (
     select from invoices where workspace_id = $1 and program_id = $2 and period_start = $3 and currency = $4
   ) as any`,
);

export async function isBilled(
  sql: Sql,
  program: ProgramKey,
  periodStart: Date,
  currency: Currency,
): Promise<boolean> {
  const [row] = await sql.query<{ any: boolean }>(anyInvoice, [
    program.workspaceId,
    program.programId,
    periodStart,
    currency,
  ]);
  return row?.any === true;
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
