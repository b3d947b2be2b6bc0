// A course sold with Stripe Checkout. Headwater hears of payments and refunds from Stripe's webhooks: this server only says who
// pays, in the metadata (docs/stripe-setup.md).
import { randomUUID } from 'node:crypto';
import { Headwater, readBrowserIds } from '@headwater/sdk/server';
import express from 'express';
import Stripe from 'stripe';
import { page } from './page.js';

const port = Number(process.env.PORT || 3001);
const home = process.env.SHOP_URL || `http://localhost:${port}`;

const headwater = new Headwater({
  baseUrl: process.env.HEADWATER_URL,
  programToken: process.env.HEADWATER_TOKEN,
  websiteToken: process.env.HEADWATER_WEBSITE_TOKEN,
});
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, simulated(process.env.STRIPE_API_BASE));

/** In memory: an example forgets. */
const customers = new Map();

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use('/style.css', express.static(new URL('style.css', import.meta.url).pathname));

app.get('/', (_request, response) => {
  response.send(
    page(
      'Learn to weld',
      '<p>A course of ten evenings, for 99 dollars.</p>',
      '<form method="post" action="/sign-up"><label>Email <input name="email" type="email" required></label>',
      '<button>Sign up</button></form>',
    ),
  );
});

app.post('/sign-up', async (request, response) => {
  const customer = { id: `user_${randomUUID()}`, email: String(request.body.email ?? '') };
  customers.set(customer.id, customer);
  const { clickId } = readBrowserIds(request.headers.cookie);
  // Whoever came by no partner's link is no lead of a partner's.
  if (clickId !== null)
    await headwater.trackLead({ customer_key: customer.id, email: customer.email, click_id: clickId });
  response.cookie('course_customer', customer.id, { httpOnly: true, sameSite: 'lax' }).redirect(303, '/buy');
});

app.get('/buy', (_request, response) => {
  response.send(
    page('Learn to weld', '<form method="post" action="/buy"><button>Pay with Stripe</button></form>'),
  );
});

app.post('/buy', async (request, response) => {
  const customer = customerOf(request);
  if (customer === undefined) return response.redirect(303, '/');
  const { clickId } = readBrowserIds(request.headers.cookie);
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: { currency: 'usd', unit_amount: 9900, product_data: { name: 'Learn to weld' } },
      },
    ],
    customer_email: customer.email,
    success_url: `${home}/thanks/{CHECKOUT_SESSION_ID}`,
    cancel_url: `${home}/buy`,
    metadata: {
      program_id: process.env.HEADWATER_PROGRAM,
      affitor_customer_key: customer.id,
      ...(clickId === null ? {} : { affitor_click_id: clickId }),
    },
  });
  response.redirect(303, session.url);
});

app.get('/thanks/:session', async (request, response) => {
  const session = await stripe.checkout.sessions.retrieve(request.params.session);
  if (session.payment_status !== 'paid') return response.redirect('/buy');
  await tellOfVisit(session, readBrowserIds(request.headers.cookie));
  response.send(
    page(
      'Thank you',
      `<p>Payment <code id="order">${session.payment_intent}</code> is paid.</p>`,
      `<form method="post" action="/refund/${session.id}"><button>Send it back</button></form>`,
    ),
  );
});

app.post('/refund/:session', async (request, response) => {
  const session = await stripe.checkout.sessions.retrieve(request.params.session);
  if (session.metadata.affitor_customer_key !== customerOf(request)?.id) return response.redirect(303, '/');
  await stripe.refunds.create({ payment_intent: session.payment_intent });
  response.send(
    page('Sent back', `<p>Payment <code id="order">${session.payment_intent}</code> is refunded.</p>`),
  );
});

/**
 * Adds the visit, which Stripe knows nothing of, for reports by channel. Stripe's webhook may come before or after this: both name
 * the payment intent, so it is one payment.
 */
async function tellOfVisit(session, { visitorId, sessionId }) {
  if (visitorId === null || sessionId === null) return;
  await headwater.attributePayment({
    website_id: process.env.HEADWATER_WEBSITE,
    visitor_id: visitorId,
    session_id: sessionId,
    revenue: session.amount_total,
    currency: session.currency,
    email: session.customer_details?.email ?? customers.get(session.metadata.affitor_customer_key)?.email,
    transaction_id: session.payment_intent,
  });
}

function customerOf(request) {
  const [, id] = /(?:^|;\s*)course_customer=([^;]+)/.exec(request.headers.cookie ?? '') ?? [];
  return customers.get(id);
}

/** Another address for Stripe's API, for those who try this without an account. */
function simulated(base) {
  if (!base) return {};
  const { protocol, hostname, port } = new URL(base);
  return { protocol: protocol.slice(0, -1), host: hostname, port: Number(port) };
}

app.listen(port, process.env.HOST || '0.0.0.0', () => console.log(`The example is ready at ${home}`));
