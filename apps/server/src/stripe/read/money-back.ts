import type { ObjectPatch } from '../facts/object-facts.ts';
import {
  type Fields,
  getInteger,
  getText,
  idOf,
  integerOf,
  listOf,
  presentIds,
  textOf,
  UnreadableEvent,
} from './fields.ts';
import { readMetadata, saidAt } from './said.ts';

const refundRanks: Readonly<Record<string, number>> = {
  pending: 1,
  requires_action: 1,
  succeeded: 2,
  // A refund that succeeded may still fail; one that failed stays so.
  canceled: 3,
  failed: 3,
};

export function readRefund(refund: Fields, at: number): ObjectPatch {
  const id = getText(refund, 'id', 'a refund');
  // Old ones have none: they had happened when they were told.
  const status = textOf(refund.status) ?? 'succeeded';
  const rank = refundRanks[status];
  if (rank === undefined) throw new UnreadableEvent(`a refund has the status ${status}`);
  const data = {
    amount: getInteger(refund, 'amount', 'a refund'),
    currency: getText(refund, 'currency', 'a refund'),
    created: integerOf(refund.created) ?? at,
    counts: rank < 3,
  };
  return patch(id, 'refund', rank, at, data, [idOf(refund.payment_intent), idOf(refund.charge)]);
}

type DisputeEnd = 'open' | 'inquiry' | 'lost' | 'released';
const disputeStates: Readonly<Record<string, readonly [number, DisputeEnd]>> = {
  warning_needs_response: [1, 'inquiry'],
  warning_under_review: [1, 'inquiry'],
  needs_response: [2, 'open'],
  under_review: [2, 'open'],
  // Closed is final. `charge_refunded` is how old versions say that a refund settled it.
  warning_closed: [3, 'released'],
  charge_refunded: [3, 'released'],
  prevented: [3, 'released'],
  won: [3, 'released'],
  lost: [3, 'lost'],
};

export function readDispute(dispute: Fields, at: number): ObjectPatch {
  // The oldest ones have no id of their own: a charge had one dispute then.
  const id = textOf(dispute.id) ?? `${getText(dispute, 'charge', 'a dispute')}:dispute`;
  const status = getText(dispute, 'status', 'a dispute');
  const known = disputeStates[status];
  if (known === undefined) throw new UnreadableEvent(`a dispute has the status ${status}`);
  const [rank, state] = known;
  const data = {
    state,
    amount: getInteger(dispute, 'amount', 'a dispute'),
    currency: getText(dispute, 'currency', 'a dispute'),
    created: integerOf(dispute.created) ?? at,
  };
  return patch(id, 'dispute', rank, at, data, [idOf(dispute.payment_intent), idOf(dispute.charge)]);
}

/**
 * A credit note. Its refunds come as refunds of their own and its balance credit makes a later invoice smaller, so only
 * what was given back outside of Stripe is money that goes back here.
 */
export function readCreditNote(note: Fields, at: number): ObjectPatch {
  const id = getText(note, 'id', 'a credit note');
  const isVoid = note.status === 'void';
  const data = {
    amount: integerOf(note.out_of_band_amount) ?? 0,
    currency: getText(note, 'currency', 'a credit note'),
    created: integerOf(note.created) ?? at,
    counts: !isVoid,
  };
  return patch(id, 'credit_note', isVoid ? 2 : 1, at, data, [idOf(note.invoice)]);
}

/** A charge: the joins, and how much of it went back in all. Older ones list their refunds. */
export function readCharge(charge: Fields, at: number): ObjectPatch[] {
  const id = getText(charge, 'id', 'a charge');
  const data = { currency: getText(charge, 'currency', 'a charge') };
  const joined = patch(id, 'charge', 0, at, data, [idOf(charge.payment_intent), idOf(charge.invoice)]);
  const refunded = integerOf(charge.amount_refunded) ?? 0;
  const refunds = listOf(charge.refunds).filter((refund) => refund.object === 'refund');
  return [
    {
      ...joined,
      facts: { ...joined.facts, max: { refunded }, said: saidAt(readMetadata(charge.metadata), at) },
    },
    ...refunds.map((refund) => readRefund({ ...refund, charge: idOf(refund.charge) ?? id }, at)),
  ];
}

function patch(
  id: string,
  kind: ObjectPatch['kind'],
  rank: number,
  at: number,
  data: Record<string, string | number | boolean | null>,
  links: readonly (string | null)[],
): ObjectPatch {
  return {
    id,
    kind,
    payer: null,
    subscription: null,
    facts: { best: { rank, at, data }, min: {}, max: {}, said: {} },
    links: presentIds(links),
  };
}
