import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StripeDouble, startStripeDouble } from '../packages/stripe-double/src/index.ts';
import { openBrowser } from '../packages/tracker/test/browser.ts';
import { type Headwater, openWindow, settled, startHeadwater, type Window } from './dashboard.ts';
import { inEveryLight } from './every-light.ts';
import { becomeOwner, createFirstProgram } from './steps.ts';

// One story in order: somebody integrates a site, proves it, lets a terminal in, and looks after the server.
let server: Headwater;
let url: string;
let browser: Browser;
let owner: Window;
let home: string;
let token: string;
let websiteId: string;
let stripe: StripeDouble;

const soon = { timeout: 10_000 };

beforeAll(async () => {
  stripe = await startStripeDouble();
  process.env.STRIPE_API_BASE = stripe.url;
  process.env.STRIPE_SECRET_KEY = stripe.platform.secretKey;
  process.env.STRIPE_CLIENT_ID = stripe.platform.clientId;
  [server, browser, home] = await Promise.all([
    startHeadwater(),
    openBrowser(),
    mkdtemp(join(tmpdir(), 'headwater-terminal-')),
  ]);
  url = server.url;
  owner = await openWindow(browser);
  const { page } = owner;
  await becomeOwner(page, server.ownerLink);
  ({ token, websiteId } = await createFirstProgram(page, 'Acme', 'acme.example'));
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await stripe?.close();
  if (home) await rm(home, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** The command as it is called in a terminal, with a home of its own. */
function headwater(
  args: readonly string[],
  env: Record<string, string> = {},
  onError?: (text: string) => void,
) {
  const bin = fileURLToPath(new URL('../packages/cli/bin/headwater.mjs', import.meta.url));
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, HEADWATER_URL: url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, out: '', err: '' };
  child.stdout.on('data', (data) => {
    ended.out += data;
  });
  child.stderr.on('data', (data) => {
    ended.err += data;
    onError?.(ended.err);
  });
  return new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ ...ended, code })));
}

describe('the page of integration', () => {
  it('has the person’s own ids in the code of every stack, and no token', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'Integrate' }).click();
    await page.getByText('Being set up').waitFor();
    const tabs = await page.getByRole('tab').all();
    expect(tabs.length).toBe(5);
    for (const tab of tabs) {
      await tab.click();
      const code = (await page.getByRole('tabpanel').locator('pre').allTextContents()).join('\n');
      expect(code).toContain(`src="${url}/js/headwater.js"`);
      expect(code).toContain('data-program-id="1"');
      expect(code).toContain(`data-website-id="${websiteId}"`);
      expect(code).not.toMatch(/aff_[\w-]{32}|tf_[\w-]{32}/);
    }
    // From one tab to the next by the arrow keys.
    await page.getByRole('tab', { name: 'Any provider' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('tab', { name: 'Stripe', selected: true }).waitFor();
    await page.getByRole('tab', { name: 'Script tag' }).click();
  });

  it('turns green as a page view, a click, a sign-up and a payment arrive', async () => {
    const { page } = owner;
    const check = (name: string) =>
      page.getByRole('listitem').filter({ hasText: new RegExp(`^✓${name}: done`) });
    expect(await check('Page view').count()).toBe(0);
    await server.post('/api/v1/collect', {
      website_id: websiteId,
      visitor_id: 'v1',
      session_id: 's1',
      events: [{ type: 'pageview', url: 'https://acme.example/' }],
    });
    await check('Page view').waitFor(soon);
    const test = { additional_data: { test_mode: true, program_id: 1 } };
    await server.post('/api/v1/track/click', test);
    await check('Click').waitFor(soon);
    await server.post('/api/v1/track/lead', test);
    await check('Sign-up').waitFor(soon);
    expect((await server.post('/api/v1/track/sale', test, token)).status).toBe(200);
    await check('Payment').waitFor(soon);
    await page.getByText('Ready to be verified').waitFor(soon);
  });

  it('proves itself, and explains the test payment', async () => {
    const { page } = owner;
    await page.getByRole('button', { name: 'Run verification' }).click();
    const steps = page.getByRole('list', { name: 'Steps of the verification' });
    await steps.waitFor(soon);
    expect(await steps.getByRole('listitem').count()).toBe(4);
    await steps.getByText('99.99 USD were paid, and 20 USD are the partner’s').waitFor();
    await page.getByText('Attributed', { exact: true }).waitFor();
    await page.getByText('Verified', { exact: true }).waitFor(soon);
    await inEveryLight(page, 'integrate');
    await page.getByRole('link', { name: 'See the test payment explained' }).click();
    await page.getByText('A test payment: it counts nowhere and earns nothing.').first().waitFor();
    await page.getByText('9999 × 2000 / 10000').waitFor();
    await page.getByText('the verification partner').first().waitFor();
    await inEveryLight(page, 'test-payment');
  });
});

describe('the command', () => {
  it('signs in by the browser, once the same code was seen on both sides', async () => {
    const { page } = owner;
    let opened: Promise<void> | undefined;
    const ended = await headwater(['login', '--json'], {}, (text) => {
      const address = /http\S+\/cli-login\/\S+/.exec(text)?.[0];
      if (address === undefined || opened !== undefined) return;
      const code = /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(text)?.[0] ?? 'no code';
      opened = (async () => {
        await page.goto(address);
        await page.getByText(code).waitFor();
        await page.getByText('create programs, and see their tracking tokens').waitFor();
        await inEveryLight(page, 'cli-login');
        await page.getByRole('button', { name: 'Approve' }).click();
        await page.getByText('The terminal is in').waitFor();
      })();
    });
    await opened;
    expect([ended.code, JSON.parse(ended.out)]).toEqual([
      0,
      { email: 'olga@acme.example', advertiser_id: 1, url },
    ]);
    const who = await headwater(['whoami', '--json']);
    expect(JSON.parse(who.out)).toMatchObject({ email: 'olga@acme.example', role: 'owner', url });
  });

  it('tells the status, sends test events, and proves the integration, by the program’s token', async () => {
    const env = { HEADWATER_TOKEN: token };
    const status = await headwater(['status', '--json'], env);
    expect(JSON.parse(status.out)).toMatchObject({
      program: { program_id: 1, name: 'Acme', domain: 'acme.example' },
      readiness: { state: 'integration_verified', integration_verified: true, blocker: null },
    });
    const said = await headwater(['status'], env);
    expect(said.out).toContain('Acme (program 1, acme.example)');
    expect(said.out).toContain('✓ tracking   events arrive');
    for (const kind of ['click', 'lead', 'sale']) {
      const sent = await headwater(['test', kind, '--json'], env);
      expect([sent.code, JSON.parse(sent.out)]).toEqual([
        0,
        expect.objectContaining({ event_type: kind, received: true }),
      ]);
    }
    const chain = await headwater(['test', 'chain'], env);
    expect([chain.code, chain.out]).toEqual([0, expect.stringContaining('✓ sale   attributed')]);
    const refused = await headwater(['test', 'click'], { HEADWATER_TOKEN: 'aff_nobody' });
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('Invalid API token')]);
  });

  it('signs out, and is nobody then', async () => {
    expect((await headwater(['logout'])).code).toBe(0);
    const who = await headwater(['whoami', '--json']);
    expect([who.code, JSON.parse(who.out).code]).toEqual([4, 'not_logged_in']);
  });

  it('a terminal that somebody denies is told so', async () => {
    const { page } = owner;
    let opened: Promise<void> | undefined;
    const ended = await headwater(['login'], {}, (text) => {
      const address = /http\S+\/cli-login\/\S+/.exec(text)?.[0];
      if (address === undefined || opened !== undefined) return;
      opened = (async () => {
        await page.goto(address);
        await page.getByRole('button', { name: 'Deny' }).click();
        await page.getByText('The terminal is not let in').waitFor();
      })();
    });
    await opened;
    expect([ended.code, ended.err]).toEqual([4, expect.stringContaining('Nobody approved it')]);
  });

  it('a stranger who opens the page is asked to sign in first', async () => {
    const stranger = await openWindow(browser);
    await stranger.page.goto(`${url}/cli-login/login_x`);
    await stranger.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await stranger.close();
  });
});

describe('the page of health', () => {
  it('tells what arrives, what waits, and what it stands on', async () => {
    const { page } = owner;
    await page.goto(`${url}/health`);
    await page.getByText('All is well').waitFor();
    await page.getByText('Nothing arrived in the last hour').waitFor({ state: 'detached', ...soon });
    await page.getByRole('heading', { name: 'Server and engines' }).waitFor();
    // Refused, and said so: the browser tells of it as well.
    const complaints = owner.complaints.length;
    await page.getByRole('button', { name: 'Check 30 days' }).click();
    await page.getByText('No Stripe account is connected.').waitFor();
    owner.complaints.length = complaints;
    await inEveryLight(page, 'health');
  });
});

describe('the pages of settings', () => {
  const open = async (name: string) => {
    await owner.page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name }).click();
    await settled(owner.page);
  };
  const statusWith = async (key: string, path = '/api/v1/programs') =>
    (await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })).status;

  it('changes windows, and says from when', async () => {
    const { page } = owner;
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByLabel('Attribution window, days').fill('30');
    await page.getByLabel('Sites that may send clicks').fill('https://acme.example');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. It acts on later payments.').waitFor();
    await page.reload();
    await settled(page);
    expect(await page.getByLabel('Attribution window, days').inputValue()).toBe('30');
    await inEveryLight(page, 'settings-program');
  });

  it('shows a key once, and revokes it', async () => {
    const { page } = owner;
    await open('Tokens and keys');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByLabel('Name').fill('Robot');
    await page.getByRole('button', { name: 'Make key' }).click();
    const key = await page.getByLabel('New management key').inputValue();
    await page.getByRole('button', { name: 'Done' }).click();
    expect(await statusWith(key)).toBe(200);
    const robot = page.getByRole('listitem').filter({ hasText: 'Robot' });
    await robot.getByText('not used yet').waitFor();
    expect(await page.getByText(key).count()).toBe(0);
    await inEveryLight(page, 'settings-keys');
    await robot.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await robot.getByText('Revoked').waitFor();
    expect(await statusWith(key)).toBe(401);
    // The tracking token is replaced, and dies.
    await page.getByRole('button', { name: 'Make a new one' }).first().click();
    await page.getByRole('button', { name: 'Replace' }).click();
    const fresh = await page.getByLabel('New tracking token').inputValue();
    await page.getByRole('button', { name: 'Done' }).click();
    const path = '/api/v1/programs/me/readiness';
    expect([await statusWith(token, path), await statusWith(fresh, path)]).toEqual([401, 200]);
  });

  it('keeps behaviour for so long, and tells addresses what happens', async () => {
    const { page } = owner;
    await open('Websites');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Keep what visitors do, days').fill('395');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('behaviour kept for 395 days').waitFor();
    await inEveryLight(page, 'settings-websites');
    await open('Webhooks');
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByLabel('Address').fill('https://hooks.acme.example/in');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    expect(await page.getByLabel('Signing secret').inputValue()).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'Done' }).click();
    await open('Program');
    await page.getByLabel('Name').fill('Acme Inc');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. It acts on later payments.').waitFor();
    await open('Webhooks');
    await page.getByRole('button', { name: 'Deliveries' }).click();
    const message = page.getByRole('listitem').filter({ hasText: 'program.updated' });
    await message.waitFor(soon);
    await message.getByRole('button', { name: /^Replay msg_/ }).click();
    await inEveryLight(page, 'settings-webhooks');
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Nobody is told yet').waitFor();
  });

  it('says how Stripe and mail are, and who did what', async () => {
    const { page } = owner;
    await open('Stripe');
    expect(await page.getByLabel('Webhook address').inputValue()).toBe(`${url}/webhooks/stripe/1`);
    await inEveryLight(page, 'settings-stripe');
    const account = stripe.openAccount();
    stripe.authorizeAs(account);
    await page.getByRole('button', { name: 'Connect with Stripe' }).click();
    await page.getByText('and a signed test event came through').waitFor(soon);
    await inEveryLight(page, 'stripe-return');
    await page.getByRole('link', { name: 'To Settings' }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByText(account.id, { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Failed ones are replayed in Health' }).click();
    await page.getByRole('button', { name: 'Check 30 days' }).click();
    await page.getByText('Nothing is missing').waitFor(soon);
    await page.goBack();
    await open('Mail');
    await page.getByText('Mails are kept', { exact: true }).waitFor();
    await page.getByLabel('Email').fill('bills@acme.example');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Invoices go to b***@acme.example.').waitFor();
    await inEveryLight(page, 'settings-mail');
    await open('Audit log');
    await page.getByLabel('Act').fill('cli_login.approve');
    await page.getByText('cli login: approve').waitFor();
    await inEveryLight(page, 'settings-audit');
  });

  it('hands a person’s data out, and erases them after asking', async () => {
    const { page } = owner;
    await open('Privacy');
    await page.getByLabel('Email of the person').fill('sam@example.com');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Hand out what is known' }).click();
    expect((await download).suggestedFilename()).toBe('person.json');
    await page.getByRole('button', { name: 'Erase' }).click();
    await page.getByRole('button', { name: 'Erase for ever' }).click();
    await page.getByText('Erasure 1').waitFor();
    await inEveryLight(page, 'settings-privacy');
  });
});

it('no page complained', async () => {
  await settled(owner.page);
  expect(owner.complaints).toEqual([]);
});
