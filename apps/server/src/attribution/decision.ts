import type { Credit, UnattributedReason } from './question.ts';

/** Why a click did not get (a share of) the payment (contract §9, `outcome`). */
export type LostReason =
  | 'older_click'
  | 'newer_click'
  | 'outside_window'
  | 'after_payment'
  | 'customer_bound'
  | 'partner_not_enrolled';

/** A click that was considered. `ageDays`: whole days before the payment, rounded down, so negative after it. */
export interface Candidate {
  clickId: string;
  partnerId: number;
  clickedAt: Date;
  ageDays: number;
  outcome: 'won' | 'lost';
  reason: LostReason | null;
}

/**
 * The answer. `candidates` holds every click given, once, newest first. `bound` is true when the customer's binding
 * decided, not the clicks. `clickAgeDays` is the age of the newest enrolled click when the window had expired.
 */
export type Decision =
  | { attributed: true; bound: boolean; credits: Credit[]; candidates: Candidate[] }
  | {
      attributed: false;
      reason: UnattributedReason;
      clickAgeDays: number | null;
      candidates: Candidate[];
    };
