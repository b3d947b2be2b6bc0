// What this server tells Headwater: payments and refunds. Sign-ups are told by the page (src/pages/sign-up.jsx).
import { Headwater, HeadwaterError } from '@headwater/sdk/server';

/** For the browser. The tokens never get there. */
export const settings = {
  apiBase: process.env.HEADWATER_URL,
  programId: Number(process.env.HEADWATER_PROGRAM),
  websiteId: process.env.HEADWATER_WEBSITE,
};

const headwater = new Headwater({
  baseUrl: process.env.HEADWATER_URL,
  programToken: process.env.HEADWATER_TOKEN,
  websiteToken: process.env.HEADWATER_WEBSITE_TOKEN,
});

/** A sale for the partner, and the visit it came from, for reports by channel: one payment, for both carry the order's id. */
export async function tellOfOrder({ id, customer, cents, currency, browser }) {
  const { clickId, visitorId, sessionId } = browser;
  await untroubled(() =>
    headwater.trackSale({
      transaction_id: id,
      amount_cents: cents,
      currency,
      customer_key: customer.id,
      // For those whose browser could not tell of the sign-up.
      ...(clickId === null ? {} : { click_id: clickId }),
      sale_type: 'subscription',
      subscription_id: `sub_${id}`,
    }),
  );
  if (visitorId === null || sessionId === null) return;
  await untroubled(() =>
    headwater.attributePayment({
      website_id: settings.websiteId,
      visitor_id: visitorId,
      session_id: sessionId,
      revenue: cents,
      currency,
      email: customer.email,
      transaction_id: id,
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
