import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Demo } from './demo.ts';

/** Somebody with a browser of their own, in the demo shop. */
export interface Visitor {
  page: Page;
  /** Follows a link into the shop and stays until the tracker has told the server. */
  follow(target: string): Promise<void>;
  /** From the landing page to the thank-you page; by card, or with another button. Answers with the order's id. */
  signUpAndPay(name: string, button?: string): Promise<string>;
  /** A fact of the thank-you page, as read by people: `commission`, `channel`, `books`. */
  fact(name: string): Promise<string>;
  leave(): Promise<void>;
}

export async function newVisitor(
  browser: Browser,
  demo: Demo,
  screen: Pick<BrowserContextOptions, 'viewport' | 'colorScheme'> = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    ...screen,
    // without a screen Chromium calls itself HeadlessChrome, which Headwater takes for the bot it is
    userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version()} Safari/537.36`,
  });
  const page = await context.newPage();
  return {
    page,
    async follow(target) {
      const answers = ['/collect', ...(target.includes('aff=') ? ['/track/click'] : [])].map((path) =>
        page.waitForResponse((response) => response.url().endsWith(path)),
      );
      await page.goto(`${demo.shopUrl}${target}`);
      for (const answer of await Promise.all(answers)) await answer.finished();
    },
    async signUpAndPay(name, button = 'Pay $49.00') {
      await page.getByRole('link', { name: 'Choose Ranger' }).click();
      await page.waitForURL('**/signup*');
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Email').fill(`${name.toLowerCase()}@customers.example`);
      const told = [/\/track\/lead$/, /\/collect$/].map((path) =>
        page.waitForResponse((response) => {
          const said = response.request().postData() ?? '';
          return path.test(response.url()) && said.includes('"customer_key":"user_');
        }),
      );
      await page.getByRole('button', { name: 'Sign up' }).click();
      // the browser tells of the sign-up too, and of whose visits these are
      await Promise.all(told);
      await page.getByRole('button', { name: button }).click();
      await page.waitForURL('**/thanks/*');
      return new URL(page.url()).pathname.split('/')[2] ?? '';
    },
    fact: (name) => text(page.locator(`#${name}`)),
    leave: () => context.close(),
  };
}

/** What an element says, with its white space as it is read: one space. */
export async function text(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
}

/** The explanation of a payment by its transaction id, through the API alone. */
export async function explain(demo: Demo, transactionId: string) {
  const { body } = await demo.get(`programs/${demo.programId}/payments`);
  const payment = body.data.find((one: { transaction_id: string }) => one.transaction_id === transactionId);
  expect(payment, `a payment ${transactionId} in the list`).toBeDefined();
  const explained = await demo.get(`payments/${payment.id}/explain`);
  expect(explained.status).toBe(200);
  return explained.body.data;
}

/** With E2E_SCREENSHOTS=<folder> the journey leaves pictures of its pages there, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.E2E_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
