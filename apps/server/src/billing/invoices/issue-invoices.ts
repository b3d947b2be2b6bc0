import { releaseHolds } from '../../commissions/index.ts';
import { postSweep } from '../../ledger/index.ts';
import type { Clock, Postgres, Sql, Transaction } from '../../platform/index.ts';
import { recordBilling, schedule } from '../record-billing.ts';
import { lastBilledMonday, mondayOf, nextMonday, weekMs } from '../week.ts';
import { writeIssued } from '../write-mails.ts';
import * as queries from './queries.ts';
import { settleFees } from './settle-fees.ts';

/** What the use cases of invoices stand on. */
export interface InvoiceDeps {
  postgres: Postgres;
  clock: Clock;
}

/** Told while the run goes on: what it is at, how much of it is done, and of how much, where that is known. */
export type OnProgress = (step: 'released' | 'programs' | 'invoices', done: number, of?: number) => void;

/**
 * The Monday run (contract §8): bills every program for every week that is over and was not billed. Safe to run twice,
 * late, and in several processes: a week of a program is billed by one transaction, under a lock of the program, and what
 * was billed stands in the ledger as billed. Holds that are over are released before, so that the order of the two jobs
 * decides nothing. Returns how many invoices it issued.
 */
export async function issueInvoices(deps: InvoiceDeps, onProgress: OnProgress = () => {}): Promise<number> {
  const { postgres, clock } = deps;
  await releaseHolds(postgres, clock.now(), (released) => onProgress('released', released));
  const programs = await queries.listProgramsWithBooks(postgres);
  let issued = 0;
  for (const [index, program] of programs.entries()) {
    for (const end of await listWeekEnds(postgres, program, clock.now())) {
      issued += await postgres.transaction((trx) => billWeek(trx, program, end, clock.now()));
      onProgress('invoices', issued);
    }
    onProgress('programs', index + 1, programs.length);
  }
  return issued;
}

/** The ends of the weeks that are over and may have something to bill. */
async function listWeekEnds(sql: Sql, program: queries.ProgramKey, now: Date): Promise<Date[]> {
  const lastEnd = lastBilledMonday(now);
  const { days, isAnythingLeft } = await queries.findUnbilled(sql, program, lastEnd);
  const ends = new Set(days.map((day) => nextMonday(mondayOf(day)).getTime()));
  // What was late for a week that is billed already goes with the last one.
  if (isAnythingLeft) ends.add(lastEnd.getTime());
  return [...ends].sort((a, b) => a - b).map((end) => new Date(end));
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
  await queries.lockBilling(trx, program);
  // Whoever held the lock may have billed it.
  const { billedUntil, transactionIds } = await queries.findBilled(trx, program);
  if (billedUntil !== null && billedUntil >= end) return 0;
  const head = { ...program, kind: 'invoice' as const, postedAt: now };
  const swept = await postSweep(trx, head, { to: queries.billedAs, before: end, alsoOf: transactionIds });
  const numbers: string[] = [];
  for (const { currency, transactionId, movedMinor } of swept) {
    const invoice = {
      ...program,
      periodStart: new Date(end.getTime() - weekMs),
      periodEnd: end,
      currency,
      ledgerTransactionId: transactionId,
      commissionMinor: movedMinor.get('partner_approved') ?? 0n,
      feeMinor: movedMinor.get('fee_payable') ?? 0n,
      carriedMinor: await queries.findCarried(trx, program, currency),
      issuedAt: now,
      dueAt: new Date(now.getTime() + weekMs),
    };
    const number = await queries.takeNumber(trx, program.workspaceId, now);
    await queries.insertInvoice(trx, invoice, number);
    numbers.push(number);
    // Nobody pays what is not above zero: its fee is settled by being carried over.
    const totalMinor = invoice.commissionMinor + invoice.feeMinor + invoice.carriedMinor;
    if (totalMinor <= 0n) await settleFees(trx, invoice, now);
    await writeIssued(trx, { ...invoice, number, totalMinor }, now);
  }
  for (const number of numbers) {
    const act = { act: 'invoice.issue', programId: program.programId, subject: `invoice ${number}` };
    await recordBilling(trx, { workspaceId: program.workspaceId, name: schedule }, act, now);
  }
  return swept.length;
}
