import { type BookedCommission, keptAfterRefund, placeKept } from '../commissions/index.ts';
import type { Account, Entry, PaymentBalance } from '../ledger/index.ts';
import type { Currency } from '../money/index.ts';
import type { PaymentStanding } from './queries.ts';

/** A commission of a payment, and what the facts say of it. */
export interface KeptCommission {
  commission: BookedCommission;
  keptMinor: bigint;
  pendingMinor: bigint;
  /** What it adds up to by now. */
  held: readonly PaymentBalance[];
}

/**
 * Pure: where a payment's entries belong by its facts: the decision in force, people's verdicts, what went back, what is
 * contested. What was released, billed and paid out are facts of the past and are read from the entries themselves.
 */
export function booksOfPayment(
  payment: { amountMinor: bigint; currency: Currency },
  standing: PaymentStanding,
  commissions: readonly BookedCommission[],
  balances: readonly PaymentBalance[],
): { wanted: Entry[]; commissions: KeptCommission[] } {
  const { amountMinor } = payment;
  const back = atMost(standing.refundedMinor, amountMinor);
  const backIfLost = atMost(back + standing.contestedMinor, amountMinor);
  const wanted: Entry[] = [];
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
  const kept = commissions.map((commission): KeptCommission => {
    const { commissionId, partnerId, currency } = commission;
    const earned = commission.isSuperseded || commission.isRejected ? 0n : commission.amountMinor;
    const held = balances.filter((balance) => balance.commissionId === commissionId);
    const invoicedMinor = -sumOf(held, 'partner_invoiced');
    const inPayoutMinor = -sumOf(held, 'partner_payout');
    const paidMinor = -sumOf(held, 'partner_paid');
    const released = commission.isApproved || held.some((balance) => balance.approved);
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
    return { commission, keptMinor, pendingMinor: place.pendingMinor, held };
  });
  return { wanted, commissions: kept };
}

function atMost(minor: bigint, most: bigint): bigint {
  return minor < most ? minor : most;
}

export function sumOf(balances: readonly Entry[], account: Account): bigint {
  return balances.reduce((sum, one) => (one.account === account ? sum + one.amountMinor : sum), 0n);
}

/** The entries that lead from one set of balances to another. */
export function difference(from: readonly Entry[], to: readonly Entry[]): Entry[] {
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
