import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { expectAccessible, openWindow, settled, type Window } from './dashboard.ts';
import { inEveryLight } from './every-light.ts';
import { type Restartable, startRestartable } from './restartable.ts';
import { becomeOwner, someBrowser } from './steps.ts';
import { picture, text } from './visitor.ts';

// What the pages of insight show of a year of made-up events, and what becomes of every page while the server is away.
let server: Restartable;
let url: string;
let browser: Browser;
let owner: Window;
let page: Page;
let websiteId: string;

const soon = { timeout: 15_000 };

/** A call of the API by who is signed in. */
function ask(path: string, body: object) {
  return page.evaluate(
    async ([path, body]) => {
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch(path as string, { method: 'POST', headers, body: JSON.stringify(body) });
      return reply.json();
    },
    [path, body] as const,
  );
}

beforeAll(async () => {
  [server, browser] = await Promise.all([startRestartable(), openBrowser()]);
  url = server.url;
  owner = await openWindow(browser);
  page = owner.page;
  await becomeOwner(page, server.ownerLink);
  await page.getByRole('heading', { name: 'Your first program' }).waitFor();
  const commission = { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 };
  const program = await ask('/api/v1/programs', { name: 'Acme', domain: 'acme.example', commission });
  const website = await ask('/api/v1/websites', { domain: 'acme.example', program_id: program.data.id });
  websiteId = website.data.website_id;
  const partner = await ask('/api/v1/programs/1/partners', { name: 'Anna Brook', code: 'anna' });
  await ask(`/api/v1/websites/${websiteId}/demo-events`, { events: 30_000, partner_ids: [partner.data.id] });
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe('the overview', () => {
  it('keeps filters as a segment, which is picked and forgotten', async () => {
    await page.goto(`${url}/?period=12m`);
    await settled(page);
    const revenue = page.getByRole('button', { name: /^Revenue \$/ });
    const all = await text(revenue);
    await page.getByRole('button', { name: 'Direct', exact: true }).click();
    await expect.poll(() => text(revenue), soon).not.toBe(all);
    const filtered = await text(revenue);
    await page.getByRole('button', { name: 'Segments' }).click();
    await page.getByRole('menuitem', { name: 'Save filters as a segment…' }).click();
    await page.getByLabel('Segment name').fill('By themselves');
    await page.getByRole('button', { name: 'Save segment' }).click();
    await expect.poll(() => new URL(page.url()).searchParams.get('segment'), soon).toBe('By themselves');
    expect(new URL(page.url()).searchParams.get('f')).toBeNull();
    await expect.poll(() => text(revenue), soon).toBe(filtered);

    await page.getByRole('button', { name: 'By themselves' }).click();
    await page.getByRole('menuitem', { name: 'Everything again' }).click();
    await expect.poll(() => text(revenue), soon).toBe(all);
    await page.getByRole('button', { name: 'Segments' }).click();
    await page.getByRole('menuitemradio', { name: 'By themselves' }).click();
    await expect.poll(() => text(revenue), soon).toBe(filtered);
    await page.getByRole('button', { name: 'By themselves' }).click();
    await page.getByRole('menuitem', { name: 'Delete “By themselves”…' }).click();
    await page.getByRole('button', { name: 'Delete segment' }).click();
    await expect.poll(() => text(revenue), soon).toBe(all);
  });

  it('marks what happened, and forgets it when that is confirmed', async () => {
    await page.getByRole('button', { name: 'Note what happened' }).click();
    await page.getByLabel('What', { exact: true }).fill('Version 3 is out');
    await page.getByRole('button', { name: 'Note it' }).click();
    const noted = page.getByRole('list', { name: 'What happened' });
    await noted.getByText('Version 3 is out').waitFor();
    await settled(page);
    await picture(page, 'overview-annotated');
    await page.getByRole('button', { name: 'Forget Version 3 is out' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
    await page.getByText('No deploy or campaign is noted').waitFor();
  });

  it('filters by every breakdown, says what cannot be told, and saves what is shown', async () => {
    owner.complaints.length = 0;
    const cards: Record<string, string[]> = {
      Sources: ['Source', 'Campaign', 'Referrer'],
      Pages: ['Page', 'Exit page', 'Landing page'],
      Places: ['City', 'Device', 'Browser', 'Country'],
      Partners: ['Link', 'Partner'],
    };
    for (const [title, dimensions] of Object.entries(cards)) {
      const card = page.locator('section', { has: page.getByRole('heading', { name: title, exact: true }) });
      for (const dimension of dimensions) {
        await card.getByRole('button', { name: dimension, exact: true }).click();
        await card
          .getByRole('columnheader', { name: dimension })
          .or(card.getByText('Nothing in this period.'))
          .waitFor();
        const row = card.getByRole('row').nth(1).getByRole('button');
        if ((await row.count()) === 0) continue;
        await row.click();
        await page.getByRole('list', { name: 'Filters' }).getByText(dimension, { exact: true }).waitFor();
        await settled(page);
        if (dimension === 'Exit page') await page.getByText('Not told by exit page').first().waitFor();
        await page.getByRole('button', { name: /Remove filter/ }).click();
      }
    }
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV of partners' }).click();
    const saved = await readFile(await (await download).path(), 'utf8');
    expect(saved).toContain('Partner,"Net revenue, USD","Net revenue, USD, before"');
    expect(saved).toMatch(/Anna Brook,\d/);
    expect(owner.complaints).toEqual([]);
  });
});

describe('the pages of insight', () => {
  it('Live tells of what somebody does while they do it', async () => {
    await page.goto(`${url}/live`);
    await page.getByRole('heading', { name: 'Live' }).waitFor();
    await fetch(`${url}/api/v1/collect`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': someBrowser,
      },
      body: JSON.stringify({
        ...{ website_id: websiteId, visitor_id: 'vis_now', session_id: 'ses_now' },
        events: [{ type: 'pageview', url: 'https://acme.example/just-now' }],
      }),
    });
    await page
      .getByRole('list', { name: 'What was done last' })
      .getByText('/just-now')
      .waitFor({ timeout: 20_000 });
  });

  it('Goals are added, counted and deleted', async () => {
    await page.goto(`${url}/goals?period=12m`);
    await page.getByText('What should visitors reach?').waitFor();
    await page.getByRole('button', { name: 'Add goal' }).click();
    await page.getByLabel('Goal name').fill('Saw prices');
    await page.getByLabel('Path').fill('/pricing*');
    await page.getByLabel('Worth, in USD').fill('2.50');
    await page.getByRole('button', { name: 'Add it' }).click();
    const row = page.getByRole('row', { name: /Saw prices/ });
    await expect.poll(() => text(row), soon).toMatch(/sees \/pricing\*\s*[1-9][\d,]*.*%.*\$/);
    await settled(page);
    await picture(page, 'goals-1440');
    await page.getByRole('button', { name: 'Delete Saw prices' }).click();
    await page.getByRole('button', { name: 'Delete goal' }).click();
    await page.getByText('What should visitors reach?').waitFor();
  });

  it('Funnels say who goes on and who stops, of the steps that the address holds', async () => {
    await page.goto(`${url}/funnels?period=12m`);
    await page.getByText(/took all 3 steps/).waitFor();
    await page.getByLabel('Path of step 1').fill('/pricing');
    await page.getByText('1. Views /pricing').first().waitFor();
    await page.getByRole('button', { name: 'Remove step 2' }).click();
    await page.getByText(/took all 2 steps/).waitFor();
    await page.getByText(/go on, .* stop here/).waitFor();
    await page.getByLabel('Told apart by').selectOption('channel');
    await page.getByRole('rowheader', { name: 'Organic search' }).waitFor();
    await page.reload();
    await page.getByText('1. Views /pricing').first().waitFor();
    expect(await page.getByLabel('Step 2', { exact: true }).inputValue()).toBe('payment');
  });

  it('Journeys are narrowed to how they begin and end', async () => {
    await page.goto(`${url}/journeys?period=12m`);
    await settled(page);
    const all = await page.getByRole('rowheader').allTextContents();
    expect(new Set(all.map((path) => path.split(' → ')[0])).size).toBeGreaterThan(2);
    await page.getByLabel('Begins with').selectOption('organic_search');
    await expect
      .poll(async () => {
        const paths = await page.getByRole('rowheader').allTextContents();
        return new Set(paths.filter((path) => !/other paths/.test(path)).map((one) => one.split(' → ')[0]));
      }, soon)
      .toEqual(new Set(['Organic search']));
    expect(new URL(page.url()).searchParams.get('first')).toContain('organic_search');
  });

  it('Cohorts show who pays, and what; the map filters the overview', async () => {
    await page.goto(`${url}/cohorts`);
    await page
      .getByRole('cell', { name: /^\d+%$/ })
      .first()
      .waitFor();
    await page.getByLabel('Shown').selectOption('revenue');
    await page.getByRole('cell', { name: /^\$\d/ }).first().waitFor();

    await page.goto(`${url}/countries?period=12m`);
    await settled(page);
    await page.getByRole('button', { name: 'Germany' }).click();
    await page.getByRole('list', { name: 'Filters' }).getByText('Germany').waitFor();
    expect(await page.getByRole('button', { name: 'United States' }).count()).toBe(1);
    await page.getByRole('link', { name: 'To the overview' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByRole('list', { name: 'Filters' }).getByText('Germany').waitFor();
  });

  it('are gone to by keyboard alone', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Page, program or website' }).fill('coh');
    await settled(page);
    await expectAccessible(page, 'the palette');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Cohorts' }).waitFor();
    expect(await page.getByRole('combobox', { name: 'Page, program or website' }).count()).toBe(0);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Countries').waitFor();
    await expectAccessible(page, 'the list of keys');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'Journeys' }).waitFor();
  });

  it('have no error and no barrier, by day and night, on a phone and a wide screen', async () => {
    owner.complaints.length = 0;
    for (const name of ['live', 'funnels', 'journeys', 'cohorts', 'countries', 'goals']) {
      await page.goto(`${url}/${name}?period=12m${name === 'funnels' ? '&by=channel' : ''}`);
      await settled(page);
      // In all four lights, whatever is asked for: a chart's colours are its own.
      await inEveryLight(page, name);
    }
    expect(owner.complaints).toEqual([]);
  }, 120_000);
});

describe('while the server is away', () => {
  const away = /Waiting for the server|trying again/;
  /** Nothing on the page says that something is missing, and it is still the page that was loaded first. */
  const isWell = async () => {
    await expect.poll(() => page.locator('main').textContent(), { timeout: 30_000 }).not.toMatch(away);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument'))).toBe(true);
  };

  it('every page says so, and comes back by itself', async () => {
    const pages = () => page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    await page.goto(`${url}/account`);
    await pages().first().waitFor();
    // The first section of the settings is of the program, which the frame knows already.
    const names = (await pages().allTextContents()).filter((name) => name !== 'Settings');
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      // A page that nothing is known of yet: what others have asked for would be shown.
      await page.goto(`${url}/account`);
      await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));
      await page.getByRole('combobox', { name: 'Program or website' }).waitFor();
      await page.route('**/api/**', (route) => route.abort());
      await pages()
        .filter({ hasText: new RegExp(`^${name}$`) })
        .click();
      await page.getByText(away).first().waitFor(soon);
      await page.unroute('**/api/**');
      await isWell();
    }
  }, 240_000);

  it('a page that is open keeps what it has, and goes on when the server was started again', async () => {
    await page.goto(url);
    await settled(page);
    await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));
    // All pages are fetched ahead, so that these two open though nobody can give them any more.
    await page.waitForFunction(
      (names) => {
        const fetched = performance.getEntriesByType('resource').map(({ name }) => name);
        return names.every((name) => fetched.some((url) => new RegExp(`/${name}-[^/]*[.]js$`).test(url)));
      },
      ['live', 'cohorts'],
    );
    await server.end();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByText(away).first().waitFor(soon);
    await page.getByRole('link', { name: 'Cohorts', exact: true }).click();
    await page.getByText(away).first().waitFor(soon);
    await server.start();
    await page
      .getByRole('cell', { name: /^\d+%$/ })
      .first()
      .waitFor({ timeout: 30_000 });
    await isWell();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByText('On the website now').waitFor({ timeout: 30_000 });
    await isWell();
  }, 120_000);
});
