import { randomBytes } from 'node:crypto';
import type { Account } from './account.ts';
import { deliver } from './deliver.ts';

/** A checkout that an application asked for: open until somebody pays on its page. */
export interface Checkout {
  id: string;
  account: Account;
  mode: 'payment' | 'subscription';
  amount: number;
  currency: string;
  email: string | null;
  name: string;
  metadata: Record<string, string>;
  subscriptionMetadata: Record<string, string>;
  clientReferenceId: string | null;
  successUrl: string;
  cancelUrl: string | null;
  isPaid: boolean;
}

/** A price by its id is nothing the double knows: whatever it is called, it costs this. */
const unknownPrice = { unitAmount: 4900, currency: 'usd' };

/** `POST /v1/checkout/sessions`. Answers undefined where what Stripe needs is missing. */
export function openCheckout(account: Account, form: URLSearchParams): Checkout | undefined {
  const mode = form.get('mode');
  const successUrl = form.get('success_url');
  if ((mode !== 'payment' && mode !== 'subscription') || successUrl === null) return undefined;
  const item = 'line_items[0]';
  const unitAmount = Number(form.get(`${item}[price_data][unit_amount]`) ?? unknownPrice.unitAmount);
  return {
    id: `cs_${account.livemode ? 'live' : 'test'}_${randomBytes(16).toString('hex')}`,
    account,
    mode,
    amount: unitAmount * Number(form.get(`${item}[quantity]`) ?? 1),
    currency: form.get(`${item}[price_data][currency]`) ?? unknownPrice.currency,
    name: form.get(`${item}[price_data][product_data][name]`) ?? form.get(`${item}[price]`) ?? 'Something',
    email: form.get('customer_email'),
    metadata: mapOf(form, 'metadata'),
    subscriptionMetadata: mapOf(form, 'subscription_data[metadata]'),
    clientReferenceId: form.get('client_reference_id'),
    successUrl,
    cancelUrl: form.get('cancel_url'),
    isPaid: false,
  };
}

/** A session that nobody paid yet, as the API answers it. */
export function openSession(checkout: Checkout, doubleUrl: string) {
  return {
    id: checkout.id,
    object: 'checkout.session',
    mode: checkout.mode,
    status: 'open',
    payment_status: 'unpaid',
    amount_total: checkout.amount,
    currency: checkout.currency,
    customer_email: checkout.email,
    metadata: checkout.metadata,
    payment_intent: null,
    subscription: null,
    livemode: checkout.account.livemode,
    success_url: checkout.successUrl,
    cancel_url: checkout.cancelUrl,
    url: `${doubleUrl}/pay/${checkout.id}`,
  };
}

/** Somebody pays: the objects and events come to be, and the events go out. Answers where the browser goes then. */
export async function payCheckout(checkout: Checkout, email: string | null): Promise<string> {
  if (!checkout.isPaid) {
    checkout.isPaid = true;
    const { account, id, amount, currency, metadata, clientReferenceId } = checkout;
    const bought = { id, amount, currency, email, metadata, clientReferenceId };
    await tellOf(account, () => {
      if (checkout.mode === 'payment') account.checkout(bought);
      else account.subscribe({ ...bought, subscriptionMetadata: checkout.subscriptionMetadata });
    });
  }
  return checkout.successUrl.replaceAll('{CHECKOUT_SESSION_ID}', checkout.id);
}

/** `POST /v1/refunds`; undefined where there is no such charge, or too little left of it. */
export async function refundByApi(account: Account, form: URLSearchParams) {
  const charge = account.charges.find(
    ({ id, payment_intent }) => id === form.get('charge') || payment_intent === form.get('payment_intent'),
  );
  const left = charge === undefined ? 0 : charge.amount - charge.amount_refunded;
  const amount = Number(form.get('amount') ?? left);
  if (charge === undefined || amount < 1 || amount > left) return undefined;
  return tellOf(account, () => account.refund(charge, amount));
}

/** Does something in the account and delivers what comes of it. Stripe tries for days; this for a second. */
async function tellOf<Made>(account: Account, act: () => Made): Promise<Made> {
  const before = account.events.length;
  const made = act();
  await deliver(account, { events: account.events.slice(before), attempts: 20 });
  return made;
}

function mapOf(form: URLSearchParams, name: string): Record<string, string> {
  const entries = [...form.entries()].filter(([key]) => key.startsWith(`${name}[`) && key.endsWith(']'));
  return Object.fromEntries(entries.map(([key, value]) => [key.slice(name.length + 1, -1), value]));
}
