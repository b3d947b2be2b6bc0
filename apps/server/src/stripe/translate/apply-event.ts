import type Stripe from 'stripe';
import type { FeeSettings } from '../../payments/index.ts';
import type { Clock, Hasher, Transaction } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';

/** What applying an event stands on. The transaction is the caller's. */
export interface StripeDeps {
  clock: Clock;
  hasher: Hasher;
  fees: FeeSettings;
}

/** Whose event it is: the program of the webhook endpoint, and the connected account that the event names, if any. */
export interface StripeEndpoint {
  program: Program;
  account: string | null;
}

/** An event as Stripe sent it: parsed, its signature verified, of any API version. Its object is read leniently. */
export type StripeEvent = Pick<Stripe.Event, 'id' | 'type' | 'created' | 'livemode'> & {
  object: string;
  account?: string;
  api_version?: string | null;
  data: { object: unknown; previous_attributes?: unknown };
};

/** Why an event, or a part of it, moved no money. */
export type EventNote = 'unused_type';

/** `noted`: understood, and nothing to do about it. */
export interface EventOutcome {
  outcome: 'applied' | 'noted';
  notes: EventNote[];
}

/**
 * Applies one stored Stripe event inside the caller's transaction, which also marks the inbox row done. Idempotent, and
 * the order of events does not matter. Throws for what cannot be read: the event stays in the inbox and comes again.
 */
export async function applyStripeEvent(
  _trx: Transaction,
  _deps: StripeDeps,
  _endpoint: StripeEndpoint,
  _event: StripeEvent,
): Promise<EventOutcome> {
  return { outcome: 'noted', notes: ['unused_type'] };
}
