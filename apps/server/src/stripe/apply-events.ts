import type Stripe from 'stripe';
import type { FeeSettings } from '../payments/index.ts';
import { type Clock, type Hasher, invariant, type Transaction } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { ObjectPatch } from './facts/object-facts.ts';
import { namesIn, storePatches } from './facts/store-patches.ts';
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
 * Applies stored Stripe events of one program and one mode inside the caller's transaction, which also marks their inbox
 * rows done. Facts first, then settle: what the events say is merged into what is known, and the books are brought to
 * what follows from all of it. So they may come in any order, again, late, together or one by one; the books become the
 * same. Answers in the order of the events. Throws for what cannot be read: nothing of any of them is stored.
 *
 * @param program the program of the webhook endpoint
 */
export async function applyStripeEvents(
  trx: Transaction,
  deps: StripeDeps,
  program: Program,
  events: readonly StripeEvent[],
): Promise<EventOutcome[]> {
  const told = events.map((event): Told => {
    if (typeof event.livemode !== 'boolean') throw new UnreadableEvent('the event does not say its mode');
    return { event, patches: readEvent(deps.hasher, event) };
  });
  const speaking = told.filter(({ patches }) => patches.length > 0);
  const settled = await settleEvents(trx, deps, program, speaking);
  return told.map((one): EventOutcome => {
    const outcome = settled[speaking.indexOf(one)];
    if (outcome !== undefined) return outcome;
    return { outcome: 'noted', notes: [isReadType(one.event.type) ? 'nothing_to_read' : 'unused_type'] };
  });
}

interface Told {
  event: StripeEvent;
  patches: ObjectPatch[];
}

async function settleEvents(
  trx: Transaction,
  deps: StripeDeps,
  program: Program,
  told: readonly Told[],
): Promise<EventOutcome[]> {
  const [first] = told;
  if (first === undefined) return [];
  const { livemode } = first.event;
  invariant(
    told.every(({ event }) => event.livemode === livemode),
    'events that are applied together are of one mode',
  );
  const world = { workspaceId: program.workspaceId, programId: program.id, livemode };
  const clicks = openClickBook(trx, program);
  const patches = told.flatMap((one) => one.patches);
  const touched = await storePatches(trx, clicks, world, patches);
  const context = { trx, deps, program, world, clicks };
  const named = told.map((one) => namesIn(one.patches));
  const settled = livemode
    ? await settleLive(context, touched, named, patches.every(saysNothingOfPeople))
    : await settleTest(context, touched, named);
  return settled.map(({ isApplied, notes }) => ({ outcome: isApplied ? 'applied' : 'noted', notes }));
}
