import type { Currency } from '../money/index.ts';
import type { SettleDeps } from '../payments/index.ts';
import type { Db, Hasher, ManagementPrincipal, Transaction } from '../platform/index.ts';
import type { Program, Website } from '../workspaces/index.ts';
import type { StoredImport } from './queries.ts';
import type { Cells } from './read-cell.ts';

export interface Row {
  line: number;
  cells: Cells;
}

/** What became of a row. */
export type Verdict =
  | { outcome: 'taken'; money?: Money }
  | { outcome: 'already_there' }
  | { outcome: 'refused'; reason: string };

/** A verdict, and by what the row is known: two rows of one file with the same key are one. */
export type Judged = Verdict & { line: number } & Known;

export interface Known {
  key: string | null;
  /** Whose it is: the same key of somebody else's is another thing. */
  owner?: string;
}

export interface Money {
  currency: Currency;
  amountMinor: bigint;
  refundedMinor: bigint;
  attributedMinor: bigint;
  commissionMinor: bigint;
  /** 0: more of a known payment went back. */
  payments: 0 | 1;
}

/** Where the rows of a part go, in the transaction that takes them. */
export interface Taking {
  trx: Transaction;
  /** The same transaction for typed queries; where partners are made. */
  db: Db | null;
  deps: SettleDeps & { hasher: Hasher };
  manager: ManagementPrincipal;
  import: StoredImport;
  program: Program | null;
  website: Website | null;
  now: Date;
}

/** Takes all rows of a part, or says why not; in the order of the rows. */
export type TakeRows = (taking: Taking, rows: readonly Row[]) => Promise<Judged[]>;
