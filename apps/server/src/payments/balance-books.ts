import { type BookedCommission, lockBookedCommissions, returnToHolds } from '../commissions/index.ts';
import { listBalancesOfPayment, postTransaction, type TransactionKind } from '../ledger/index.ts';
import type { Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import { booksOfPayment, difference, sumOf } from './books-of-payment.ts';
import type { BookablePayment } from './payment.ts';
import * as queries from './queries.ts';

/** What came of bringing the books in line. */
export interface BooksChange {
  commissions: KeptChange[];
  /** How much more of the platform's fee is owed; below zero when some is given back. */
  feeMinor: bigint;
}

/** How much more (or, below zero, less) of a commission its partner keeps. */
export interface KeptChange {
  commissionId: bigint;
  partnerId: number;
  currency: Currency;
  changeMinor: bigint;
}

/**
 * Brings a payment's entries to where its facts say they belong: the decision in force, people's verdicts, what went
 * back, what is contested. Posts the difference as one balanced transaction, and nothing when there is none. So the books
 * are a function of the facts: the same whatever came first, and repeating changes nothing.
 */
export async function balanceBooks(
  trx: Transaction,
  payment: BookablePayment,
  kind: TransactionKind,
  now: Date,
  reason: string | null = null,
): Promise<BooksChange> {
  const { workspaceId, id } = payment;
  // Locked first, read after: a release of holds cannot move this money meanwhile.
  const commissions = await lockBookedCommissions(trx, workspaceId, id);
  const standing = await queries.loadStanding(trx, payment);
  const balances = await listBalancesOfPayment(trx, workspaceId, id);
  const books = booksOfPayment(payment, standing, commissions, balances);
  const entries = difference(balances, books.wanted);
  const changes: KeptChange[] = [];
  for (const { commission, keptMinor, pendingMinor, held } of books.commissions) {
    const { commissionId, partnerId, currency } = commission;
    const changeMinor = keptMinor - sumOf(held, 'commission_expense');
    if (changeMinor !== 0n) changes.push({ commissionId, partnerId, currency, changeMinor });
    if (pendingMinor > -sumOf(held, 'partner_pending')) {
      // The hold job may have come by while there was nothing to release.
      await returnToHolds(trx, workspaceId, commissionId);
    }
  }
  await postTransaction(trx, {
    workspaceId,
    programId: payment.programId,
    kind,
    paymentId: id,
    reason,
    postedAt: now,
    entries,
  });
  const feeMinor = entries
    .filter(({ account }) => account === 'fee_expense')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  return { commissions: changes, feeMinor };
}

/** The commissions that the decision in force gives, the largest first. */
export function inForce(commissions: readonly BookedCommission[]): BookedCommission[] {
  return commissions.filter(({ isSuperseded }) => !isSuperseded);
}
