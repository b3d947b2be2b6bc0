import type { Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import type { Account } from './accounts.ts';
import type { Rest, Sweep } from './sweep.ts';
import * as queries from './sweep-queries.ts';

// Money of many commissions and payments, moved at once: each line's balance by itself, and set by set, so that a month of
// a large program never passes through this process.

export interface Swept {
  currency: Currency;
  transactionId: bigint;
  /** By the account it came from; what is owed is above zero. */
  movedMinor: ReadonlyMap<Account, bigint>;
}

/** Posts one transaction for each currency in which something stands in some accounts, and moves it to others. */
export async function postSweep(trx: Transaction, head: queries.Head, sweep: Sweep): Promise<Swept[]> {
  const rows = await queries.insertSwept(trx, head, sweep);
  const swept = new Map<Currency, Swept & { movedMinor: Map<Account, bigint> }>();
  for (const { currency, transactionId, account, minor } of rows) {
    const one = swept.get(currency) ?? { currency, transactionId, movedMinor: new Map() };
    swept.set(currency, one);
    one.movedMinor.set(account, minor);
  }
  return [...swept.values()];
}

/** What {@link postRest} would move, by partner. */
export function sumRest(
  trx: Transaction,
  program: queries.ProgramKey,
  rest: Rest,
): Promise<Map<number, bigint>> {
  return queries.sumRest(trx, program, rest);
}

/** Posts one transaction that moves the rest of these partners' commissions to another account. Returns its id. */
export function postRest(
  trx: Transaction,
  head: queries.Head,
  rest: Rest & { to: Account; partnerIds: readonly number[] },
): Promise<bigint> {
  return queries.insertRest(trx, head, rest);
}

/** Posts one transaction that moves on what an earlier one put into an account; of one partner's, if named. */
export function postOnward(
  trx: Transaction,
  head: queries.Head,
  money: { transactionId: bigint; from: Account; to: Account; currency: Currency; partnerId: number | null },
): Promise<void> {
  return queries.insertOnward(trx, head, money);
}
