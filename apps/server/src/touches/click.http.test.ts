import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { foldLinkClicks } from '../workspaces/index.ts';

const path = '/api/v1/track/click';
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

let server: TestServer;
let n = 0;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const newCode = () => {
  n += 1;
  return `Anna-${n}`;
};
const landing = (code: string, more = '') => `https://shop.example/pricing?aff=${code}${more}`;
const rows = (sql: string, values: unknown[] = []) =>
  server.database.postgres.query<Record<string, unknown>>(sql, values);

async function countClicks(): Promise<number> {
  const [row] = await rows('select count(*)::integer as count from clicks');
  return row?.count as number;
}

describe(`POST ${path}`, () => {
  let story: Story;
  let code: string;
  let partner: { id: number; linkId: number };

  beforeEach(async () => {
    code = newCode();
    story = await tellStory(server, { settings: { cookie_window_days: 30 } });
    partner = await story.addPartner(code);
  });

  it('200: a new id with at least 128 random bits, the code as it was made, the cookie’s life', async () => {
    const reply = await server.post(path, { affiliate_url: landing(code.toUpperCase()) });
    expect(reply).toMatchObject({ status: 200 });
    expect(reply.body).toEqual({
      success: true,
      click_id: expect.stringMatching(/^clk_[A-Za-z0-9_-]{22,}$/),
      partner_code: code,
      cookie_window_days: 30,
    });
  });

  it('200: is on disk when it is answered, with what the request said and no address', async () => {
    const reply = await server.call(
      'POST',
      path,
      {
        affiliate_url: landing(code, '&utm_source=news&utm_campaign=may&gclid=secret-of-a-person'),
        referrer_url: 'https://blog.example/post',
        page_url: 'https://shop.example/pricing',
        page_title: 'Pricing',
        language: 'de-DE',
        timezone: 'Europe/Berlin',
        screen_resolution: '1920x1080',
        viewport_size: '1280x720',
        user_agent: chrome,
        visitor_id: 'visitor-1',
        session_id: 'session-1',
      },
      { headers: { 'x-forwarded-for': '203.0.113.77' } },
    );
    const [click] = await rows('select * from clicks where click_id = $1', [reply.body.click_id]);
    expect(click).toMatchObject({
      program_id: story.programId,
      partner_id: partner.id,
      link_id: partner.linkId,
      web_visitor: 'visitor-1',
      web_session: 'session-1',
      is_test: false,
      context: {
        referrer_host: 'blog.example',
        source: 'news',
        campaign: 'may',
        channel: 'affiliate',
        click_id_kind: 'gclid',
        browser: 'Chrome',
        os: 'Windows',
        device: 'desktop',
        language: 'de-DE',
        screen: '1920x1080',
      },
    });
    expect(JSON.stringify(click?.context)).not.toMatch(/203\.0\.113|secret-of-a-person/);
    const events = await rows("select payload from event_batches where payload like '%' || $1 || '%'", [
      reply.body.click_id,
    ]);
    expect(JSON.stringify(events)).not.toMatch(/203\.0\.113|secret-of-a-person/);
  });

  it.each([
    {},
    { affiliate_url: null },
    { affiliate_url: 5 },
    { affiliate_url: ['https://shop.example/?aff=x'] },
    { affiliate_url: '' },
    { affiliate_url: '  \n' },
  ])('400 affiliate_url is required: %j', async (body) => {
    expect(await server.post(path, body)).toMatchObject({
      status: 400,
      body: { error: 'affiliate_url is required' },
    });
  });

  it.each([
    'shop.example/?aff=x',
    '/pricing?aff=x',
    '?aff=x',
    'ftp://shop.example/?aff=x',
    'javascript:alert(1)//?aff=x',
    'https://?aff=x',
    'http://',
    `https://shop.example/?aff=x&${'y'.repeat(4096)}`,
    'https://shop.example/?aff=a\u0000b',
  ])('400 Invalid affiliate_url: %s', async (affiliateUrl) => {
    expect(await server.post(path, { affiliate_url: affiliateUrl })).toMatchObject({
      status: 400,
      body: { error: 'Invalid affiliate_url' },
    });
  });

  it.each([
    'https://shop.example/',
    'https://shop.example/?ref=anna',
    'https://shop.example/?aff=',
    'https://shop.example/?aff=%20',
    'https://shop.example/?x=1#aff=anna',
  ])('400 No aff parameter found in affiliate_url: %s', async (affiliateUrl) => {
    expect(await server.post(path, { affiliate_url: affiliateUrl })).toMatchObject({
      status: 400,
      body: { error: 'No aff parameter found in affiliate_url' },
    });
  });

  it('400 Referral link not found', async () => {
    expect(await server.post(path, { affiliate_url: landing('nobody-has-this') })).toMatchObject({
      status: 400,
      body: { error: 'Referral link not found' },
    });
  });

  it('400 Invalid referral link configuration: the program is gone', async () => {
    await server.call('DELETE', `/api/v1/programs/${story.programId}`, undefined, { token: server.key });
    expect(await server.post(path, { affiliate_url: landing(code) })).toMatchObject({
      status: 400,
      body: { error: 'Invalid referral link configuration' },
    });
  });

  it('403 Origin not allowed: before anything is said of the link; without Origin there is no check', async () => {
    const origin = 'https://shop.example';
    const picky = await tellStory(server, { settings: { allowed_origins: [origin] } });
    const theirs = newCode();
    const { linkId } = await picky.addPartner(theirs);
    const from = (headers: Record<string, string>) =>
      server.call('POST', path, { affiliate_url: landing(theirs), user_agent: chrome }, { headers });
    for (const other of [
      'https://evil.example',
      'http://shop.example',
      'https://shop.example:8443',
      'null',
    ]) {
      expect(await from({ origin: other })).toMatchObject({
        status: 403,
        body: { error: 'Origin not allowed' },
        headers: { 'access-control-allow-origin': other, vary: 'Origin' },
      });
    }
    expect((await from({ origin })).body.success).toBe(true);
    expect((await from({})).body.success).toBe(true);
    await server.call('PATCH', `/api/v1/links/${linkId}`, { status: 'inactive' }, { token: server.key });
    expect((await from({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await from({ origin })).body).toEqual({ success: false, message: 'Referral link is inactive' });
  });

  it('200 Referral link is inactive: link off, partner removed or not yet approved; nothing is stored', async () => {
    const inactive = { status: 200, body: { success: false, message: 'Referral link is inactive' } };
    const before = await countClicks();
    const send = () => server.post(path, { affiliate_url: landing(code), user_agent: googlebot });
    const patch = (url: string, status: string) =>
      server.call('PATCH', url, { status }, { token: server.key });
    await patch(`/api/v1/links/${partner.linkId}`, 'inactive');
    expect(await send()).toMatchObject(inactive);
    await patch(`/api/v1/links/${partner.linkId}`, 'active');
    for (const status of ['removed', 'pending', 'rejected']) {
      await patch(`/api/v1/programs/${story.programId}/partners/${partner.id}`, status);
      expect(await send()).toMatchObject(inactive);
    }
    expect(await countClicks()).toBe(before);
    await patch(`/api/v1/programs/${story.programId}/partners/${partner.id}`, 'approved');
    expect((await send()).body).toEqual({ success: false, message: 'Bot traffic ignored' });
  });

  it('200 while the program is paused: tracking goes on', async () => {
    await rows("update programs set status = 'paused' where id = $1", [story.programId]);
    server.server.directory.clear();
    expect((await server.post(path, { affiliate_url: landing(code) })).body.success).toBe(true);
  });

  it('500 Click tracking failed, with nothing stored and nothing told; a retry is safe', async () => {
    await rows('alter table link_click_deltas rename to lost_deltas');
    const before = await countClicks();
    const failed = await server.post(path, { affiliate_url: landing(code) });
    expect(failed).toMatchObject({ status: 500, body: { error: 'Click tracking failed' } });
    expect(Object.keys(failed.body)).toEqual(['error']);
    expect(await countClicks()).toBe(before);
    await rows('alter table lost_deltas rename to link_click_deltas');
    expect((await server.post(path, { affiliate_url: landing(code) })).body.success).toBe(true);
  });

  it('lenient: descriptive fields of a wrong type are absent, too long ones are cut, null is absent', async () => {
    const reply = await server.post(path, {
      affiliate_url: landing(code),
      page_url: 5,
      referrer_url: 'x'.repeat(10_000),
      page_title: ['a'],
      language: 'y'.repeat(300),
      timezone: {},
      screen_resolution: 1920,
      viewport_size: null,
      user_agent: 7,
      existing_click_id: 12,
      visitor_id: 'v'.repeat(300),
      session_id: null,
      nobody_listed_this: 1,
      additional_data: null,
    });
    expect(reply.status).toBe(200);
    const [click] = await rows('select * from clicks where click_id = $1', [reply.body.click_id]);
    expect(click).toMatchObject({ web_visitor: 'v'.repeat(255), web_session: null });
    expect(click?.context).toMatchObject({ language: 'y'.repeat(255) });
  });

  it.each([[[]], ['text'], [{ a: 'x'.repeat(17 * 1024) }]])(
    '400: additional_data is an object of at most 16 KB (%#)',
    async (data) => {
      const reply = await server.post(path, { affiliate_url: landing(code), additional_data: data });
      expect(reply).toMatchObject({ status: 400, body: { error: 'additional_data is invalid' } });
    },
  );

  describe('bots', () => {
    const send = (userAgent: { field?: string; header?: string }, origin?: string) =>
      server.call(
        'POST',
        path,
        {
          affiliate_url: landing(code),
          ...(userAgent.field === undefined ? {} : { user_agent: userAgent.field }),
        },
        {
          headers: {
            'user-agent': userAgent.header ?? '',
            ...(origin === undefined ? {} : { origin }),
          },
        },
      );
    const ignored = { success: false, message: 'Bot traffic ignored' };

    it('200 Bot traffic ignored: isbot on user_agent, else on the header of a browser; counted, not stored', async () => {
      const before = await countClicks();
      for (const field of [googlebot, 'curl/8.5.0', 'node', 'python-requests/2.31', 'HeadlessChrome/120']) {
        expect((await send({ field, header: chrome })).body, field).toEqual(ignored);
        expect((await send({ header: field }, 'https://shop.example')).body, field).toEqual(ignored);
      }
      expect(await countClicks()).toBe(before);
      expect((await server.get('/metrics')).body).toMatch(/reason="bot"/);
    });

    it('200 recorded: the HTTP library of a backend is no bot, a crawler’s own name is', async () => {
      for (const header of [
        'node',
        'undici',
        'curl/8.5.0',
        'axios/1.7',
        'python-requests/2.31',
        'Go-http-client/2.0',
        '',
      ]) {
        expect((await send({ header })).body.success, header).toBe(true);
      }
      for (const header of [googlebot, 'Mozilla/5.0 (compatible; bingbot/2.0)']) {
        expect((await send({ header })).body, header).toEqual(ignored);
      }
    });

    it('200 recorded: a backend that forwards a browser’s user agent is judged by that', async () => {
      expect((await send({ field: chrome, header: 'node' })).body.success).toBe(true);
    });
  });

  describe('CORS', () => {
    const origin = 'https://shop.example';

    it.each([path, '/api/v1/track/lead', '/api/v1/collect'])('204: preflight of %s', async (url) => {
      const reply = await server.call('OPTIONS', url, undefined, {
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,authorization',
        },
      });
      expect(reply).toMatchObject({
        status: 204,
        body: '',
        headers: {
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'POST',
          'access-control-allow-headers': 'content-type, authorization',
          vary: 'Origin',
        },
      });
    });

    it('the origin is echoed with every answer, refusals included', async () => {
      const refused = await server.call('POST', path, {}, { headers: { origin } });
      expect(refused).toMatchObject({
        status: 400,
        headers: { 'access-control-allow-origin': origin, vary: 'Origin' },
      });
      const broken = await server.call('POST', path, '{', { headers: { origin } });
      expect(broken).toMatchObject({ status: 400, headers: { 'access-control-allow-origin': origin } });
      const unasked = await server.post(path, {});
      expect(unasked.headers.vary).toBe('Origin');
      expect(unasked.headers).not.toHaveProperty('access-control-allow-origin');
    });

    it('no CORS on other routes', async () => {
      for (const url of ['/api/v1/track/sale', '/api/v1/track/refund', '/api/v1/attribute-payment']) {
        const preflight = await server.call('OPTIONS', url, undefined, { headers: { origin } });
        expect(preflight).toMatchObject({ status: 404, body: { error: 'Not found' } });
        const sent = await server.call('POST', url, {}, { headers: { origin }, token: story.token });
        expect(sent.headers).not.toHaveProperty('access-control-allow-origin');
      }
    });
  });

  describe('ids and visitors', () => {
    const visitorOf = async (clickId: string) => {
      const [click] = await rows('select visitor from clicks where click_id = $1', [clickId]);
      return click?.visitor;
    };

    it('an id is never answered twice, and existing_click_id keeps the visitor', async () => {
      const first = await story.click(code);
      const second = await story.click(code, { existing_click_id: first });
      const third = await story.click(code, { existing_click_id: second });
      const stranger = await story.click(code);
      expect(new Set([first, second, third, stranger]).size).toBe(4);
      expect(await visitorOf(second)).toBe(await visitorOf(first));
      expect(await visitorOf(third)).toBe(await visitorOf(first));
      expect(await visitorOf(stranger)).not.toBe(await visitorOf(first));
    });

    it('100 clicks at once are 100 rows with 100 ids', async () => {
      const ids = await Promise.all(Array.from({ length: 100 }, () => story.click(code)));
      expect(new Set(ids).size).toBe(100);
      const [found] = await rows('select count(*)::integer as count from clicks where click_id = any($1)', [
        ids,
      ]);
      expect(found?.count).toBe(100);
    });

    it('an existing_click_id that is unknown or of another workspace is ignored', async () => {
      const theirs = await tellStory(server, { key: await server.otherWorkspace() });
      const theirCode = newCode();
      await theirs.addPartner(theirCode);
      const foreign = await theirs.click(theirCode);
      const forged = `${foreign.slice(0, -4)}AAAA`;
      for (const existing of [foreign, forged, 'clk_nonsense', 'x'.repeat(300)]) {
        const clickId = await story.click(code, { existing_click_id: existing });
        expect(await visitorOf(clickId)).not.toBe(await visitorOf(foreign));
      }
    });

    it('an existing click of another program of the workspace is the same browser', async () => {
      const sister = await tellStory(server);
      const sisterCode = newCode();
      await sister.addPartner(sisterCode);
      const first = await story.click(code);
      const second = await sister.click(sisterCode, { existing_click_id: first });
      expect(await visitorOf(second)).toBe(await visitorOf(first));
    });
  });

  it('counts: the link’s clicks and last click, and only what was recorded', async () => {
    await story.click(code);
    server.clock.advance(60_000);
    await Promise.all([story.click(code), story.click(code)]);
    const lastAt = server.clock.now().toISOString();
    await server.post(path, { affiliate_url: landing(code), user_agent: googlebot });
    await server.post(path, {
      affiliate_url: landing(code),
      additional_data: { test_mode: true, program_id: story.programId },
    });
    const list = async () => {
      const reply = await server.get(`/api/v1/programs/${story.programId}/links`, server.key);
      return reply.body.data.find((link: { id: number }) => link.id === partner.linkId);
    };
    expect(await list()).toMatchObject({ clicks: 3, last_clicked_at: lastAt });
    await foldLinkClicks(server.database.postgres);
    expect(await list()).toMatchObject({ clicks: 3, last_clicked_at: lastAt });
  });

  describe('test mode', () => {
    it('200: without a URL; the program from additional_data, by number or text', async () => {
      for (const programId of [story.programId, String(story.programId)]) {
        const reply = await server.post(path, {
          additional_data: { test_mode: true, program_id: programId },
        });
        expect(reply.status).toBe(200);
        expect(reply.body).toEqual({
          success: true,
          message: 'Test click event tracked successfully',
          data: { eventId: expect.any(Number), programId: story.programId, test_mode: true },
        });
      }
    });

    it.each([undefined, 999_999_999, 'abc', -1, 1.5, {}])('200: programId null for %j', async (programId) => {
      const reply = await server.post(path, {
        affiliate_url: 5,
        additional_data: { test_mode: true, program_id: programId },
      });
      expect(reply.status).toBe(200);
      expect(reply.body.data).toEqual({ eventId: expect.any(Number), programId: null, test_mode: true });
    });

    it('leaves no trace in production: a test click is found by no lead, sale or list', async () => {
      await server.post(path, {
        affiliate_url: landing(code),
        additional_data: { test_mode: true, program_id: story.programId },
      });
      const [click] = await rows(
        'select click_id, is_test from clicks where program_id = $1 order by id desc limit 1',
        [story.programId],
      );
      expect(click?.is_test).toBe(true);
      const clickId = click?.click_id;
      expect((await story.lead({ click_id: clickId, customer_key: 'k' })).status).toBe(400);
      expect((await story.sale({ transaction_id: 't', amount_cents: 1, click_id: clickId })).status).toBe(
        400,
      );
      const list = await server.get(`/api/v1/programs/${story.programId}/clicks`, server.key);
      expect(list.body.data).toEqual([]);
    });

    it('400: test_mode is true, false or null, nothing that might mean either', async () => {
      const send = (testMode: unknown) =>
        server.post(path, { affiliate_url: landing(code), additional_data: { test_mode: testMode } });
      for (const testMode of ['true', 1, 0, {}]) {
        expect(await send(testMode)).toMatchObject({
          status: 400,
          body: { error: 'additional_data is invalid' },
        });
      }
      for (const testMode of [false, null]) expect((await send(testMode)).body.click_id).toBeDefined();
    });
  });

  describe('in a cpc program', () => {
    const day = 86_400_000;

    async function commissions(programId: number): Promise<{ partner: number; amount: number }[]> {
      const reply = await server.get(`/api/v1/programs/${programId}/commissions`, server.key);
      return reply.body.data
        .map((one: { partner_id: number; amount_cents: number }) => ({
          partner: one.partner_id,
          amount: one.amount_cents,
        }))
        .reverse();
    }

    it('earns at most once per visitor and partner in 24 hours, per partner, per visitor', async () => {
      const paid = await tellStory(server, { commission: { type: 'cpc', fixed_cents: 25 } });
      const [a, b] = [newCode(), newCode()];
      const { id: partnerA } = await paid.addPartner(a);
      const { id: partnerB } = await paid.addPartner(b);
      const first = await paid.click(a);
      expect(await commissions(paid.programId)).toEqual([{ partner: partnerA, amount: 25 }]);
      await paid.click(a, { existing_click_id: first });
      expect(await commissions(paid.programId)).toHaveLength(1);
      await paid.click(b, { existing_click_id: first });
      expect(await commissions(paid.programId)).toEqual([
        { partner: partnerA, amount: 25 },
        { partner: partnerB, amount: 25 },
      ]);
      await paid.click(a);
      expect(await commissions(paid.programId)).toHaveLength(3);
      server.clock.advance(day - 1000);
      await paid.click(a, { existing_click_id: first });
      expect(await commissions(paid.programId)).toHaveLength(3);
      server.clock.advance(1000);
      await paid.click(a, { existing_click_id: first });
      expect(await commissions(paid.programId)).toHaveLength(4);
      await expectBalancedBooks(server);
    });

    it('64 reloads at once earn once', async () => {
      const paid = await tellStory(server, { commission: { type: 'cpc', fixed_cents: 25 } });
      const a = newCode();
      await paid.addPartner(a);
      const first = await paid.click(a);
      await Promise.all(Array.from({ length: 63 }, () => paid.click(a, { existing_click_id: first })));
      expect(await commissions(paid.programId)).toHaveLength(1);
      await expectBalancedBooks(server);
    });

    it('earns nothing for bots, tests and inactive links; a sale finds no sale policy', async () => {
      const paid = await tellStory(server, { commission: { type: 'cpc', fixed_cents: 25 } });
      const a = newCode();
      const { linkId } = await paid.addPartner(a);
      await server.post(path, { affiliate_url: landing(a), user_agent: googlebot });
      await server.post(path, {
        affiliate_url: landing(a),
        additional_data: { test_mode: true, program_id: paid.programId },
      });
      await server.call('PATCH', `/api/v1/links/${linkId}`, { status: 'inactive' }, { token: server.key });
      await server.post(path, { affiliate_url: landing(a) });
      expect(await commissions(paid.programId)).toEqual([]);
      await server.call('PATCH', `/api/v1/links/${linkId}`, { status: 'active' }, { token: server.key });
      const sale = await paid.sale({ transaction_id: 't', amount_cents: 100, click_id: await paid.click(a) });
      expect(sale.body).toMatchObject({ commission_id: null, attributed: true, reason: 'no_sale_policy' });
    });
  });
});
