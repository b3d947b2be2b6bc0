import type { Currency } from '../money/index.ts';
import type { Account } from './accounts.ts';

export type TransactionKind =
  | 'payment'
  | 'commission'
  | 'redecision'
  | 'refund'
  | 'dispute'
  | 'approval'
  | 'invoice'
  | 'invoice_payment'
  | 'rejection'
  | 'payout';

export interface Entry {
  account: Account;
  partnerId: number | null;
  currency: Currency;
  /** Debit positive, credit negative, never zero. */
  amountMinor: bigint;
  commissionId: bigint | null;
}

export interface LedgerTransaction {
  workspaceId: number;
  programId: number;
  kind: TransactionKind;
  paymentId: bigint | null;
  /** Why somebody moved this money; null: the kind says it. */
  reason?: string | null;
  postedAt: Date;
  entries: readonly Entry[];
}

/** What the entries of one payment add up to in one account. */
export interface PaymentBalance extends Entry {
  /** Some of it was moved by an approval. */
  approved: boolean;
}

export interface PostedEntry {
  id: bigint;
  account: Account;
  partnerId: number | null;
  amountMinor: bigint;
  currency: Currency;
  postedAt: Date;
}
