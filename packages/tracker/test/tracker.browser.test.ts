import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildTracker } from '../build.mjs';
import { openBrowser } from './browser.ts';
import type { Wall } from './wall.ts';
import { openShop, openWall } from './wall.ts';

// biome-ignore lint/suspicious/noExplicitAny: the tracker's page API is asked for by name
type Any = any;

let browser: Browser;
let script: string;
let wall: Wall;
const earlierWalls: Wall[] = [];
let shop: Awaited<ReturnType<typeof openShop>>;
let context: BrowserContext | undefined;
let problems: string[] = [];

beforeAll(async () => {
  script = await buildTracker();
  shop = await openShop();
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  for (const earlier of earlierWalls) await earlier.close();
  await shop?.close();
});

// A wall of its own for every test, and none is closed before the end: a beacon that the browser still sends for the
// page of an earlier test must neither be counted here nor find its old port taken by us.
beforeEach(async () => {
  wall = await openWall(script);
  earlierWalls.push(wall);
  problems = [];
});

afterEach(async () => {
  await context?.close();
  context = undefined;
  // Nothing throws or rejects, whatever a test did to it.
  expect(problems).toEqual([]);
});

const BOTH = 'data-program-id="42" data-website-id="web_1"';

const tag = (attributes = BOTH, file = 'headwater.js') =>
  `<script src="${wall.origin}/js/${file}" ${attributes}></script>`;

const html = (head: string) =>
  `<!doctype html><html><head><title>Shop</title>${head}</head><body>Shop</body></html>`;

const shopUrl = (path = '/', host = 'www.shop.example') => `http://${host}:${shop.port}${path}`;

const newPage = async (options?: BrowserContextOptions) => {
  context ??= await browser.newContext(options);
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(String(error)));
  return page;
};

const visit = async (path = '/', head = tag(), host?: string) => {
  shop.serve(html(head));
  const page = await newPage();
  await page.goto(shopUrl(path, host));
  return page;
};

const run = (page: Page, work: string) => page.evaluate(work) as Promise<Any>;

const until = <T>(check: () => T, timeout = 8000) => vi.waitFor(check, { timeout, interval: 25 });

const clicks = (count: number) => until(() => expect(wall.clicks()).toHaveLength(count));
const leads = (count: number) => until(() => expect(wall.leads()).toHaveLength(count));
const events = (count: number, timeout?: number) =>
  until(() => expect(wall.events()).toHaveLength(count), timeout);

const quiet = (ms = 700) => new Promise((done) => setTimeout(done, ms));

const cookies = async () => {
  const list = (await context?.cookies()) ?? [];
  return Object.fromEntries(list.map((cookie) => [cookie.name, cookie]));
};

const kept = (page: Page, clickId: string) =>
  page.waitForFunction(`window.headwater.clickId === '${clickId}'`);

const MEMBERS =
  'loaded debugMode programId clickId affiliateUrl hasAffiliateAttribution visitorId sessionId init signup trackLead ' +
  'trackClick trackTest getClickId getData track page identify';

describe('the page API', () => {
  it('is one object under two names, set while the script runs, with exactly the listed members', async () => {
    const page = await visit(
      '/',
      `${tag()}<script>seen = [headwater === affitor, headwater.loaded]</script>`,
    );
    expect(await run(page, 'seen')).toEqual([true, true]);
    expect((await run(page, 'Object.keys(headwater)')).sort()).toEqual(MEMBERS.split(' ').sort());
    expect(await run(page, "'then' in headwater")).toBe(false);
    expect(await run(page, '[headwater.programId, headwater.debugMode, headwater.clickId]')).toEqual([
      42,
      false,
      null,
    ]);
  });

  it('reads attributes with the prefix data-affitor- and the alias file name', async () => {
    const page = await visit(
      '/?aff=anna',
      tag(
        'data-affitor-program-id="7" data-affitor-website-id="web_2" data-affitor-debug="true"',
        'affitor-tracker.js',
      ),
    );
    await clicks(1);
    await events(1);
    expect(wall.clicks()[0].additional_data).toEqual({ program_id: 7 });
    expect(wall.batches()[0]?.body.website_id).toBe('web_2');
    expect(await run(page, 'affitor.debugMode')).toBe(true);
  });

  it('counts once when the page has the file under both names', async () => {
    await visit('/?aff=anna', tag() + tag(BOTH, 'affitor-tracker.js'));
    await events(1);
    await quiet();
    expect([wall.clicks().length, wall.events().length]).toEqual([1, 1]);
  });

  it('runs queued commands, and later ones at once', async () => {
    const page = await visit(
      '/',
      `<script>
        affitorQueue = [['signup', 'user_1', 'j@example.com'], ['nonsense'], null];
        headwaterQueue = held = [['track', 'early', {plan: 'pro'}]];
      </script>${tag()}`,
    );
    await leads(1);
    await run(page, `held.push(['track', 'late']) && affitorQueue.push(['trackLead', {user_id: 5}])`);
    await leads(2);
    await events(3);
    expect(wall.leads().map((lead) => lead.customer_key)).toEqual(['user_1', 5]);
    expect(wall.events().map((event) => event.name ?? event.type)).toEqual(['pageview', 'early', 'late']);
    expect(wall.events()[1].properties).toEqual({ plan: 'pro' });
  });

  it('sends test events in test mode', async () => {
    const page = await visit();
    expect((await run(page, 'headwater.trackTest()')).success).toBe(true);
    expect(wall.clicks()[0].additional_data).toEqual({ program_id: 42, test_mode: true });
    expect(wall.clicks()[0]).not.toHaveProperty('affiliate_url');
    expect(await run(page, 'headwater.clickId')).toBe(null);
  });

  it('survives nonsense', async () => {
    const page = await visit(
      '/?aff=%ff',
      `<script>affitorQueue = 5; headwaterQueue = 'no'</script>${tag('data-program-id="x" data-cookie-domain="no.such" data-debug')}`,
    );
    const answers = await run(
      page,
      `Promise.all([
        headwater.signup(), headwater.trackLead(null), headwater.trackLead({additional_data: {a: 1n}}),
        headwater.trackClick(), headwater.track(), headwater.track('x', {a: 1n}), headwater.identify(), headwater.page(),
        headwater.init(null), headwater.init({apiBase: 'nonsense:'}), headwater.signup('late'),
      ]).then(list => list.length)`,
    );
    expect(answers).toBe(11);
  });

  it('can be configured by init alone, as in a bundle', async () => {
    shop.serve(html(''));
    const page = await newPage();
    await page.goto(shopUrl('/?aff=anna'));
    await page.evaluate(await (await fetch(`${wall.origin}/js/headwater.js`)).text());
    await page.evaluate(`headwater.init({programId: 42, website_id: 'web_1', apiBase: '${wall.origin}'})`);
    await clicks(1);
    await events(1);
  });
});

describe('loading', () => {
  it('finds its tag when document.currentScript is null, and works late', async () => {
    const page = await visit('/?aff=anna', '');
    await quiet(100);
    await run(
      page,
      `(async () => {
        const tag = Object.assign(document.createElement('script'), {type: 'text/plain', src: '${wall.origin}/js/headwater.js'});
        tag.dataset.programId = '42'; tag.dataset.websiteId = 'web_1';
        document.head.append(tag);
        const text = await (await fetch(tag.src)).text();
        await new Promise(done => setTimeout(() => done((0, eval)(text))));
      })()`,
    );
    await clicks(1);
    await events(1);
  });

  it('works async and deferred', async () => {
    await visit('/?aff=anna', tag(`async ${BOTH}`));
    await events(1);
    await visit('/?aff=ben', tag(`defer ${BOTH}`));
    await events(2);
    await clicks(2);
  });
});

describe('clicks', () => {
  it('sends the landing and keeps the answer in cookies for the answered days', async () => {
    const path = '/shoes;a,b?utm_source=x&aff=Anna#top';
    const page = await visit(path);
    await kept(page, 'clk_1');
    expect(wall.seen.find((one) => one.path.endsWith('click'))?.type).toContain('application/json');
    expect(wall.clicks()[0]).toMatchObject({
      affiliate_url: shopUrl(path),
      page_url: shopUrl(path),
      referrer_url: '',
      page_title: 'Shop',
      language: 'en-US',
      screen_resolution: '1280x720',
      viewport_size: '1280x720',
      visitor_id: await run(page, 'headwater.visitorId'),
      session_id: await run(page, 'headwater.sessionId'),
      additional_data: { program_id: 42 },
    });
    expect(wall.clicks()[0].timezone).toBeTruthy();
    const jar = await cookies();
    const days = (name: string) => Math.round(((jar[name]?.expires ?? 0) - Date.now() / 1000) / 86_400);
    for (const name of ['affitor_click_id', 'customer_code', 'affitor_click_ids', 'affitor_aff_url']) {
      expect(jar[name]).toMatchObject({
        path: '/',
        sameSite: 'Lax',
        secure: false,
        domain: '.shop.example',
      });
      expect(days(name)).toBe(90);
    }
    expect(jar.affitor_click_id?.value).toBe('clk_1');
    expect(jar.customer_code?.value).toBe('clk_1');
    expect(jar.affitor_click_ids?.value).toBe('clk_1');
    expect(jar.affitor_aff_url?.value).toBe(shopUrl('/shoes%3Ba%2Cb?utm_source=x&aff=Anna#top'));
    expect(days('hw_visitor')).toBe(365);
    expect((jar.hw_session?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(29 * 60);
    expect((jar.hw_session?.expires ?? 0) - Date.now() / 1000).toBeLessThan(31 * 60);
    expect(await run(page, 'headwater.getData()')).toEqual({
      clickId: 'clk_1',
      programId: 42,
      hasAttribution: true,
      affiliateUrl: shopUrl('/shoes%3Ba%2Cb?utm_source=x&aff=Anna#top'),
    });
  });

  it('lets the last partner win, and the same partner rest', async () => {
    let page = await visit('/?aff=anna');
    await kept(page, 'clk_1');
    page = await visit('/again?aff=ANNA');
    await events(2);
    expect(await run(page, 'headwater.clickId')).toBe('clk_1');
    page = await visit('/plain');
    await events(3);
    expect(await run(page, '[headwater.getClickId(), headwater.hasAffiliateAttribution]')).toEqual([
      'clk_1',
      true,
    ]);
    expect(wall.clicks()).toHaveLength(1);
    page = await visit('/?aff=ben');
    await kept(page, 'clk_2');
    expect(wall.clicks()[1].existing_click_id).toBe('clk_1');
    expect((await cookies()).affitor_click_ids?.value).toBe('clk_1%7Cclk_2');
    await run(page, "headwater.signup('user_1')");
    expect(wall.leads()[0]).toMatchObject({ click_id: 'clk_2', click_ids: ['clk_1', 'clk_2'] });
  });

  it('keeps at most 20 clicks, each once, newest last', async () => {
    const page = await visit('/');
    for (let i = 1; i <= 22; i++) {
      await page.goto(shopUrl(`/?aff=p${i}`));
      await kept(page, `clk_${i}`);
    }
    const ids = decodeURIComponent((await cookies()).affitor_click_ids?.value ?? '').split('|');
    expect(ids).toHaveLength(20);
    expect([ids[0], ids[19]]).toEqual(['clk_3', 'clk_22']);
  });

  it('copies customer_code found alone, and writes nothing when there is neither', async () => {
    let page = await visit('/');
    expect(await run(page, 'document.cookie')).not.toContain('affitor');
    await context?.addCookies([{ name: 'customer_code', value: 'clk_old', url: shopUrl() }]);
    page = await visit('/');
    expect((await cookies()).affitor_click_id?.value).toBe('clk_old');
    expect(await run(page, 'headwater.getClickId()')).toBe('clk_old');
    expect(wall.clicks()).toEqual([]);
  });

  it('replaces a host-only twin, which would defeat the documented getCookie', async () => {
    shop.serve(html(''));
    const page = await newPage();
    await page.goto(shopUrl());
    await run(page, "document.cookie = 'affitor_click_id=clk_old;path=/'");
    await visit('/?aff=anna');
    await until(async () => expect(await run(page, 'document.cookie')).toContain('affitor_click_id=clk_1;'));
    expect((await run(page, 'document.cookie')).split('affitor_click_id=')).toHaveLength(2);
    // It was an earlier click all the same.
    expect(wall.clicks()[0].existing_click_id).toBe('clk_old');
  });

  it('sends none without a program id, and none again for an inactive link', async () => {
    await visit('/?aff=anna', tag('data-website-id="web_1"'));
    await events(1);
    expect(wall.clicks()).toEqual([]);
    wall.answerWith(() => ({ body: { success: false, message: 'Referral link is inactive' } }));
    const page = await visit('/?aff=anna', tag('data-program-id="42"'));
    await clicks(1);
    await quiet();
    expect(wall.clicks()).toHaveLength(1);
    expect(await run(page, 'headwater.clickId')).toBe(null);
    expect(Object.keys(await cookies()).filter((name) => name.startsWith('affitor'))).toEqual([]);
  });

  it('tries again after a 500', async () => {
    wall.answerWith((_path, nth) =>
      nth < 2 ? { status: 500, body: { error: 'Click tracking failed' } } : undefined,
    );
    const page = await visit('/?aff=anna', tag('data-program-id="42"'));
    await kept(page, 'clk_1');
    expect(wall.clicks()).toHaveLength(2);
    expect(wall.clicks()[0]).not.toHaveProperty('visitor_id');
  });
});

describe('cookie domain', () => {
  it('is the widest one the browser takes', async () => {
    await visit('/', tag(), 'a.www.example.co.uk');
    await events(1);
    expect((await cookies()).hw_visitor?.domain).toBe('.example.co.uk');
    expect((await cookies()).hw_probe).toBeUndefined();
  });

  it.each(['localhost', '127.0.0.1'])('is none on %s', async (host) => {
    await visit('/', tag(), host);
    await events(1);
    expect((await cookies()).hw_visitor?.domain).toBe(host);
  });

  it('is data-cookie-domain when set', async () => {
    await visit('/', tag(`${BOTH} data-cookie-domain="b.shop.example"`), 'a.b.shop.example');
    await events(1);
    expect((await cookies()).hw_visitor?.domain).toBe('.b.shop.example');
  });

  it('comes with Secure on https', async () => {
    context = await browser.newContext();
    await context.route('https://www.shop.example/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: html(tag()) }),
    );
    const page = await newPage();
    await page.goto('https://www.shop.example/');
    await until(async () => expect((await cookies()).hw_session?.secure).toBe(true));
  });
});

describe('signup', () => {
  it('waits for a click in flight, so that its id goes along', async () => {
    wall.answerWith((path) => (path.endsWith('click') ? { delayMs: 900 } : undefined));
    const page = await visit('/?aff=anna');
    expect(await run(page, "headwater.signup('user_1', 'j@example.com')")).toEqual({
      success: true,
      message: 'Lead tracked successfully',
    });
    expect(wall.leads()[0]).toMatchObject({
      click_id: 'clk_1',
      click_ids: ['clk_1'],
      customer_key: 'user_1',
      email: 'j@example.com',
      program_id: 42,
      visitor_id: await run(page, 'headwater.visitorId'),
      session_id: await run(page, 'headwater.sessionId'),
    });
  });

  it('does not hang on a click that is never answered', async () => {
    wall.answerWith((path) => (path.endsWith('click') ? { delayMs: 20_000 } : undefined));
    const page = await visit('/?aff=anna');
    expect(await run(page, "headwater.signup('user_1')")).toMatchObject({ success: false });
    await leads(1);
    expect(wall.leads()[0]).not.toHaveProperty('click_id');
  }, 20_000);

  it('is sent without a partner too, with what the page adds', async () => {
    const page = await visit('/');
    await run(
      page,
      "headwater.trackLead({email: 'j@example.com', customer_key: 9, additional_data: {plan: 'pro'}})",
    );
    expect(wall.leads()[0]).toMatchObject({
      customer_key: 9,
      click_ids: [],
      additional_data: { program_id: 42, plan: 'pro' },
    });
  });

  it('resolves with success false on a refusal, garbage, and a server that fails', async () => {
    const page = await visit('/');
    wall.answerWith(() => ({ status: 400, body: { error: 'Customer not found.' } }));
    expect(await run(page, "headwater.signup('a')")).toEqual({
      success: false,
      error: 'Customer not found.',
    });
    wall.answerWith(() => ({ body: '<html>' }));
    expect((await run(page, "headwater.signup('b')")).success).toBe(false);
    wall.answerWith(() => ({ status: 503, body: { error: 'Temporarily unavailable' } }));
    expect((await run(page, "headwater.signup('c')")).success).toBe(false);
    // The work went on behind the answer.
    wall.answerWith(() => undefined);
    await until(
      () => expect(wall.leads().filter((lead) => lead.customer_key === 'c').length).toBeGreaterThan(1),
      15_000,
    );
  }, 30_000);
});

describe('page views', () => {
  it('counts the load with its context, in text/plain', async () => {
    const page = await visit('/shoes?utm_source=mail#reviews');
    await events(1);
    expect(wall.batches()[0]?.type).toContain('text/plain');
    expect(wall.batches()[0]?.body).toMatchObject({
      website_id: 'web_1',
      visitor_id: await run(page, 'headwater.visitorId'),
      session_id: await run(page, 'headwater.sessionId'),
    });
    expect(wall.events()[0]).toMatchObject({
      type: 'pageview',
      url: shopUrl('/shoes?utm_source=mail'),
      referrer: '',
      title: 'Shop',
      screen: '1280x720',
      language: 'en-US',
    });
    expect(Math.abs(Date.parse(wall.events()[0].occurred_at) - Date.now())).toBeLessThan(10_000);
    expect(await run(page, 'headwater.visitorId')).toMatch(/^[A-Za-z0-9_-]{22,}$/);
  });

  it('follows routes, but neither anchors nor the same address again', async () => {
    const page = await visit('/');
    await run(
      page,
      `history.pushState({}, '', '/a'); history.pushState({}, '', '/a'); history.replaceState({}, '', '/a#x');
       history.replaceState({}, '', '/b?q=1'); location.hash = 'y'; location.hash = '#/cart'; history.length`,
    );
    await events(4);
    await run(page, 'history.go(-3)');
    await events(5);
    await quiet();
    expect(wall.events().map((event) => event.url)).toEqual(
      ['/', '/a', '/b?q=1', '/b?q=1#/cart', '/a'].map((path) => shopUrl(path)),
    );
    expect(
      wall
        .events()
        .map((event) => event.referrer)
        .slice(0, 3),
    ).toEqual(['', shopUrl('/'), shopUrl('/a')]);
    expect(wall.batches().length).toBeLessThan(4);
  });

  it('sends custom events and identify', async () => {
    const page = await visit('/');
    await run(
      page,
      "headwater.track('cart', {items: 2}); headwater.identify('user_1', 'j@example.com'); headwater.page(); 0",
    );
    await events(4);
    expect(wall.events().slice(1)).toMatchObject([
      { type: 'event', name: 'cart', properties: { items: 2 } },
      { type: 'identify', customer_key: 'user_1', email: 'j@example.com' },
      { type: 'pageview' },
    ]);
  });

  it('keeps batches within 100 events and 60 KB', async () => {
    const page = await visit('/');
    await run(page, "for (let i = 0; i < 300; i++) headwater.track('many', {n: i, pad: 'ä'.repeat(200)}); 0");
    await events(301, 15_000);
    for (const { body } of wall.batches()) {
      expect(body.events.length).toBeLessThanOrEqual(100);
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(60_000);
    }
    expect(
      wall
        .events()
        .slice(1)
        .map((event) => event.properties.n),
    ).toEqual([...Array(300).keys()]);
  }, 20_000);

  it('beacons what waits when the page is left', async () => {
    const page = await visit('/');
    await events(1);
    await run(page, "headwater.track('bye'); location.href = 'about:blank'; 0");
    await events(2);
    expect(wall.events()[1].name).toBe('bye');
    await quiet();
    expect(wall.events()).toHaveLength(2);
  });

  it('shares visitor and session between pages, and starts a session after the cookie is gone', async () => {
    const first = await visit('/');
    const ids = await run(first, '[headwater.visitorId, headwater.sessionId]');
    const second = await visit('/two', tag(), 'other.shop.example');
    expect(await run(second, '[headwater.visitorId, headwater.sessionId]')).toEqual(ids);
    await context?.clearCookies({ name: 'hw_session' });
    await run(second, "headwater.track('later'); 0");
    expect(await run(second, 'headwater.visitorId')).toBe(ids[0]);
    expect(await run(second, 'headwater.sessionId')).not.toBe(ids[1]);
  });

  it('sends nothing without a website id', async () => {
    const page = await visit('/', tag('data-program-id="42"'));
    await run(page, "headwater.track('x'); headwater.page(); 0");
    await quiet();
    expect(wall.seen).toEqual([]);
    expect(Object.keys(await cookies())).toEqual([]);
  });
});

describe('a bad network', () => {
  it('survives an offline minute, and dates what happened in it', async () => {
    const page = await visit('/');
    await events(1);
    await context?.setOffline(true);
    const wentAt = Date.now();
    await run(page, "history.pushState({}, '', '/offline'); headwater.track('offline'); 0");
    await quiet(6000);
    expect(wall.events()).toHaveLength(1);
    await context?.setOffline(false);
    // The browser says `online`: no need to sit out the back-off.
    await events(3, 3000);
    for (const event of wall.events().slice(1)) {
      expect(Math.abs(Date.parse(event.occurred_at) - wentAt)).toBeLessThan(2000);
    }
  }, 30_000);

  it('survives a server that is away, each event once and in order', async () => {
    const page = await visit('/');
    await events(1);
    await wall.down();
    await run(page, "headwater.track('one'); 0");
    await quiet(1500);
    await run(page, "headwater.track('two'); 0");
    await wall.up();
    await events(3, 20_000);
    expect(wall.events().map((event) => event.name)).toEqual([undefined, 'one', 'two']);
  }, 40_000);

  it('waits as long as Retry-After says', async () => {
    wall.answerWith((_path, nth) =>
      nth === 1
        ? { status: 429, headers: { 'retry-after': '3' }, body: { error: 'Rate limited' } }
        : undefined,
    );
    await visit('/');
    await until(() => expect(wall.batches()).toHaveLength(1));
    await quiet(2500);
    expect(wall.batches()).toHaveLength(1);
    await until(() => expect(wall.batches()).toHaveLength(2));
  }, 20_000);

  it('drops what the server refuses, and takes garbage for an answer', async () => {
    wall.answerWith((_path, nth) =>
      nth === 1 ? { status: 404, body: { error: 'Website not found' } } : { body: '{"rejected":7' },
    );
    const page = await visit('/');
    await events(1);
    await run(page, "headwater.track('next'); 0");
    await events(2);
    await quiet(1500);
    expect(wall.events()).toHaveLength(2);
  });

  it('sends events of a wrong clock again without their time', async () => {
    wall.answerWith((_path, nth) =>
      nth === 1
        ? { body: { accepted: 0, rejected: [{ index: 0, reason: 'invalid_occurred_at' }] } }
        : undefined,
    );
    await visit('/');
    await events(2);
    expect(wall.events()[0]).toHaveProperty('occurred_at');
    expect(wall.events()[1]).not.toHaveProperty('occurred_at');
    expect(wall.events()[1].url).toBe(wall.events()[0].url);
    await quiet();
    expect(wall.events()).toHaveLength(2);
  });

  it('keeps its promises without fetch', async () => {
    const page = await visit('/', `<script>delete window.fetch; fetch = undefined</script>${tag()}`);
    expect((await run(page, "headwater.signup('a')")).success).toBe(false);
    await run(page, "location.href = 'about:blank'; 0");
    await events(1);
  }, 15_000);
});

describe('privacy', () => {
  const BLOCKED = {
    empty: "Object.defineProperty(document, 'cookie', {get: () => '', set() {}})",
    throwing:
      "Object.defineProperty(document, 'cookie', {get() { throw new Error('no') }, set() { throw new Error('no') }})",
  };

  const worksWithoutCookies = async (page: Page) => {
    await kept(page, 'clk_1');
    await run(page, "headwater.signup('user_1')");
    expect(wall.leads()[0]).toMatchObject({ click_id: 'clk_1', click_ids: ['clk_1'] });
    await events(1);
    for (const { body } of [...wall.seen]) {
      expect(body).not.toHaveProperty('visitor_id');
      expect(body).not.toHaveProperty('session_id');
    }
    expect(await run(page, '[headwater.visitorId, headwater.getClickId()]')).toEqual([null, 'clk_1']);
    expect(await context?.cookies()).toEqual([]);
    expect(await run(page, 'localStorage.length + sessionStorage.length')).toBe(0);
  };

  it.each(Object.entries(BLOCKED))('works with blocked cookies (%s)', async (_name, script) => {
    await worksWithoutCookies(await visit('/?aff=anna', `<script>${script}</script>${tag()}`));
  });

  it('works in a sandboxed frame', async () => {
    shop.serve(html(''));
    const page = await newPage();
    await page.goto(shopUrl());
    const inner = html(tag()).replaceAll('"', '&quot;');
    await page.setContent(`<iframe sandbox="allow-scripts" srcdoc="${inner}"></iframe>`);
    await until(() => expect(wall.batches()).toHaveLength(1));
  });

  it('data-cookieless keeps the click in memory', async () => {
    await worksWithoutCookies(await visit('/?aff=anna', tag(`${BOTH} data-cookieless`)));
  });

  it.each(['doNotTrack', 'globalPrivacyControl'])('data-respect-dnt with %s sends nothing', async (name) => {
    const script = `<script>Object.defineProperty(navigator, '${name}', {value: ${name === 'doNotTrack' ? "'1'" : 'true'}})</script>`;
    const page = await visit('/?aff=anna', `${script}${tag(`${BOTH} data-respect-dnt`)}`);
    expect(await run(page, "headwater.signup('user_1')")).toMatchObject({ success: false });
    await run(page, "headwater.track('x'); headwater.trackTest(); history.pushState({}, '', '/a')");
    expect((await run(page, 'Object.keys(headwater)')).length).toBe(18);
    await run(page, "location.href = 'about:blank'; 0");
    await quiet();
    expect(wall.seen).toEqual([]);
    expect(await context?.cookies()).toEqual([]);
  });

  it('without data-respect-dnt those settings change nothing, nor does a "false"', async () => {
    const script = "<script>Object.defineProperty(navigator, 'doNotTrack', {value: '1'})</script>";
    await visit('/', `${script}${tag(`${BOTH} data-respect-dnt="false" data-cookieless="false"`)}`);
    await events(1);
    expect((await cookies()).hw_visitor).toBeTruthy();
  });
});

describe('debug', () => {
  it('says why, and sends real events', async () => {
    shop.serve(html(tag(`${BOTH} data-debug`)));
    const page = await newPage();
    const lines: string[] = [];
    page.on('console', (line) => lines.push(line.text()));
    await page.goto(shopUrl('/'));
    await events(1);
    await until(() => expect(lines.join('\n')).toContain('no aff'));
    expect(wall.events()[0]).not.toHaveProperty('additional_data');
  });
});
