/** The kinds of Stripe objects that we keep facts of. */
export type ObjectKind =
  | 'session'
  | 'invoice'
  | 'intent'
  | 'charge'
  | 'refund'
  | 'dispute'
  | 'credit_note'
  | 'subscription'
  | 'customer';

/** Plain values under Stripe's names or ours; amounts in Stripe's own units. */
export type Data = Readonly<Record<string, string | number | boolean | null>>;

/** An object as one event showed it. A higher rank is further on in its life; of equals the later one says more. */
export interface Snapshot {
  rank: number;
  /** `created` of the event: whole seconds, so ties are normal. */
  at: number;
  data: Data;
}

/** All that is known of an object. Grows only; see merge.ts. */
export interface ObjectFacts {
  best: Snapshot | null;
  min: Readonly<Record<string, number>>;
  max: Readonly<Record<string, number>>;
  /** What was said of who pays, `kind:value`, and when it was said first. */
  said: Readonly<Record<string, number>>;
}

/** What one event says of one object. */
export interface ObjectPatch {
  id: string;
  kind: ObjectKind;
  /** Who pays: Stripe's customer id, or the session's own id for a guest. */
  payer: string | null;
  subscription: string | null;
  facts: ObjectFacts;
  /** Objects that are parts of the same payment. */
  links: readonly string[];
}

export const noFacts: ObjectFacts = { best: null, min: {}, max: {}, said: {} };

/** What an event says, in the terms that are said of a payer. */
export type SaidKind = 'click' | 'email' | 'key' | 'code' | 'program' | 'blank';
