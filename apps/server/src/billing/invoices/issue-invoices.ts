import { releaseHolds } from '../../commissions/index.ts';
import { postSweep } from '../../ledger/index.ts';
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
    for (let more = true; more; ) {
      const week = await postgres.transaction((trx) => billNextWeek(trx, program, clock.now()));
      more = week.more;
      issued += week.issued;
      if (week.issued > 0) onProgress('invoices', issued);
    }
    onProgress('programs', index + 1, programs.length);
  }
  return issued;
}

/** Bills the first week with something to bill. `more`: there may be others. */
async function billNextWeek(
  trx: Transaction,
  program: queries.ProgramKey,
  now: Date,
): Promise<{ issued: number; more: boolean }> {
  await queries.lockBilling(trx, program);
  const lastEnd = lastBilledMonday(now);
  if ((await queries.listUnbilledCurrencies(trx, program, lastEnd)).length === 0) {
    return { issued: 0, more: false };
  }
  const { billedUntil, firstAt } = await queries.findBillingStart(trx, program);
  for (let end = nextMonday(billedUntil ?? mondayOf(firstAt)); end <= lastEnd; end = nextMonday(end)) {
    const currencies = await queries.listUnbilledCurrencies(trx, program, end);
    for (const currency of currencies) await issueInvoice(trx, program, { end, currency }, now);
    if (currencies.length > 0) return { issued: currencies.length, more: end < lastEnd };
  }
  return { issued: 0, more: false };
}

/**
 * Bills what stood in approved, and in fee_payable, when the week ended: one invoice a currency, since currencies are never
 * added up. What came back since it was billed stands there below zero, and so becomes a credit line.
 */
async function issueInvoice(
  trx: Transaction,
  program: queries.ProgramKey,
  { end, currency }: { end: Date; currency: Currency },
  now: Date,
): Promise<void> {
  const head = { ...program, kind: 'invoice' as const, postedAt: now };
  const alsoOf = await queries.listInvoiceTransactions(trx, program);
  const { id, movedMinor } = await postSweep(trx, head, {
    to: queries.billedAs,
    currency,
    before: end,
    alsoOf,
  });
  const commissionMinor = movedMinor.get('partner_approved') ?? 0n;
  const feeMinor = movedMinor.get('fee_payable') ?? 0n;
  const carriedMinor = await queries.findCarried(trx, program, currency);
  const invoice = {
    ...program,
    periodStart: new Date(end.getTime() - weekMs),
    periodEnd: end,
    currency,
    ...{ ledgerTransactionId: id, commissionMinor, feeMinor, carriedMinor },
    issuedAt: now,
    dueAt: new Date(now.getTime() + weekMs),
  };
  await queries.insertInvoice(trx, invoice, await queries.takeNumber(trx, program.workspaceId, now));
  // Nobody pays what is not above zero: its fee is settled by being carried over.
  if (commissionMinor + feeMinor + carriedMinor <= 0n) await settleFees(trx, invoice, now);
}
