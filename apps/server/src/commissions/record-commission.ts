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
  const holdUntil = new Date(commission.earnedAt.getTime() + commission.policy.holdPeriodDays * dayMs);
  return queries.insertCommission(trx, commission, holdUntil);
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
