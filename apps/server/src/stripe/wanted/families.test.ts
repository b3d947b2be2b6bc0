import { describe, expect, it } from 'vitest';
import {
  charge,
  customer,
  dispute,
  event,
  intent,
  invoice,
  invoicePayment,
  refund,
  session,
  start,
} from '../../../test/stripe/objects.ts';
import { createHasher } from '../../platform/index.ts';
import { mergeFacts, mergePayer } from '../facts/merge.ts';
import { noFacts } from '../facts/object-facts.ts';
import type { LinkedObject, StoredObject } from '../facts/queries.ts';
import type { StripeEvent } from '../index.ts';
import { readEvent } from '../read/read-event.ts';
import { readFamilies } from './families.ts';

const hasher = createHasher('a secret of the tests');

/** What would be stored after these events, in memory. */
function remember(...events: StripeEvent[]): LinkedObject[] {
  const objects = new Map<string, StoredObject>();
  const links = new Map<string, Set<string>>();
  const link = (a: string, b: string) => links.set(a, (links.get(a) ?? new Set()).add(b));
  for (const patch of events.flatMap((one) => readEvent(hasher, one))) {
    const before = objects.get(patch.id);
    objects.set(patch.id, {
      id: patch.id,
      kind: before?.kind ?? patch.kind,
      payer: mergePayer(before?.payer ?? null, patch.payer, patch.id),
      subscription: before?.subscription ?? patch.subscription,
      facts: mergeFacts(before?.facts ?? noFacts, patch.facts),
    });
    for (const other of patch.links) {
      link(patch.id, other);
      link(other, patch.id);
    }
  }
  const ids = new Set([...objects.keys(), ...links.keys()]);
  return [...ids].map((id) => ({ id, links: [...(links.get(id) ?? [])], object: objects.get(id) ?? null }));
}

const families = (...events: StripeEvent[]) => readFamilies(remember(...events)).families;

describe('the payments among Stripe’s objects', () => {
  it('an invoice, its session, intent and charge are one, under the invoice’s id', () => {
    const [one, ...others] = families(
      event('invoice.paid', invoice('in_1', { subscription: 'sub_1', paidAt: start + 5 }), start),
      event('invoice_payment.paid', invoicePayment('in_1', 'pi_1'), start),
      event('payment_intent.succeeded', intent('pi_1', 'ch_1'), start),
      event(
        'checkout.session.completed',
        session('cs_1', { mode: 'subscription', subscription: 'sub_1', customer: 'cus_1', invoice: 'in_1' }),
        start + 1,
      ),
    );
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      root: 'in_1',
      payer: 'cus_1',
      purchase: 'sub_1',
      keys: ['in_1', 'ch_1', 'cs_1', 'pi_1'],
      occurredAt: new Date((start + 1) * 1000),
      money: { amountMinor: 10_000n, taxMinor: 0n, currency: 'USD' },
    });
  });

  it('a session without an invoice is one under its payment intent; a guest pays for himself', () => {
    const [one] = families(
      event('checkout.session.completed', session('cs_1', { payment_intent: 'pi_1' }), start),
    );
    expect(one).toMatchObject({ root: 'cs_1', payer: 'cs_1', keys: ['pi_1', 'cs_1'] });
  });

  it('refunds by id count by their status; the charge’s sum only for what no refund explains', () => {
    const sum = (...events: StripeEvent[]) =>
      families(
        event('checkout.session.completed', session('cs_1', { payment_intent: 'pi_1' }), start),
        ...events,
      )[0]?.refunds.map(({ key, amountMinor }) => [key, Number(amountMinor)]);
    const byCharge = event('charge.refunded', charge('ch_1', 'pi_1', { amount_refunded: 1500 }), start);
    const one = event('refund.created', refund('re_1', 1000, { payment_intent: 'pi_1' }), start);
    const failed = event(
      'refund.failed',
      refund('re_1', 1000, { payment_intent: 'pi_1', status: 'failed' }),
      start,
    );
    expect(sum(byCharge)).toEqual([['ch_1:refunded', 1500]]);
    expect(sum(byCharge, one)).toEqual([
      ['re_1', 1000],
      ['ch_1:refunded', 500],
    ]);
    expect(sum(byCharge, one, failed)).toEqual([['ch_1:refunded', 500]]);
    expect(sum(failed, one)).toEqual([]);
  });

  it('disputes: an inquiry is none, closed is final', () => {
    const states = (...all: string[]) =>
      families(
        event('checkout.session.completed', session('cs_1', { payment_intent: 'pi_1' }), start),
        ...all.map((status) =>
          event('charge.dispute.updated', dispute('dp_1', 500, status, { payment_intent: 'pi_1' }), start),
        ),
      )[0]?.disputes.map(({ state }) => state);
    expect(states('warning_needs_response')).toEqual([]);
    expect(states('warning_needs_response', 'warning_closed')).toEqual(['released']);
    expect(states('needs_response')).toEqual(['open']);
    expect(states('won', 'needs_response')).toEqual(['released']);
    expect(states('lost', 'under_review')).toEqual(['lost']);
    expect(states('prevented')).toEqual(['released']);
  });

  it('what is said is read from the session, the invoice, the subscription, the intent, then the customer', () => {
    const [one] = families(
      event(
        'customer.created',
        customer('cus_1', { metadata: { user_id: 'of customer' }, email: 'c@example.com' }),
        start - 9,
      ),
      event(
        'checkout.session.completed',
        session('cs_1', {
          customer: 'cus_1',
          payment_intent: 'pi_1',
          metadata: { affitor_customer_key: 'of session', customer_code: 'clk_old' },
          customer_details: { email: 's@example.com' },
        }),
        start,
      ),
      event(
        'payment_intent.succeeded',
        intent('pi_1', 'ch_1', { metadata: { customer_key: 'of intent' } }),
        start - 5,
      ),
    );
    expect(one?.said.keys).toEqual(['of session', 'of intent', 'of customer']);
    expect(one?.said.clicks).toEqual(['clk_old']);
    expect(one?.said.emails.map(({ masked }) => masked)).toEqual(['s***@example.com', 'c***@example.com']);
  });
});
