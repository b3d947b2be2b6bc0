import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { buildShop } from '../scripts/build.mjs';
import { openDemoStripe } from '../scripts/demo-stripe.mjs';
import { expectAccessible, openWindow, settled, type Window } from './dashboard.ts';
import type { Demo } from './demo.ts';
import {
  addPartner,
  approveCommissions,
  becomeOwner,
  createFirstProgram,
  inviteMember,
  joinBy,
  password,
  statusesOf,
} from './steps.ts';
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
    await becomeOwner(page, machine.ownerLink);
    const { id, token, websiteId, websiteToken } = await createFirstProgram(page, 'Ridgeline', 'localhost');
    programId = id;

    const { openShop } = await buildShop();
    shop = await openShop({
      ...{ headwaterUrl: url, programId, programToken: token, websiteId, websiteToken },
      ...{ managementKey: machine.server.key, partners: [{ name: 'Anna Brook', code: 'anna' }] },
      stripe: await openDemoStripe(url, machine.server.key, programId),
      ...{ port: 0, host: '127.0.0.1' },
    });
    demo = { shopUrl: shop.url } as Demo;
  });

  it('has a partner, who is invited to the portal and signs in', async () => {
    const { page } = owner;
    await addPartner(page, { name: 'Anna Brook', code: 'anna', email: 'anna@blog.example' });
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
    await approveCommissions(page, '$9.80');

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
    expect(await machine.payOut(programId, 'PAYPAL-1')).toBe(980);
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
    const link = await inviteMember(page, 'ana@ridgeline.example', 'read_only');
    const reader = await openWindow(browser);
    await joinBy(reader.page, link, 'Ana Lyst');
    await reader.page.getByRole('link', { name: 'Partners' }).click();
    await reader.page.getByRole('rowheader', { name: /Anna Brook/ }).waitFor();
    expect(await reader.page.getByRole('button', { name: /Add partner|Portal access/ }).count()).toBe(0);
    await reader.page.getByRole('link', { name: 'Applications' }).click();
    await reader.page.getByText('Nobody waits for an answer').waitFor();
    expect(await reader.page.getByRole('button', { name: 'Save' }).count()).toBe(0);
    const statuses = await statusesOf(reader.page, [
      ['PATCH', `/api/v1/programs/${programId}`, { name: 'Mine' }],
      ['POST', `/api/v1/programs/${programId}/partners`, { name: 'Me' }],
      ['POST', `/api/v1/programs/${programId}/commissions/approve`, { commission_ids: [1], reason: 'mine' }],
      ['PATCH', `/api/v1/programs/${programId}/portal`, { applications: 'automatic' }],
      ['POST', '/api/v1/applications/1/approve', {}],
      ['POST', `/api/v1/programs/${programId}/payout-batches`, {}],
      ['POST', '/api/auth/invitations', { email: 'e@x.example', role: 'owner' }],
    ]);
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
