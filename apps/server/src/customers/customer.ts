/** A person known to a program. */
export interface Customer {
  workspaceId: number;
  programId: number;
  id: bigint;
  customerKey: string | null;
  emailHash: Buffer | null;
  emailMasked: string | null;
  status: 'click' | 'lead' | 'conversion';
  /** The payment that bound the customer to the partners credited with it. */
  boundPaymentId: bigint | null;
  /** Browsers the customer was seen with, as clicks name them. */
  visitors: readonly string[];
  /** … as the tracker names them. */
  webVisitors: readonly string[];
  /** False when no provisional lead names the customer's key: then there is nothing to settle by it. */
  mayHaveWaitingLeads: boolean;
}

/** What a caller said of a person; what it did not say is null. */
export interface Identifiers {
  customerKey: string | null;
  clickId: string | null;
  email: { hash: Buffer; masked: string } | null;
  webVisitor: string | null;
}

/** The identifier that found a customer (contract §9, `method`). */
export type FoundBy = 'customer_key' | 'click_id' | 'email' | 'visitor';
