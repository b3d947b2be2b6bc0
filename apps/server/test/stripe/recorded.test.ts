import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StripeEvent } from '../../src/stripe/index.ts';
import { openTestServer, type TestServer } from '../test-server.ts';
import { event, refund } from './objects.ts';
import { type StripeStory, tellStripeStory } from './stripe-story.ts';

// Bugs 3 and 22 of others (PostHog/posthog#94427, stripity-stripe#879): every recorded shape goes through one reader.

const folder = join(import.meta.dirname, 'recorded');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => relative(folder, join(folder, file)))
  .sort();

/** Which event carries a bare object. */
const typeOf: Readonly<Record<string, string>> = {
  'checkout.session': 'checkout.session.completed',
  invoice: 'invoice.paid',
  payment_intent: 'payment_intent.succeeded',
  charge: 'charge.succeeded',
  subscription: 'customer.subscription.created',
  credit_note: 'credit_note.created',
};

/** The recorded events, or the recorded objects as events, in live mode so that their money counts. */
function read(file: string): StripeEvent[] {
  const recorded = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  if (recorded.object === 'event') return [{ ...recorded, livemode: true }];
  const at = recorded.created ?? 1_762_800_000;
  if (recorded.object === 'list') {
    return recorded.data.map((payment: Record<string, unknown>) =>
      event('invoice_payment.paid', payment, at),
    );
  }
  return [event(typeOf[recorded.object] as string, recorded, at)];
}

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const open = (): Promise<StripeStory> =>
  tellStripeStory(server, { settings: { organic_payments: 'record' } });

describe('every recorded object', () => {
  it.each(files)('%s is read', async (file) => {
    const story = await open();
    for (const one of read(file)) {
      const outcome = await story.apply(one);
      const isUnused = one.type === 'account.application.deauthorized';
      expect(outcome.notes.includes('unused_type')).toBe(isUnused);
    }
  });

  it('is there', () => {
    expect(files.length).toBe(65);
  });
});

describe('what the recorded payments are worth', () => {
  it.each([
    ['c-basil-and-later/object__invoice__both-shapes_tax_discounts__pay.json', 24_512, 22_707],
    ['a-pre-2022/2020-08-27__invoice.paid.json', 2000, 2000],
    ['a-pre-2022/2020-08-27__checkout.session.completed__payment.json', 3000, 3000],
    ['a-pre-2022/none__checkout.session.completed__payment.json', 25_000, 25_000],
    ['scenarios/pay-clover-subscription-coupon/04_invoice.json', 2250, 2250],
    ['scenarios/pay-clover-swap-proration/10_invoice.json', 22_500, 22_500],
    ['scenarios/pay-dahlia-connect-direct/06_invoice.json', 1000, 1000],
  ])('%s: %d, of which %d is the base', async (file, amount, base) => {
    const story = await open();
    for (const one of read(file)) await story.apply(one);
    const [row] = await server.database.postgres.query<{ amount: number; base: number }>(
      `select amount_minor::int as amount, (amount_minor - tax_minor)::int as base
       from payments where program_id = $1`,
      [story.programId],
    );
    expect(row).toEqual({ amount, base });
  });

  it.each([
    'a-pre-2022/2020-03-02__invoice.paid__sync-engine.json',
    'scenarios/pay-clover-swap-proration/11_invoice.json',
    'scenarios/pay-clover-swap-proration/12_invoice.json',
    'c-basil-and-later/object__checkout.session__payment-open__pay.json',
    'c-basil-and-later/object__checkout.session__subscription-open__pay.json',
    'a-pre-2022/none__checkout.session.completed__setup.json',
    // its invoice carries the money
    'a-pre-2022/2020-03-02__checkout.session.completed__sync-engine.json',
  ])('%s: nothing', async (file) => {
    const story = await open();
    for (const one of read(file)) await story.apply(one);
    expect(await story.payments()).toEqual([]);
  });

  it('invoice.paid and invoice.payment_succeeded of one invoice are one payment', async () => {
    const story = await open();
    for (const name of ['invoice.payment_succeeded', 'invoice.paid']) {
      await story.apply(...read(`a-pre-2022/2020-08-27__${name}.json`));
    }
    expect(await story.payments()).toHaveLength(1);
  });
});

describe('recorded scenarios', () => {
  const scenario = (name: string) =>
    files.filter((file) => file.startsWith(`scenarios/${name}/`)).flatMap(read);

  it('a subscription and its upgrade: two payments, each known by its payment intent', async () => {
    for (const events of [
      scenario('pay-clover-swap-proration'),
      scenario('pay-clover-swap-proration').reverse(),
    ]) {
      const story = await open();
      await story.apply(...events);
      expect((await story.payments()).map(({ amount }) => amount)).toEqual([2500, 22_500]);
      await story.apply(
        event(
          'refund.created',
          refund('re_1', 500, { payment_intent: 'pi_3SRzqtKXBGcbgpbZ0EOlkc9K' }),
          1_762_900_000,
        ),
      );
      expect((await story.payments()).map(({ refunded }) => refunded)).toEqual([500, 0]);
    }
  });

  it('a credit note that carries a refund: the refund counts, and once', async () => {
    const story = await open();
    await story.apply(...scenario('pay-clover-credit-note-refund'));
    expect((await story.payments()).map(({ amount, refunded }) => [amount, refunded])).toEqual([[2500, 0]]);
    const given = { payment_intent: 'pi_3SS01XKXBGcbgpbZ1lyZHwZq' };
    await story.apply(
      event('refund.created', refund('re_3SS01XKXBGcbgpbZ1UM2QwG8', 500, given), 1_762_900_000),
    );
    expect((await story.payments()).map(({ refunded }) => refunded)).toEqual([500]);
  });

  it('old events without any invoice: charge, refund and its repetition by the charge', async () => {
    const story = await open();
    for (const name of ['charge.refunded', 'charge.refund.updated', 'charge.dispute.created']) {
      await story.apply(...read(`a-pre-2022/2020-08-27__${name}.json`));
    }
    const sale = await story.sale({
      transaction_id: 'ch_000000000000000000000000',
      amount_cents: 100,
      currency: 'USD',
    });
    expect(sale.status).toBe(200);
    await story.apply(...read('a-pre-2022/2020-08-27__charge.refunded.json'));
    expect((await story.payments()).map(({ refunded }) => refunded)).toEqual([100]);
  });
});
