import {
  type BookedCommission,
  keptAfterRefund,
  lockBookedCommissions,
  placeKept,
  returnToHolds,
} from '../commissions/index.ts';
import {
  type Account,
  type Entry,
  listBalancesOfPayment,
  postTransaction,
  type TransactionKind,
} from '../ledger/index.ts';
import type { Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import type { BookablePayment } from './payment.ts';
import * as queries from './queries.ts';

/** How much more (or, below zero, less) of a commission its partner keeps. */
export interface KeptChange {
  commissionId: bigint;
  partnerId: number;
  currency: Currency;
  changeMinor: bigint;
}

/**
 * Brings a payment's entries to where its facts say they belong: the decision in force, what went back, what is
 * contested. Posts the difference as one balanced transaction, and nothing when there is none. So the books are a
 * function of the facts: the same whatever came first, and repeating changes nothing.
 */
export async function balanceBooks(
  trx: Transaction,
  payment: BookablePayment,
  kind: TransactionKind,
  now: Date,
): Promise<KeptChange[]> {
  const { workspaceId, id } = payment;
  // Locked first, read after: a release of holds cannot move this money meanwhile.
  const commissions = await lockBookedCommissions(trx, workspaceId, id);
  const standing = await queries.loadStanding(trx, payment);
  const balances = await listBalancesOfPayment(trx, workspaceId, id);
  const { amountMinor } = payment;
  const back = atMost(standing.refundedMinor, amountMinor);
  const backIfLost = atMost(back + standing.contestedMinor, amountMinor);

  const wanted: Entry[] = [];
  const changes: KeptChange[] = [];
  const own = (account: Account, minor: bigint): Entry => ({
    account,
    partnerId: null,
    currency: payment.currency,
    amountMinor: minor,
    commissionId: null,
  });
  wanted.push(own('customer_receipts', amountMinor - back));
  wanted.push(own(standing.attributed ? 'revenue_attributed' : 'revenue_organic', back - amountMinor));
  const fee =
    standing.attributed && standing.feeMinor !== null
      ? keptAfterRefund(standing.feeMinor, amountMinor, back)
      : 0n;
  // What was billed stays billed: what changes after that goes on the next invoice.
  const billedFee = -sumOf(balances, 'fee_invoiced');
  wanted.push(own('fee_expense', fee), own('fee_payable', billedFee - fee), own('fee_invoiced', -billedFee));
  for (const commission of commissions) {
    const { commissionId, partnerId, currency } = commission;
    const earned = commission.isSuperseded ? 0n : commission.amountMinor;
    const held = balances.filter((balance) => balance.commissionId === commissionId);
    const invoicedMinor = -sumOf(held, 'partner_invoiced');
    const inPayoutMinor = -sumOf(held, 'partner_payout');
    const paidMinor = -sumOf(held, 'partner_paid');
    const released = held.some((balance) => balance.approved);
    const keptMinor = keptAfterRefund(earned, amountMinor, back);
    const atRiskMinor = keptMinor - keptAfterRefund(earned, amountMinor, backIfLost);
    const place = placeKept({
      keptMinor,
      atRiskMinor,
      invoicedMinor,
      paidMinor: paidMinor + inPayoutMinor,
      released,
    });
    const to = (account: Account, minor: bigint): Entry => ({
      account,
      partnerId,
      currency,
      amountMinor: minor,
      commissionId,
    });
    wanted.push(
      to('commission_expense', keptMinor),
      to('partner_pending', -place.pendingMinor),
      to('partner_approved', -place.approvedMinor),
      to('partner_disputed', -place.disputedMinor),
      to('partner_invoiced', -invoicedMinor),
      to('partner_payout', -inPayoutMinor),
      to('partner_paid', -paidMinor),
    );
    const changeMinor = keptMinor - sumOf(held, 'commission_expense');
    if (changeMinor !== 0n) changes.push({ commissionId, partnerId, currency, changeMinor });
    if (place.pendingMinor > -sumOf(held, 'partner_pending')) {
      // The hold job may have come by while there was nothing to release.
      await returnToHolds(trx, workspaceId, commissionId);
    }
  }
  await postTransaction(trx, {
    workspaceId,
    programId: payment.programId,
    kind,
    paymentId: id,
    postedAt: now,
    entries: difference(balances, wanted),
  });
  return changes;
}

function atMost(minor: bigint, most: bigint): bigint {
  return minor < most ? minor : most;
}

function sumOf(balances: readonly Entry[], account: Account): bigint {
  return balances.reduce((sum, one) => (one.account === account ? sum + one.amountMinor : sum), 0n);
}

/** The entries that lead from one set of balances to another. */
function difference(from: readonly Entry[], to: readonly Entry[]): Entry[] {
  const entries = new Map<string, Entry>();
  const add = (entry: Entry, sign: bigint) => {
    const { account, partnerId, currency, commissionId } = entry;
    const key = `${account} ${partnerId} ${currency} ${commissionId}`;
    const before = entries.get(key)?.amountMinor ?? 0n;
    entries.set(key, {
      account,
      partnerId,
      currency,
      commissionId,
      amountMinor: before + sign * entry.amountMinor,
    });
  };
  for (const entry of to) add(entry, 1n);
  for (const entry of from) add(entry, -1n);
  return [...entries.values()].filter(({ amountMinor }) => amountMinor !== 0n);
}

/** The commissions that the decision in force gives, the largest first. */
export function inForce(commissions: readonly BookedCommission[]): BookedCommission[] {
  return commissions.filter(({ isSuperseded }) => !isSuperseded);
}
