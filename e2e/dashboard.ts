import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { runHeadwater } from './run-headwater.ts';

/** A server as `npm start` leaves it the first time, on stores of its own, before anybody owns it. */
export interface Headwater {
  url: string;
  /** What it printed for the first owner. */
  ownerLink: string;
  /** A management key, as the server leaves it in its directory. */
  key: string;
  /** A connection to its own PostgreSQL, for facts that no person could make in the time of a test. */
  connect(): Promise<pg.Client>;
  post(
    path: string,
    body: object,
    token?: string,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  close(): Promise<void>;
}

export async function startHeadwater(): Promise<Headwater> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-dashboard-'));
  const running = await runHeadwater(dataDir, 0).catch(async (error) => {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  const { url, ownerLink } = running;
  return {
    url,
    ownerLink,
    key: (await readFile(join(dataDir, 'management-key'), 'utf8')).trim(),
    async connect() {
      const password = (await readFile(join(dataDir, 'postgres-password'), 'utf8')).trim();
      const [, , , port] = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
      const client = new pg.Client(`postgres://headwater:${password}@127.0.0.1:${port}/headwater`);
      await client.connect();
      return client;
    },
    async post(path, body, token) {
      const headers: Record<string, string> = { 'content-type': 'application/json' };
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      const reply = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
    },
    async close() {
      await running.end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A person's window; `complaints` has every error that the browser told of. */
export interface Window {
  page: Page;
  complaints: string[];
  close(): Promise<void>;
}

export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  return { page, complaints, close: () => context.close() };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe-core finds wrong with a page as it stands: WCAG AA and its best practices; or, where only the colours have changed
 * since it was asked last, what is wrong with those.
 */
export async function expectAccessible(page: Page, name: string, coloursOnly = false): Promise<void> {
  await page.evaluate(`window.axe ?? (() => { ${axe} })()`);
  const violations = await page.evaluate(
    async (rules) => {
      // biome-ignore lint/suspicious/noExplicitAny: axe lives in the page
      const { violations } = await (window as any).axe.run(document, {
        resultTypes: ['violations'],
        preload: false,
        ...(rules ? { runOnly: rules } : {}),
      });
      return violations.map(
        (one: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
          `${one.id}: ${one.nodes.map((node) => `${node.html} ${node.failureSummary}`).join('\n')}`,
      );
    },
    coloursOnly ? ['color-contrast'] : null,
  );
  expect(violations, `what axe finds wrong with ${name}`).toEqual([]);
}

/** Waits until nothing on the page says that it is loading. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      document.querySelector('h1') !== null &&
      document.querySelector('.skeleton') === null &&
      [...document.querySelectorAll('div[role=img]')].every(
        (chart) => chart.querySelector('canvas') !== null,
      ),
    undefined,
    { timeout: 30_000 },
  );
}
