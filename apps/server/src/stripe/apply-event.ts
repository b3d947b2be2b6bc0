import type Stripe from 'stripe';
import type { FeeSettings } from '../payments/index.ts';
import type { Clock, Hasher, Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { ObjectPatch } from './facts/object-facts.ts';
import { storePatches } from './facts/store-patches.ts';
import { openClickBook } from './identity/identifiers.ts';
import { UnreadableEvent } from './read/fields.ts';
import { isReadType, readEvent } from './read/read-event.ts';
import { settleLive, settleTest } from './settle.ts';
import type { FamilyNote } from './wanted/provider-payments.ts';

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
export type EventNote = FamilyNote | 'unused_type' | 'nothing_to_read' | 'waits_for_payment' | 'test_mode';

/** Joins of ids and money that went back; an invoice without facts is a join. */
function saysNothingOfPeople({ kind, facts }: ObjectPatch): boolean {
  if (Object.keys(facts.said).length > 0) return false;
  if (kind === 'invoice') return facts.best === null;
  return ['intent', 'charge', 'refund', 'dispute', 'credit_note'].includes(kind);
}

/** `noted`: understood and kept, but no money of ours follows from it yet. */
export interface EventOutcome {
  outcome: 'applied' | 'noted';
  /** Reasons, and the codes of warnings. */
  notes: (EventNote | string)[];
}

/**
 * Applies one stored Stripe event inside the caller's transaction, which also marks the inbox row done. Facts first, then
 * settle: what the event says is merged into what is known, and the books are brought to what follows from all of it. So
 * the event may come in any order, again, or late; the outcome is the same. Throws for what cannot be read: the event
 * stays in the inbox and comes again.
 */
export async function applyStripeEvent(
  trx: Transaction,
  deps: StripeDeps,
  { program }: StripeEndpoint,
  event: StripeEvent,
): Promise<EventOutcome> {
  if (typeof event.livemode !== 'boolean') throw new UnreadableEvent('the event does not say its mode');
  const patches = readEvent(deps.hasher, event);
  if (patches.length === 0) {
    return { outcome: 'noted', notes: [isReadType(event.type) ? 'nothing_to_read' : 'unused_type'] };
  }
  const { workspaceId, id: programId } = program;
  const world = { workspaceId, programId, livemode: event.livemode };
  const clicks = openClickBook(trx, program);
  const touched = await storePatches(trx, clicks, world, patches);
  const context = { trx, deps, program, world, clicks };
  const { isApplied, notes } = world.livemode
    ? await settleLive(context, touched, patches.every(saysNothingOfPeople))
    : await settleTest(context, touched);
  return { outcome: isApplied ? 'applied' : 'noted', notes };
}
