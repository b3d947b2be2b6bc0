import { earningEntries, recordCommission } from '../commissions/index.ts';
import { type Entry, postTransaction } from '../ledger/index.ts';
import type { Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import type { PaymentDecision } from './payment.ts';
import * as queries from './queries.ts';

/** What the books need to know of a payment. */
export interface BookablePayment {
  workspaceId: number;
  id: bigint;
  programId: number;
  customerId: bigint | null;
  amountMinor: bigint;
  currency: Currency;
  occurredAt: Date;
}

/**
 * Puts a decided payment into the books: decision, commissions, fee and one balanced ledger transaction. Returns the
 * commissions' ids, the largest share first.
 */
export async function bookPayment(
  trx: Transaction,
  payment: BookablePayment,
  decision: PaymentDecision,
  now: Date,
): Promise<bigint[]> {
  await queries.insertDecision(trx, payment, decision, 'recorded', now);
  const earned = await bookEarnings(trx, payment, decision, now);
  const revenue = decision.attributed ? 'revenue_attributed' : 'revenue_organic';
  await post(trx, payment, 'payment', now, [
    entry('customer_receipts', payment, payment.amountMinor),
    entry(revenue, payment, -payment.amountMinor),
    ...earned.entries,
  ]);
  return earned.commissionIds;
}

/**
 * Puts a second decision into the books, for a payment that was booked as organic: its revenue becomes attributed, and
 * what the partners earn is added. Decisions are never edited; this is the later one (invariant 6 of the design).
 */
export async function bookRedecision(
  trx: Transaction,
  payment: BookablePayment,
  decision: PaymentDecision,
  cause: string,
  now: Date,
): Promise<bigint[]> {
  await queries.insertDecision(trx, payment, decision, cause, now);
  if (!decision.attributed) return [];
  const earned = await bookEarnings(trx, payment, decision, now);
  await post(trx, payment, 'redecision', now, [
    entry('revenue_organic', payment, payment.amountMinor),
    entry('revenue_attributed', payment, -payment.amountMinor),
    ...earned.entries,
  ]);
  return earned.commissionIds;
}

async function bookEarnings(
  trx: Transaction,
  payment: BookablePayment,
  decision: PaymentDecision,
  now: Date,
): Promise<{ commissionIds: bigint[]; entries: Entry[] }> {
  const commissionIds: bigint[] = [];
  const entries: Entry[] = [];
  for (const earning of decision.earnings) {
    const id = await recordCommission(trx, {
      ...earning,
      workspaceId: payment.workspaceId,
      programId: payment.programId,
      customerId: payment.customerId,
      by: { paymentId: payment.id },
      earnedAt: payment.occurredAt,
      now,
    });
    commissionIds.push(id);
    entries.push(...earningEntries({ ...earning, id }));
  }
  if (decision.fee !== null) {
    await queries.insertFee(trx, payment, decision.fee);
    entries.push(
      entry('fee_expense', payment, decision.fee.amountMinor),
      entry('fee_payable', payment, -decision.fee.amountMinor),
    );
  }
  return { commissionIds, entries };
}

/** An entry of the program's own accounts, in the payment's currency. */
export function entry(
  account: Entry['account'],
  payment: { currency: Currency },
  amountMinor: bigint,
): Entry {
  return { account, partnerId: null, currency: payment.currency, amountMinor, commissionId: null };
}

export async function post(
  trx: Transaction,
  payment: BookablePayment,
  kind: 'payment' | 'redecision' | 'refund',
  now: Date,
  entries: readonly Entry[],
): Promise<void> {
  const { workspaceId, programId, id: paymentId } = payment;
  await postTransaction(trx, { workspaceId, programId, kind, paymentId, postedAt: now, entries });
}
