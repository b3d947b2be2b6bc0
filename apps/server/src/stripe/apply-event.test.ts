import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

let server: TestServer;
let story: StripeStory;
let click: string;
let anna: string;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await begin();
});

async function begin(options: Parameters<typeof tellStripeStory>[1] = {}): Promise<void> {
  story = await tellStripeStory(server, options);
  anna = ownCode('anna');
  await story.addPartner(anna);
  click = await story.click(anna);
  server.clock.set(new Date((start + 30 * day) * 1000));
}

const metadata = () => ({
  affitor_click_id: click,
  affitor_customer_key: 'user_1',
  program_id: String(story.programId),
});

describe('a one-time payment', () => {
  it('is recorded once from its session, with every id as an alias', async () => {
    const paid = session('cs_1', { metadata: metadata(), payment_intent: 'pi_1' });
    const outcome = await story.apply(
      event('checkout.session.completed', paid, start),
      event('payment_intent.succeeded', intent('pi_1', 'ch_1'), start),
    );
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
      expect(
        (await story.sale({ transaction_id: id, amount_cents: 10_000, customer_key: 'user_1' })).status,
      ).toBe(409);
    }
    expect((await story.refund({ transaction_id: 'ch_1' })).body).toMatchObject({
      status: 'reversed',
      deductionAmount: 20,
    });
    expect(await story.balances()).toEqual({});
  });
});
