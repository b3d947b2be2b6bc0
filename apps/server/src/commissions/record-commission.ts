import type { Entry } from '../ledger/index.ts';
import type { Currency } from '../money/index.ts';
import { dayMs, type Transaction } from '../platform/index.ts';
import type { NewCommission } from './commission.ts';
import * as queries from './queries.ts';

/**
 * Stores a commission in its hold period (`hold_until` = when it was earned + the policy's days) and returns its id.
 * The caller posts {@link earningEntries} in the same transaction.
 */
export function recordCommission(trx: Transaction, commission: NewCommission): Promise<bigint> {
  return queries.insertCommission(trx, commission, holdUntilOf(commission));
}

/** Puts a commission on the terms of a later decision. */
export function reviseCommission(
  trx: Transaction,
  commissionId: bigint,
  commission: NewCommission,
): Promise<void> {
  return queries.updateCommission(trx, commissionId, commission, holdUntilOf(commission));
}

function holdUntilOf({ earnedAt, policy }: NewCommission): Date {
  return new Date(earnedAt.getTime() + policy.holdPeriodDays * dayMs);
}

/** The two entries of a commission that was earned: expense of the program, owed to the partner. */
export function earningEntries(commission: {
  id: bigint;
  partnerId: number;
  amountMinor: bigint;
  currency: Currency;
}): Entry[] {
  const { id, partnerId, amountMinor, currency } = commission;
  return [
    { account: 'commission_expense', partnerId, currency, amountMinor, commissionId: id },
    { account: 'partner_pending', partnerId, currency, amountMinor: -amountMinor, commissionId: id },
  ];
}
