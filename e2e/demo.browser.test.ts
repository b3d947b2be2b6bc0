import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { type Demo, startDemo } from './demo.ts';
import { explain, newVisitor, picture, text, type Visitor } from './visitor.ts';

const campaign = '/?utm_source=newsletter&utm_medium=email&utm_campaign=spring';

// One story in order: the revenue report at its end sums up what the visitors before it paid.
let demo: Demo;
let browser: Browser;
let visitor: Visitor;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

beforeEach(async () => {
  visitor = await newVisitor(browser, demo);
});

afterEach(() => visitor?.leave());

const partner = (name: string) => demo.partners.find((one) => one.name === name)?.id;
const sumOf = (ledger: { amount_cents: number }[]) =>
  ledger.reduce((sum, entry) => sum + entry.amount_cents, 0);

describe('the demo shop, from a click to what Headwater knows of the payment', () => {
  it('pays the partner whose link a visitor followed', async () => {
    await visitor.follow('/?aff=anna');
    await picture(visitor.page, 'landing');
    const orderId = await visitor.signUpAndPay('Mia');
    await picture(visitor.page, 'thanks-partner');

    expect(await visitor.fact('commission')).toMatch(/\$9\.80 for Anna pending until/);
    expect(await visitor.fact('channel')).toMatch(/^Channel Affiliate/);
    expect(await visitor.fact('books')).toBe('Books Balanced 4 ledger entries, sum $0.00');
    const explained = await explain(demo, orderId);
    expect(explained).toMatchObject({
      payment: { amount_cents: 4900, currency: 'USD', refunded_cents: 0 },
      attribution: { attributed: true, method: 'customer_key', model: 'last_click' },
      visit: { channel: 'affiliate', matched_by: 'session' },
      policy: { group: 'Default', rate_bps: 2000 },
      commission: { partner_id: partner('Anna'), amount_cents: 980, status: 'pending' },
    });
    expect(sumOf(explained.ledger)).toBe(0);
  });

  it('knows the campaign of a payment that no partner brought', async () => {
    await visitor.follow(campaign);
    const orderId = await visitor.signUpAndPay('Noah');
    await picture(visitor.page, 'thanks-campaign');

    expect(await visitor.fact('commission')).toMatch(/No partner/);
    expect(await visitor.fact('channel')).toBe('Channel Email Source newsletter, campaign spring');
    expect(await explain(demo, orderId)).toMatchObject({
      attribution: { attributed: false, reason: 'no_touch' },
      visit: { channel: 'email', source: 'newsletter', campaign: 'spring', matched_by: 'session' },
      commission: null,
    });

    await visitor.page.getByRole('button', { name: 'Renew for a month' }).click();
    await visitor.page.getByRole('heading', { name: 'Renewed' }).waitFor();
    expect(await visitor.fact('channel')).toBe('Channel Email Source newsletter, campaign spring');
  });

  it('records a direct payment without a partner', async () => {
    await visitor.follow('/');
    const orderId = await visitor.signUpAndPay('Lena');
    await picture(visitor.page, 'thanks-direct');

    expect(await visitor.fact('commission')).toMatch(/No partner/);
    expect(await visitor.fact('channel')).toMatch(/^Channel Direct/);
    expect(await explain(demo, orderId)).toMatchObject({ visit: { channel: 'direct' }, commission: null });
  });

  it('pays the last partner, who keeps the renewals whoever is followed later', async () => {
    await visitor.follow('/?aff=anna');
    await visitor.follow('/?aff=ben');
    const orderId = await visitor.signUpAndPay('Tom');
    await picture(visitor.page, 'thanks-last-partner');
    expect(await visitor.fact('commission')).toMatch(/\$9\.80 for Ben/);
    expect(await text(visitor.page.locator('.story .lost'))).toMatch(
      /^Clicked Anna’s link lost Not credited: a later click came after it/,
    );

    await visitor.follow('/?aff=anna');
    await visitor.page.goto(`${demo.shopUrl}/thanks/${orderId}`);
    await visitor.page.getByRole('button', { name: 'Renew for a month' }).click();
    await visitor.page.getByRole('heading', { name: 'Renewed' }).waitFor();
    await picture(visitor.page, 'thanks-renewal');
    expect(await visitor.fact('commission')).toMatch(/\$9\.80 for Ben/);
    const renewalId = new URL(visitor.page.url()).pathname.split('/')[2] ?? '';
    const renewal = await explain(demo, renewalId);
    expect(renewal).toMatchObject({
      attribution: { attributed: true, method: 'bound' },
      commission: { partner_id: partner('Ben'), amount_cents: 980 },
    });
    const lost = renewal.attribution.candidates.filter(
      (one: { partner_id: number }) => one.partner_id === partner('Anna'),
    );
    expect(lost.map((one: { reason: string }) => one.reason)).toEqual(['customer_bound', 'customer_bound']);
  });

  it('shows a refund that the shop’s server reported', async () => {
    await visitor.follow('/?aff=anna');
    const orderId = await visitor.signUpAndPay('Ida');
    const half = { transaction_id: orderId, refund_id: 'half', refund_amount_cents: 2450 };
    expect(await demo.post('track/refund', half)).toMatchObject({
      status: 200,
      body: { status: 'refunded', deductionAmount: 4.9 },
    });
    await visitor.page.reload();
    await picture(visitor.page, 'thanks-half-refund');
    expect(await visitor.fact('commission')).toMatch(/\$4\.90 for Anna, of \$9\.80 earned refunded/);

    await visitor.page.getByRole('button', { name: 'Refund all that is left' }).click();
    await visitor.page.getByText('$49.00 went back').waitFor();
    await picture(visitor.page, 'thanks-refund');
    expect(await visitor.fact('commission')).toMatch(/\$0\.00 for Anna, of \$9\.80 earned reversed/);
    expect(await visitor.fact('books')).toMatch(/Balanced .* sum \$0\.00/);
    const explained = await explain(demo, orderId);
    expect(explained).toMatchObject({
      payment: { refunded_cents: 4900 },
      commission: { status: 'reversed' },
    });
    expect(sumOf(explained.ledger)).toBe(0);
  });

  it('fits a phone at night', async () => {
    const phone = await newVisitor(browser, demo, {
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
    });
    const expectItFits = async (name: string) => {
      await picture(phone.page, `phone-${name}`);
      const width = await phone.page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, `the width of ${name}`).toBeLessThanOrEqual(360);
    };
    await phone.follow('/?aff=ben');
    await expectItFits('landing');
    await phone.signUpAndPay('Ole');
    await expectItFits('thanks');
    await phone.page.goto(`${demo.shopUrl}/checkout`);
    await expectItFits('checkout');
    await phone.page.goto(`${demo.shopUrl}/thanks/unknown`);
    await expectItFits('failure');
    await phone.leave();
  });

  it('says what is wrong with a card, and pays once however often it is asked', async () => {
    await visitor.follow('/');
    const { page } = visitor;
    await page.goto(`${demo.shopUrl}/signup?plan=scout`);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await picture(page, 'signup-problems');
    expect(await text(page.getByRole('alert'))).toBe('Not quite. Please look at the fields below.');
    await page.getByLabel('Name').fill('Kim');
    await page.getByLabel('Email').fill('kim@customers.example');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await picture(page, 'checkout');
    await page.getByLabel('Card number').fill('4000 0000 0000 0002');
    await page.getByRole('button', { name: 'Pay $19.00' }).click();
    await page.getByText('The bank declined this card.').waitFor();
    await picture(page, 'checkout-problems');

    await page.getByLabel('Card number').fill('4242 4242 4242 4242');
    const form = await page
      .locator('form', { hasText: 'Card number' })
      .evaluate((element) =>
        new URLSearchParams(new FormData(element as HTMLFormElement) as never).toString(),
      );
    const paid = await Promise.all(
      [1, 2].map(() =>
        page.request.post(`${demo.shopUrl}/checkout`, {
          data: form,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      ),
    );
    expect(new Set(paid.map((reply) => reply.url())).size).toBe(1);
    const { body } = await demo.get(`programs/${demo.programId}/payments`);
    expect(body.data.filter((one: { amount_cents: number }) => one.amount_cents === 1900)).toHaveLength(1);
  });

  it('reports the revenue of all of them by channel and by partner', async () => {
    const expectRow = async (by: string, key: string, row: object) => {
      const answer = () => demo.get(`reports/revenue?by=${by}&program_id=${demo.programId}`);
      await expect
        .poll(async () => (await answer()).body.data.rows.find((one: { key: string }) => one.key === key), {
          timeout: 20_000,
          message: `${by} ${key} in the revenue report`,
        })
        .toMatchObject(row);
    };
    await expectRow('channel', 'email', { payments: 2, revenue_cents: 2 * 4900, commission_cents: 0 });
    await expectRow('channel', 'direct', { payments: 2, revenue_cents: 6800, commission_cents: 0 });
    await expectRow('partner', String(partner('Ben')), {
      name: 'Ben',
      payments: 3,
      revenue_cents: 3 * 4900,
      refunded_cents: 0,
      commission_cents: 3 * 980,
    });
    await expectRow('partner', String(partner('Anna')), {
      name: 'Anna',
      payments: 2,
      revenue_cents: 2 * 4900,
      refunded_cents: 4900,
      commission_cents: 980,
    });
    await expectRow('channel', 'affiliate', {
      payments: 5,
      revenue_cents: 5 * 4900,
      refunded_cents: 4900,
      commission_cents: 4 * 980,
    });
  });

  it('hears from Stripe of a subscription, its renewal and its refund, and pays the partner once', async () => {
    await visitor.follow('/?aff=anna');
    await visitor.signUpAndPay('Eva', 'Pay with Stripe (simulated)');
    await picture(visitor.page, 'thanks-stripe');
    expect(await visitor.fact('commission')).toMatch(/\$9\.80 for Anna pending until/);
    expect(await visitor.fact('channel')).toMatch(/^Channel Affiliate/);
    expect(await visitor.fact('books')).toMatch(/^Books Balanced .* sum \$0\.00$/);
    const listed = async () => {
      const { body } = await demo.get(`programs/${demo.programId}/payments`);
      return body.data.filter((one: { source: string }) => one.source === 'stripe');
    };
    const [payment] = await listed();
    expect(await listed()).toMatchObject([
      { transaction_id: expect.stringMatching(/^in_/), amount_cents: 4900, attributed: true },
    ]);
    expect((await demo.get(`payments/${payment.id}/explain`)).body.data).toMatchObject({
      attribution: { attributed: true, method: 'click_id' },
      visit: { channel: 'affiliate', matched_by: 'session' },
      commission: { partner_id: partner('Anna'), amount_cents: 980 },
    });

    await visitor.page.getByRole('button', { name: 'Renew for a month' }).click();
    await visitor.page.getByRole('heading', { name: 'Renewed' }).waitFor();
    expect(await visitor.fact('commission')).toMatch(/\$9\.80 for Anna/);
    expect(await listed()).toHaveLength(2);

    await visitor.page.getByRole('button', { name: 'Refund half' }).click();
    await visitor.page.getByText('$24.50 went back').waitFor();
    expect(await visitor.fact('commission')).toMatch(/\$4\.90 for Anna, of \$9\.80 earned refunded/);
    await visitor.page.getByRole('button', { name: 'Refund all that is left' }).click();
    await visitor.page.getByText('$49.00 went back').waitFor();
    await picture(visitor.page, 'thanks-stripe-refund');
    expect(await visitor.fact('commission')).toMatch(/\$0\.00 for Anna, of \$9\.80 earned reversed/);
    expect(await visitor.fact('books')).toMatch(/Balanced .* sum \$0\.00/);
    const events = (await demo.get(`programs/${demo.programId}/stripe/events?limit=200`)).body.data;
    expect(events.filter((one: { state: string }) => one.state === 'failed')).toEqual([]);
    expect(events.length).toBeGreaterThan(10);
  });
});
