import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectBalancedBooks, type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../test/test-server.ts';
import { createSender, type Sheet, sheet } from './sending.testing.ts';

// Partners, clicks, and what other trackers saw.

let server: TestServer;
let story: Story;
let send: ReturnType<typeof createSender>;

beforeAll(async () => {
  server = await openTestServer({ clock: testClock('2026-06-01T08:00:00Z') });
  story = await tellStory(server);
  send = createSender(server);
});
afterAll(() => server.close());

const sql = <Row>(text: string, values: unknown[] = []) => server.database.postgres.query<Row>(text, values);
const ofProgram = (kind: string, more: Record<string, unknown> = {}) => ({
  kind,
  program_id: story.programId,
  ...more,
});
const ofWebsite = (kind: string, more: Record<string, unknown> = {}) => ({
  kind,
  website_id: story.websiteId,
  ...more,
});

async function expectWholeBooks() {
  await expectBalancedBooks(server);
  const { body } = await server.get('/api/v1/verify', server.key);
  expect(body.data.fault).toBe(null);
}

describe('partners', () => {
  const file = sheet(`
first_name,last_name,email,token,state
Anna,Ahrens,anna@partner.example,anna,active
Anna,Ahrens,ANNA@partner.example,anna-youtube,active
Bo,,bo@partner.example,,active
Cy,Cole,cy@partner.example,cy,suspended
Di,,not an address,di,active
Eve,,eve@partner.example,anna,active
Fay,,fay@partner.example,fay fox,active
,,gus@partner.example,gus,active
Hal,,,hal,active
`);
  const settings = () => ofProgram('partners', { from: 'rewardful' });
  const partners = async () => {
    const { body } = await server.get(`/api/v1/programs/${story.programId}/partners`, server.key);
    return body.data.map((one: { name: string; links: { code: string }[] }) => [
      one.name,
      one.links.map(({ code }) => code),
    ]);
  };

  it('a dry run enrolls nobody; the import does, with links, once; terms are the program’s', async () => {
    const dry = await send.importAll(file, { ...settings(), dry_run: true }, 3);
    expect(dry.item).toMatchObject({ taken: 4, already_there: 0, refused: 5 });
    expect(await partners()).toEqual([]);
    const { item, refused } = await send.importAll(file, settings(), 3);
    expect(item).toMatchObject({ taken: 4, already_there: 0, refused: 5 });
    expect(refused).toEqual(dry.refused);
    expect(refused).toEqual([
      { line: 5, reason: 'status says that the partner is not active: only active ones are enrolled' },
      { line: 6, reason: 'email is no email address' },
      { line: 7, reason: 'code is a link of another partner' },
      { line: 8, reason: 'code may have letters, digits, - and _, at most 64' },
      { line: 9, reason: 'name is missing' },
    ]);
    expect(await partners()).toEqual([
      ['Hal', ['hal']],
      ['Bo', ['bo']],
      ['Anna Ahrens', ['anna', 'anna-youtube']],
    ]);
    const again = await send.importAll(file, settings(), 100);
    expect(again.item).toMatchObject({ taken: 0, already_there: 4, refused: 5 });
    expect(await partners()).toHaveLength(3);
    const { body } = await server.get('/api/v1/audit?act=partner.enroll', server.key);
    expect(body.data).toHaveLength(3);
    await expectWholeBooks();
  });

  it('a code is read from a link; one that stands elsewhere in the installation is refused', async () => {
    const other = await server.otherWorkspace();
    const theirs = await server.post('/api/v1/programs', { name: 'Theirs', domain: 'theirs.example' }, other);
    await server.post(
      `/api/v1/programs/${theirs.body.data.id}/partners`,
      { name: 'Ida', code: 'ida' },
      other,
    );
    const links = sheet(`
Name,Email,Partner link
Joy,joy@partner.example,https://shop.example/?utm_source=x&via=joy-v
Kim,kim@partner.example,go.shop.example/kim1
Ida,ida@partner.example,https://shop.example/?ref=ida
`);
    const { item, refused } = await send.importAll(links, ofProgram('partners', { from: 'dub' }));
    expect(item).toMatchObject({ taken: 2, refused: 1 });
    expect(refused).toEqual([{ line: 4, reason: 'code is taken by a link elsewhere' }]);
    expect((await partners()).slice(0, 2)).toEqual([
      ['Kim', ['kim1']],
      ['Joy', ['joy-v']],
    ]);
    // The directory knows a new link at once.
    await story.click('joy-v');
  });
});

describe('clicks', () => {
  const file = sheet(`
id,time,ref,visitor,url,country
c-1,2025-12-01 10:00:00,anna,v1,https://shop.example/?utm_campaign=winter,de
c-2,2025-12-02 10:00:00,ANNA,v1,,
c-1,2025-12-01 10:00:00,anna,v1,https://shop.example/?utm_campaign=winter,de
c-3,2025-12-02 10:00:00,nobody,,,
c-4,2025-12-02 10:00:00,anna,,no address,
`);

  it('become clicks of then, once, that payments of then find by their foreign ids', async () => {
    const dry = await send.importAll(file, ofProgram('clicks', { dry_run: true }), 2);
    expect(dry.item).toMatchObject({ taken: 2, already_there: 1, refused: 2 });
    const { item, refused } = await send.importAll(file, ofProgram('clicks'), 2);
    expect(item).toMatchObject({ taken: 2, already_there: 1, refused: 2 });
    expect(refused.map(({ line }) => line)).toEqual([5, 6]);
    expect((await send.importAll(file, ofProgram('clicks'))).item).toMatchObject({
      taken: 0,
      already_there: 3,
    });
    const { body } = await server.get(`/api/v1/programs/${story.programId}/clicks?to=2025-12-31`, server.key);
    expect(body.data).toMatchObject([
      { clicked_at: '2025-12-02T10:00:00.000Z', country: null, channel: 'affiliate' },
      { clicked_at: '2025-12-01T10:00:00.000Z', country: 'DE', utm_campaign: 'winter', channel: 'affiliate' },
    ]);
    // Not in the partition that is read whole when a month begins.
    expect(await sql('select 1 from only clicks_default')).toEqual([]);

    const paid = sheet('id,amount,created,click\npaid-1,30,2025-12-20,c-1\npaid-2,30,2025-12-20,c-unknown');
    const payments = await send.importAll(paid, ofProgram('payments', { commissions: true }));
    expect(payments.item.sums).toMatchObject([
      { payments: 2, attributed_cents: 3000, commission_cents: 600 },
    ]);
    await expectWholeBooks();
  });
});

const umamiHead =
  'website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,language,country,region,city,url_path,url_query,utm_source,referrer_path,referrer_domain,page_title,gclid,event_type,event_name,created_at';
function umamiRow(cells: Record<string, string>): string[] {
  const row: Record<string, string> = {
    ...{
      website_id: 'w',
      session_id: 's1',
      visit_id: 'v1',
      hostname: 'shop.example',
      browser: 'crios',
      os: 'iOS',
    },
    ...{
      device: 'mobile',
      screen: '390x844',
      language: 'en-US',
      country: 'DE',
      url_path: '/',
      event_type: '1',
      ...cells,
    },
  };
  return umamiHead.split(',').map((column) => row[column] ?? '');
}
const umami: Sheet = {
  columns: umamiHead.split(','),
  rows: [
    umamiRow({
      event_id: 'e1',
      created_at: '2024-03-31 23:50:00',
      url_path: '/pricing',
      referrer_domain: 'www.google.com',
    }),
    umamiRow({ event_id: 'e2', created_at: '2024-03-31 23:59:00', event_type: '2', event_name: "'=open" }),
    umamiRow({ event_id: 'e3', created_at: '2024-04-01 00:10:00', url_path: '/signup' }),
    umamiRow({
      event_id: 'e4',
      created_at: '2024-05-01 12:00:00',
      visit_id: 'v2',
      utm_source: 'newsletter',
      url_query: 'utm_medium=email',
    }),
    umamiRow({
      event_id: 'e5',
      created_at: '2024-05-01 12:00:00',
      session_id: 's2',
      visit_id: 'v3',
      gclid: 'abc',
      device: 'laptop',
      os: 'Windows 10',
      browser: 'edge-chromium',
    }),
    umamiRow({ event_id: 'e6', created_at: '2024-05-01 12:00:01', event_type: '5' }),
    umamiRow({ event_id: 'e7', created_at: 'yesterday' }),
  ],
};

describe('Umami', () => {
  it('rows become visits, page views and events of then, once', async () => {
    const dry = await send.importAll(umami, ofWebsite('umami', { dry_run: true }), 3);
    expect(dry.item).toMatchObject({ taken: 5, refused: 2 });
    expect(await sql('select 1 from visits')).toEqual([]);
    const { item } = await send.importAll(umami, ofWebsite('umami'), 3);
    expect(item).toMatchObject({ taken: 5, already_there: 0, refused: 2, state: 'done' });
    expect((await send.importAll(umami, ofWebsite('umami'), 2)).item).toMatchObject({
      taken: 0,
      already_there: 5,
    });
    await server.server.shipper.catchUp(20_000);
    const ask = async (body: Record<string, unknown>) => {
      const reply = await server.post(
        '/api/v1/query',
        { website_id: story.websiteId, from: '2024-03-01', to: '2024-05-31', ...body },
        server.key,
      );
      expect(reply.status, JSON.stringify(reply.body)).toBe(200);
      return reply.body;
    };
    const total = await ask({ metrics: ['visitors', 'visits', 'pageviews', 'events'], dimensions: [] });
    expect(total.data.rows).toMatchObject([{ metrics: { visitors: 2, visits: 3, pageviews: 4, events: 1 } }]);
    const channels = await ask({ metrics: ['visits'], dimensions: ['channel'] });
    const byChannel = channels.data.rows.map(
      (one: { dimensions: { channel: string }; metrics: { visits: number } }) => [
        one.dimensions.channel,
        one.metrics.visits,
      ],
    );
    expect(Object.fromEntries(byChannel)).toEqual({ organic_search: 1, email: 1, paid_search: 1 });
    const events = await server.server.clickhouse.rows<Record<string, unknown>>(
      `select type, name, path, device, browser, os, toString(visit_day) as visit_day, is_returning from events
       where website_id = {id:String} and occurred_at < toDateTime64('2025-01-01 00:00:00', 3, 'UTC') order by occurred_at, type, path`,
      { id: story.websiteId },
    );
    expect(events).toMatchObject([
      { type: 'pageview', path: '/pricing', device: 'mobile', browser: 'Chrome', os: 'iOS' },
      { type: 'visit', is_returning: 0 },
      { type: 'custom', name: '=open' },
      // Its visit began the day before.
      { type: 'pageview', path: '/signup', visit_day: '2024-03-31' },
      { type: 'pageview', path: '/' },
      { type: 'pageview', path: '/' },
      { type: 'visit' },
      { type: 'visit' },
    ]);
    expect(
      events
        .filter(({ type }) => type === 'visit')
        .map((one) => one.is_returning)
        .sort(),
    ).toEqual([0, 0, 1]);
  });

  it('months enough for more than a hundred partitions are one insert', async () => {
    const rows = Array.from({ length: 101 }, (_, index) =>
      umamiRow({
        event_id: `old${index}`,
        visit_id: `ov${index}`,
        session_id: `os${index}`,
        created_at: `${2005 + Math.floor(index / 12)}-${String(1 + (index % 12)).padStart(2, '0')}-15 12:00:00`,
      }),
    );
    const { item } = await send.importAll({ columns: umami.columns, rows }, ofWebsite('umami'), 200);
    expect(item).toMatchObject({ taken: 101 });
    await server.server.shipper.catchUp(20_000);
    const [row] = await server.server.clickhouse.rows<{ n: string }>(
      `select count() as n from events where website_id = {id:String} and type = 'visit' and toYear(occurred_at) < 2017`,
      { id: story.websiteId },
    );
    expect(Number(row?.n)).toBe(101);
    expect(await sql('select 1 from event_dead_letters')).toEqual([]);
  });
});

describe('Plausible', () => {
  const browsers = sheet(`
date,browser,visitors,visits,visit_duration,bounces
2021-12-30,Mobile App,2,2,0,2
2021-12-30,Mobile App,2,2,0,2
2021-12-31,Chrome,24,25,75,23
2021-12-32,Chrome,24,25,75,23
2022-01-01,Chrome,many,25,75,23
`);
  const settings = (more = {}) => ofWebsite('plausible', { table: 'imported_browsers', ...more });
  const days = async (query = '') =>
    (
      await server.get(
        `/api/v1/websites/${story.websiteId}/imported-days?table=imported_browsers${query}`,
        server.key,
      )
    ).body;

  it('days stay as they were counted, alike rows too, and apart; a day belongs to the import that brought it', async () => {
    const dry = await send.importAll(browsers, settings({ dry_run: true }), 2);
    expect(dry.item).toMatchObject({ taken: 3, refused: 2 });
    expect((await days()).data).toEqual([]);
    const { item, refused } = await send.importAll(browsers, settings(), 1);
    expect(item).toMatchObject({ taken: 3, refused: 2 });
    expect(refused).toEqual([
      { line: 5, reason: 'date is no day such as 2024-01-31' },
      { line: 6, reason: 'visitors is no whole number' },
    ]);
    const longer = {
      ...browsers,
      rows: [...browsers.rows.slice(0, 3), ['2022-01-02', 'Safari', '3', '3', '9', '1']],
    };
    expect((await send.importAll(longer, settings())).item).toMatchObject({ taken: 1, already_there: 3 });
    const first = await days('&limit=2');
    expect(first.data).toEqual([
      {
        date: '2021-12-30',
        dimensions: { browser: 'Mobile App' },
        metrics: { visitors: 2, visits: 2, visit_duration: 0, bounces: 2 },
      },
      {
        date: '2021-12-30',
        dimensions: { browser: 'Mobile App' },
        metrics: { visitors: 2, visits: 2, visit_duration: 0, bounces: 2 },
      },
    ]);
    const rest = await days(`&limit=50&cursor=${first.next_cursor}`);
    expect(rest.data.map(({ date }: { date: string }) => date)).toEqual(['2021-12-31', '2022-01-02']);
    expect((await days('&from=2022-01-01&to=2022-01-02')).data).toHaveLength(1);
  });
});
