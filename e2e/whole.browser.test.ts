import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { buildShop } from '../scripts/build.mjs';
import { openDemoStripe } from '../scripts/demo-stripe.mjs';
import { expectAccessible, openWindow, settled, type Window } from './dashboard.ts';
import type { Demo } from './demo.ts';
import { openTimeMachine, type TimeMachine } from './time-travel.ts';
import { newVisitor, picture, text } from './visitor.ts';

// The whole of it, in order: a company starts Headwater, a partner brings it customers, and is paid. What has no page yet is
// done through the API, as a script of the company would.
let machine: TimeMachine;
let url: string;
let browser: Browser;
let owner: Window;
let partner: Window;
let shop: { url: string; close(): Promise<void> };
let demo: Demo;
let programId: number;

const password = 'a quiet river in spring';

beforeAll(async () => {
  [machine, browser] = await Promise.all([openTimeMachine(0), openBrowser()]);
  ({ url } = machine);
  machine.server.server.stripe.processor.start();
  [owner, partner] = await Promise.all([openWindow(browser), openWindow(browser)]);
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await machine?.close();
});

describe('from the first start to a partner who was paid', () => {
  it('lets the first owner in, who creates a program and its website', async () => {
    const { page } = owner;
    await page.goto(url);
    await page.getByText('Nobody owns this Headwater yet').waitFor();
    owner.complaints.length = 0;
    await page.goto(machine.ownerLink);
    await page.getByLabel('Your name').fill('Olga Rivers');
    await page.getByLabel('Email').fill('olga@ridgeline.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Create my account' }).click();
    await page.getByRole('heading', { name: 'Your first program' }).waitFor();
    await page.getByLabel('Name').fill('Ridgeline');
    await page.getByLabel('Domain').fill('localhost');
    await page.getByRole('button', { name: 'Create program' }).click();
    await page.getByText('Ridgeline is ready').waitFor();
    const programToken = await page.getByLabel(/^Program token/).inputValue();
    const websiteToken = await page.getByLabel(/^Website token/).inputValue();
    const tracker = await page.getByLabel(/^Tracker/).inputValue();
    const [, program = '', websiteId = ''] =
      /data-program-id="(\d+)" data-website-id="([^"]+)"/.exec(tracker) ?? [];
    programId = Number(program);
    await page.getByRole('button', { name: 'To the overview' }).click();
    await page.getByText('Nothing was seen in this period').waitFor();

    const { openShop } = await buildShop();
    shop = await openShop({
      ...{ headwaterUrl: url, programId, programToken, websiteId, websiteToken },
      ...{ managementKey: machine.server.key, partners: [{ name: 'Anna Brook', code: 'anna' }] },
      stripe: await openDemoStripe(url, machine.server.key, programId),
      ...{ port: 0, host: '127.0.0.1' },
    });
    demo = { shopUrl: shop.url } as Demo;
  });

  it('has a partner, who is invited to the portal and signs in', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'Partners' }).click();
    await page.getByRole('button', { name: 'Add partner' }).click();
    await page.getByLabel('Name').fill('Anna Brook');
    await page.getByLabel('Email').fill('anna@blog.example');
    await page.getByLabel('Code').fill('anna');
    await page.getByRole('dialog').getByRole('button', { name: 'Add partner' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'Anna Brook' }).click();
    await page.getByRole('button', { name: 'Portal access of Anna Brook' }).click();
    await page.getByLabel('Email').fill('anna@blog.example');
    await page.getByRole('button', { name: 'Invite to the portal' }).click();
    const link = await page.getByLabel('Invitation link').inputValue();
    await page.getByRole('button', { name: 'Done' }).click();
    await partner.page.goto(link);
    await partner.page.getByLabel('Password').fill(password);
    await partner.page.getByRole('button', { name: 'Open the portal' }).click();
    await partner.page.getByRole('heading', { name: 'Your results' }).waitFor();
  });

  it('explains a purchase by the partner’s link, in the shop and to the owner', async () => {
    const visitor = await newVisitor(browser, demo);
    await visitor.follow('/?aff=anna');
    await visitor.signUpAndPay('Mia');
    expect(await visitor.fact('commission')).toMatch(/\$9\.80 for Anna Brook pending until/);
    await visitor.leave();

    const { page } = owner;
    await page.getByRole('link', { name: 'Payments' }).click();
    const row = page.getByRole('row').filter({ hasText: '$49.00' });
    await row.getByRole('link').first().click();
    await page
      .getByText(/Anna Brook earns \$9\.80/)
      .first()
      .waitFor();
    await page.getByText('Clicked the link of Anna Brook').waitFor();
    await settled(page);
    await expectAccessible(page, 'a payment explained');
  });

  it('takes a commission back when a purchase by Stripe is refunded', async () => {
    const visitor = await newVisitor(browser, demo);
    await visitor.follow('/?aff=anna');
    await visitor.signUpAndPay('Eva', 'Pay with Stripe (simulated)');
    expect(await visitor.fact('commission')).toMatch(/\$9\.80 for Anna Brook pending until/);
    await visitor.page.getByRole('button', { name: 'Refund all that is left' }).click();
    await visitor.page.getByText('$49.00 went back').waitFor();
    expect(await visitor.fact('commission')).toMatch(/\$0\.00 for Anna Brook, of \$9\.80 earned reversed/);
    expect(await visitor.fact('books')).toMatch(/Balanced .* sum \$0\.00/);
    await visitor.leave();
    const { page } = owner;
    const pages = page.getByRole('navigation', { name: 'Pages' });
    await pages.getByRole('link', { name: 'Payments' }).click();
    // A list that was loaded a moment ago is not asked for again.
    await page.reload();
    await page
      .getByRole('row')
      .filter({ hasText: /Refunded/ })
      .first()
      .waitFor();
  });

  it('approves, is billed, and pays', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'Commissions' }).click();
    await page.getByLabel('Choose all that are loaded').check();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('$9.80 will be due to partners').waitFor();
    await page.getByLabel('Reason').fill('Known customer');
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Nothing waits for you').waitFor();

    await machine.letAWeekBeBilled();
    const get = async (path: string) => (await machine.server.get(path, machine.server.key)).body;
    const [invoice] = (await get(`/api/v1/programs/${programId}/invoices`)).data;
    expect(invoice).toMatchObject({ currency: 'USD', status: 'open' });
    const lines = (await get(`/api/v1/invoices/${invoice.id}/lines`)).data;
    expect(lines).toMatchObject([{ kind: 'commission', amount_cents: 980 }]);
    const paid = await machine.post(`/api/v1/invoices/${invoice.id}/pay`, { reference: 'bank 1' });
    expect(paid.data.status).toBe('paid');

    const [enrolled] = (await get(`/api/v1/programs/${programId}/partners`)).data;
    const path = `/api/v1/programs/${programId}/partners/${enrolled.id}/payout-method`;
    const method = { method: 'paypal', email: 'anna@blog.example' };
    await machine.server.call('PUT', path, method, { token: machine.server.key });
    const second = (await machine.post('/api/v1/api-keys', { name: 'second person' })).data.key;
    const batch = (await machine.post(`/api/v1/programs/${programId}/payout-batches`, {})).data;
    await machine.post(`/api/v1/payout-batches/${batch.id}/approve`, {}, second);
    await machine.post(`/api/v1/payout-batches/${batch.id}/start`, {});
    await machine.post(`/api/v1/payouts/${batch.lines[0].id}/complete`, { reference: 'PAYPAL-1' });
  });

  it('shows the partner what they earned and were paid, and nobody’s name', async () => {
    const { page } = partner;
    await page.reload();
    await page.getByRole('link', { name: 'Commissions' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: /Paid.*\$9\.80/ })
      .getByRole('link')
      .click();
    await page.getByText('Somebody clicked your link anna').waitFor();
    await page.getByText('$9.80 was paid to you').waitFor();
    const told = await text(page.locator('body'));
    expect(told).not.toMatch(/Mia|mia@|user_/);
    await page.getByRole('link', { name: 'Payouts' }).click();
    await page.getByRole('listitem').filter({ hasText: '$9.80' }).getByText('Arrived').waitFor();
    await settled(page);
    await picture(page, 'whole-payouts');
    await expectAccessible(page, 'the payouts of a partner');
    expect(partner.complaints).toEqual([]);
  });

  it('shows a read-only person everything and lets them change nothing', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('Email').fill('ana@ridgeline.example');
    await page.getByLabel('Role').selectOption('read_only');
    await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
    const link = await page.getByLabel('Invitation link').inputValue();
    await page.getByRole('button', { name: 'Done' }).click();
    const reader = await openWindow(browser);
    await reader.page.goto(link);
    await reader.page.getByLabel('Your name').fill('Ana Lyst');
    await reader.page.getByLabel('Password').fill(password);
    await reader.page.getByRole('button', { name: 'Join' }).click();
    await reader.page.getByRole('heading', { name: 'Overview' }).waitFor();
    await reader.page.getByRole('link', { name: 'Partners' }).click();
    await reader.page.getByRole('rowheader', { name: /Anna Brook/ }).waitFor();
    expect(await reader.page.getByRole('button', { name: /Add partner|Portal access/ }).count()).toBe(0);
    await reader.page.getByRole('link', { name: 'Applications' }).click();
    await reader.page.getByText('Nobody waits for an answer').waitFor();
    expect(await reader.page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    const statuses = await reader.page.evaluate(async (id) => {
      const asked: [string, string, object][] = [
        ['PATCH', `/api/v1/programs/${id}`, { name: 'Mine' }],
        ['POST', `/api/v1/programs/${id}/partners`, { name: 'Me' }],
        ['POST', `/api/v1/programs/${id}/commissions/approve`, { commission_ids: [1], reason: 'mine' }],
        ['PATCH', `/api/v1/programs/${id}/portal`, { applications: 'automatic' }],
        ['POST', '/api/v1/applications/1/approve', {}],
        ['POST', `/api/v1/programs/${id}/payout-batches`, {}],
        ['POST', '/api/auth/invitations', { email: 'e@x.example', role: 'owner' }],
      ];
      return Promise.all(
        asked.map(async ([method, path, body]) => {
          const headers = { 'content-type': 'application/json' };
          return (await fetch(path, { method, headers, body: JSON.stringify(body) })).status;
        }),
      );
    }, programId);
    expect(statuses).toEqual([403, 403, 403, 403, 403, 403, 403]);
    await reader.close();
  });

  it('left no page of the owner with an error', async () => {
    const { page } = owner;
    const paths = ['/', '/payments', '/commissions', '/program/partners', '/applications', '/models'];
    for (const path of [...paths, '/people', '/account']) {
      await page.goto(url + path);
      await settled(page);
      await expectAccessible(page, path);
    }
    expect(owner.complaints).toEqual([]);
  }, 120_000);
});
