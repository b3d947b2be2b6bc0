import type { StripeReconcileItem } from '@headwater/contract';
import type { Transaction } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import { listObjectsOfPayers } from '../facts/queries.ts';
import { readFamilies } from '../wanted/families.ts';
import { wantedOf } from '../wanted/provider-payments.ts';
import { readStripeCurrency, toStripe } from '../wanted/stripe-amount.ts';
import type { Movement } from './list-movements.ts';
import * as queries from './queries.ts';

type Verdict = Pick<StripeReconcileItem, 'state' | 'reason' | 'payment_id'>;

/**
 * Accounts for each movement: every cent is attributed, in the books without a partner (unattributed), rightly not in the
 * books (excluded), or missing. Exactly one of the four, so the four sums make the whole. What is in the books with another
 * amount is `amount_differs`, with the amount that is booked: another door may have told of it otherwise.
 */
export async function classify(
  trx: Transaction,
  program: Program,
  livemode: boolean,
  movements: readonly Movement[],
): Promise<StripeReconcileItem[]> {
  const keys = [...new Set(movements.flatMap(keysOf))];
  const payments = await queries.findBookedPayments(trx, program, livemode, keys);
  const byKey = new Map(payments.map((payment) => [payment.key, payment]));
  const bookedBack = await queries.findBookedBack(
    trx,
    program.workspaceId,
    payments.map((payment) => payment.payment_id),
  );
  const whyNot = await reasonsOf(
    trx,
    program,
    livemode,
    movements.filter((one) => paymentOf(one) === undefined),
  );
  const waiting = await readOpen(trx, program, livemode);

  function paymentOf(movement: Movement) {
    return keysOf(movement)
      .map((key) => byKey.get(key))
      .find((payment) => payment !== undefined);
  }

  function verdictOn(movement: Movement): Verdict {
    const payment = paymentOf(movement);
    if (payment === undefined) {
      const excluded = whyNot.get(movement.id);
      if (excluded !== undefined) return { state: 'excluded', reason: excluded, payment_id: null };
      return { state: 'missing', reason: waiting(movement) ?? 'not_received', payment_id: null };
    }
    const paymentId = Number(payment.payment_id);
    const pointless = pointlessBack(movement);
    if (pointless !== null) return { state: 'excluded', reason: pointless, payment_id: paymentId };
    if (movement.kind !== 'charge' && !bookedBack.has(movement.id)) {
      return { state: 'missing', reason: waiting(movement) ?? 'not_received', payment_id: paymentId };
    }
    return payment.attributed === true
      ? { state: 'attributed', reason: payment.reason, payment_id: paymentId }
      : {
          state: 'unattributed',
          reason: payment.reason ?? (livemode ? 'no_decision' : 'test_mode'),
          payment_id: paymentId,
        };
  }

  /** What the books say of it, as Stripe writes it; null where they say nothing. Charges of one payment count together. */
  function bookedOf(movement: Movement): { amount: number; whole: number } | null {
    const payment = paymentOf(movement);
    if (payment === undefined) return null;
    if (movement.kind === 'charge') {
      const own = movements.filter((one) => one.kind === 'charge' && paymentOf(one) === payment);
      const whole = own.reduce((sum, { amount }) => sum + amount, 0);
      const booked = toStripe(payment.amount_minor, readStripeCurrency(payment.currency));
      return { amount: booked, whole };
    }
    const minor = bookedBack.get(movement.id);
    if (minor === undefined) return null;
    return { amount: toStripe(minor, readStripeCurrency(payment.currency)), whole: movement.amount };
  }

  return movements.map((movement) => {
    const verdict = verdictOn(movement);
    const isBooked = verdict.state === 'attributed' || verdict.state === 'unattributed';
    const booked = isBooked ? bookedOf(movement) : null;
    const differs = booked !== null && booked.amount !== booked.whole;
    return {
      kind: movement.kind,
      id: movement.id,
      amount_cents: movement.amount,
      booked_cents: booked === null ? null : differs ? booked.amount : movement.amount,
      currency: movement.currency.toUpperCase(),
      created_at: movement.createdAt.toISOString(),
      ...verdict,
      ...(differs ? { reason: 'amount_differs' } : {}),
    };
  });
}

function keysOf({ charge, paymentIntent, invoice }: Movement): string[] {
  return [paymentIntent, charge, invoice].filter((key) => key !== null);
}

/** Money that did not go back after all. */
function pointlessBack({ kind, status }: Movement): string | null {
  if (kind === 'refund' && (status === 'failed' || status === 'canceled')) return `refund_${status}`;
  if (kind === 'dispute' && status?.startsWith('warning_')) return 'inquiry';
  return null;
}

// What will be ours once another object is here: the charge is real, so that object is what is missing.
const incomplete = new Set(['no_payment', 'waits_for_invoice', 'unpaid_session', 'unpaid_invoice']);

/** Why the books leave a payment out that they know all of, by movement. Nothing for those they do not know. */
async function reasonsOf(
  trx: Transaction,
  program: Program,
  livemode: boolean,
  movements: readonly Movement[],
): Promise<Map<string, string>> {
  const keys = [...new Set(movements.flatMap(keysOf))];
  if (keys.length === 0) return new Map();
  const world = { workspaceId: program.workspaceId, programId: program.id, livemode };
  const { families } = readFamilies(await listObjectsOfPayers(trx, world, [], keys));
  const reasons = new Map<string, string>();
  for (const family of families) {
    // Nobody is identified here: a payment that has money and is not booked has no customer, under `reject`.
    const { note } = wantedOf(family, program, {
      payers: new Map(),
      changedCustomers: new Set(),
      knownClicks: new Map(),
      people: new Map(),
    });
    if (note === null || incomplete.has(note)) continue;
    const known = new Set(family.keys);
    for (const movement of movements) {
      if (keysOf(movement).some((key) => known.has(key))) reasons.set(movement.id, note);
    }
  }
  return reasons;
}

/** Whether an event that names the movement is in the inbox and not processed: it is on its way, or it failed. */
async function readOpen(trx: Transaction, program: Program, livemode: boolean) {
  const open = await queries.listOpenPayloads(trx, program, livemode);
  return ({ id, charge, paymentIntent }: Movement): string | undefined => {
    const names = [id, charge, paymentIntent].filter((name) => name !== null).map((name) => `"${name}"`);
    const found = open.filter(({ payload }) => names.some((name) => payload.includes(name)));
    if (found.length === 0) return undefined;
    return found.some(({ state }) => state === 'failed') ? 'event_failed' : 'event_waiting';
  };
}
