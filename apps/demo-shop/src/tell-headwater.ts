import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './accounts.ts';
import { type Headwater, HeadwaterProblem } from './headwater.ts';
import type { Order, Report, StripePayment, Trail } from './orders.ts';
import { currency } from './plans.ts';

/** What the tracker left in the visitor's cookies. */
export function readTrail(cookies: ReadonlyMap<string, string>): Trail {
  const clickId = cookies.get('affitor_click_id') || cookies.get('customer_code');
  const visitorId = cookies.get('hw_visitor');
  const sessionId = cookies.get('hw_session');
  return {
    ...(clickId ? { clickId } : {}),
    ...(visitorId && sessionId ? { visitorId, sessionId } : {}),
  };
}

/**
 * Tells Headwater of a sign-up. A visitor without a partner's click is nobody Headwater could pay somebody for, and it
 * says so; neither that nor its absence may keep anybody from signing up.
 */
export async function tellOfSignUp(
  headwater: Headwater,
  account: Account,
  trail: Trail,
  clickIds: readonly string[],
): Promise<void> {
  try {
    const { message } = await headwater.lead({
      customer_key: account.key,
      email: account.email,
      click_id: trail.clickId,
      click_ids: clickIds,
      visitor_id: trail.visitorId,
      session_id: trail.sessionId,
    });
    account.lead = { heard: true, message };
  } catch (error) {
    if (!(error instanceof HeadwaterProblem)) throw error;
    account.lead = { heard: false, message: error.message };
  }
}

/**
 * Tells Headwater of a payment: the sale, then the visit it came from, both under the order's id, so that it is one
 * payment however often this is repeated. Throws {@link HeadwaterProblem} when Headwater did not take it; try again later.
 */
export async function tellOfOrder(headwater: Headwater, order: Order): Promise<Report> {
  if (order.report !== null) return order.report;
  if (order.stripe !== null) return hearOfStripe(headwater, order, order.stripe);
  const { account, plan, trail } = order;
  const sale = await headwater.sale({
    transaction_id: order.id,
    customer_key: account.key,
    click_id: trail.clickId,
    customer_email: account.email,
    amount_cents: plan.monthlyCents,
    currency,
    sale_type: 'subscription',
    subscription_id: order.subscriptionId,
    subscription_interval: 'monthly',
    is_recurring: order.isRenewal,
    product_id: plan.id,
    line_items: [{ product_id: plan.id, name: plan.name, quantity: 1, amount_cents: plan.monthlyCents }],
    occurred_at: order.paidAt.toISOString(),
  });
  order.report = { saleId: sale.saleId, sale: sale.message, visit: await tellOfVisit(headwater, order) };
  return order.report;
}

/** Stripe tells of the payment. The shop waits for it, and adds the visit, which only the browser knows. */
async function hearOfStripe(headwater: Headwater, order: Order, stripe: StripePayment): Promise<Report> {
  const { saleId } = await untilBooked(headwater, stripe, () => true);
  const sale = `Nothing was said: Stripe’s webhook told of invoice ${stripe.invoiceId}.`;
  order.report = { saleId, sale, visit: await tellOfVisit(headwater, order) };
  return order.report;
}

const webhookPatienceMs = 10_000;

/** Webhooks come by themselves: until Headwater's books say what is expected. */
export async function untilBooked(
  headwater: Headwater,
  { invoiceId }: StripePayment,
  isExpected: (booked: { refundedCents: number }) => boolean,
): Promise<{ saleId: number }> {
  const deadline = Date.now() + webhookPatienceMs;
  for (;;) {
    const booked = await headwater.findPayment(invoiceId);
    if (booked !== undefined && isExpected(booked)) return booked;
    if (Date.now() > deadline) {
      throw new HeadwaterProblem(null, 'Stripe’s webhook has not reached Headwater yet.');
    }
    await sleep(100);
  }
}

async function tellOfVisit(headwater: Headwater, order: Order): Promise<string> {
  const { visitorId, sessionId } = order.trail;
  if (order.isRenewal) return 'A renewal: no browser took part.';
  if (visitorId === undefined || sessionId === undefined) {
    return 'The tracker left no visit in this browser (blocked, or it had no time to load).';
  }
  try {
    const { message } = await headwater.attributePayment({
      visitor_id: visitorId,
      session_id: sessionId,
      revenue: order.plan.monthlyCents,
      currency,
      email: order.account.email,
      transaction_id: order.stripe?.invoiceId ?? order.id,
      occurred_at: order.paidAt.toISOString(),
    });
    return message;
  } catch (error) {
    // An answer that will stay the same: the visit is not known. Anything else is worth another try.
    if (error instanceof HeadwaterProblem && error.status === 404) return error.message;
    throw error;
  }
}
