import { queueMail } from '../mails/index.ts';
import type { Transaction } from '../platform/index.ts';
import { moneyText } from './paper/money-text.ts';

// What the billing contact of a program is written. Where there is none, nothing is.

interface ProgramKey {
  workspaceId: number;
  programId: number;
}

interface InvoiceTold extends ProgramKey {
  number: string;
  currency: string;
  totalMinor: bigint;
  dueAt: Date;
}

export function writeIssued(trx: Transaction, invoice: InvoiceTold, now: Date): Promise<void> {
  const { number, currency, totalMinor, dueAt } = invoice;
  const total = moneyText(totalMinor, currency);
  const due =
    totalMinor > 0n
      ? `Please pay ${total} by ${day(dueAt)} and name ${number}.`
      : `There is nothing to pay: ${total} is carried over to the next invoice.`;
  return write(trx, invoice, `Invoice ${number}: ${total}`, [`Invoice ${number} was issued.`, due], now);
}

export function writeOverdue(trx: Transaction, invoice: InvoiceTold, now: Date): Promise<void> {
  const { number, currency, totalMinor, dueAt } = invoice;
  const total = moneyText(totalMinor, currency);
  return write(
    trx,
    invoice,
    `Invoice ${number} is overdue`,
    [
      `Invoice ${number} over ${total} was due on ${day(dueAt)}.`,
      'The program takes no new applications until it is paid. Tracking, sales and renewals go on.',
    ],
    now,
  );
}

export function writeBatch(
  trx: Transaction,
  batch: ProgramKey & { id: bigint; currency: string; payouts: number; totalMinor: bigint },
  now: Date,
): Promise<void> {
  const total = moneyText(batch.totalMinor, batch.currency);
  return write(
    trx,
    batch,
    `Payout batch ${batch.id}: ${total}`,
    [`A batch of ${batch.payouts} payouts over ${total} was made.`, 'A second person has to approve it.'],
    now,
  );
}

function write(
  trx: Transaction,
  program: ProgramKey,
  subject: string,
  lines: string[],
  now: Date,
): Promise<void> {
  const { workspaceId, programId } = program;
  return queueMail(trx, { workspaceId, programId }, { subject, lines }, now);
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}
