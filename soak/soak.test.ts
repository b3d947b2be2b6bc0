import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { newToken } from '../apps/server/src/platform/index.ts';
import { type ServerProcess, startServerProcess } from '../apps/server/test/crash/server-process.ts';
import { setUpShop } from '../apps/server/test/crash/set-up-shop.ts';
import { watchMemory } from '../bench/memory.mjs';
import { freePort } from '../e2e/run-headwater.ts';
import { expectInBothStores } from './both-stores.ts';
import { mishaps } from './mishaps.ts';
import { openSmallDisk } from './small-disk.ts';
import { runTraffic, type Shop } from './traffic.ts';

// `npm run soak`: an hour of everything at once, while all that can happen to a server happens. SOAK_MINUTES, SOAK_JOURNEYS
// (a second; each is some eight requests), SOAK_CALM=1 for an hour in which nothing happens, to watch the memory; SOAK_ONLY=disk for
// the mishaps of one kind, SOAK_PAUSE for the seconds between them.
const minutes = Number(process.env.SOAK_MINUTES ?? 60);
const perSecond = Number(process.env.SOAK_JOURNEYS ?? 8);
const isCalm = process.env.SOAK_CALM === '1';
const only = process.env.SOAK_ONLY ?? '';
const pause = Number(process.env.SOAK_PAUSE ?? 40);
const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const diary = fileURLToPath(new URL('diary.log', import.meta.url));

const tell = (text: string) => {
  const line = `${new Date().toISOString().slice(11, 19)} ${text}\n`;
  process.stdout.write(line);
  appendFileSync(diary, line);
};

it('loses nothing, doubles nothing, and comes back by itself from whatever happens', {
  timeout: (minutes + 30) * 60_000,
}, async () => {
  writeFileSync(diary, '');
  const within = await mkdtemp(join(tmpdir(), 'headwater-soak-'));
  const disk = openSmallDisk(within, 12);
  const dataDir = join(disk?.path ?? within, 'data');
  mkdirSync(dataDir);
  const clockFile = join(within, 'clock');
  const options = {
    ...{ dataDir, bootstrapKey: newToken('affk_'), port: await freePort() },
    preload: pathToFileURL(fileURLToPath(new URL('moving-clock.mjs', import.meta.url))).href,
    environment: { SOAK_CLOCK_FILE: clockFile },
  };
  let server = await startServerProcess(options);
  let browser: Browser | undefined;
  try {
    tell(
      `${minutes} minutes, ${perSecond} journeys a second${disk ? '' : '; no disk of its own: only root may mount one'}`,
    );
    const shop = await openShop(() => server.url, options.bootstrapKey);
    browser = await openDashboards(server, shop);
    const traffic = runTraffic(shop, perSecond);
    const started = Date.now();
    const memory: Record<string, number>[] = [];
    while (Date.now() - started < minutes * 60_000) {
      await sleep((isCalm ? 60 : pause * (0.5 + Math.random())) * 1000);
      memory.push(residentNow(server));
      let name = 'nothing';
      if (!isCalm) {
        const possible = Object.entries(mishaps).filter(
          ([one]) => one.includes(only) && (disk !== undefined || !one.startsWith('the disk')),
        );
        const [mishap, happen] = possible[
          Math.floor(Math.random() * possible.length)
        ] as (typeof possible)[number];
        name = mishap;
        tell(name);
        await happen({
          ...{ dataDir, clockFile, disk },
          async killServer() {
            server.child.kill('SIGKILL');
            await server.ended;
            server = await startServerProcess(options);
          },
        });
      }
      const seconds = await untilReady(server);
      const { sales, invoices, clicks, refunds, pages } = traffic.acknowledged;
      tell(
        `  ready after ${seconds} s; acknowledged ${clicks.length} clicks, ${pages.length} pages, ${sales.size} sales, ` +
          `${invoices.length} invoices, ${refunds.length} refunds; MB ${JSON.stringify(memory.at(-1))}`,
      );
      expect(traffic.improper.filter((one) => !isOfFullDisk(one, name))).toEqual([]);
      traffic.improper.length = 0;
    }
    await traffic.stop();
    tell(`traffic ended: ${JSON.stringify(traffic.counts)}`);
    await untilReady(server);
    await untilApplied(shop);
    const verified = await ask(shop, '/api/v1/verify');
    tell(`verify: ${JSON.stringify({ ...verified.data, trial_balance: undefined })}`);
    expect(verified.data.ok).toBe(true);
    await browser?.close();
    const toldAt = performance.now();
    server.child.kill('SIGTERM');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    tell(`ended by SIGTERM within ${Math.round(performance.now() - toldAt)} ms`);
    expect(traffic.improper).toEqual([]);
    await expectInBothStores(dataDir, traffic.acknowledged);
    tell('everything acknowledged is in both stores, once');
  } catch (error) {
    tell(server.output().slice(-8000));
    throw error;
  } finally {
    await browser?.close();
    server.child.kill('SIGTERM');
    await server.ended;
    disk?.remove();
    await rm(within, { recursive: true, force: true });
  }
});

/** While ClickHouse can write nothing, merges included, a report may fail in ways that it has no word of its own for. */
const isOfFullDisk = (answer: string, mishap: string) =>
  mishap.startsWith('the disk is full') && answer.startsWith('/api/v1/query: 500');

async function openShop(url: () => string, key: string): Promise<Shop> {
  const shop = await setUpShop(url(), key);
  const webhookSecret = `whsec_${randomBytes(24).toString('hex')}`;
  const response = await fetch(`${url()}/api/v1/programs/${shop.programId}/stripe/endpoints`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ webhook_secret: webhookSecret }),
  });
  expect(response.status).toBe(201);
  return { ...shop, url, key, webhookSecret };
}

/** Two pages that a founder leaves open: the overview and the live view. */
async function openDashboards(server: ServerProcess, shop: Shop): Promise<Browser | undefined> {
  const link = /http\S+\/first-owner#\S+/.exec(server.output())?.[0];
  if (link === undefined || !existsSync(chromiumPath)) {
    tell('no dashboards: Chromium is not at CHROMIUM_PATH');
    return undefined;
  }
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await (await browser.newContext()).newPage();
  await page.goto(link.replace(/http:\/\/[^/]+/, server.url));
  await page.getByLabel('Your name').fill('Olga Rivers');
  await page.getByLabel('Email').fill('olga@shop.example');
  await page.getByLabel('Password').fill('a quiet river in spring');
  await page.getByRole('button', { name: 'Create my account' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const live = await page.context().newPage();
  await live.goto(`${server.url}/live?website=${shop.websiteId}`);
  return browser;
}

function residentNow({ child }: ServerProcess): Record<string, number> {
  const watched = watchMemory(child.pid as number);
  watched.stop();
  return watched.now();
}

/** Seconds until it says that it is ready. */
async function untilReady({ url, output, child }: ServerProcess): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < 90_000) {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(
      () => undefined,
    );
    if (response?.status === 200) return Math.round((performance.now() - started) / 1000);
    if (child.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`not ready again within 90 s:\n${output().slice(-4000)}`);
}

// biome-ignore lint/suspicious/noExplicitAny: answers are what the run looks into
async function ask(shop: Shop, path: string): Promise<any> {
  const response = await fetch(`${shop.url()}${path}`, { headers: { authorization: `Bearer ${shop.key}` } });
  expect(response.status, path).toBe(200);
  return response.json();
}

/** What Stripe delivered is worked off in the background, and tried again where it failed. */
async function untilApplied(shop: Shop): Promise<void> {
  const left = async (state: string) =>
    (await ask(shop, `/api/v1/programs/${shop.programId}/stripe/events?state=${state}&limit=100`)).data;
  for (let second = 0; second < 300; second += 1) {
    if ((await left('waiting')).length + (await left('failed')).length === 0) return;
    await sleep(1000);
  }
  throw new Error(`deliveries that were never applied: ${JSON.stringify(await left('failed'))}`);
}
