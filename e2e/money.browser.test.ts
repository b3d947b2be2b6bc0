import { readFile } from 'node:fs/promises';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadMonth } from '../bench/close-data.mjs';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { type Headwater, openWindow, settled, startHeadwater, type Window } from './dashboard.ts';
import { inEveryLight } from './every-light.ts';
import { becomeOwner, joinBy, someBrowser } from './steps.ts';

// One story in order: a month was sold, and people bill it, pay it out, and change what partners get.
let server: Headwater;
let url: string;
let browser: Browser;
let owner: Window;
let finance: Window;
const partners: { id: number; name: string }[] = [];

const dayMs = 24 * 60 * 60 * 1000;

beforeAll(async () => {
  [server, browser] = await Promise.all([startHeadwater(), openBrowser()]);
  url = server.url;
  const made = await server.post(
    '/api/v1/programs',
    {
      ...{ name: 'Acme', domain: 'acme.example', hold_period_days: 7, fee_bps: 350, fee_free_revenue: 0 },
      commission: { type: 'cps_lifetime', rate_bps: 2000 },
    },
    server.key,
  );
  const program = made.body.data as { id: number; api_token: string };
  for (const name of ['Anna Brook', 'Ben Stream', 'Cleo Spring']) {
    const code = name.split(' ')[0]?.toLowerCase();
    const path = `/api/v1/programs/${program.id}/partners`;
    const { body } = await server.post(path, { name, code, email: `${code}@partner.example` }, server.key);
    partners.push(body.data as { id: number; name: string });
  }
  await sellAMonth(program.id);
  // Somebody who signs up in the instant of the click.
  const click = await server.post('/api/v1/track/click', {
    affiliate_url: 'https://acme.example/?aff=anna',
    user_agent: someBrowser,
  });
  const lead = { click_id: click.body.click_id, customer_key: 'hasty' };
  await server.post('/api/v1/track/lead', lead, program.api_token);
  const sale = { transaction_id: 'txn_hasty', customer_key: 'hasty', amount_cents: 9900 };
  await server.post('/api/v1/track/sale', sale, program.api_token);
  owner = await openWindow(browser);
  await becomeOwner(owner.page, server.ownerLink);
  await owner.page.getByRole('heading', { name: 'Overview' }).waitFor();
  finance = await join('finance', 'Fin Ance');
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** A month that ended so long ago that all of it was billed by now. */
async function sellAMonth(programId: number): Promise<void> {
  const client = await server.connect();
  const end = new Date(Date.now() - 15 * dayMs);
  const partnerIds = partners.map(({ id }) => id);
  await loadMonth(client, { programId, partnerIds, end, count: 240, holdDays: 7 });
  for (const job of ['release_holds', 'issue_invoices']) {
    await client.query('select graphile_worker.add_job($1)', [job]);
    const waiting = 'select from graphile_worker.jobs where task_identifier = $1';
    await vi.waitUntil(async () => (await client.query(waiting, [job])).rowCount === 0, { timeout: 30_000 });
  }
  await client.end();
}

/** Somebody whom the owner has invited. */
async function join(role: string, name: string): Promise<Window> {
  const link = await owner.page.evaluate(
    async (asked) => {
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch('/api/auth/invitations', {
        ...{ method: 'POST', headers, body: JSON.stringify(asked) },
      });
      return (await reply.json()).data.link as string;
    },
    { email: `${role}@acme.example`, role },
  );
  const window = await openWindow(browser);
  await joinBy(window.page, link, name);
  return window;
}

const dialog = (page: Page) => page.getByRole('dialog');
/** Opens a question and answers it. */
async function answer(page: Page, name: string, verb = name, fill?: () => Promise<unknown>): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await fill?.();
  await dialog(page).getByRole('button', { name: verb, exact: true }).click();
  await dialog(page).waitFor({ state: 'detached' });
}

async function saved(page: Page, button: string): Promise<{ name: string; text: string }> {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  const file: Download = await coming;
  return { name: file.suggestedFilename(), text: (await readFile(await file.path())).toString('latin1') };
}

describe('the money of a program', () => {
  it('is billed: an invoice is read, saved and marked as paid', async () => {
    const { page } = finance;
    await page.getByRole('link', { name: 'Invoices' }).click();
    const rows = page.getByRole('table', { name: 'Invoices' }).getByRole('row');
    await rows.nth(1).waitFor();
    await rows.nth(1).getByRole('link').click();
    await page.getByRole('rowheader', { name: 'Anna Brook' }).waitFor();
    const number = (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';
    expect(number).toMatch(/^INV-/);
    expect(await saved(page, 'PDF')).toMatchObject({
      name: `${number}.pdf`,
      text: expect.stringMatching(/^%PDF/),
    });
    const csv = await saved(page, 'Lines as CSV');
    expect(csv.name).toBe(`${number}.csv`);
    expect(csv.text).toMatch(/^kind,amount,currency,[\s\S]*\r\ncommission,[\d.]+,USD,/);
    await answer(page, 'Mark as paid', 'Mark as paid', () => page.getByLabel('Reference').fill('wire 7'));
    await page.getByText('wire 7').waitFor();
    await page.getByText('Left to pay').locator('..').getByText('$0.00').waitFor();

    await page.getByRole('link', { name: '← Invoices' }).click();
    await page.getByLabel('Choose all that are open').check();
    await answer(page, 'Mark as paid', 'Mark as paid');
    await page.getByLabel('Status').selectOption('paid');
    await page.getByText(/^\d+ invoices$/).waitFor();
    await page.getByLabel('Status').selectOption('open');
    await page.getByText('No invoice is like that').waitFor();
  });

  it('is paid out by two people, in a batch whose files are saved and whose payouts are settled together', async () => {
    const { page } = finance;
    for (const { id, name } of partners.slice(0, 2)) {
      await page.goto(`${url}/program/partners/${id}`);
      await page.getByRole('heading', { name, level: 1 }).waitFor();
      await answer(page, 'Change', 'Save', () =>
        page.getByLabel('Email at PayPal').fill(`${id}@partner.example`),
      );
      await page
        .getByText(/\*@partner\.example/)
        .first()
        .waitFor();
    }
    await page.getByRole('link', { name: 'Payouts' }).click();
    await answer(page, 'Pay partners', 'Make the batch');
    await page.getByText('1 partner left out').waitFor();
    await page.getByRole('link', { name: /^Batch/ }).click();
    await page.getByText('You made it, so somebody else has to approve it.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);

    await owner.page.goto(page.url());
    await answer(owner.page, 'Approve');
    await owner.page.getByText('Save its files').waitFor();
    await page.reload();
    const file = await saved(page, 'Save');
    expect(file.text.trim().split('\r\n')).toHaveLength(2);
    await answer(page, 'It was handed in');
    await page.getByRole('checkbox', { name: /to Ben Stream/ }).check();
    await answer(page, 'Failed', 'They failed', () => page.getByLabel('Reason').fill('Account closed'));
    await page.getByRole('row', { name: /Ben Stream.*Account closed.*Failed/ }).waitFor();
    await page.getByLabel('Choose all that are on their way').check();
    await answer(page, 'Arrived', 'They arrived', () => page.getByLabel('Reference').fill('pp-1'));
    await page.getByRole('row', { name: /Anna Brook.*pp-1.*Completed/ }).waitFor();
    expect(await page.getByRole('checkbox').count()).toBe(0);
  });

  it('is on the statement of a partner, to be saved', async () => {
    const { page } = owner;
    await page.goto(`${url}/program/partners/${partners[0]?.id}?period=90d`);
    await page.getByRole('row', { name: /Payout.*-\$/ }).waitFor();
    const { text } = await saved(page, 'CSV');
    expect(text).toMatch(/opening,0\.00,USD[\s\S]*,paid,-[\d.]+,USD[\s\S]*closing,/);
    expect((await saved(page, 'PDF')).text).toMatch(/^%PDF/);
  });
});

describe('what partners get', () => {
  it('links: built with a campaign, copied as a code for cameras, led elsewhere, and turned off', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'Links', exact: true }).click();
    await page.getByRole('button', { name: 'New link' }).click();
    await dialog(page).getByLabel('Partner', { exact: true }).selectOption('Ben Stream');
    await page.getByLabel('Code').fill('ben-spring');
    await page.getByLabel('Destination').fill('https://acme.example/pricing?plan=pro');
    await page.getByText('Campaign (UTM)').click();
    await page.getByLabel('Source').fill('news letter');
    await dialog(page)
      .getByText('https://acme.example/pricing?plan=pro&utm_source=news%20letter&aff=ben-spring')
      .waitFor();
    await page.getByRole('button', { name: 'Create link' }).click();
    await page.getByRole('heading', { name: 'Link ben-spring' }).waitFor();
    expect(await page.getByLabel('Referral link').inputValue()).toBe(
      'https://acme.example/pricing?plan=pro&utm_source=news%20letter&aff=ben-spring',
    );
    await page.getByRole('img', { name: 'QR code of ben-spring' }).waitFor();
    expect(await saved(page, 'Save as SVG')).toMatchObject({
      name: 'ben-spring.svg',
      text: expect.stringMatching(/^<svg .*<path d="M4 4h7v1h-7z/),
    });
    expect((await saved(page, 'Save as PNG')).text).toContain('PNG');
    await page.getByLabel('Destination').fill('https://acme.example/spring');
    await page.getByRole('button', { name: 'Save destination' }).click();
    await page.getByRole('row', { name: /ben-spring.*acme\.example\/spring\?utm_source/ }).waitFor();
    await page.getByRole('button', { name: 'ben-spring' }).click();
    await page.getByRole('button', { name: 'Pause link' }).click();
    await page.getByRole('row', { name: /ben-spring.*Paused/ }).waitFor();
  });

  it('terms: a draft shows who gains and loses before it can be saved; partners move', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'Terms' }).click();
    await answer(page, 'New group', 'Create group', () => page.getByLabel('Name').fill('Gold'));
    await page.getByRole('link', { name: 'Default' }).click();
    await page.getByText('20% of each payment, for ever, held for 7 days').waitFor();
    const save = page.getByRole('button', { name: 'Save these terms' });
    expect(await save.isDisabled()).toBe(true);
    await page.getByLabel('Part in %').fill('25');
    await page.getByRole('button', { name: 'What would it change?' }).click();
    await page.getByText(/3 partners would gain, nobody would lose/).waitFor({ timeout: 20_000 });
    const table = page.getByRole('table', { name: 'Partners who gain or lose' });
    expect(await table.getByRole('row').count()).toBe(4);
    await page.getByLabel('Part in %').fill('26');
    await page.getByText('You have changed the terms since').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await page.getByLabel('Part in %').fill('25');
    await answer(page, 'Save these terms', 'Save terms', () =>
      dialog(page)
        .getByText(/would have earned.*instead of/)
        .waitFor(),
    );
    await page.getByText('Its partners earn 25% of each payment, for ever').waitFor();
    await page.getByRole('row', { name: /^2 .*25%.*In force/ }).waitFor();

    await page.getByRole('checkbox', { name: 'Choose Cleo Spring' }).check();
    await answer(page, 'Move', 'Move', () => page.getByLabel('To', { exact: true }).selectOption('Gold'));
    await page.getByText('2 partners', { exact: true }).waitFor();
    await page.goto(`${url}/program/partners/${partners[2]?.id}`);
    await page.getByRole('button', { name: 'Group: Gold' }).waitFor();
  });

  it('their standing: a partner is suspended and comes back, each time by a question', async () => {
    const { page } = owner;
    await answer(page, 'Suspend', 'Suspend', () => dialog(page).getByText('earn nothing until').waitFor());
    await page.getByText('Waiting', { exact: true }).waitFor();
    await page.getByRole('link', { name: '← Partners' }).click();
    await page.getByLabel('Status').selectOption('pending');
    await page.getByRole('rowheader', { name: /Cleo Spring/ }).waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(1);
    await page.getByRole('link', { name: 'Cleo Spring' }).click();
    await answer(page, 'Approve');
    await page.getByText('Approved', { exact: true }).waitFor();
  });
});

describe('fraud signals', () => {
  it('are looked for at once, show why, and are acted on', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'Fraud' }).click();
    await page.getByRole('button', { name: 'Look now' }).click();
    const signal = page.getByRole('list', { name: 'Fraud signals' }).getByRole('listitem');
    await signal.getByText('Too fast').waitFor();
    await signal.getByText('Evidence').click();
    await signal.getByText('What followed the click').waitFor();
    await answer(page, 'Reject commission', 'Reject', () => page.getByLabel('Reason').fill('A script'));
    await signal.getByText('Rejected').waitFor();
    await answer(page, 'Dismiss', 'Dismiss', () => page.getByLabel('Reason').fill('Dealt with'));
    await page.getByText('Nothing looks wrong').waitFor();
    await page.getByLabel('Status').selectOption('dismissed');
    await signal.getByText(/Dismissed .* by Olga Rivers \(you\): Dealt with/).waitFor();
    await answer(page, 'Rules', 'Save', () => page.getByLabel('Late click').selectOption('hold'));
    await page.getByRole('button', { name: 'Rules' }).click();
    expect(await page.getByLabel('Late click').inputValue()).toBe('hold');
    await page.getByRole('button', { name: 'Cancel' }).click();
  });
});

describe('the pages of money', () => {
  it('let who may only read change nothing', async () => {
    const reader = await join('read_only', 'Rea Der');
    const { page } = reader;
    const buttonsOf: [string, string, string[]][] = [
      ['/invoices', 'Invoices', []],
      ['/payouts', 'Payouts', []],
      ['/links', 'Links', ['anna', 'ben', 'ben-spring', 'cleo']],
      ['/groups', 'Groups and terms', []],
      [`/program/partners/${partners[0]?.id}`, 'Anna Brook', ['CSV', 'PDF', 'anna']],
      ['/fraud', 'Fraud signals', []],
    ];
    for (const [path, heading, buttons] of buttonsOf) {
      await page.goto(url + path);
      await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
      await settled(page);
      const shown = await page.locator('#content button').allTextContents();
      expect(shown.sort(), path).toEqual([...buttons].sort());
      expect(await page.locator('#content').getByRole('checkbox').count(), path).toBe(0);
    }
    expect(reader.complaints).toEqual([]);
    await reader.close();
  });

  it('have no error and no barrier, by day and night, on a phone and a wide screen', async () => {
    owner.complaints.length = 0;
    finance.complaints.length = 0;
    const look = async ({ page }: Window, pages: Record<string, string>) => {
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(url + path);
        await settled(page);
        if (name === 'group') {
          await page.getByLabel('Part in %').fill('15');
          await page.getByRole('button', { name: 'What would it change?' }).click();
          await page.getByText(/would lose/).waitFor();
        }
        if (name === 'link') await page.getByRole('button', { name: 'ben-spring' }).click();
        if (name === 'fraud') await page.getByLabel('Status').selectOption('');
        await inEveryLight(page, name);
      }
    };
    await Promise.all([
      look(owner, {
        ...{ partner: `/program/partners/${partners[0]?.id}?period=90d`, links: '/links', link: '/links' },
        ...{ groups: '/groups', group: '/groups/1', fraud: '/fraud' },
      }),
      look(finance, {
        ...{ invoices: '/invoices', invoice: '/invoices/1', payouts: '/payouts', batch: '/payouts/1' },
        partners: '/program/partners',
      }),
    ]);
    expect([...owner.complaints, ...finance.complaints]).toEqual([]);
  }, 150_000);
});
