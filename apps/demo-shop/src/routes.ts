import { randomBytes } from 'node:crypto';
import type { Account, Accounts } from './accounts.ts';
import { type Card, checkCard } from './card.ts';
import { listEntrances } from './entrances.ts';
import { type Credentials, type Headwater, HeadwaterProblem } from './headwater.ts';
import { isOrderId, newOrderId, type Order, type Orders, type StripePayment, type Trail } from './orders.ts';
import { checkout } from './pages/checkout.ts';
import { home } from './pages/home.ts';
import { layout, type Page } from './pages/layout.ts';
import { signUp } from './pages/signup.ts';
import { type Knowledge, thanks } from './pages/thanks.ts';
import { currency, type Plan, planOf } from './plans.ts';
import { ShopRefusal, type Visit } from './request.ts';
import type { StripeGateway } from './stripe.ts';
import { readTrail, tellOfOrder, tellOfSignUp, untilBooked } from './tell-headwater.ts';

export interface ShopRooms {
  credentials: Credentials;
  headwater: Headwater;
  accounts: Accounts;
  orders: Orders;
  /** Null: not offered. */
  stripe: StripeGateway | null;
  stylesheet: string;
}

export interface Reply {
  status: number;
  body: string;
  headers?: Record<string, string | string[]>;
}

const sessionCookie = 'ridgeline_session';

/** Ours and the tracker's. Others of this host name belong to other programs on this machine. */
const visitorCookie = /^(ridgeline_session|hw_visitor|hw_session|customer_code|affitor_.*)$/;

/** Answers one request. Throws ShopRefusal and HeadwaterProblem, whose messages are shown. */
export async function answer(shop: ShopRooms, visit: Visit): Promise<Reply> {
  const account = shop.accounts.ofSession(visit.cookies.get(sessionCookie));
  const [, room = '', id = '', act = ''] = visit.url.pathname.split('/');
  const page = (title: string, main: Page['main'], more: Partial<Page> = {}): Reply => ({
    status: 200,
    body: layout(shop.credentials, { title, main, account, ...more }),
  });
  switch (`${visit.method} /${room}`) {
    case 'GET /':
      return page('Forecasts for people who work outside', home);
    case 'GET /shop.css':
      return {
        status: 200,
        body: shop.stylesheet,
        headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' },
      };
    case 'GET /fresh':
      return startAnew(shop, visit, id);
    case 'GET /signup': {
      const plan = planOf(visit.url.searchParams.get('plan'));
      if (account !== undefined) return seeOther(`/checkout?plan=${plan.id}`);
      return page('Sign up', signUp({ plan, name: '', email: '', problems: {} }));
    }
    case 'POST /signup': {
      const form = readSignUp(visit.form);
      if (Object.keys(form.problems).length > 0) return { ...page('Sign up', signUp(form)), status: 400 };
      return signUpPerson(shop, visit, form);
    }
    case 'GET /checkout': {
      const plan = planOf(visit.url.searchParams.get('plan'));
      if (account === undefined) return seeOther(`/signup?plan=${plan.id}`);
      const form = {
        ...{ plan, orderId: newOrderId(), card: testCard(account), problems: {} },
        offersStripe: shop.stripe !== null,
      };
      const isNew = visit.url.searchParams.has('welcome');
      return page('Pay', checkout(form), isNew ? { signedUp: account } : {});
    }
    case 'POST /checkout': {
      const plan = planOf(visit.form.get('plan'));
      if (account === undefined) return seeOther(`/signup?plan=${plan.id}`);
      const given = visit.form.get('order') ?? '';
      const orderId = isOrderId(given) ? given : newOrderId();
      if (visit.form.get('way') === 'stripe' && shop.stripe !== null) {
        return payWithStripe(shop, shop.stripe, { orderId, account, plan, trail: readTrail(visit.cookies) });
      }
      const card = readCard(visit.form);
      const problems = checkCard(card, new Date());
      if (Object.keys(problems).length > 0) {
        const form = { plan, orderId, card, problems, offersStripe: shop.stripe !== null };
        return { ...page('Pay', checkout(form)), status: 400 };
      }
      const order = shop.orders.place({
        id: orderId,
        account,
        plan,
        subscriptionId: `sub_${orderId}`,
        isRenewal: false,
        stripe: null,
        trail: readTrail(visit.cookies),
      });
      return showThanks(shop, order);
    }
    case 'GET /thanks': {
      const order = ownOrder(shop, account, id);
      const knowledge = await learn(shop, order);
      const months = shop.orders.ofSubscription(order.subscriptionId);
      return page('Thank you', thanks(order, months, knowledge));
    }
    case 'POST /orders':
      return continueOrder(shop, ownOrder(shop, account, id), act);
    default:
      throw new ShopRefusal(404, 'There is no such page here.');
  }
}

/** Forgets who this browser is, then comes in by one of the ways; the referrer stays out of it. */
function startAnew(shop: ShopRooms, visit: Visit, name: string): Reply {
  const entrance = listEntrances(shop.credentials.partners).find((one) => one.name === name);
  if (entrance === undefined) throw new ShopRefusal(404, 'There is no such way in.');
  const ours = [...visit.cookies.keys()].filter((cookie) => visitorCookie.test(cookie));
  const forgotten = ours.map((cookie) => `${cookie}=; Path=/; Max-Age=0`);
  return seeOther(entrance.target, { 'set-cookie': forgotten, 'referrer-policy': 'no-referrer' });
}

function readSignUp(form: URLSearchParams) {
  const name = (form.get('name') ?? '').trim().slice(0, 100);
  const email = (form.get('email') ?? '').trim().slice(0, 254);
  const isEmail = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email);
  return {
    plan: planOf(form.get('plan')),
    name,
    email,
    problems: {
      ...(name === '' ? { name: 'How shall we call you?' } : {}),
      ...(isEmail ? {} : { email: 'An address like mia@example.com' }),
    },
  };
}

async function signUpPerson(
  shop: ShopRooms,
  visit: Visit,
  form: ReturnType<typeof readSignUp>,
): Promise<Reply> {
  const { account, session } = shop.accounts.open(form);
  const clickIds = (visit.cookies.get('affitor_click_ids') ?? '').split('|').filter(Boolean);
  await tellOfSignUp(shop.headwater, account, readTrail(visit.cookies), clickIds);
  return seeOther(`/checkout?plan=${form.plan.id}&welcome`, {
    'set-cookie': [`${sessionCookie}=${session}; Path=/; HttpOnly; SameSite=Lax`],
  });
}

function readCard(form: URLSearchParams): Card {
  const text = (name: string) => (form.get(name) ?? '').slice(0, 100);
  return { name: text('name'), number: text('number'), expiry: text('expiry'), code: text('code') };
}

function testCard({ name }: Account): Card {
  const year = (new Date().getUTCFullYear() + 3) % 100;
  return { name, number: '4242 4242 4242 4242', expiry: `12/${String(year).padStart(2, '0')}`, code: '123' };
}

/** An order of this account; somebody else's is as unknown as one that never was. */
function ownOrder(shop: ShopRooms, account: Account | undefined, id: string): Order {
  const order = shop.orders.find(id);
  if (order === undefined || order.account !== account) {
    throw new ShopRefusal(
      404,
      'This browser has no such order. The shop forgets its orders when it restarts.',
    );
  }
  return order;
}

/** The three fields of docs/stripe-setup.md go into the metadata; the rest is Stripe's affair. */
async function payWithStripe(
  shop: ShopRooms,
  stripe: StripeGateway,
  { orderId, account, plan, trail }: { orderId: string; account: Account; plan: Plan; trail: Trail },
): Promise<Reply> {
  const payment = await stripe.subscribe({
    idempotencyKey: orderId,
    amountCents: plan.monthlyCents,
    currency,
    email: account.email,
    metadata: {
      program_id: String(shop.credentials.programId),
      affitor_customer_key: account.key,
      ...(trail.clickId === undefined ? {} : { affitor_click_id: trail.clickId }),
    },
  });
  const { subscriptionId } = payment;
  const order = { id: orderId, account, plan, subscriptionId, isRenewal: false, stripe: payment, trail };
  return showThanks(shop, shop.orders.place(order));
}

/** Paid: Headwater is told before the answer goes. When it is away, the thank-you page tells it again. */
async function showThanks(shop: ShopRooms, order: Order): Promise<Reply> {
  try {
    await tellOfOrder(shop.headwater, order);
  } catch (error) {
    if (!(error instanceof HeadwaterProblem)) throw error;
  }
  return seeOther(`/thanks/${order.id}`);
}

async function learn(shop: ShopRooms, order: Order): Promise<Knowledge> {
  try {
    const { saleId } = await tellOfOrder(shop.headwater, order);
    const [explanation, partners] = await Promise.all([
      shop.headwater.explain(saleId),
      shop.headwater.partnerNames(),
    ]);
    return { explanation, partners };
  } catch (error) {
    if (error instanceof HeadwaterProblem) return { problem: error.message };
    throw error;
  }
}

async function continueOrder(shop: ShopRooms, order: Order, act: string): Promise<Reply> {
  switch (act) {
    case 'renew': {
      const stripe =
        order.stripe &&
        ((await shop.stripe?.renew(order.stripe.subscriptionId, order.plan.monthlyCents)) ?? null);
      const renewal = shop.orders.place({ ...order, id: newOrderId(), isRenewal: true, stripe, trail: {} });
      return showThanks(shop, renewal);
    }
    case 'refund-half':
    case 'refund':
      if (order.stripe !== null) return refundWithStripe(shop, order, order.stripe, act === 'refund-half');
      await tellOfRefund(shop, order, act === 'refund-half');
      return seeOther(`/thanks/${order.id}`);
    default:
      throw new ShopRefusal(404, 'There is no such thing to do with an order.');
  }
}

async function tellOfRefund(shop: ShopRooms, order: Order, isHalf: boolean): Promise<void> {
  const half = {
    refund_id: `half_${randomBytes(6).toString('hex')}`,
    refund_amount_cents: order.plan.monthlyCents / 2,
  };
  await shop.headwater.refund({ transaction_id: order.id, ...(isHalf ? half : {}) });
}

async function refundWithStripe(
  shop: ShopRooms,
  order: Order,
  payment: StripePayment,
  isHalf: boolean,
): Promise<Reply> {
  const before = (await shop.headwater.findPayment(payment.invoiceId))?.refundedCents ?? 0;
  await shop.stripe?.refund(payment.chargeId, isHalf ? order.plan.monthlyCents / 2 : undefined);
  await untilBooked(shop.headwater, payment, ({ refundedCents }) => refundedCents > before);
  return seeOther(`/thanks/${order.id}`);
}

function seeOther(location: string, headers: Record<string, string | string[]> = {}): Reply {
  return { status: 303, body: '', headers: { location, ...headers } };
}
