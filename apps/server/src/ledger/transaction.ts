import type { Currency } from '../money/index.ts';
import type { Account } from './accounts.ts';

export type TransactionKind = 'payment' | 'commission' | 'redecision' | 'refund' | 'approval' | 'payout';

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
  postedAt: Date;
  entries: readonly Entry[];
}

export interface PostedEntry {
  id: bigint;
  account: Account;
  partnerId: number | null;
  amountMinor: bigint;
  currency: Currency;
  postedAt: Date;
}
