import {
  earningEntries,
  lockBookedCommissions,
  recordCommission,
  reviseCommission,
  supersedeCommission,
} from '../commissions/index.ts';
import { type Entry, postTransaction } from '../ledger/index.ts';
import type { Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import { type BooksChange, balanceBooks } from './balance-books.ts';
import type { BookablePayment, PartnerEarning, PaymentDecision } from './payment.ts';
import * as queries from './queries.ts';

/**
 * Puts a payment that was stored with its decision into the books: commissions, fee and one balanced ledger transaction.
 * Returns the commissions' ids, the largest share first.
 */
export async function bookPayment(
  trx: Transaction,
  payment: BookablePayment,
  decision: PaymentDecision,
  now: Date,
): Promise<bigint[]> {
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
 * Puts a later decision into the books: its commissions, its fee, and the difference to what stands there. Decisions are
 * never edited; this is the later one (invariant 6). Returns the ids of the commissions it gives, the largest first, and
 * what changed for partners.
 */
export async function bookRedecision(
  trx: Transaction,
  payment: BookablePayment,
  decision: PaymentDecision,
  cause: string,
  now: Date,
  kind: 'payment' | 'redecision' = 'redecision',
): Promise<{ commissionIds: bigint[]; changes: BooksChange }> {
  await queries.insertDecision(trx, payment, decision, cause, now);
  const booked = await lockBookedCommissions(trx, payment.workspaceId, payment.id);
  const commissionIds: bigint[] = [];
  for (const earning of decision.earnings) {
    const commission = newCommission(payment, earning, now);
    const known = booked.find(({ partnerId }) => partnerId === earning.partnerId);
    if (known !== undefined) await reviseCommission(trx, known.commissionId, commission);
    commissionIds.push(known?.commissionId ?? (await recordCommission(trx, commission)));
  }
  for (const { commissionId, isSuperseded } of booked) {
    if (isSuperseded || commissionIds.includes(commissionId)) continue;
    await supersedeCommission(trx, payment.workspaceId, commissionId, now);
  }
  if (decision.fee !== null) await queries.insertFee(trx, payment, decision.fee);
  return { commissionIds, changes: await balanceBooks(trx, payment, kind, now) };
}

function newCommission(payment: BookablePayment, earning: PartnerEarning, now: Date) {
  return {
    ...earning,
    workspaceId: payment.workspaceId,
    programId: payment.programId,
    customerId: payment.customerId,
    by: { paymentId: payment.id },
    earnedAt: payment.occurredAt,
    now,
  };
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
    const id = await recordCommission(trx, newCommission(payment, earning, now));
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
function entry(account: Entry['account'], payment: { currency: Currency }, amountMinor: bigint): Entry {
  return { account, partnerId: null, currency: payment.currency, amountMinor, commissionId: null };
}

async function post(
  trx: Transaction,
  payment: BookablePayment,
  kind: 'payment',
  now: Date,
  entries: readonly Entry[],
): Promise<void> {
  const { workspaceId, programId, id: paymentId } = payment;
  await postTransaction(trx, { workspaceId, programId, kind, paymentId, postedAt: now, entries });
}
