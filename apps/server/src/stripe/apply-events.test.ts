import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { markPaid } from '../../test/mark-paid.ts';
import { expectBalancedBooks } from '../../test/story.ts';
import {
  charge,
  customer,
  day,
  dispute,
  event,
  intent,
  invoice,
  invoicePayment,
  refund,
  session,
  start,
  subscription,
} from '../../test/stripe/objects.ts';
import { ownCode, type StripeStory, tellStripeStory } from '../../test/stripe/stripe-story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { releaseHolds } from '../commissions/index.ts';
import type { StripeEvent } from './index.ts';

// Numbers after "bug": the row of that bug in other projects, cited in test/stripe/bugs.md.

let server: TestServer;
let story: StripeStory;
let click: string;
let anna: string;
let ben: string;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(async () => {
  await expectBalancedBooks(server);
  await server.close();
});
beforeEach(() => begin());

async function begin(options: Parameters<typeof tellStripeStory>[1] = {}): Promise<void> {
  story = await tellStripeStory(server, options);
  [anna, ben] = [ownCode('anna'), ownCode('ben')];
  await story.addPartner(anna);
  await story.addPartner(ben);
  click = await story.click(anna);
  server.clock.set(new Date((start + 60 * day) * 1000));
}

const said = (more: Record<string, unknown> = {}) => ({
  affitor_click_id: click,
  affitor_customer_key: 'user_1',
  program_id: String(story.programId),
  ...more,
});

const bought = (id: string, more: Record<string, unknown> = {}, at = start): StripeEvent =>
  event(
    'checkout.session.completed',
    session(`cs_${id}`, { payment_intent: `pi_${id}`, metadata: said(), ...more }),
    at,
  );

const joined = (id: string): StripeEvent =>
  event('payment_intent.succeeded', intent(`pi_${id}`, `ch_${id}`), start);

const kept = async () => (await story.commissions()).map((one) => [one.transactionId, one.status, one.kept]);

describe('a one-time payment', () => {
  it('is recorded once from its session, with every id as an alias', async () => {
    const outcome = await story.apply(bought('1'), joined('1'));
    expect(outcome).toEqual({ outcome: 'applied', notes: [] });
    expect(await story.payments()).toEqual([
      { transactionId: 'pi_1', amount: 10_000, refunded: 0, isTest: false },
    ]);
    expect(await story.commissions()).toEqual([
      { transactionId: 'pi_1', partner: anna, amount: 2000, status: 'pending', kept: 2000 },
    ]);
    const { payment, attribution } = await story.explained('pi_1');
    expect(payment).toMatchObject({ source: 'stripe', other_ids: ['ch_1', 'cs_1'] });
    expect(attribution).toMatchObject({ attributed: true, method: 'click_id', warnings: [] });
    for (const id of ['cs_1', 'pi_1', 'ch_1']) {
      const sale = { transaction_id: id, amount_cents: 10_000, customer_key: 'user_1' };
      expect((await story.sale(sale)).status).toBe(409);
    }
    const whole = await story.refund({ transaction_id: 'ch_1' });
    expect(whole.body).toMatchObject({ status: 'reversed', deductionAmount: 20 });
    expect(await story.balances()).toEqual({});
  });

  it('bug 12: an unpaid session is no sale; paid later it is one, as of its completion; failed it is none', async () => {
    const unpaid = await story.apply(bought('1', { payment_status: 'unpaid' }));
    expect(unpaid).toEqual({ outcome: 'noted', notes: ['unpaid_session'] });
    expect(await story.payments()).toEqual([]);
    const paid = session('cs_1', { payment_intent: 'pi_1', metadata: said() });
    await story.apply(event('checkout.session.async_payment_succeeded', paid, start + 6 * day));
    expect(await story.payments()).toHaveLength(1);
    expect((await story.explained('pi_1')).payment.occurred_at).toBe(new Date(start * 1000).toISOString());
    const failing = { payment_status: 'unpaid', payment_intent: 'pi_2', metadata: said() };
    await story.apply(
      event('checkout.session.completed', session('cs_2', failing), start),
      event('checkout.session.async_payment_failed', session('cs_2', failing), start + day),
    );
    expect(await story.payments()).toHaveLength(1);
  });

  it('with an invoice of its own is paid by the invoice, once', async () => {
    await story.apply(
      bought('1', { invoice: 'in_1', invoice_creation: { enabled: true }, customer: 'cus_1' }),
      event('invoice.paid', invoice('in_1', { billing_reason: 'manual' }), start),
    );
    expect(await story.payments()).toEqual([
      { transactionId: 'in_1', amount: 10_000, refunded: 0, isTest: false },
    ]);
    expect((await story.explained('in_1')).attribution.method).toBe('click_id');
  });

  it('bug 21: its refund finds it without any invoice', async () => {
    await story.apply(
      bought('1'),
      event('refund.created', refund('re_1', 10_000, { payment_intent: 'pi_1' }), start),
    );
    expect(await kept()).toEqual([['pi_1', 'reversed', 0]]);
    expect(await story.balances()).toEqual({});
  });

  it('bug 18: setup mode, zero amounts, upcoming invoices and intents alone make no row', async () => {
    const events = [
      event(
        'checkout.session.completed',
        session('cs_s', {
          mode: 'setup',
          currency: null,
          payment_status: 'no_payment_required',
          amount_total: null,
        }),
        start,
      ),
      bought('0', { amount_total: 0 }),
      event('payment_intent.succeeded', intent('pi_x', 'ch_x'), start),
      event('invoice.paid', invoice('in_0', { total: 0 }), start),
      event('invoice.paid', { ...invoice('in_u'), id: undefined }, start),
      event('invoice.paid', { ...invoice('in_l', { total: 0 }), lines: undefined }, start),
      event('charge.expired', { id: 'ch_9' }, start),
    ];
    const notes = [];
    for (const one of events) notes.push((await story.apply(one)).notes);
    expect(notes).toEqual([
      ['nothing_to_read'],
      ['zero_amount'],
      ['waits_for_payment'],
      ['zero_amount'],
      ['nothing_to_read'],
      ['zero_amount'],
      ['unused_type'],
    ]);
    expect(await story.payments()).toEqual([]);
  });

  it('bug 14: of test mode is a test event and nothing counts it', async () => {
    const test = { livemode: false };
    await story.apply(
      { ...bought('1'), ...test },
      { ...event('charge.refunded', charge('ch_1', 'pi_1', { amount_refunded: 10_000 }), start), ...test },
      { ...event('refund.created', refund('re_1', 10_000, { payment_intent: 'pi_1' }), start), ...test },
    );
    expect(await story.payments()).toEqual([
      { transactionId: 'pi_1', amount: 10_000, refunded: 10_000, isTest: true },
    ]);
    expect([await story.commissions(), await story.balances(), await story.customers()]).toEqual([
      [],
      {},
      [],
    ]);
    await story.apply(bought('1'));
    const both = (await story.payments()).map(({ isTest, refunded }) => [isTest, refunded]);
    expect(new Map(both as [boolean, number][])).toEqual(
      new Map([
        [false, 0],
        [true, 10_000],
      ]),
    );
  });
});

describe('a subscription', () => {
  const first = (more: Record<string, unknown> = {}) =>
    invoice('in_1', { subscription: 'sub_1', billing_reason: 'subscription_create', paidAt: start, ...more });
  const signedOn = (more: Record<string, unknown> = {}) =>
    event(
      'checkout.session.completed',
      session('cs_1', {
        ...{
          mode: 'subscription',
          customer: 'cus_1',
          subscription: 'sub_1',
          invoice: 'in_1',
          metadata: said(),
        },
        ...more,
      }),
      start + 1,
    );

  it('bugs 1 and 4: session and invoice are one payment, in both orders and all between', async () => {
    const events = [
      event('customer.created', customer('cus_1', { created: start - 1 }), start - 1),
      event('customer.subscription.created', subscription('sub_1', 'cus_1'), start),
      event('invoice.paid', first(), start),
      signedOn(),
      event('invoice.payment_succeeded', first(), start),
    ];
    for (const order of permutations(events).filter((_, index) => index % 8 === 0)) {
      await begin();
      await story.apply(
        ...order.map((one) => (one.type === 'checkout.session.completed' ? signedOn() : one)),
      );
      expect(await kept()).toEqual([['in_1', 'pending', 2000]]);
      expect(await story.balances()).toEqual({
        [`commission_expense ${anna}`]: 2000,
        customer_receipts: 10_000,
        [`partner_pending ${anna}`]: -2000,
        revenue_attributed: -10_000,
      });
    }
  });

  it('a late identifier is a recorded decision more', async () => {
    await begin({ settings: { organic_payments: 'record' } });
    await story.apply(event('invoice.paid', first(), start));
    expect((await story.explained('in_1')).attribution).toMatchObject({
      attributed: false,
      reason: 'no_touch',
    });
    await story.apply(signedOn());
    const explained = await story.explained('in_1');
    expect(explained.attribution).toMatchObject({ attributed: true, method: 'click_id' });
    expect(explained.decisions.map(({ cause }: { cause: string }) => cause)).toEqual([
      'recorded',
      'late_event',
    ]);
  });

  it('bug 5: the same event again, in sequence and ten at once, is one payment', async () => {
    const told = [signedOn(), event('invoice.paid', first(), start)];
    await story.apply(...told, ...told);
    await Promise.all(Array.from({ length: 10 }, () => story.apply(told[1] as StripeEvent)));
    expect(await story.payments()).toHaveLength(1);
    expect(await kept()).toEqual([['in_1', 'pending', 2000]]);
  });

  it('bug 2: two states of one second: the paid one holds in both orders', async () => {
    const open = event('invoice.payment_failed', first({ status: 'open', amount_paid: 0 }), start);
    const paid = event('invoice.paid', first(), start);
    for (const order of [
      [open, paid],
      [paid, open],
    ]) {
      await begin();
      await story.apply(signedOn(), ...order);
      expect(await story.payments()).toHaveLength(1);
    }
  });

  it('bug 16: metadata on the session only: the stored link holds for renewals, with a warning', async () => {
    await story.apply(
      signedOn(),
      event('invoice.paid', first(), start),
      event(
        'invoice.paid',
        invoice('in_2', { subscription: 'sub_1', paidAt: start + 30 * day }),
        start + 30 * day,
      ),
    );
    expect(await kept()).toEqual([
      ['in_1', 'pending', 2000],
      ['in_2', 'pending', 2000],
    ]);
    const { attribution } = await story.explained('in_2');
    expect(attribution.method).toBe('bound');
    expect(attribution.warnings).toEqual([expect.objectContaining({ code: 'no_subscription_metadata' })]);
  });

  it('bug 15: an upgrade is paid for its own sum and is no renewal', async () => {
    await story.apply(
      signedOn(),
      event('invoice.paid', first({ total: 2500 }), start),
      event(
        'invoice.paid',
        invoice('in_2', {
          subscription: 'sub_1',
          billing_reason: 'subscription_update',
          total: 22_500,
          paidAt: start + day,
        }),
        start + day,
      ),
      event(
        'invoice.paid',
        invoice('in_3', { subscription: 'sub_1', paidAt: start + 30 * day }),
        start + 30 * day,
      ),
    );
    const renewals = await server.database.postgres.query(
      'select transaction_id as id, is_recurring as renewal from payments where program_id = $1 order by 1',
      [story.programId],
    );
    expect(renewals).toEqual([
      { id: 'in_1', renewal: false },
      { id: 'in_2', renewal: false },
      { id: 'in_3', renewal: true },
    ]);
    expect(await kept()).toEqual([
      ['in_1', 'pending', 500],
      ['in_2', 'pending', 4500],
      ['in_3', 'pending', 2000],
    ]);
  });

  it('bug 30: only the months of the policy are paid for, from the first positive payment; a later click moves nothing', async () => {
    await begin({ commission: { type: 'cps_recurring', rate_bps: 1000, duration_months: 2 } });
    server.clock.set(new Date((start + 20 * day) * 1000));
    const later = await story.click(ben);
    server.clock.set(new Date((start + 90 * day) * 1000));
    const renewal = (number: number, at: number) =>
      event(
        'invoice.paid',
        invoice(`in_${number}`, {
          subscription: 'sub_1',
          paidAt: at,
          subscriptionMetadata: { affitor_click_id: later },
        }),
        at,
      );
    await story.apply(
      renewal(4, start + 14 * day + 59 * day),
      renewal(3, start + 14 * day + 31 * day),
      renewal(2, start + 14 * day),
      event('invoice.paid', first({ total: 0 }), start),
      signedOn(),
    );
    expect((await story.commissions()).map((one) => [one.transactionId, one.partner])).toEqual([
      ['in_2', anna],
      ['in_3', anna],
    ]);
    expect((await story.explained('in_4')).attribution.reason).toBe('commission_duration_ended');
  });

  it('bug 31: cancelled and begun anew by the same customer: the first link holds', async () => {
    await story.apply(
      signedOn(),
      event('invoice.paid', first(), start),
      event(
        'customer.subscription.deleted',
        subscription('sub_1', 'cus_1', { status: 'canceled' }),
        start + 20 * day,
      ),
      event(
        'checkout.session.completed',
        session('cs_2', { mode: 'subscription', customer: 'cus_1', subscription: 'sub_2', invoice: 'in_2' }),
        start + 40 * day,
      ),
      event(
        'invoice.paid',
        invoice('in_2', {
          subscription: 'sub_2',
          billing_reason: 'subscription_create',
          paidAt: start + 40 * day,
        }),
        start + 40 * day,
      ),
    );
    const { attribution } = await story.explained('in_2');
    expect(attribution).toMatchObject({ attributed: true, method: 'bound' });
    expect(attribution.evidence[0]).toMatchObject({ kind: 'stripe_customer', value: 'cus_1' });
  });

  it('a trial earns nothing; failed and voided invoices neither', async () => {
    const failed = await story.apply(
      event('invoice.payment_failed', first({ status: 'open', amount_paid: 0 }), start),
    );
    expect(failed).toEqual({ outcome: 'noted', notes: ['unpaid_invoice'] });
    expect(
      await story.apply(event('invoice.voided', first({ status: 'void', amount_paid: 0 }), start)),
    ).toEqual({
      outcome: 'noted',
      notes: ['unpaid_invoice'],
    });
    expect(await story.payments()).toEqual([]);
  });
});

describe('the base of the commission', () => {
  const earned = async (more: Record<string, unknown>) => {
    await story.apply(
      bought('0', { amount_total: 1, customer: 'cus_1' }),
      event('invoice.paid', invoice('in_1', { paidAt: start + 1, ...more }), start + 1),
    );
    const { payment, arithmetic } = await story.explained('in_1');
    const [commission] = (await story.commissions()).filter(({ transactionId }) => transactionId === 'in_1');
    return [payment.amount_cents, arithmetic[0]?.result, commission?.amount];
  };

  // Bug 13 (dubinc/dub#3030 and others): tax in the base, partly paid from credit, negative totals.
  it.each([
    ['without exclusive tax', { total: 11_900, total_excluding_tax: 10_000 }, [11_900, 10_000, 2000]],
    [
      'without inclusive tax, by the amounts of old versions',
      {
        total: 500,
        total_excluding_tax: undefined,
        total_taxes: undefined,
        total_tax_amounts: [{ amount: 83, inclusive: true }],
      },
      [500, 417, 83],
    ],
    [
      'without the one tax of the oldest versions',
      { total: 1200, total_excluding_tax: undefined, total_taxes: undefined, tax: 200 },
      [1200, 1000, 200],
    ],
    [
      'bug 20: scaled to what was paid where balance paid the rest',
      { total: 5000, total_excluding_tax: 4000, amount_paid: 2000, starting_balance: 0 },
      [2000, 1600, 320],
    ],
  ])('%s', async (_name, more, expected) => {
    expect(await earned(more)).toEqual(expected);
  });

  it('bug 13: a negative total is no payment', async () => {
    const outcome = await story.apply(
      event('invoice.paid', invoice('in_1', { total: -2000, amount_paid: 0 }), start),
    );
    expect(outcome.notes).toEqual(['zero_amount']);
  });

  it('the tax stays in the base where the policy says so', async () => {
    await server.post(
      `/api/v1/groups/${story.groupId}/policies`,
      { type: 'cps_lifetime', rate_bps: 1000, exclude_tax: false, effective_from: '2026-01-01T00:00:00Z' },
      server.key,
    );
    expect(await earned({ total: 11_900, total_excluding_tax: 10_000 })).toEqual([11_900, 1190, 1190]);
  });

  it('of a session: without tax, and without shipping where the policy says so', async () => {
    await server.post(
      `/api/v1/groups/${story.groupId}/policies`,
      {
        type: 'cps_lifetime',
        rate_bps: 1000,
        exclude_shipping: true,
        effective_from: '2026-01-01T00:00:00Z',
      },
      server.key,
    );
    const details = { amount_discount: 0, amount_shipping: 500, amount_tax: 1500 };
    await story.apply(bought('1', { amount_total: 12_000, total_details: details }));
    expect((await story.explained('pi_1')).arithmetic).toEqual([
      { step: 'base', text: '12000 − 1500 tax − 500 shipping', result: 10_000 },
      { step: 'commission', text: '10000 × 1000 / 10000', result: 1000 },
    ]);
  });

  it('bug 26: currencies whose decimals Stripe writes in its own way', async () => {
    await story.apply(
      bought('1', { currency: 'isk', amount_total: 500_000 }),
      event(
        'refund.created',
        refund('re_1', 100_000, { payment_intent: 'pi_1', currency: 'isk' }),
        start + day,
      ),
      bought('2', { currency: 'kwd', amount_total: 5120 }, start + 1),
      bought('3', { currency: 'jpy', amount_total: 500 }, start + 2),
    );
    expect((await story.payments()).map((one) => [one.amount, one.refunded])).toEqual([
      [5000, 1000],
      [5120, 0],
      [500, 0],
    ]);
  });

  it('bug 3: a shape that does not say what is needed raises and is never taken for nothing', async () => {
    const strange: [string, Record<string, unknown>][] = [
      ['an invoice has no amount_paid', { ...invoice('in_1'), amount_paid: undefined }],
      [
        'an invoice does not say what its tax is',
        { ...invoice('in_1'), total_excluding_tax: undefined, total_taxes: undefined },
      ],
      ['an invoice of a subscription says of none', { ...invoice('in_1'), parent: undefined }],
      ['an invoice has the status strange', { ...invoice('in_1'), status: 'strange' }],
    ].map(([words, object]) => {
      const { parent, ...rest } = object as Record<string, unknown>;
      return [words as string, parent === undefined ? rest : (object as Record<string, unknown>)];
    });
    for (const [words, object] of strange) {
      await expect(story.apply(event('invoice.paid', object, start))).rejects.toThrow(words);
    }
    await expect(
      story.apply(event('charge.dispute.created', dispute('dp_1', 1, 'new_status'), start)),
    ).rejects.toThrow('a dispute has the status new_status');
    expect(await story.payments()).toEqual([]);
  });
});

describe('money that goes back', () => {
  beforeEach(() => story.apply(bought('1', { amount_total: 3000 }), joined('1')).then(() => {}));

  it('bug 7: parts are parts, each once, however often they are told', async () => {
    const [one, two] = [
      event('refund.created', refund('re_1', 1000, { payment_intent: 'pi_1' }), start),
      event('refund.created', refund('re_2', 500, { payment_intent: 'pi_1' }), start),
    ];
    await story.apply(one);
    expect(await kept()).toEqual([['pi_1', 'refunded', 400]]);
    await story.apply(two, one, two, one);
    expect(await kept()).toEqual([['pi_1', 'refunded', 300]]);
  });

  it('bug 8: a charge without its list of refunds works from its sum', async () => {
    await story.apply(event('charge.refunded', charge('ch_1', 'pi_1', { amount_refunded: 1000 }), start));
    expect(await kept()).toEqual([['pi_1', 'refunded', 400]]);
    await story.apply(event('charge.refunded', charge('ch_1', 'pi_1', { amount_refunded: 3000 }), start));
    expect(await kept()).toEqual([['pi_1', 'reversed', 0]]);
    expect(await story.balances()).toEqual({});
  });

  it('bug 9: charge, refund and our own API tell of one refund: it counts once', async () => {
    await story.apply(
      event('refund.created', refund('re_1', 1000, { payment_intent: 'pi_1' }), start),
      event('charge.refunded', charge('ch_1', 'pi_1', { amount_refunded: 1000 }), start),
    );
    const again = await story.refund({
      transaction_id: 'cs_1',
      refund_amount_cents: 1000,
      refund_id: 're_1',
    });
    expect(again.body).toMatchObject({ status: 'skipped', reason: 'refund_id already recorded' });
    expect(await kept()).toEqual([['pi_1', 'refunded', 400]]);

    await story.apply(bought('2', { amount_total: 3000 }, start + 1));
    await story.refund({ transaction_id: 'cs_2', refund_amount_cents: 1000 });
    await story.apply(event('refund.created', refund('re_9', 1000, { payment_intent: 'pi_2' }), start));
    expect((await story.payments()).map(({ refunded }) => refunded)).toEqual([1000, 1000]);
  });

  it('bug 10: a refund that fails after it succeeded gives the commission back', async () => {
    const told = (status: string) => refund('re_1', 3000, { payment_intent: 'pi_1', status });
    await story.apply(event('refund.created', told('succeeded'), start));
    expect(await kept()).toEqual([['pi_1', 'reversed', 0]]);
    await story.apply(event('refund.failed', told('failed'), start + 1));
    expect(await kept()).toEqual([['pi_1', 'pending', 600]]);
    await story.apply(event('refund.updated', told('succeeded'), start + 2));
    expect(await kept()).toEqual([['pi_1', 'pending', 600]]);
    expect((await story.explained('pi_1')).payment.refunded_cents).toBe(0);
  });

  it('one that failed after the hold was over comes back approved, and is released if it was not', async () => {
    const told = (status: string) => refund('re_1', 3000, { payment_intent: 'pi_1', status });
    await releaseHolds(server.database.postgres, server.clock.now());
    await story.apply(
      event('refund.created', told('succeeded'), start),
      event('refund.failed', told('failed'), start),
    );
    expect(await kept()).toEqual([['pi_1', 'approved', 600]]);

    await story.apply(bought('2', { amount_total: 3000 }, start + 50 * day));
    const second = (status: string) => refund('re_2', 3000, { payment_intent: 'pi_2', status });
    await story.apply(event('refund.created', second('succeeded'), start));
    await releaseHolds(server.database.postgres, new Date((start + 70 * day) * 1000));
    await story.apply(event('refund.failed', second('failed'), start));
    await releaseHolds(server.database.postgres, new Date((start + 71 * day) * 1000));
    expect((await kept())[1]).toEqual(['pi_2', 'approved', 600]);
  });

  it('bug 24: after the payout a refund makes a debt and leaves the paid row alone', async () => {
    await releaseHolds(server.database.postgres, server.clock.now());
    await payOut();
    await story.apply(
      event('refund.created', refund('re_1', 3000, { payment_intent: 'pi_1' }), start + 31 * day),
    );
    expect(await story.balances()).toEqual({
      [`partner_approved ${anna}`]: 600,
      [`partner_paid ${anna}`]: -600,
    });
  });

  it('before its payment waits for it', async () => {
    const early = await story.apply(
      event('refund.created', refund('re_5', 1000, { payment_intent: 'pi_5' }), start),
    );
    expect(early).toEqual({ outcome: 'noted', notes: ['waits_for_payment'] });
    await story.apply(bought('5', { amount_total: 3000 }, start + 5));
    expect((await kept())[1]).toEqual(['pi_5', 'refunded', 400]);
  });

  it('of a sale that only the API told of is found by any of its ids', async () => {
    await story.sale({ transaction_id: 'pi_7', amount_cents: 3000, customer_key: 'user_1' });
    await story.apply(event('refund.created', refund('re_7', 1500, { payment_intent: 'pi_7' }), start));
    expect((await story.payments()).find(({ transactionId }) => transactionId === 'pi_7')?.refunded).toBe(
      1500,
    );
  });

  it('a credit note counts what was given back outside of Stripe, and its refund only once', async () => {
    const note = (id: string, more: Record<string, unknown>) =>
      event(
        'credit_note.created',
        {
          id,
          object: 'credit_note',
          invoice: 'in_1',
          currency: 'usd',
          status: 'issued',
          created: start,
          ...more,
        },
        start,
      );
    await story.apply(
      bought('0', { customer: 'cus_1', amount_total: 1 }, start + 1),
      event('invoice.paid', invoice('in_1', { paidAt: start + 2, total: 3000 }), start + 2),
      event('invoice_payment.paid', invoicePayment('in_1', 'pi_9'), start + 2),
      note('cn_1', { out_of_band_amount: 300, refunds: [] }),
      note('cn_2', { out_of_band_amount: null, refunds: [{ refund: 're_2', amount_refunded: 500 }] }),
      event('refund.created', refund('re_2', 500, { payment_intent: 'pi_9' }), start + 3),
      note('cn_3', { out_of_band_amount: null, customer_balance_transaction: 'cbtxn_1' }),
    );
    expect((await story.payments()).find(({ transactionId }) => transactionId === 'in_1')?.refunded).toBe(
      800,
    );
  });

  async function payOut(): Promise<void> {
    await server.database.postgres.transaction(async (trx) => {
      const rows = await trx.query<{ workspaceId: number; id: bigint }>(
        'select workspace_id as "workspaceId", id from commissions where program_id = $1',
        [story.programId],
      );
      for (const { workspaceId, id } of rows) await markPaid(trx, workspaceId, [id], server.clock.now());
    });
  }
});

describe('disputes', () => {
  const contested = (status: string, more: Record<string, unknown> = {}, id = 'dp_1', amount = 3000) =>
    event(
      status === 'needs_response' || status.startsWith('warning_n')
        ? 'charge.dispute.created'
        : 'charge.dispute.closed',
      dispute(id, amount, status, { payment_intent: 'pi_1', charge: 'ch_1', ...more }),
      start,
    );
  beforeEach(() => story.apply(bought('1', { amount_total: 3000 }), joined('1')).then(() => {}));

  it('bug 11: hold the commission, give it back whole when won, in both orders', async () => {
    for (const order of [
      ['needs_response', 'won'],
      ['won', 'needs_response'],
    ]) {
      await story.apply(...order.map((status) => contested(status)));
      expect(await kept()).toEqual([['pi_1', 'pending', 600]]);
    }
  });

  it('a held commission is not released by the hold job, and shows as disputed', async () => {
    await story.apply(contested('needs_response'));
    expect(await kept()).toEqual([['pi_1', 'disputed', 600]]);
    await releaseHolds(server.database.postgres, server.clock.now());
    expect(await kept()).toEqual([['pi_1', 'disputed', 600]]);
    expect(await story.balances()).toMatchObject({ [`partner_disputed ${anna}`]: -600 });
    expect((await story.explained('pi_1')).disputes).toEqual([
      { id: 'dp_1', amount_cents: 3000, state: 'open' },
    ]);
    await story.apply(contested('won'));
    await releaseHolds(server.database.postgres, server.clock.now());
    expect(await kept()).toEqual([['pi_1', 'approved', 600]]);
  });

  it('bug 11: lost is like a refund; with refunds before and after, together never more than the payment', async () => {
    await story.apply(
      event('refund.created', refund('re_1', 1000, { payment_intent: 'pi_1' }), start),
      contested('needs_response'),
      contested('lost'),
      event('refund.created', refund('re_2', 500, { payment_intent: 'pi_1' }), start),
    );
    expect(await kept()).toEqual([['pi_1', 'reversed', 0]]);
    expect(await story.balances()).toEqual({});
    expect((await story.payments())[0]?.refunded).toBe(3000);
  });

  it('bug 29: an inquiry holds nothing; several disputes of one payment never take more than it', async () => {
    await story.apply(contested('warning_needs_response'));
    expect(await kept()).toEqual([['pi_1', 'pending', 600]]);
    await story.apply(contested('lost', {}, 'dp_2', 2000), contested('lost', {}, 'dp_3', 2000));
    expect(await kept()).toEqual([['pi_1', 'reversed', 0]]);
    expect(await story.balances()).toEqual({});
  });

  it('of a part holds that part; an API refund while it is open takes from the whole', async () => {
    await story.apply(contested('needs_response', {}, 'dp_1', 1000));
    expect(await story.balances()).toMatchObject({
      [`partner_disputed ${anna}`]: -200,
      [`partner_pending ${anna}`]: -400,
    });
    await story.refund({ transaction_id: 'pi_1' });
    expect(await story.balances()).toEqual({});
  });
});

describe('who paid', () => {
  beforeEach(() => begin({ settings: { organic_payments: 'record' } }));
  const lead = async (code: string, key: string, email: string) => {
    const clicked = await story.click(code);
    expect((await story.lead({ click_id: clicked, customer_key: key, email })).status).toBe(200);
  };
  const method = async (id: string) => (await story.explained(id)).attribution;

  it('by click, before the email of somebody else', async () => {
    server.clock.set(new Date((start - day / 2) * 1000));
    await lead(ben, 'user_9', 'sam@example.com');
    await story.apply(
      bought('1', { metadata: { affitor_click_id: click }, customer_details: { email: 'sam@example.com' } }),
    );
    expect((await story.commissions())[0]?.partner).toBe(anna);
    expect((await method('pi_1')).method).toBe('click_id');
  });

  it('by email, whatever its case, before the key of somebody else', async () => {
    server.clock.set(new Date((start - day / 2) * 1000));
    await lead(ben, 'user_9', 'sam@example.com');
    await lead(anna, 'user_1', 'else@example.com');
    await story.apply(
      bought('1', {
        metadata: { affitor_customer_key: 'user_1' },
        customer_details: { email: ' SAM@Example.com ' },
      }),
    );
    expect((await story.commissions())[0]?.partner).toBe(ben);
    expect(await method('pi_1')).toMatchObject({ method: 'email' });
  });

  it('by Stripe’s customer, once linked; the stored link outlives another email', async () => {
    await story.apply(
      bought('1', { customer: 'cus_1' }),
      bought(
        '2',
        { customer: 'cus_1', metadata: {}, customer_details: { email: 'new@example.com' } },
        start + day,
      ),
    );
    expect((await story.commissions()).map(({ partner }) => partner)).toEqual([anna, anna]);
    expect((await method('pi_2')).evidence[0]).toMatchObject({ kind: 'stripe_customer', value: 'cus_1' });
  });

  it('by customer key, and its aliases', async () => {
    server.clock.set(new Date((start - day / 2) * 1000));
    await lead(ben, 'user_9', 'sam@example.com');
    for (const [index, name] of ['affitor_customer_key', 'user_id', 'customer_key'].entries()) {
      await story.apply(bought(String(index), { metadata: { [name]: 'user_9' } }, start + index));
      expect((await method(`pi_${index}`)).evidence[0]).toMatchObject({
        kind: 'customer_key',
        value: 'user_9',
      });
    }
    await story.apply(bought('9', { metadata: { customer_code: click } }, start + 9));
    expect((await method('pi_9')).evidence[0]).toMatchObject({ kind: 'click_id', value: click });
  });

  it('by partner code, when all look-ups fail', async () => {
    await story.apply(bought('1', { metadata: { partner_code: ben.toUpperCase() }, customer: 'cus_7' }));
    expect((await story.commissions())[0]?.partner).toBe(ben);
    expect(await method('pi_1')).toMatchObject({ attributed: true, method: 'partner_code' });
    await story.apply(bought('2', { metadata: { partner_code: ben, affitor_click_id: click } }, start + 2));
    expect((await story.commissions())[1]?.partner).toBe(anna);
  });

  it('bug 19: a guest, and two of Stripe’s customers with one email, are one person', async () => {
    await story.apply(
      bought('1', { customer: null, customer_details: { email: 'sam@example.com' } }),
      bought(
        '2',
        { customer: 'cus_a', metadata: {}, customer_details: { email: 'sam@example.com' } },
        start + day,
      ),
      bought('3', { customer: 'cus_b', metadata: {}, customer_email: 'sam@example.com' }, start + 2 * day),
    );
    expect((await story.customers()).map(({ payments }) => payments)).toEqual([3]);
    expect((await story.commissions()).map(({ partner }) => partner)).toEqual([anna, anna, anna]);
  });

  it.each([null, 'null', ''])(
    'bug 28: metadata that is %j: the next step is taken, with a warning',
    async (empty) => {
      server.clock.set(new Date((start - day / 2) * 1000));
      await lead(ben, 'user_9', 'sam@example.com');
      await story.apply(
        bought('1', { metadata: said({ affitor_click_id: empty, affitor_customer_key: 'user_9' }) }),
      );
      const attribution = await method('pi_1');
      expect(attribution.method).toBe('customer_key');
      expect(attribution.warnings).toEqual([
        { code: 'empty_metadata', text: 'metadata.affitor_click_id is there but has no value' },
      ]);
    },
  );

  it('a program of another id: not this program’s money', async () => {
    const outcome = await story.apply(bought('1', { metadata: said({ program_id: '999999' }) }));
    expect(outcome).toMatchObject({ outcome: 'noted', notes: expect.arrayContaining(['other_program']) });
    expect(await story.payments()).toEqual([]);
  });

  it('a program of another id, told late: what was booked is taken back whole', async () => {
    await story.apply(
      event('invoice.paid', invoice('in_1', { subscription: 'sub_1' }), start),
      event(
        'checkout.session.completed',
        session('cs_1', {
          ...{ mode: 'subscription', customer: 'cus_1', subscription: 'sub_1', invoice: 'in_1' },
          metadata: said({ program_id: '999999' }),
        }),
        start + 1,
      ),
      event('invoice_payment.paid', invoicePayment('in_1', 'pi_1'), start),
    );
    expect(await story.balances()).toEqual({});
    const elsewhere = { metadata: said({ program_id: '999999' }) };
    await story.apply(
      event('invoice.paid', invoice('in_2', { subscription: 'sub_2', customer: 'cus_2' }), start),
      event('customer.subscription.updated', subscription('sub_2', 'cus_2', elsewhere), start + 1),
      event(
        'credit_note.created',
        {
          id: 'cn_1',
          object: 'credit_note',
          invoice: 'in_2',
          currency: 'usd',
          status: 'issued',
          out_of_band_amount: 500,
        },
        start,
      ),
    );
    expect(await story.balances()).toEqual({});
  });

  it('the API finds by the key that Stripe’s metadata taught', async () => {
    await story.apply(bought('1'));
    const reply = await story.sale({ transaction_id: 'order_2', amount_cents: 1000, customer_key: 'user_1' });
    expect(reply.body.commission_id).toEqual(expect.any(Number));
  });

  it('nobody known, where such payments are rejected: kept as a fact, booked when an identifier comes', async () => {
    await begin();
    const paid = event('invoice.paid', invoice('in_1', { subscription: 'sub_1' }), start);
    expect(await story.apply(paid)).toMatchObject({
      outcome: 'noted',
      notes: expect.arrayContaining(['customer_not_found', 'no_identifiers']),
    });
    expect(await story.payments()).toEqual([]);
    await story.apply(
      event(
        'customer.subscription.updated',
        subscription('sub_1', 'cus_1', { metadata: said() }),
        start + day,
      ),
    );
    expect(await story.payments()).toHaveLength(1);
  });

  it('customer.created is a lead, by its own date', async () => {
    await begin({ commission: { type: 'cpl', fixed_cents: 500 } });
    await story.apply(
      bought('1', { customer: 'cus_1' }),
      event(
        'customer.created',
        customer('cus_1', { created: start - 60, email: 'sam@example.com' }),
        start - 60,
      ),
      event(
        'customer.created',
        customer('cus_1', { created: start - 60, email: 'sam@example.com' }),
        start - 60,
      ),
      event(
        'customer.created',
        customer('cus_2', { created: start + 60, email: 'sam@example.com' }),
        start + 60,
      ),
    );
    const leads = await server.database.postgres.query('select created_at from leads where program_id = $1', [
      story.programId,
    ]);
    expect(leads).toEqual([{ created_at: new Date((start - 60) * 1000) }]);
    expect(await story.balances()).toMatchObject({ [`partner_pending ${anna}`]: -500 });
  });
});

describe('the same payment through two doors', () => {
  it('by API first, without a partner: Stripe adds the partner, once', async () => {
    await begin({ settings: { organic_payments: 'record' } });
    await story.sale({
      transaction_id: 'cs_1',
      amount_cents: 10_000,
      customer_key: 'nobody',
      occurred_at: new Date(start * 1000).toISOString(),
    });
    expect(await story.commissions()).toEqual([]);
    await story.apply(bought('1'), bought('1'));
    expect(await kept()).toEqual([['cs_1', 'pending', 2000]]);
    expect(await story.payments()).toHaveLength(1);
  });

  it('by Stripe first, without a partner: the API adds the partner, and Stripe leaves it', async () => {
    await begin({ settings: { organic_payments: 'record' } });
    await story.apply(bought('1', { metadata: {} }));
    await story.sale({
      transaction_id: 'pi_1',
      amount_cents: 10_000,
      click_id: click,
      customer_key: 'user_1',
    });
    expect(await kept()).toEqual([['pi_1', 'pending', 2000]]);
    await story.apply(joined('1'), bought('1', { metadata: {} }));
    expect(await kept()).toEqual([['pi_1', 'pending', 2000]]);
    expect(await story.payments()).toHaveLength(1);
  });

  it('recorded twice before anybody knew: the join takes one of them back whole', async () => {
    await story.apply(
      event(
        'checkout.session.completed',
        session('cs_1', {
          mode: 'subscription',
          customer: 'cus_1',
          subscription: 'sub_1',
          invoice: 'in_1',
          metadata: said(),
        }),
        start,
      ),
      event('invoice.paid', invoice('in_1', { subscription: 'sub_1' }), start),
    );
    await story.sale({
      transaction_id: 'pi_1',
      amount_cents: 10_000,
      customer_key: 'user_1',
      occurred_at: new Date(start * 1000).toISOString(),
    });
    expect((await story.balances()).customer_receipts).toBe(20_000);
    await story.apply(event('invoice_payment.paid', invoicePayment('in_1', 'pi_1'), start));
    expect((await story.balances()).customer_receipts).toBe(10_000);
    expect((await story.commissions()).filter(({ kept: left }) => left > 0)).toHaveLength(1);
  });

  it('bug 27: the success page’s call and the webhook at once are one payment', async () => {
    for (let round = 0; round < 5; round += 1) {
      await begin();
      await story.lead({ click_id: click, customer_key: 'user_1' });
      await Promise.all([
        story.apply(bought('1')),
        story.sale({
          transaction_id: 'cs_1',
          amount_cents: 10_000,
          customer_key: 'user_1',
          occurred_at: new Date(start * 1000).toISOString(),
        }),
      ]);
      await story.apply(joined('1'));
      expect(await story.payments()).toHaveLength(1);
      expect((await kept())[0]?.slice(1)).toEqual(['pending', 2000]);
    }
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}
