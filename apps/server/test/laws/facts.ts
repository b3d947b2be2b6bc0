import { shares } from './books.ts';

// The facts that the model keeps, and what is reckoned from them alone.

export const dayMs = 24 * 3_600_000;

export interface Click {
  id: string;
  partner: number;
  at: number;
  visitor: string;
  web: string | null;
  paid: boolean;
}

export interface Policy {
  type: string;
  rate: bigint | null;
  fixed: bigint | null;
  months: number;
  hold: number;
  automatic: boolean;
  product: string | null;
  excludeTax: boolean;
  excludeShipping: boolean;
  min: bigint | null;
  max: bigint | null;
  cap: bigint | null;
  /** Like `rate` or `fixed`, from a volume on. */
  tiers: { from: bigint; pay: bigint }[];
  from: number;
}

export interface Credit {
  click: string;
  partner: number;
}

export type Decision = { credits: Credit[]; reason: string | null };

export interface Commission {
  partner: number;
  type: string;
  amount: bigint;
  currency: string;
  holdUntil: number;
  automatic: boolean;
  /** When its money last moved while it was pending. */
  movedAt: number;
  pending: bigint;
  approved: bigint;
  invoiced: bigint;
  /** In a batch that waits for its approval. */
  payout: bigint;
  paid: bigint;
  /** By the job or by a person. */
  released: boolean;
  /** The last that a person said of it. */
  verdict: 'approved' | 'rejected' | null;
}

export interface Customer {
  key: string | null;
  email: string | null;
  visitors: Set<string>;
  webs: Set<string>;
  status: 'click' | 'lead' | 'conversion';
  bound: Payment | null;
  oneTimeEarned: boolean;
  leadEarned: boolean;
}

export interface Payment {
  id: string;
  source: 'sale' | 'attribute';
  amount: bigint;
  currency: string;
  at: number;
  subscription: string | null;
  customer: Customer | null;
  decision: Decision;
  /** What its first door said of it. */
  sent: SaleSent;
  isVisitNamed: boolean;
  redecided: boolean;
  commissions: Commission[];
  fee: bigint | null;
  refunded: bigint;
  refundKeys: Set<string>;
  refunds: number;
}

export interface SaleSent {
  id: string;
  key: string | null;
  click: string | null;
  amount: bigint;
  currency: string;
  subscription: string | null;
  at: number;
  tax: bigint;
  shipping: bigint;
  product: string | null;
}

export class Refused extends Error {}

export function newCustomer(): Customer {
  return {
    ...{
      key: null,
      email: null,
      visitors: new Set<string>(),
      webs: new Set<string>(),
      status: 'click' as const,
    },
    ...{ bound: null, oneTimeEarned: false, leadEarned: false },
  };
}

export function weightsOf(credits: readonly Credit[]): Map<number, bigint> {
  const weights = new Map<number, bigint>();
  for (const { partner } of credits) weights.set(partner, (weights.get(partner) ?? 0n) + 1n);
  return weights;
}

export function shareOf(whole: bigint, credits: readonly Credit[], partner: number): bigint {
  const weights = [...weightsOf(credits)];
  return shares(
    whole,
    weights.map(([, weight]) => weight),
  )[weights.findIndex(([one]) => one === partner)] as bigint;
}

/** The first instant of the date `months` after another's date; in a shorter month its last day. */
export function monthsAfter(at: number, months: number): number {
  const date = new Date(at);
  const [year, month, dayOfMonth] = [date.getUTCFullYear(), date.getUTCMonth() + months, date.getUTCDate()];
  return Date.UTC(year, month, Math.min(dayOfMonth, new Date(Date.UTC(year, month + 1, 0)).getUTCDate()));
}
