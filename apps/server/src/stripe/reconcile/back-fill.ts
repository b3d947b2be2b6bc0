import type Stripe from 'stripe';
import type { Clock, Postgres } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import { enabledEvents, pinnedApiVersion } from '../connect/enabled-events.ts';
import { callStripe, listAllOfStripe, onAccount, type StripeAccess } from '../connect/stripe-client.ts';
import type { Inbox } from '../inbox/open-inbox.ts';
import { readEnvelope } from '../inbox/read-event.ts';
import { createdIn, idOf, type Movement, type Period } from './list-movements.ts';
import * as queries from './queries.ts';

export interface BackFillDeps {
  postgres: Postgres;
  inbox: Inbox;
  clock: Clock;
}

/** An event as it is put into the inbox: as Stripe made it, or made here of an object. */
type EventLike = { id: string; type: string } & Record<string, unknown>;

// Stripe takes so many types in one question.
const typesAtOnce = 20;
const mostEvents = 20_000;

/**
 * Fetches every event of the period that we were never given, and puts it into the inbox like a delivery. Stripe keeps
 * events for 30 days. Answers how many were new.
 */
export async function fetchMissedEvents(
  deps: BackFillDeps,
  access: StripeAccess,
  program: Program,
  livemode: boolean,
  period: Period,
): Promise<number> {
  let added = 0;
  for (let first = 0; first < enabledEvents.length; first += typesAtOnce) {
    const types = enabledEvents.slice(first, first + typesAtOnce);
    const events = await listAllOfStripe(
      (page) =>
        access.stripe.events.list(
          { types: [...types], created: createdIn(period), ...page },
          onAccount(access),
        ),
      mostEvents,
    );
    const ids = events.map(({ id }) => id);
    const known = await queries.findKnownEvents(deps.postgres, program, livemode, ids);
    const missed = events.filter(({ id }) => !known.has(id)).reverse();
    added += await put(deps, program, missed as unknown as EventLike[], 'fetched');
  }
  return added;
}

/**
 * Makes the events that would have told of a movement, from the objects as they are now: for what is older than Stripe's
 * events. Their ids are made of the object's, so a second run adds nothing, and they are marked as made.
 */
export async function synthesise(
  deps: BackFillDeps,
  access: StripeAccess,
  program: Program,
  livemode: boolean,
  movement: Movement,
): Promise<number> {
  const made: EventLike[] = [];
  const add = (type: string, object: { id?: string; created?: number }) =>
    made.push(eventOf(type, object, livemode, movement.createdAt));
  if (movement.kind === 'charge') {
    for (const [type, object] of await explainCharge(access, movement)) add(type, object);
  } else if (movement.kind === 'refund') add('refund.updated', movement.object);
  else {
    const isClosed = ['won', 'lost', 'warning_closed', 'prevented'].includes(movement.status ?? '');
    add(isClosed ? 'charge.dispute.closed' : 'charge.dispute.created', movement.object);
  }
  return put(deps, program, made, 'synthesised');
}

/** What a charge was for: the invoice, or the Checkout session, and what they need to be attributed. */
async function explainCharge(
  access: StripeAccess,
  { paymentIntent, invoice, object }: Movement,
): Promise<[type: string, object: { id?: string; created?: number }][]> {
  const { stripe } = access;
  const found: [string, { id?: string; created?: number }][] = [['charge.succeeded', object]];
  if (paymentIntent === null) return found;
  const payments = await callStripe(() =>
    stripe.invoicePayments.list(
      { payment: { type: 'payment_intent', payment_intent: paymentIntent }, limit: 10 },
      onAccount(access),
    ),
  );
  const invoiceId = idOf(payments.data[0]?.invoice) ?? invoice;
  if (invoiceId !== null) {
    const paid = await callStripe(() => stripe.invoices.retrieve(invoiceId, {}, onAccount(access)));
    const subscriptionId = subscriptionOf(paid);
    if (subscriptionId !== null) {
      const subscription = await callStripe(() =>
        stripe.subscriptions.retrieve(subscriptionId, {}, onAccount(access)),
      );
      found.push(['customer.subscription.updated', subscription]);
    }
    for (const payment of payments.data) found.push(['invoice_payment.paid', payment]);
    found.push(['invoice.paid', paid]);
  }
  const sessions = await callStripe(() =>
    stripe.checkout.sessions.list({ payment_intent: paymentIntent, limit: 1 }, onAccount(access)),
  );
  for (const session of sessions.data) found.push(['checkout.session.completed', session]);
  return found;
}

function subscriptionOf(invoice: Stripe.Invoice): string | null {
  const old = (invoice as { subscription?: unknown }).subscription;
  return idOf(invoice.parent?.subscription_details?.subscription) ?? idOf(old);
}

function eventOf(
  type: string,
  object: { id?: string; created?: number },
  livemode: boolean,
  fallback: Date,
): EventLike {
  return {
    id: `evt_headwater_${type.replaceAll('.', '_')}_${object.id ?? 'none'}`,
    object: 'event',
    api_version: pinnedApiVersion,
    created: object.created ?? Math.floor(fallback.getTime() / 1000),
    data: { object },
    livemode,
    type,
  };
}

async function put(
  { inbox, clock }: BackFillDeps,
  program: Program,
  events: readonly EventLike[],
  origin: 'fetched' | 'synthesised',
): Promise<number> {
  const isNew = await Promise.all(
    events.map((event) => {
      const payload = JSON.stringify(event);
      return inbox.add({
        ...readEnvelope(Buffer.from(payload)),
        // Asked of the program's own account.
        account: null,
        workspaceId: program.workspaceId,
        programId: program.id,
        payload,
        endpointId: null,
        origin,
        receivedAt: clock.now(),
      });
    }),
  );
  return isNew.filter(Boolean).length;
}
