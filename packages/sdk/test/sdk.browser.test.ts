import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { buildTracker } from '../../tracker/build.mjs';
import { openBrowser } from '../../tracker/test/browser.ts';
import { openShop, openWall, type Wall } from '../../tracker/test/wall.ts';

let browser: Browser;
let shop: Awaited<ReturnType<typeof openShop>>;
let tracker: string;
let context: BrowserContext;
let wall: Wall;
const walls: Wall[] = [];
const problems: string[] = [];

beforeAll(async () => {
  tracker = await buildTracker();
  shop = await openShop();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  for (const one of walls) await one.close();
  await shop.close();
});
beforeEach(async () => {
  wall = await openWall(tracker);
  walls.push(wall);
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  expect(problems).toEqual([]);
});

/** A page of the shop with this as its bundle. */
async function open(text: string, path = '/', head = ''): Promise<Page> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: join(import.meta.dirname, '../src'), loader: 'tsx' },
    ...{ bundle: true, write: false, format: 'iife', jsx: 'automatic', minify: true },
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  shop.serve(
    `<!doctype html><title>Shop</title>${head}<body><div id="root"></div><script>${outputFiles[0]?.text}</script></body>`,
  );
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`http://www.shop.example:${shop.port}${path}`);
  return page;
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 25 });
const options = () => JSON.stringify({ apiBase: wall.origin, programId: 42, websiteId: 'web_1' });

it('captures the click, counts the page, and reports what it is told before and after it has begun', async () => {
  const page = await open(
    `import { getData, identify, init, signup, track } from './browser.ts';
     track('early', { n: 1 });
     window.before = getData();
     init(${options()});
     identify('user_1');
     window.done = signup('user_1', 'ada@shop.example').then((answer) => ({ answer, data: getData() }));`,
    '/pricing?aff=anna',
  );
  const done = (await page.evaluate('done')) as { answer: unknown; data: Record<string, unknown> };
  expect(done.answer).toMatchObject({ success: true });
  expect(done.data).toMatchObject({ clickId: 'clk_1', programId: 42, hasAttribution: true });
  expect(done.data.visitorId).toMatch(/^[\d-]+$/);
  expect(await page.evaluate('before')).toMatchObject({ clickId: null, visitorId: null });
  expect(wall.leads()).toMatchObject([
    { customer_key: 'user_1', email: 'ada@shop.example', click_id: 'clk_1' },
  ]);
  await until(() => expect(wall.events().map(({ type }) => type)).toEqual(['pageview', 'event', 'identify']));
  expect(wall.clicks()).toHaveLength(1);
});

it('takes over the script of the same page: nothing is counted twice', async () => {
  const tag = `<script src="${wall.origin}/js/headwater.js" data-program-id="42" data-website-id="web_1"></script>`;
  const page = await open(
    `import { init, track } from './browser.ts'; init(${options()}); track('once');`,
    '/?aff=anna',
    tag,
  );
  await page.evaluate(`history.pushState(null, '', '/next')`);
  await until(() => expect(wall.events()).toHaveLength(3));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(wall.events().map(({ type }) => type)).toEqual(['pageview', 'event', 'pageview']);
  expect(wall.clicks()).toHaveLength(1);
});

it('keeps an option that is off, off', async () => {
  await open(
    `import { init } from './browser.ts';
     init({ ...${options()}, cookieless: false, respectDnt: undefined, debug: false });`,
  );
  await until(() => expect(wall.events()).toHaveLength(1));
  expect((await context.cookies()).map(({ name }) => name).sort()).toEqual(['hw_session', 'hw_visitor']);
});

it('is one tracker under React, rendered twice in strict mode', async () => {
  const page = await open(
    `import { StrictMode, useEffect } from 'react';
     import { createRoot } from 'react-dom/client';
     import { HeadwaterProvider, useHeadwater } from './react.ts';
     function SignUp() {
       const { signup, track } = useHeadwater();
       useEffect(() => { track('shown'); }, [track]);
       return <button onClick={() => signup('user_2')}>Sign up</button>;
     }
     createRoot(document.getElementById('root')).render(
       <StrictMode><HeadwaterProvider {...${options()}}><SignUp /></HeadwaterProvider></StrictMode>);`,
    '/?aff=ben',
  );
  await page.getByRole('button').click();
  await until(() => expect(wall.leads()).toMatchObject([{ customer_key: 'user_2', click_id: 'clk_1' }]));
  await until(() => expect(wall.events().filter(({ type }) => type === 'pageview')).toHaveLength(1));
  expect(wall.clicks()).toHaveLength(1);
});
