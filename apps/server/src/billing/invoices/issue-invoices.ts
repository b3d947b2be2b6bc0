import { type Move, postMoves } from '../../ledger/index.ts';
import type { Currency } from '../../money/index.ts';
import type { Clock, Postgres, Transaction } from '../../platform/index.ts';
import { lastBilledMonday, mondayOf, nextMonday, weekMs } from '../week.ts';
import * as queries from './queries.ts';
import { settleFees } from './settle-fees.ts';

/** What the use cases of invoices stand on. */
export interface InvoiceDeps {
  postgres: Postgres;
  clock: Clock;
}

/**
 * The Monday run (contract §8): bills every program for every week that is over and was not billed. Safe to run twice,
 * late, and in several processes: programs are billed one transaction each, under a lock of the program, and what was
 * billed stands in the ledger as billed. Returns how many invoices it issued.
 */
export async function issueInvoices(
  deps: InvoiceDeps,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<number> {
  const programs = await queries.listProgramsWithBooks(deps.postgres);
  let issued = 0;
  for (const [index, program] of programs.entries()) {
    issued += await deps.postgres.transaction((trx) => billProgram(trx, program, deps.clock.now()));
    onProgress(index + 1, programs.length);
  }
  return issued;
}

async function billProgram(trx: Transaction, program: queries.ProgramKey, now: Date): Promise<number> {
  await queries.lockBilling(trx, program);
  const lastEnd = lastBilledMonday(now);
  const from = await queries.findFirstUnbilled(trx, program);
  if (from === undefined) return 0;
  let issued = 0;
  for (let end = nextMonday(mondayOf(from)); end <= lastEnd; end = nextMonday(end)) {
    issued += await billWeek(trx, program, end, now);
  }
  return issued;
}

/**
 * Bills what stood in approved, and in fee_payable, when the week ended: one invoice a currency, since currencies are never
 * added up. What came back since it was billed stands there below zero, and so becomes a credit line.
 */
async function billWeek(
  trx: Transaction,
  program: queries.ProgramKey,
  end: Date,
  now: Date,
): Promise<number> {
  const period = { start: new Date(end.getTime() - weekMs), end };
  const unbilled = await queries.listUnbilled(trx, program, end);
  const currencies = [...new Set(unbilled.map(({ currency }) => currency))].sort();
  let issued = 0;
  for (const currency of currencies) {
    if (await queries.isBilled(trx, program, period.start, currency)) continue;
    const lines = unbilled.filter((line) => line.currency === currency);
    await issueInvoice(trx, program, { ...period, currency, lines }, now);
    issued += 1;
  }
  return issued;
}

interface Bill {
  start: Date;
  end: Date;
  currency: Currency;
  lines: readonly queries.UnbilledLine[];
}

async function issueInvoice(
  trx: Transaction,
  program: queries.ProgramKey,
  bill: Bill,
  now: Date,
): Promise<void> {
  const { workspaceId, programId } = program;
  const { currency, lines } = bill;
  const head = { workspaceId, programId, kind: 'invoice' as const, postedAt: now };
  const transactionId = await postMoves(trx, head, lines.map(toMove));
  if (transactionId === undefined) return;
  const invoice = {
    ...program,
    periodStart: bill.start,
    periodEnd: bill.end,
    currency,
    ledgerTransactionId: transactionId,
    commissionMinor: sumOf(lines, 'partner_approved'),
    feeMinor: sumOf(lines, 'fee_payable'),
    carriedMinor: await queries.findCarried(trx, program, currency),
    issuedAt: now,
    dueAt: new Date(now.getTime() + weekMs),
  };
  await queries.insertInvoice(trx, invoice, await queries.takeNumber(trx, workspaceId, now));
  const totalMinor = invoice.commissionMinor + invoice.feeMinor + invoice.carriedMinor;
  // Nobody pays what is not above zero: its fee is settled by being carried over.
  if (totalMinor <= 0n) await settleFees(trx, invoice, now);
}

function toMove(line: queries.UnbilledLine): Move {
  return {
    ...line,
    from: line.account,
    to: line.account === 'partner_approved' ? 'partner_invoiced' : 'fee_invoiced',
  };
}

function sumOf(lines: readonly queries.UnbilledLine[], account: queries.UnbilledLine['account']): bigint {
  return lines.reduce((sum, line) => (line.account === account ? sum - line.balanceMinor : sum), 0n);
}
