import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { readFences } from '../scripts/fences.mjs';
import { inEveryLight } from './every-light.ts';
import { freePort, runHeadwater } from './run-headwater.ts';
import { someBrowser } from './steps.ts';
import { picture } from './visitor.ts';

// The pieces of pages in the documents, in pages of a shop; and the documents as pages themselves.

let dataDir: string;
let server: Awaited<ReturnType<typeof runHeadwater>>;
let browser: Browser;
let key: string;
let websiteId: string;
let shop: { url: string; show(html: string): void; close(): void };

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-documents-'));
  [server, browser] = await Promise.all([runHeadwater(dataDir, await freePort()), openBrowser()]);
  key = (await readFile(join(dataDir, 'management-key'), 'utf8')).trim();
  const commission = { type: 'cps_one_time', rate_bps: 2000 };
  const program = await post('programs', { name: 'Acme', domain: 'localhost', commission });
  expect(program.id).toBe(1);
  websiteId = (await post('websites', { domain: 'localhost', program_id: 1 })).website_id;
  await post('programs/1/partners', { name: 'Anna', code: 'anna' });
  shop = await openShop();
});

afterAll(async () => {
  shop?.close();
  await browser?.close();
  await server?.end();
  await rm(dataDir, { recursive: true, force: true });
});

async function post(path: string, body: object) {
  const response = await fetch(`${server.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status, path).toBe(201);
  // biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
  return ((await response.json()) as { data: any }).data;
}

/** A site of one page. */
async function openShop() {
  let page = '';
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Shop</title><body>${page}</body></html>`);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(site.address() as AddressInfo).port}`,
    show(html: string) {
      page = html;
    },
    close: () => site.close(),
  };
}

/** The `html` block of a document that has these words in it, with our own ids and addresses. */
async function piece(path: string, words: string): Promise<string> {
  const text = await readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
  const found = readFences(text).find((fence) => fence.language === 'html' && fence.text.includes(words));
  expect(found, `${words} in ${path}`).toBeDefined();
  return (found?.text ?? '')
    .replaceAll(/https?:\/\/(localhost:3000|your-headwater\.example)/g, server.url)
    .replaceAll('web_…', websiteId)
    .replaceAll('data-program-id="42"', 'data-program-id="1"');
}

/** A new browser on the page; what it sent to Headwater, by path. */
async function open(html: string, search: string, options: BrowserContextOptions = {}) {
  shop.show(html);
  const context = await browser.newContext({ userAgent: someBrowser, ...options });
  const page = await context.newPage();
  const sent: string[] = [];
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('response', (response) => {
    if (response.request().method() === 'POST' && response.status() < 300)
      sent.push(new URL(response.url()).pathname.replace('/api/v1', ''));
  });
  await page.goto(`${shop.url}/${search}`);
  const arrives = (path: string) => expect.poll(() => sent, { timeout: 10_000 }).toContain(path);
  return { page, sent, errors, arrives, leave: () => context.close() };
}

const cookies = (page: Page) => page.evaluate(() => document.cookie);
const clickId = (page: Page) =>
  page.evaluate(() => (window as unknown as { headwater?: { clickId: string } }).headwater?.clickId ?? null);

describe('pieces of pages', () => {
  it.each([
    ['README.md', '<script async'],
    ['docs/guides/sale-api.md', '<script async'],
    ['docs/guides/stripe-one-time.md', '<script async'],
    ['packages/tracker/README.md', '<script async'],
  ])('the tag of %s tells of the click and the page', async (path, words) => {
    const { page, errors, arrives, leave } = await open(await piece(path, words), '?aff=anna');
    await arrives('/track/click');
    await arrives('/collect');
    expect(await cookies(page)).toMatch(/affitor_click_id=clk_/);
    expect(await cookies(page)).toMatch(/hw_visitor=/);
    expect(errors).toEqual([]);
    await leave();
  });

  it('without a program there are visits only', async () => {
    const tag = await piece('docs/guides/server-side.md', '<script async');
    const { page, sent, arrives, leave } = await open(tag, '?aff=anna');
    await arrives('/collect');
    expect(sent).not.toContain('/track/click');
    expect(await cookies(page)).toMatch(/hw_session=/);
    await leave();
  });

  it('cookieless: nothing is kept, and the click goes along with the form', async () => {
    const guide = 'docs/guides/consent.md';
    const html = `${await piece(guide, 'data-cookieless')}${await piece(guide, 'id="sign-up"')}`;
    const { page, errors, arrives, leave } = await open(html, '?aff=anna');
    await arrives('/track/click');
    await arrives('/collect');
    expect(await cookies(page)).toBe('');
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    await page.evaluate(() => {
      const form = document.querySelector('form') as HTMLFormElement;
      form.addEventListener('submit', (event) => event.preventDefault());
      form.requestSubmit();
    });
    expect(await page.locator('input[name=click_id]').inputValue()).toBe(await clickId(page));
    expect(await clickId(page)).toMatch(/^clk_/);
    expect(errors).toEqual([]);
    await leave();
  });

  it('consent: nothing before it, everything after', async () => {
    const html = await piece('docs/guides/consent.md', 'id="agree"');
    const { page, sent, errors, arrives, leave } = await open(html, '?aff=anna');
    await page.waitForTimeout(500);
    expect([sent, await cookies(page)]).toEqual([[], '']);
    await page.getByRole('button', { name: 'Agree' }).click();
    await arrives('/track/click');
    expect(await cookies(page)).toMatch(/affitor_click_id=clk_/);
    expect(errors).toEqual([]);
    await leave();
  });

  it('Do Not Track: nothing at all', async () => {
    const html = await piece('docs/guides/consent.md', 'data-respect-dnt');
    const withWish = `<script>Object.defineProperty(navigator, 'doNotTrack', { value: '1' })</script>${html}`;
    const { page, sent, leave } = await open(withWish, '?aff=anna');
    await page.waitForFunction(() => 'headwater' in window);
    await page.waitForTimeout(500);
    expect([sent, await cookies(page)]).toEqual([[], '']);
    await leave();
  });

  it.each(['docs/guides/moving.md', 'docs/imports.md'])(
    '%s: an old link is a partner’s link',
    async (path) => {
      const tag = await piece('docs/guides/sale-api.md', '<script async');
      const old = await piece(path, "get('via')");
      const html = old.includes('<script async') ? old : `${old}${tag}`;
      const { page, arrives, leave } = await open(html, '?via=anna#prices');
      await arrives('/track/click');
      expect(new URL(page.url()).search + new URL(page.url()).hash).toBe('?via=anna&aff=anna#prices');
      await leave();
    },
  );
});

describe('the documents as pages', () => {
  it.each(['', '/quickstart', '/integration'])('/docs/guides%s, in every light', async (path) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    await page.goto(`${server.url}/docs/guides${path}`);
    await inEveryLight(page, `guides${path.replace('/', '-')}`);
    expect(asked.filter((url) => !url.startsWith(server.url))).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });

  it('lead around: to each other, to the reference and back', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    await page.goto(`${server.url}/docs/guides/sale-api`);
    await page.getByText('All guides').click();
    await page.locator('details').getByRole('link', { name: 'Troubleshooting' }).click();
    await page.getByRole('heading', { level: 1, name: 'Troubleshooting' }).waitFor();
    await page.getByRole('link', { name: 'API reference' }).first().click();
    // The reference opens what it links to in a tab of its own.
    const back = page.locator('a[href$="/docs/guides"]').first();
    await back.waitFor();
    await picture(page, 'reference');
    await page.goto(await back.evaluate((link) => (link as HTMLAnchorElement).href));
    await page.getByRole('heading', { level: 1, name: 'Guides' }).waitFor();
    await context.close();
  });
});
