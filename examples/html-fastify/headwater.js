// Everything that this shop tells Headwater.
import { Headwater, HeadwaterError } from '@headwater/sdk/server';

/** For the pages. The tokens never get there. */
export const settings = {
  url: process.env.HEADWATER_URL,
  program: process.env.HEADWATER_PROGRAM,
  website: process.env.HEADWATER_WEBSITE,
};

const headwater = new Headwater({
  baseUrl: process.env.HEADWATER_URL,
  programToken: process.env.HEADWATER_TOKEN,
  websiteToken: process.env.HEADWATER_WEBSITE_TOKEN,
});

/** Joins our id of the customer to the click: from now on it is all that a payment needs. */
export async function tellOfSignUp(customer, { clickId, clickIds }) {
  // Nobody's link brought them: no lead of a partner's.
  if (clickId === null) return;
  await untroubled(() =>
    headwater.trackLead({
      customer_key: customer.id,
      email: customer.email,
      click_id: clickId,
      click_ids: clickIds,
    }),
  );
}

/** A sale for the partner, and the visit it came from; one payment, for both carry the order's id. */
export async function tellOfOrder(order) {
  const { visitorId, sessionId } = order.browser;
  await untroubled(() =>
    headwater.trackSale({
      transaction_id: order.id,
      customer_key: order.customer.id,
      amount_cents: order.cents,
      currency: order.currency,
    }),
  );
  // No ids: the tracker was blocked, or had no time to load.
  if (visitorId === null || sessionId === null) return;
  await untroubled(() =>
    headwater.attributePayment({
      website_id: settings.website,
      visitor_id: visitorId,
      session_id: sessionId,
      revenue: order.cents,
      currency: order.currency,
      email: order.customer.email,
      transaction_id: order.id,
    }),
  );
}

export function tellOfRefund(order) {
  return untroubled(() => headwater.trackRefund({ transaction_id: order.id }));
}

/**
 * The SDK tries again by itself. What still fails must not keep anybody from buying: a real shop puts it into its queue of
 * jobs and calls again later, with the same ids. This one says so.
 */
async function untroubled(call) {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error;
    console.error(`Headwater did not take it: ${error.message}`);
    return undefined;
  }
}
