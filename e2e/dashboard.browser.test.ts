import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import {
  expectAccessible,
  type Headwater,
  openWindow,
  settled,
  startHeadwater,
  type Window,
} from './dashboard.ts';
import { inEveryLight } from './every-light.ts';
import {
  addPartner,
  approveCommissions,
  becomeOwner,
  createFirstProgram,
  inviteMember,
  joinBy,
  password,
  someBrowser,
  statusesOf,
} from './steps.ts';
import { text } from './visitor.ts';

// One story in order: what the first owner of a new server sees and does.
let server: Headwater;
let url: string;
let browser: Browser;
let owner: Window;
let programToken: string;

// The machine of a test may have other things to do.
const soon = { timeout: 10_000 };

beforeAll(async () => {
  [server, browser] = await Promise.all([startHeadwater(), openBrowser()]);
  url = server.url;
  owner = await openWindow(browser);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe('the dashboard, from the first start', () => {
  it('lets the first owner in by the printed link, and creates a program', async () => {
    const { page } = owner;
    await page.goto(url);
    await page.getByText('Nobody owns this Headwater yet').waitFor();
    await becomeOwner(page, server.ownerLink);
    ({ token: programToken } = await createFirstProgram(page, 'Acme', 'acme.example'));
    expect(programToken).toMatch(/^aff_/);
  });

  it('shows revenue once there is some, and filters by what is clicked', async () => {
    const { page } = owner;
    await page.getByRole('button', { name: 'Fill with demo data' }).click();
    const revenue = page.getByRole('button', { name: /^Revenue \$/ });
    await revenue.filter({ hasText: /\$[1-9]/ }).waitFor({ timeout: 40_000 });
    await settled(page);
    const all = await text(revenue);

    const [first] = await page.getByRole('table').first().getByRole('button').all();
    const channel = (await first?.textContent()) ?? '';
    await first?.click();
    await page.getByRole('list', { name: 'Filters' }).getByText(channel).waitFor();
    await expect.poll(() => text(revenue), soon).not.toBe(all);
    expect(new URL(page.url()).searchParams.get('f')).toContain('channel:is:');
    // A link shows the same to whoever opens it.
    const filtered = await text(revenue);
    await page.reload();
    await settled(page);
    await expect.poll(() => text(revenue), soon).toBe(filtered);
    await page.getByRole('button', { name: /Remove filter/ }).click();
    await expect.poll(() => text(revenue), soon).toBe(all);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    expect((await download).suggestedFilename()).toMatch(/^Acme, .*\.csv$/);
  });

  it('explains a payment that a partner brought, and approves the commission', async () => {
    const { page } = owner;
    expect(await addPartner(page, { name: 'Anna Brook', code: 'anna' })).toContain('aff=anna');

    const click = await server.post('/api/v1/track/click', {
      affiliate_url: 'https://acme.example/?aff=anna',
      user_agent: someBrowser,
    });
    const clickId = click.body.click_id;
    await server.post('/api/v1/track/lead', { click_id: clickId, customer_key: 'user_1' }, programToken);
    const sale = { transaction_id: 'txn_first', customer_key: 'user_1', amount_cents: 9999 };
    expect((await server.post('/api/v1/track/sale', sale, programToken)).body.commission_id).toBeTypeOf(
      'number',
    );
    const test = { transaction_id: 'txn_try', additional_data: { test_mode: true } };
    await server.post('/api/v1/track/sale', test, programToken);

    await page.getByRole('link', { name: 'Payments' }).click();
    await page.getByLabel('Search payments').fill('txn_f');
    await page.getByRole('link', { name: 'txn_first' }).click();
    await page
      .getByText('Anna Brook earns $20.00. The customer was known by your own id of the customer.')
      .first()
      .waitFor();
    await page.getByText('Clicked the link of Anna Brook').waitFor();
    await page.getByText('9999 × 2000 / 10000').waitFor();
    expect(await page.getByRole('table').last().getByRole('row').count()).toBeGreaterThan(4);

    await approveCommissions(page, '$20.00');
    await page.getByLabel('Status').selectOption('approved');
    await page.getByRole('row', { name: /Anna Brook.*Approved.*\$20\.00/ }).waitFor();
  });

  it('shows an analyst everything and lets them change nothing', async () => {
    const { page } = owner;
    const link = await inviteMember(page, 'ana@acme.example');

    const analyst = await openWindow(browser);
    await analyst.page.goto(link);
    await settled(analyst.page);
    await expectAccessible(analyst.page, 'an invitation');
    await joinBy(analyst.page, link, 'Ana Lyst');
    expect(await analyst.page.getByRole('link', { name: 'People' }).count()).toBe(0);
    await analyst.page.getByRole('link', { name: 'Partners' }).click();
    await analyst.page.getByRole('rowheader', { name: /Anna Brook/ }).waitFor();
    expect(await analyst.page.getByRole('button', { name: 'Add partner' }).count()).toBe(0);
    await analyst.page.getByRole('link', { name: 'Commissions' }).click();
    await analyst.page.getByLabel('Status').selectOption('');
    await analyst.page.getByRole('row', { name: /Anna Brook/ }).waitFor();
    expect(await analyst.page.getByRole('checkbox').count()).toBe(0);
    const statuses = await statusesOf(analyst.page, [
      ['PATCH', '/api/v1/programs/1', { name: 'Mine' }],
      ['POST', '/api/v1/programs/1/partners', { name: 'Me' }],
      ['POST', '/api/v1/programs/1/commissions/approve', { commission_ids: [1], reason: 'mine' }],
      ['POST', '/api/auth/invitations', { email: 'e@x.example', role: 'owner' }],
    ]);
    expect(statuses).toEqual([403, 403, 403, 403]);
    await analyst.close();
  });

  it('has no page with an error or a barrier, by day and night, on a phone and a wide screen', async () => {
    const second = await openWindow(browser, { storageState: await owner.page.context().storageState() });
    const stranger = await openWindow(browser);
    owner.complaints.length = 0;
    const look = async ({ page }: Window, pages: Record<string, string>) => {
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(url + path);
        await settled(page);
        if (name === 'payments') await page.getByRole('link', { name: 'txn_first' }).waitFor();
        if (name === 'commissions') await page.getByLabel('Status').selectOption('approved');
        await inEveryLight(page, name);
      }
    };
    await Promise.all([
      look(owner, {
        overview: '/?period=12m',
        payments: '/payments',
        payment: '/payments/1',
        account: '/account',
      }),
      look(second, {
        models: '/models',
        commissions: '/commissions',
        partners: '/program/partners',
        people: '/people',
      }),
      look(stranger, { 'sign-in': '/sign-in', 'first-owner': '/first-owner#own_x' }),
    ]);
    expect([...owner.complaints, ...second.complaints, ...stranger.complaints]).toEqual([]);
    await Promise.all([second.close(), stranger.close()]);
  }, 120_000);

  it('says so when the server is away, and comes back by itself', async () => {
    const { page } = owner;
    await page.goto(`${url}/payments`);
    await page.getByRole('link', { name: 'txn_first' }).waitFor();
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('link', { name: 'Commissions' }).click();
    await page.getByText('Waiting for the server').waitFor();
    await page.unroute('**/api/**');
    await page.getByText('Nothing waits for you').waitFor({ timeout: 15_000 });
  });

  it('signs out', async () => {
    const { page } = owner;
    await page.getByRole('button', { name: /Olga Rivers/ }).click();
    const left = page.waitForEvent('load');
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await left;
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${url}/payments`);
    await page.getByLabel('Email').fill('olga@acme.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Payments' }).waitFor();
  });
});
