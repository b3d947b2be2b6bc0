/**
 * Double-entry books. Every movement of money is one transaction whose entries sum to zero per currency; entries are
 * never changed, a correction is a new transaction, and every balance is a sum of entries. The database refuses
 * otherwise (migration 0003). Knows nothing of sales or partners' terms: it is told which accounts to move.
 */
export type { Account } from './accounts.ts';
export { balanceOf } from './balance-of.ts';
export { listBalancesOfPayment, listEntriesOfPayment } from './list-entries.ts';
export { postOnward, postRest, postSweep, sumRest } from './post-sweep.ts';
export { postTransaction, postTransactions } from './post-transaction.ts';
export type { Entry, PaymentBalance, TransactionKind } from './transaction.ts';
