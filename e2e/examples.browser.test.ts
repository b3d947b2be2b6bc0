import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { runExample } from './run-example.ts';
import { freePort, runHeadwater } from './run-headwater.ts';
import { someBrowser } from './steps.ts';
import { picture, text } from './visitor.ts';

let dataDir: string;
let port: number;
let server: Awaited<ReturnType<typeof runHeadwater>>;
let browser: Browser;
let key: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-examples-'));
  port = await freePort();
  [server, browser] = await Promise.all([runHeadwater(dataDir, port), openBrowser()]);
  key = (await readFile(join(dataDir, 'management-key'), 'utf8')).trim();
});

afterAll(async () => {
  await browser?.close();
  await server?.end();
  await rm(dataDir, { recursive: true, force: true });
});

async function get(path: string) {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${server.url}/api/v1/${path}`, { headers });
  expect(response.status, path).toBe(200);
  // biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
  return ((await response.json()) as { data: any }).data;
}

/** What the books say of an order; Stripe's webhook may take a moment. */
async function explanation(programId: number, order: string) {
  const found = async () => (await get(`programs/${programId}/payments?search=${order}`))[0];
  await expect.poll(found, { message: `payment ${order}`, timeout: 10_000 }).toBeDefined();
  return get(`payments/${(await found()).id}/explain`);
}

interface Steps {
  cents: number;
  /** From the landing page to the sign-up form. */
  choose?(page: Page): Promise<void>;
  pay(page: Page): Promise<void>;
}

/** Who follows the link until the page that thanks them; answers the order's id. */
async function buy(page: Page, shop: string, target: string, who: string, steps: Steps): Promise<string> {
  const paths = ['/collect', ...(target.includes('aff=') ? ['/track/click'] : [])];
  const told = paths.map((path) => page.waitForResponse((response) => response.url().endsWith(path)));
  await page.goto(`${shop}${target}`);
  for (const answer of await Promise.all(told)) await answer.finished();
  await steps.choose?.(page);
  await page.getByLabel('Email').fill(`${who}@customers.example`);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await steps.pay(page);
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await expect.poll(() => text(page.locator('#order'))).not.toBe('');
  return text(page.locator('#order'));
}

const shops: Record<string, Steps> = {
  'html-fastify': {
    cents: 2900,
    pay: (page) => page.getByRole('button', { name: 'Pay $29.00' }).click(),
  },
  'react-express': {
    cents: 1200,
    choose: (page) => page.getByRole('button', { name: 'Choose Coast' }).click(),
    pay: (page) => page.getByRole('button', { name: 'Pay $12.00' }).click(),
  },
  'stripe-checkout': {
    cents: 9900,
    async pay(page) {
      await page.getByRole('button', { name: 'Pay with Stripe' }).click();
      await page.getByText('Simulated Stripe').waitFor();
      await page.getByRole('button', { name: 'Pay 99.00 USD' }).click();
    },
  },
};

describe.each(Object.entries(shops))('the example %s', (name, steps) => {
  let example: Awaited<ReturnType<typeof runExample>>;

  beforeAll(async () => {
    example = await runExample(name, { dataDir, port });
  });
  afterAll(() => example?.end());

  async function newPage() {
    const context = await browser.newContext({ userAgent: someBrowser });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    return { page, errors, leave: () => context.close() };
  }

  it('a partner’s link, a sign-up, a payment, the partner’s commission explained, and a refund', async () => {
    const { page, errors, leave } = await newPage();
    const partners = await get(`programs/${example.programId}/partners`);
    const [link] = await get(`programs/${example.programId}/links`);
    expect(link.url).toMatch(`${example.url}/?aff=`);
    const { pathname, search } = new URL(link.url);
    const order = await buy(page, example.url, pathname + search, 'mia', steps);
    await picture(page, `example-${name}`);
    const explained = await explanation(example.programId, order);
    expect(explained).toMatchObject({
      payment: { amount_cents: steps.cents, currency: 'USD' },
      attribution: { attributed: true, model: 'last_click' },
      visit: { channel: 'affiliate' },
      commission: { partner_id: partners[0].id, amount_cents: steps.cents / 5, status: 'pending' },
    });
    expect(explained.arithmetic.length).toBeGreaterThan(0);

    await page.getByRole('button', { name: 'Send it back' }).click();
    await page.getByText('is refunded').waitFor();
    const standing = async () => (await explanation(example.programId, order)).commission.status;
    await expect.poll(standing, { timeout: 10_000 }).toBe('reversed');
    expect(errors).toEqual([]);
    await leave();
  });

  it('a campaign, which is what the revenue is reported by', async () => {
    const { page, errors, leave } = await newPage();
    const target = '/?utm_source=newsletter&utm_medium=email&utm_campaign=spring';
    const order = await buy(page, example.url, target, 'noah', steps);
    expect(await explanation(example.programId, order)).toMatchObject({
      attribution: { attributed: false, reason: 'no_touch' },
      visit: { channel: 'email', source: 'newsletter', campaign: 'spring' },
      commission: null,
    });
    const rows = async () => (await get(`reports/revenue?by=channel&program_id=${example.programId}`)).rows;
    const ofChannel = async (channel: string) =>
      (await rows()).find((row: { key: string }) => row.key === channel);
    await expect
      .poll(() => ofChannel('email'), { timeout: 20_000 })
      .toMatchObject({ payments: 1, revenue_cents: steps.cents, refunded_cents: 0, commission_cents: 0 });
    await expect
      .poll(() => ofChannel('affiliate'), { timeout: 20_000 })
      .toMatchObject({ payments: 1, revenue_cents: steps.cents, refunded_cents: steps.cents });
    expect(errors).toEqual([]);
    await leave();
  });
});
