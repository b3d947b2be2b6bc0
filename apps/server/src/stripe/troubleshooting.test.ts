import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { day, event, invoice, session, start } from '../../test/stripe/objects.ts';
import { ownCode, type StripeStory, tellStripeStory } from '../../test/stripe/stripe-story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';

// The troubleshooting list of the Payment Tracking page: each cause is named by the payment's explanation, or where no
// payment was booked by the notes of the event.

let server: TestServer;
let story: StripeStory;
let click: string;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());
beforeEach(() => begin({ settings: { organic_payments: 'record' } }));

async function begin(options: Parameters<typeof tellStripeStory>[1]): Promise<void> {
  story = await tellStripeStory(server, options);
  await story.addPartner(ownCode('anna'));
  click = await story.click(ownCode('anna'));
  await story.lead({ click_id: click, customer_key: 'user_1', email: 'sam@example.com' });
  server.clock.set(new Date((start + 60 * day) * 1000));
}

const paid = (metadata: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  event('checkout.session.completed', session('cs_1', { payment_intent: 'pi_1', metadata, ...more }), start);

describe('a one-time sale that is not attributed', () => {
  it('no program_id in the metadata: the endpoint’s program is taken, and it says so', async () => {
    await story.apply(paid({ affitor_customer_key: 'user_1' }));
    const { attribution } = await story.explained('pi_1');
    expect(attribution.attributed).toBe(true);
    expect(attribution.warnings).toEqual([
      {
        code: 'missing_program_id',
        text: 'metadata has no program_id: the program of the webhook endpoint was taken',
      },
    ]);
  });

  it('neither click nor key passed', async () => {
    await story.apply(paid({ program_id: String(story.programId) }));
    const { attribution } = await story.explained('pi_1');
    expect(attribution).toMatchObject({ attributed: false, reason: 'no_touch' });
    expect(attribution.warnings).toEqual([
      {
        code: 'no_identifiers',
        text: 'metadata have neither affitor_click_id nor affitor_customer_key',
      },
    ]);
  });

  it('another customer key at sign-up: both keys are named where the email leads there', async () => {
    await story.apply(
      paid(
        { program_id: String(story.programId), affitor_customer_key: 'cus-0001' },
        { customer_details: { email: 'sam@example.com' } },
      ),
    );
    const { attribution } = await story.explained('pi_1');
    expect(attribution).toMatchObject({ attributed: true, method: 'email' });
    expect(attribution.warnings).toEqual([
      {
        code: 'customer_key_mismatch',
        text: 'affitor_customer_key is cus-0001, but this customer signed up as user_1',
      },
    ]);
  });

  it('a key that nobody signed up with', async () => {
    await story.apply(paid({ program_id: String(story.programId), affitor_customer_key: 'cus-0001' }));
    const { attribution } = await story.explained('pi_1');
    expect(attribution).toMatchObject({ attributed: false, reason: 'no_touch' });
    expect(attribution.warnings).toEqual([
      { code: 'unknown_customer_key', text: 'nobody signed up with the customer key cus-0001' },
    ]);
  });

  it('a click that is not known', async () => {
    await story.apply(paid({ program_id: String(story.programId), affitor_click_id: 'clk_gone' }));
    const { attribution } = await story.explained('pi_1');
    expect(attribution.warnings).toEqual([
      { code: 'unknown_click', text: 'no click clk_gone is known in this program' },
    ]);
  });

  it('where such payments are rejected the event’s notes name the cause', async () => {
    await begin({});
    const outcome = await story.apply(paid({ affitor_customer_key: 'cus-0001' }));
    expect(outcome).toEqual({
      outcome: 'noted',
      notes: ['customer_not_found', 'missing_program_id', 'unknown_customer_key'],
    });
  });
});

describe('renewals that are not attributed', () => {
  const renewal = (metadata: Record<string, unknown>) =>
    event(
      'invoice.payment_succeeded',
      invoice('in_2', { subscription: 'sub_1', subscriptionMetadata: metadata, paidAt: start + 30 * day }),
      start + 30 * day,
    );

  it('no subscription metadata, and nothing stored before', async () => {
    await story.apply(renewal({}));
    const { attribution } = await story.explained('in_2');
    expect(attribution).toMatchObject({ attributed: false, reason: 'no_touch' });
    expect(attribution.warnings.map(({ text }: { text: string }) => text)).toContain(
      'metadata and subscription_data.metadata have neither affitor_click_id nor affitor_customer_key',
    );
  });

  it('no subscription metadata, but a session before: attributed by what is stored, with a warning', async () => {
    const metadata = { program_id: String(story.programId), affitor_click_id: click };
    const signedOn = { mode: 'subscription', customer: 'cus_1', subscription: 'sub_1', metadata };
    await story.apply(event('checkout.session.completed', session('cs_1', signedOn), start), renewal({}));
    const { attribution } = await story.explained('in_2');
    expect(attribution.attributed).toBe(true);
    expect(attribution.warnings.map(({ code }: { code: string }) => code)).toEqual([
      'no_subscription_metadata',
    ]);
  });

  it('all three fields, the same key: attributed, nothing to say', async () => {
    await story.apply(
      renewal({
        program_id: String(story.programId),
        affitor_click_id: click,
        affitor_customer_key: 'user_1',
      }),
    );
    const { attribution } = await story.explained('in_2');
    expect(attribution).toMatchObject({ attributed: true, method: 'click_id', warnings: [] });
  });
});
