import { type Account, deliver, type StripeDouble } from '@headwater/stripe-double';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import type { TestServer } from '../../../test/test-server.ts';
import { deliver as deliverEvent, eventsOf } from '../../../test/walls/stripe/deliveries.ts';
import { openWithDouble } from '../../../test/walls/stripe/with-double.ts';

let server: TestServer;
let stripe: StripeDouble;
let close: () => Promise<void>;
let story: Story;
let account: Account;
let clickId: string;
let number = 0;

beforeAll(async () => {
  ({ server, stripe, close } = await openWithDouble());
});
afterAll(() => close());

beforeEach(async () => {
  story = await tellStory(server, { bound: false });
  number += 1;
  await story.addPartner(`anna${number}`);
  clickId = await story.click(`anna${number}`);
  // Stripe's clock has whole seconds: a purchase in the second of its click would come before it.
  server.clock.advance(60_000);
  account = stripe.openAccount({ livemode: true, now: () => server.clock.now() });
  const reply = await server.post(path('/connect'), { api_key: stripe.restrictedKey(account) }, server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
});

const path = (rest: string) => `/api/v1/programs/${story.programId}/stripe${rest}`;
const today = () => server.clock.now().toISOString().slice(0, 10);
const period = () => `from=${today()}&to=${today()}`;

async function look() {
  const reply = await server.get(path(`/reconcile?${period()}`), server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data[0];
}

async function fill() {
  const reply = await server.post(path('/reconcile'), { from: today(), to: today() }, server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data[0];
}

const metadata = () => ({ affitor_click_id: clickId, program_id: String(story.programId) });

/** Delivers events of the account by hand, without a socket. */
async function tell(types?: readonly string[]) {
  const secret = account.endpoints[0]?.signingSecret as string;
  for (const event of account.events) {
    if (types?.includes(event.type) === false) continue;
    expect((await deliverEvent(server, story.programId, event, secret)).status).toBe(200);
  }
  await server.server.stripe.processor.drain();
}

describe('GET …/stripe/reconcile', () => {
  it('200: every cent of charges, refunds and disputes is attributed, unattributed, excluded or missing', async () => {
    const { charge } = account.checkout({ amount: 10_000, metadata: metadata() });
    account.refund(charge, 2500);
    account.subscribe({ amount: 4900, email: 'sub@customer.example', metadata: metadata() });
    account.checkout({
      amount: 700,
      email: 'stranger@customer.example',
      metadata: { program_id: String(story.programId) },
    });
    account.checkout({ amount: 300, metadata: { ...metadata(), program_id: '999999' } });
    await tell();
    const unheard = account.checkout({ amount: 1100, metadata: metadata() });
    account.dispute(unheard.charge, 1100);

    const report = await look();
    expect(report).toMatchObject({ account: account.id, livemode: true, complete: false });
    const sums = Object.fromEntries(report.sums.map((sum: { kind: string }) => [sum.kind, sum]));
    expect(sums).toMatchObject({
      charge: {
        count: 5,
        total_cents: 17_000,
        attributed_cents: 14_900,
        excluded_cents: 1000,
        missing_cents: 1100,
      },
      refund: { count: 1, total_cents: 2500, attributed_cents: 2500 },
      dispute: { count: 1, total_cents: 1100, missing_cents: 1100 },
    });
    for (const sum of report.sums) {
      const parts = sum.attributed_cents + sum.unattributed_cents + sum.excluded_cents + sum.missing_cents;
      expect(parts).toBe(sum.total_cents);
    }
    const reasons = Object.fromEntries(
      report.items.map((one: { amount_cents: number; reason: string; kind: string }) => [
        `${one.kind} ${one.amount_cents}`,
        one.reason,
      ]),
    );
    expect(reasons).toEqual({
      'charge 700': 'customer_not_found',
      'charge 300': 'other_program',
      'charge 1100': 'not_received',
      'dispute 1100': 'not_received',
    });
    expect(await look(), 'looking changes nothing').toEqual(report);
  });

  it('200: an amount that is booked otherwise says so, with both; a refund that was written anew is found', async () => {
    const { charge } = account.checkout({ amount: 10_000, metadata: metadata() });
    const first = account.refund(charge, 2500);
    await tell();
    expect(await look()).toMatchObject({ complete: true, differing: 0, items: [] });
    await server.database.postgres.query('update refunds set refund_key = $1 where refund_key = $2', [
      `${first.id}~2`,
      first.id,
    ]);
    expect(await look()).toMatchObject({ complete: true, differing: 0, items: [] });

    const before = await look();
    const [listed] = account.charges.slice(-1);
    Object.assign(listed as object, { amount: 10_050, amount_captured: 10_050 });
    const report = await look();
    expect(report).toMatchObject({ complete: true, differing: 1 });
    expect(report.sums).not.toEqual(before.sums);
    expect(report.items).toMatchObject([
      {
        kind: 'charge',
        state: 'attributed',
        reason: 'amount_differs',
        amount_cents: 10_050,
        booked_cents: 10_000,
      },
    ]);
  });

  it('200: organic payments that are recorded are unattributed, with the reason', async () => {
    const organic = await tellStory(server, { bound: false, settings: { organic_payments: 'record' } });
    story = organic;
    account = stripe.openAccount({ livemode: true, now: () => server.clock.now() });
    await server.post(path('/connect'), { api_key: stripe.restrictedKey(account) }, server.key);
    account.checkout({ amount: 900, email: 'x@customer.example' });
    await tell();
    const { items, complete } = await look();
    expect(complete).toBe(true);
    expect(items).toMatchObject([
      { state: 'unattributed', reason: 'no_touch', payment_id: expect.any(Number) },
    ]);
  });

  it('200: an event that waits or failed says so', async () => {
    account.checkout({ amount: 500, metadata: metadata() });
    await server.server.stripe.processor.drain();
    const secret = account.endpoints[0]?.signingSecret as string;
    for (const event of account.events) await deliverEvent(server, story.programId, event, secret);
    expect((await look()).items).toMatchObject([{ state: 'missing', reason: 'event_waiting' }]);
    await server.database.postgres.query(
      `update stripe_inbox set state = 'failed', due_at = now() + interval '1 day' where program_id = $1`,
      [story.programId],
    );
    expect((await look()).items).toMatchObject([{ state: 'missing', reason: 'event_failed' }]);
  });

  it('400 for a period that makes no sense; 409 without a connected account', async () => {
    for (const query of ['from=x', 'from=2026-01-02&to=2026-01-01', 'from=2026-01-01&to=2026-03-01']) {
      expect((await server.get(path(`/reconcile?${query}`), server.key)).status, query).toBe(400);
    }
    const bare = await tellStory(server, { bound: false });
    const reply = await server.get(`/api/v1/programs/${bare.programId}/stripe/reconcile`, server.key);
    expect([reply.status, reply.body.code]).toEqual([409, 'stripe_not_connected']);
  });
});

describe('POST …/stripe/reconcile', () => {
  it('200: events that never came are fetched and go through the same inbox; a second run adds nothing', async () => {
    const { charge } = account.checkout({ amount: 10_000, metadata: metadata() });
    account.refund(charge, 4000);
    const { subscription } = account.subscribe({
      amount: 4900,
      email: 'sub@customer.example',
      metadata: metadata(),
    });
    account.renew(subscription, { amount: 4900 });
    const report = await fill();
    expect(report).toMatchObject({ complete: true, items: [], back_filled: { synthesised: 0 } });
    expect(report.back_filled.fetched).toBeGreaterThan(5);
    const fetched = (await eventsOf(server, story.programId)).filter((one) => one.origin === 'fetched');
    expect(fetched).toHaveLength(report.back_filled.fetched);
    expect(fetched.every((one) => one.endpoint_id === null && one.state !== 'failed')).toBe(true);
    const { body } = await server.get(`/api/v1/programs/${story.programId}/payments`, server.key);
    expect(
      body.data
        .map((one: { amount_cents: number; refunded_cents: number }) => [
          one.amount_cents,
          one.refunded_cents,
        ])
        .sort(),
    ).toEqual([
      [10_000, 4000],
      [4900, 0],
      [4900, 0],
    ]);
    expect((await fill()).back_filled).toEqual({ fetched: 0, synthesised: 0 });

    // What was fetched is the very event: when its delivery comes after all, nothing is new.
    await tell();
    expect(await eventsOf(server, story.programId)).toHaveLength(
      1 + new Set(account.events.map(({ id }) => id)).size,
    );
    expect((await look()).complete).toBe(true);
  });

  it('200: what Stripe has no events of any more is made from the objects, and marked so', async () => {
    const one = account.checkout({ amount: 10_000, metadata: metadata() });
    account.refund(one.charge, 4000);
    const { subscription } = account.subscribe({
      amount: 4900,
      email: 'sub@customer.example',
      metadata: metadata(),
    });
    const renewal = account.renew(subscription, { amount: 5900 });
    account.closeDispute(account.dispute(renewal.charge), 'lost');
    account.events.splice(0);
    const report = await fill();
    expect(report).toMatchObject({ complete: true, items: [], back_filled: { fetched: 0 } });
    const made = (await eventsOf(server, story.programId)).filter((event) => event.origin === 'synthesised');
    expect(made).toHaveLength(report.back_filled.synthesised);
    expect(made.every((event) => event.event_id.startsWith('evt_headwater_'))).toBe(true);
    const { body } = await server.get(`/api/v1/programs/${story.programId}/payments`, server.key);
    expect(
      body.data
        .map((payment: { amount_cents: number; refunded_cents: number; attributed: boolean }) => [
          payment.amount_cents,
          payment.refunded_cents,
          payment.attributed,
        ])
        .sort(),
    ).toEqual([
      [10_000, 4000, true],
      [4900, 0, true],
      [5900, 5900, true],
    ]);
    expect((await fill()).back_filled).toEqual({ fetched: 0, synthesised: 0 });
  });

  it('200: a limit of Stripe is waited for', async () => {
    account.checkout({ amount: 500, metadata: metadata() });
    const limited = {
      error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' },
    };
    for (const pathPrefix of ['/v1/charges', '/v1/refunds', '/v1/events']) {
      stripe.fail({ pathPrefix, status: 429, body: limited, times: 2 });
    }
    expect((await fill()).complete).toBe(true);
  });
});

describe('the daily job', () => {
  it('looks at yesterday of every connected account and brings in what was missed', async () => {
    account.checkout({ amount: 800, metadata: metadata() });
    const paid = await deliver(account, { events: [] });
    expect(paid).toEqual([]);
    server.clock.advance(86_400_000);
    await server.server.stripe.reconcile();
    const { body } = await server.get(`/api/v1/programs/${story.programId}/payments`, server.key);
    expect(body.data).toMatchObject([{ amount_cents: 800, attributed: true }]);
  });
});
