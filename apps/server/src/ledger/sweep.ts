import type { Currency } from '../money/index.ts';
import type { Account } from './accounts.ts';

/** Which money is billed: all that stands in some accounts. */
export interface Sweep {
  to: ReadonlyMap<Account, Account>;
  /** What was posted by then… */
  before: Date;
  /** …and what these transactions posted, whenever that was. */
  alsoOf: readonly bigint[];
}

/** What partners' commissions have in an account, less what they are in debit with in another. */
export interface Rest {
  from: Account;
  lessDebitOf: Account;
  currency: Currency;
}
