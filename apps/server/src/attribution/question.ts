/** Who is credited when several clicks are inside the window (contract §3, `attribution_model`). */
export type Model = 'last_click' | 'first_click' | 'linear';

/** A click of one of the customer's visitors. `enrolled` says whether its partner is still in the program. */
export interface Touch {
  clickId: string;
  partnerId: number;
  clickedAt: Date;
  enrolled: boolean;
}

/**
 * A share of one payment: `weight` / the sum of the weights. `clickId` is null when a partner was named without a
 * click (a partner code, say). One credit a click; whoever pays groups them by partner.
 */
export interface Credit {
  clickId: string | null;
  partnerId: number;
  weight: bigint;
}

/** What was decided for the first recorded payment of the same subscription, which its later payments follow. */
export type Followed =
  | { attributed: true; credits: readonly Credit[] }
  | { attributed: false; reason: UnattributedReason; clickAgeDays: number | null };

export type UnattributedReason = 'no_touch' | 'partner_not_enrolled' | 'attribution_window_expired';

/** Everything the decision depends on; the same question always has the same answer. */
export interface Question {
  model: Model;
  windowDays: number;
  paidAt: Date;
  /** In any order. A click that is given twice counts once. */
  touches: readonly Touch[];
  /** The credits of the earlier earning payment that bound the customer, or null. */
  bound: { credits: readonly Credit[] } | null;
  /** Null unless the customer is unbound and the payment belongs to a subscription already seen. */
  followed: Followed | null;
  /** A partner named by the payment itself (a code), for when there is no click at all. */
  named: number | null;
  /** Of the partners in the bound and followed credits and the named one, those still enrolled. */
  enrolledPartners: ReadonlySet<number>;
}
