import type { StripeEvent } from '../../src/stripe/index.ts';
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
} from './objects.ts';

/** The people and clicks that a story refers to. */
export interface Cast {
  programId: number;
  /** Two partners' clicks, the second one later and in another browser. */
  annaClick: string;
  benClick: string;
  /** A customer who signed up with this key and email, from Ben's click. */
  lead: { key: string; email: string };
}

export type StripeTale = (cast: Cast) => StripeEvent[];

const month = 30 * day;

/** The five events of a first purchase: the invoice is created a second before the session that explains it. */
function firstPurchase(
  cast: Cast,
  more: { total?: number; said?: Record<string, string> } = {},
): StripeEvent[] {
  const { total = 10_000 } = more;
  const said = more.said ?? {
    affitor_click_id: cast.annaClick,
    affitor_customer_key: 'user_1',
    program_id: String(cast.programId),
  };
  const paid = invoice('in_1', {
    subscription: 'sub_1',
    billing_reason: 'subscription_create',
    total,
    customer_email: 'sam@example.com',
    paidAt: start,
  });
  return [
    event('customer.created', customer('cus_1', { created: start - 2, email: 'sam@example.com' }), start - 2),
    event('customer.subscription.created', subscription('sub_1', 'cus_1'), start - 1),
    event('invoice.paid', paid, start),
    event('invoice.payment_succeeded', paid, start),
    event('invoice_payment.paid', invoicePayment('in_1', 'pi_1'), start),
    event('payment_intent.succeeded', intent('pi_1', 'ch_1'), start),
    event(
      'checkout.session.completed',
      session('cs_1', {
        mode: 'subscription',
        subscription: 'sub_1',
        customer: 'cus_1',
        invoice: 'in_1',
        metadata: said,
        customer_details: { email: 'Sam@Example.com' },
      }),
      start + 1,
    ),
  ];
}

function renewal(number: number, at: number, more: Record<string, unknown> = {}): StripeEvent[] {
  return [
    event('invoice.paid', invoice(`in_${number}`, { subscription: 'sub_1', paidAt: at, ...more }), at),
    event('invoice_payment.paid', invoicePayment(`in_${number}`, `pi_${number}`), at),
    event('payment_intent.succeeded', intent(`pi_${number}`, `ch_${number}`), at),
  ];
}

/** Every story ends the same however its events come; see shuffles.test.ts. */
export const tales: Readonly<Record<string, StripeTale>> = {
  'a subscription with renewals': (cast) => [
    ...firstPurchase(cast),
    ...renewal(2, start + month),
    ...renewal(3, start + 2 * month),
  ],

  'a trial, then the first real payment, then an upgrade': (cast) => [
    ...firstPurchase(cast, { total: 0 }),
    ...renewal(2, start + 14 * day, { total: 2500 }),
    ...renewal(3, start + 20 * day, { total: 22_500, billing_reason: 'subscription_update' }),
    event(
      'customer.subscription.updated',
      subscription('sub_1', 'cus_1', { metadata: { user_id: 'user_1' } }),
      start + 20 * day,
    ),
  ],

  'partial refunds, one told by the charge too, and one that fails': (cast) => [
    ...firstPurchase(cast),
    event('charge.refunded', charge('ch_1', 'pi_1', { amount_refunded: 3000 }), start + day),
    event('refund.created', refund('re_1', 3000, { payment_intent: 'pi_1', charge: 'ch_1' }), start + day),
    event(
      'refund.updated',
      refund('re_1', 3000, { payment_intent: 'pi_1', charge: 'ch_1' }),
      start + day + 1,
    ),
    event('charge.refunded', charge('ch_1', 'pi_1', { amount_refunded: 4000 }), start + 2 * day),
    event(
      'refund.created',
      refund('re_2', 1000, { payment_intent: 'pi_1', status: 'pending' }),
      start + 2 * day,
    ),
    event(
      'refund.failed',
      refund('re_2', 1000, { payment_intent: 'pi_1', status: 'failed' }),
      start + 3 * day,
    ),
  ],

  'a dispute won, and a renewal whose dispute is lost after a refund': (cast) => [
    ...firstPurchase(cast),
    event(
      'charge.dispute.created',
      dispute('dp_1', 10_000, 'needs_response', { payment_intent: 'pi_1', charge: 'ch_1' }),
      start + day,
    ),
    event(
      'charge.dispute.funds_withdrawn',
      dispute('dp_1', 10_000, 'needs_response', { payment_intent: 'pi_1', charge: 'ch_1' }),
      start + day,
    ),
    event(
      'charge.dispute.closed',
      dispute('dp_1', 10_000, 'won', { payment_intent: 'pi_1', charge: 'ch_1' }),
      start + 9 * day,
    ),
    ...renewal(2, start + month),
    event(
      'refund.created',
      refund('re_1', 2500, { payment_intent: 'pi_2', created: start + month + day }),
      start + month + day,
    ),
    event(
      'charge.dispute.created',
      dispute('dp_2', 10_000, 'warning_needs_response', { charge: 'ch_2' }),
      start + month + day,
    ),
    event(
      'charge.dispute.updated',
      dispute('dp_2', 10_000, 'needs_response', { charge: 'ch_2' }),
      start + month + 2 * day,
    ),
    event(
      'charge.dispute.closed',
      dispute('dp_2', 10_000, 'lost', { charge: 'ch_2' }),
      start + month + 9 * day,
    ),
  ],

  'a dispute that stays open, of a part': (cast) => [
    ...firstPurchase(cast),
    event(
      'charge.dispute.created',
      dispute('dp_1', 4000, 'needs_response', { payment_intent: 'pi_1' }),
      start + day,
    ),
    event(
      'charge.dispute.created',
      dispute('dp_9', 10_000, 'warning_needs_response', { payment_intent: 'pi_1' }),
      start + day,
    ),
  ],

  'two one-time payments of one person, as a guest and as a customer': (cast) => [
    event(
      'checkout.session.completed',
      session('cs_8', {
        payment_intent: 'pi_8',
        amount_total: 5000,
        metadata: { affitor_click_id: cast.annaClick },
        customer_details: { email: 'sam@example.com' },
      }),
      start,
    ),
    event('payment_intent.succeeded', intent('pi_8', 'ch_8'), start),
    event(
      'checkout.session.completed',
      session('cs_9', {
        payment_intent: 'pi_9',
        customer: 'cus_9',
        metadata: {},
        customer_details: { email: 'sam@example.com' },
      }),
      start + 5 * day,
    ),
    event(
      'customer.created',
      customer('cus_9', { created: start + 5 * day - 1, email: 'sam@example.com' }),
      start + 5 * day - 1,
    ),
    event(
      'charge.refunded',
      charge('ch_8', 'pi_8', { amount: 5000, amount_refunded: 5000, refunded: true }),
      start + 6 * day,
    ),
  ],

  'a delayed method: agreed on, paid days later; another one fails': (cast) => [
    event(
      'checkout.session.completed',
      session('cs_1', {
        payment_status: 'unpaid',
        payment_intent: 'pi_1',
        customer: 'cus_1',
        metadata: { affitor_click_id: cast.annaClick, program_id: String(cast.programId) },
      }),
      start,
    ),
    event(
      'checkout.session.async_payment_succeeded',
      session('cs_1', {
        payment_intent: 'pi_1',
        customer: 'cus_1',
        metadata: { affitor_click_id: cast.annaClick, program_id: String(cast.programId) },
      }),
      start + 6 * day,
    ),
    event(
      'checkout.session.completed',
      session('cs_2', { payment_status: 'unpaid', payment_intent: 'pi_2', customer: 'cus_1' }),
      start + day,
    ),
    event(
      'checkout.session.async_payment_failed',
      session('cs_2', { payment_status: 'unpaid', payment_intent: 'pi_2', customer: 'cus_1' }),
      start + 7 * day,
    ),
  ],

  'somebody who signed up before, known by email, then by key': (cast) => [
    event(
      'invoice.paid',
      invoice('in_1', {
        customer: 'cus_2',
        subscription: 'sub_2',
        customer_email: cast.lead.email,
        billing_reason: 'subscription_create',
        paidAt: start,
      }),
      start,
    ),
    event(
      'customer.subscription.created',
      subscription('sub_2', 'cus_2', { metadata: { affitor_customer_key: cast.lead.key } }),
      start,
    ),
    event(
      'checkout.session.completed',
      session('cs_3', {
        payment_intent: 'pi_3',
        customer: 'cus_3',
        metadata: { affitor_customer_key: cast.lead.key },
      }),
      start + 3 * day,
    ),
    event(
      'credit_note.created',
      {
        id: 'cn_1',
        object: 'credit_note',
        invoice: 'in_1',
        currency: 'usd',
        status: 'issued',
        out_of_band_amount: 500,
        created: start + day,
        refunds: [],
      },
      start + day,
    ),
  ],

  'two purchases with the clicks of two partners': (cast) => [
    event(
      'checkout.session.completed',
      session('cs_1', {
        payment_intent: 'pi_1',
        customer: 'cus_1',
        metadata: { affitor_click_id: cast.annaClick },
      }),
      start,
    ),
    event(
      'checkout.session.completed',
      session('cs_2', {
        payment_intent: 'pi_2',
        customer: 'cus_1',
        metadata: { affitor_click_id: cast.benClick, partner_code: 'nobody' },
      }),
      start + 40 * day,
    ),
    event(
      'checkout.session.completed',
      session('cs_4', {
        payment_intent: 'pi_4',
        customer: 'cus_4',
        metadata: { affitor_click_id: cast.benClick, affitor_customer_key: 'user_4' },
      }),
      start + 2 * day,
    ),
    event('refund.created', refund('re_4', 10_000, { payment_intent: 'pi_4' }), start + 3 * day),
  ],

  'renewals beyond the months that are paid for': (cast) => [
    ...firstPurchase(cast),
    ...Array.from(
      { length: 13 },
      (_, index) => renewal(index + 2, start + (index + 1) * month + 5 * day)[0] as StripeEvent,
    ),
  ],
};
