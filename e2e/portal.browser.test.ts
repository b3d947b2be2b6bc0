import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { expectAccessible, openWindow, settled, type Window } from './dashboard.ts';
import { inEveryLight } from './every-light.ts';
import { approveCommissions, becomeOwner, password, someBrowser } from './steps.ts';
import { openTimeMachine, type TimeMachine } from './time-travel.ts';
import { picture } from './visitor.ts';

// One story in order: how somebody becomes a partner, earns, and is paid; and how little another partner sees of it.
let machine: TimeMachine;
let url: string;
let browser: Browser;
let founder: Window;
let anna: Window;
let ben: Window;
let program: { id: number; api_token: string };
let commissionId: number;

const customer = { key: 'user_sam', email: 'sam@buyer.example', transaction: 'order-of-sam' };

beforeAll(async () => {
  [machine, browser] = await Promise.all([openTimeMachine(21), openBrowser()]);
  ({ url } = machine);
  const commission = { type: 'cps_lifetime', rate_bps: 2000 };
  const body = { name: 'Acme', domain: 'acme.example', hold_period_days: 0, commission };
  program = (await machine.post('/api/v1/programs', body)).data;
  [founder, anna, ben] = await Promise.all([openWindow(browser), openWindow(browser), openWindow(browser)]);
});
afterAll(async () => {
  await browser?.close();
  await machine?.close();
});

async function apply({ page }: Window, address: string, name: string, email: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('heading', { name: 'Become a partner of Acme' }).waitFor();
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Website').fill('blog.example');
  await page.getByLabel('How you would promote it').fill('I write about rivers, and your shop fits.');
  await page.getByRole('button', { name: 'Send the application' }).click();
  await page.getByText('A person looks at it and writes to you').waitFor();
}

/** The founder approves; answers the link that lets the partner in. */
async function approve(page: Page, name: string): Promise<string> {
  const row = page.getByRole('listitem').filter({ hasText: name });
  await row.getByRole('button', { name: 'Approve' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await page.getByText(`${name} is a partner`).waitFor();
  const link = await page.getByLabel('Invitation link').inputValue();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await row.waitFor({ state: 'detached' });
  return link;
}

async function enter({ page }: Window, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('heading', { name: 'Partner of Acme' }).waitFor();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Open the portal' }).click();
  await page.getByRole('heading', { name: 'Your results' }).waitFor();
}

describe('the partner portal', () => {
  it('takes applications when the founder opens them', async () => {
    const { page } = founder;
    await becomeOwner(page, machine.ownerLink);
    await page.getByRole('link', { name: 'Applications' }).click();
    await page.getByText('Nobody waits for an answer').waitFor();
    await page.getByRole('radio', { name: /You decide/ }).check();
    await page.getByLabel('Welcome').fill('We pay those who tell others about our maps.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    const address = await page.getByRole('textbox', { name: 'Public page' }).inputValue();
    expect(address).toBe(`${url}/join/acme`);

    await anna.page.goto(address);
    await inEveryLight(anna.page, 'join');
    await apply(anna, address, 'Anna Brook', 'anna@blog.example');
    await expectAccessible(anna.page, 'an application that was received');
    await apply(ben, address, 'Ben Lake', 'ben@blog.example');
  });

  it('lets an applicant in whom the founder approves, and nobody else', async () => {
    const { page } = founder;
    await page.reload();
    await page.getByText('I write about rivers').first().waitFor();
    await inEveryLight(page, 'applications');
    const links = [await approve(page, 'Anna Brook'), await approve(page, 'Ben Lake')] as const;
    await page.getByText('Nobody waits for an answer').waitFor();

    await anna.page.goto(links[0]);
    await anna.page.getByRole('heading', { name: 'Partner of Acme' }).waitFor();
    await inEveryLight(anna.page, 'portal-invitation');
    await enter(anna, links[0]);
    await enter(ben, links[1]);
    await anna.page.getByText('Nothing yet in this period').waitFor();
    await anna.page.getByText('You earn 20% of every payment of each customer').waitFor();
    // A link works once, and a partner is nobody of the workspace.
    const again = await openWindow(browser);
    await again.page.goto(links[0]);
    await again.page.getByText('This invitation is not valid any more').waitFor();
    await again.close();
    const statuses = await anna.page.evaluate(async () => {
      const paths = ['/api/auth/me', '/api/v1/programs', '/api/v1/programs/1/partners', '/api/v1/audit'];
      return Promise.all(paths.map(async (path) => (await fetch(path)).status));
    });
    expect(statuses).toEqual([401, 401, 401, 401]);
    anna.complaints.length = 0;
  });

  it('shows a partner what came of a link of their own, and why it earned', async () => {
    const { page } = anna;
    await page.getByRole('link', { name: 'Links' }).click();
    await page.getByRole('button', { name: 'New link' }).click();
    await page.getByLabel('Code').fill('anna-blog');
    await page.getByLabel('Leads to').fill('https://acme.example/maps');
    await page.getByRole('button', { name: 'Make link' }).click();
    const link = await page.getByLabel('Address of anna-blog').inputValue();
    expect(link).toBe('https://acme.example/maps?aff=anna-blog');
    await page.getByRole('button', { name: 'QR code' }).first().click();
    await page.getByRole('img', { name: 'QR code of anna-blog' }).waitFor();
    await picture(page, 'portal-qr-1440-light');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as SVG' }).click();
    expect(await readFile(await (await saved).path(), 'utf8')).toMatch(/^<svg .*<path d="M/);
    await page.getByRole('button', { name: 'Done' }).click();

    const { click_id } = await machine.post('/api/v1/track/click', {
      affiliate_url: link,
      user_agent: someBrowser,
    });
    const lead = { click_id, customer_key: customer.key, email: customer.email };
    await machine.post('/api/v1/track/lead', lead, program.api_token);
    const sale = { transaction_id: customer.transaction, customer_key: customer.key, amount_cents: 9999 };
    commissionId = (await machine.post('/api/v1/track/sale', sale, program.api_token)).commission_id;
    await machine.server.server.shipper.catchUp(60_000);

    await page.getByRole('link', { name: 'Home' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Commissions $20.00' }).waitFor();
    await page.getByRole('button', { name: 'Sign-ups 1' }).waitFor();
    await page.getByRole('button', { name: 'Revenue $99.99' }).click();
    await page.getByRole('link', { name: 'Commissions' }).click();
    await page.getByRole('link', { name: new RegExp(`#${commissionId}`) }).click();
    await page.getByText('Somebody clicked your link anna-blog').waitFor();
    await page.getByText('They paid $99.99').waitFor();
    await page.getByText('20% of every payment').waitFor();
    await page.getByText('9999 × 2000 / 10000').waitFor();
    await page.getByText('$20.00 is held for refunds').waitFor();
    const told = await page.evaluate(() => document.documentElement.outerHTML);
    for (const secret of [...Object.values(customer), String(click_id)]) expect(told).not.toContain(secret);
  });

  it('pays where the partner says, and shows it', async () => {
    const { page } = anna;
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Name on the account').fill('Anna Brook');
    await page.getByLabel('IBAN').fill('DE89 3704 0044 0532 0130 01');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByText('iban is invalid').waitFor();
    await page.getByLabel('IBAN').fill('DE89 3704 0044 0532 0130 00');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByText('****3000').waitFor();
    const file = { name: 'w8.pdf', mimeType: 'application/pdf', buffer: Buffer.from('no pdf at all') };
    await page.getByLabel('Tax document').setInputFiles(file);
    await page.getByText('The document must be a PDF, a PNG or a JPEG').waitFor();
    // The browser tells of the two answers that refused.
    anna.complaints.length = 0;
    await page
      .getByLabel('Tax document')
      .setInputFiles({ ...file, buffer: Buffer.from('%PDF-1.7 of Anna %%EOF') });
    await page.getByText('w8.pdf').waitFor();

    const office = founder.page;
    await approveCommissions(office, '$20.00');
    await machine.letAWeekBeBilled();
    expect(await machine.payOut(program.id, 'SEPA-2026-7')).toBe(2000);

    await page.getByRole('link', { name: 'Payouts' }).click();
    await page.reload();
    await page.getByRole('listitem').filter({ hasText: '$20.00' }).getByText('Arrived').waitFor();
    await page.getByText('SEPA-2026-7').waitFor();
    const month = machine.server.clock.now().toISOString().slice(0, 7);
    await page.getByLabel('Month').selectOption(month);
    await page.getByRole('cell', { name: 'Payout' }).waitFor();
    await page.getByRole('cell', { name: '-$20.00' }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'PDF of the statement' }).click();
    const pdf = await readFile(await (await download).path());
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');

    await office.getByRole('link', { name: 'Partners' }).click();
    await office.getByRole('link', { name: 'Anna Brook' }).click();
    await office.getByRole('button', { name: 'Portal access of Anna Brook' }).click();
    await office.getByRole('link', { name: 'w8.pdf' }).waitFor();
    await office.getByText('Since').waitFor();
    await picture(office, 'portal-access-1440-light');
    await expectAccessible(office, 'who signs in for a partner');
    await office.keyboard.press('Escape');
  });

  it('shows another partner nothing of it', async () => {
    const { page } = ben;
    await page.getByRole('link', { name: 'Commissions' }).click();
    await page.getByText('No commissions yet').waitFor();
    await page.getByRole('link', { name: 'Payouts' }).click();
    await page.getByText('No payouts yet').waitFor();
    await page.goto(`${url}/partners/commissions/${commissionId}`);
    await page.getByText('Commission not found').waitFor();
    const told = await page.evaluate(async (id) => {
      const paths = ['links', 'commissions', 'payouts', 'balances', 'tax-documents'];
      const answers = paths.map(async (path) =>
        (await fetch(`/api/v1/portal/programs/${id}/${path}`)).text(),
      );
      return (await Promise.all(answers)).join('\n');
    }, program.id);
    expect(told).toContain('ben-lake');
    for (const foreign of ['anna', 'w8', 'SEPA', '2000']) expect(told.toLowerCase()).not.toContain(foreign);
  });

  it('has no page with an error or a barrier, by day and night, on a phone and a wide screen', async () => {
    const { page } = anna;
    const pages = {
      'portal-home': '/partners',
      'portal-links': '/partners/links',
      'portal-commissions': '/partners/commissions',
      'portal-commission': `/partners/commissions/${commissionId}`,
      'portal-payouts': '/partners/payouts',
      'portal-settings': '/partners/settings',
    };
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(url + path);
      await settled(page);
      await inEveryLight(page, name);
    }
    const stranger = await openWindow(browser);
    await stranger.page.goto(`${url}/partners/sign-in`);
    await inEveryLight(stranger.page, 'portal-sign-in');
    expect([...anna.complaints, ...founder.complaints, ...stranger.complaints]).toEqual([]);
    await stranger.close();
  }, 120_000);

  it('signs out, and in again to where one wanted to go', async () => {
    const { page } = anna;
    await page.goto(`${url}/partners`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${url}/partners/payouts`);
    await page.getByLabel('Email').fill('anna@blog.example');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Payouts and statements' }).waitFor();
  });
});
