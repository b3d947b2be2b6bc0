import type { FunnelStep } from '@headwater/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDice, insertPast, type PastEvent } from '../../test/reports/past.ts';
import { dayMs, randomPast } from '../../test/reports/random-past.ts';
import { countries, randomSteps, reckonFunnel } from '../../test/reports/random-steps.ts';
import { type ReckonedPath, reckonPaths } from '../../test/reports/reckon-paths.ts';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../test/test-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ clock: testClock('2026-06-15T12:00:00Z') });
});
afterAll(() => server.close());

describe('POST /api/v1/reports/funnel', () => {
  const start = Date.UTC(2026, 4, 1);
  const pasts: { story: Story; events: PastEvent[] }[] = [];
  beforeAll(async () => {
    for (const seed of [3, 4]) {
      const one = { story: await tellStory(server), events: randomSteps(seed, start, 600) };
      await insertPast(server, one.story, one.events);
      pasts.push(one);
    }
  });

  const funnel = (body: Record<string, unknown>) => server.post('/api/v1/reports/funnel', body, server.key);
  const period = { from: '2026-05-01T00:20:00Z', to: '2026-05-01T09:29:59.999Z' };
  const page = (path: string): FunnelStep => ({ type: 'pageview', path });

  it.each<[FunnelStep[], number]>([
    [[page('/pricing*'), { type: 'lead' }, { type: 'payment' }], 24],
    [[{ type: 'pageview' }, { type: 'event', name: 'event 1' }], 1],
    [[page('/docs*'), page('/docs*'), page('/docs*')], 3],
    [[page('/*'), page('/docs/start'), page('*s*'), { type: 'click' }], 2],
    [[page('/sign_up'), page('/sign%up')], 720],
    [[{ type: 'click' }, { type: 'payment' }], 5],
  ])('200 %j within %i h: as reckoned person by person', async (steps, windowHours) => {
    for (const { story, events } of pasts) {
      const asked = {
        program_id: story.programId,
        steps,
        window_hours: windowHours,
        by: 'country',
        ...period,
      };
      const { status, body } = await funnel(asked);
      expect(status, JSON.stringify(body)).toBe(200);
      const people = reckonFunnel(events, {
        from: Date.parse(period.from),
        before: Date.parse(period.to) + 1,
        steps,
        windowMs: windowHours * 3_600_000,
      });
      const counts = (of: typeof people) =>
        steps.map((_, step) => of.filter(({ reached }) => reached > step).length);
      expect(body.data.steps.map(({ persons }: { persons: number }) => persons)).toEqual(counts(people));
      const rows = countries
        .map((key) => ({ key, persons: counts(people.filter(({ country }) => country === key)) }))
        .filter(({ persons }) => persons[0] !== 0);
      expect(body.data.rows).toHaveLength(rows.length);
      expect(body.data.rows).toEqual(expect.arrayContaining(rows));
      expect(body.data.other_rows).toEqual(steps.map(() => 0));
      const plain = await funnel({
        ...asked,
        by: undefined,
        website_id: story.websiteId,
        program_id: undefined,
      });
      expect(plain.body.data.steps).toEqual(body.data.steps);
      expect(plain.body.data.rows).toEqual([]);
    }
  });

  it('200: what one page view fits twice is one step, two of them are two', async () => {
    const story = await tellStory(server);
    const view = (visitor: string, at: number): PastEvent => ({
      ...{ type: 'pageview', at: start + at, path: '/a', visitor_id: visitor, session_id: visitor },
    });
    await insertPast(server, story, [
      view('once', 0),
      view('twice', 0),
      view('twice', 3_600_000),
      view('late', 0),
      view('late', 3_600_001),
    ]);
    const { body } = await funnel({
      ...{ program_id: story.programId, steps: [page('/a'), page('*')], window_hours: 1, ...period },
      from: '2026-05-01',
    });
    expect(body.data.steps).toEqual([
      { persons: 3, of_first: 1, of_previous: 1 },
      { persons: 1, of_first: 0.333333, of_previous: 0.333333 },
    ]);
  });

  it.each([
    [{ steps: [{ type: 'lead' }] }, 'steps is invalid'],
    [{ steps: [{ type: 'lead' }, { type: 'sale' }] }, 'steps is invalid'],
    [{ steps: [{ type: 'lead' }, { type: 'event' }] }, 'steps is invalid: an event needs a name'],
    [{ window_hours: 0 }, 'window_hours is invalid'],
    [{ window_hours: 9000 }, 'window_hours is invalid'],
    [{ by: 'planet' }, 'by is invalid'],
    [{ from: 'soon' }, 'from is invalid'],
    [{ program_id: undefined }, 'website_id or program_id is required, and not both'],
  ])('400: %j', async (wrong, error) => {
    const steps = [{ type: 'lead' }, { type: 'payment' }];
    const reply = await funnel({ program_id: pasts[0]?.story.programId, steps, ...wrong });
    expect(reply).toMatchObject({ status: 400, body: { error } });
  });
});

describe('GET /api/v1/reports/journeys', () => {
  const start = Date.UTC(2026, 0, 5);
  let story: Story;
  let events: PastEvent[];
  beforeAll(async () => {
    story = await tellStory(server);
    events = randomPast(21, start, 90);
    await insertPast(server, story, events);
  });
  const journeys = (query: string) =>
    server.get(`/api/v1/reports/journeys?program_id=${story.programId}&${query}`, server.key);

  const compacted = ({ values }: ReckonedPath) =>
    values.filter((value, index) => value !== values[index - 1]);

  it('200: paths, their sums, and a flow that loses nobody', async () => {
    const { body, status } = await journeys('by=channel&from=2026-01-20&to=2026-03-20&limit=10&depth=3');
    expect(status, JSON.stringify(body)).toBe(200);
    const { data } = body;
    const { paid } = reckonPaths(events, {
      ...{ from: Date.UTC(2026, 0, 20), before: Date.UTC(2026, 2, 21), lookbackMs: 30 * dayMs },
      ...{ currency: 'USD', isNet: false, valueOf: (event) => event.channel ?? '' },
    });
    const sums = (paths: readonly ReckonedPath[]) => ({
      payments: paths.length,
      revenue_cents: paths.reduce((sum, { amount }) => sum + Number(amount), 0),
    });
    const touched = paid.filter(({ values }) => values.length > 0);
    expect(data.totals).toEqual(sums(paid));
    expect(data.untouched).toEqual(sums(paid.filter(({ values }) => values.length === 0)));
    const expected = [...new Set(touched.map((path) => compacted(path).join(' > ')))].map((name) => ({
      touches: name.split(' > '),
      ...sums(touched.filter((path) => compacted(path).join(' > ') === name)),
    }));
    expect(data.paths).toHaveLength(10);
    for (const path of data.paths) expect(expected).toContainEqual(path);
    const frequencies = expected.map(({ payments }) => payments).sort((a, b) => b - a);
    expect(data.paths.map(({ payments }: { payments: number }) => payments)).toEqual(
      frequencies.slice(0, 10),
    );
    const shown = data.paths.reduce((sum: number, path: { payments: number }) => sum + path.payments, 0);
    expect(data.other_paths).toMatchObject({ paths: expected.length - 10, payments: touched.length - shown });

    type Link = { source: string; target: string; payments: number; revenue_cents: number };
    const links = data.links as Link[];
    const into = (target: string) =>
      links.filter((link) => link.target === target).reduce((sum, { payments }) => sum + payments, 0);
    expect(into('payment')).toBe(touched.length);
    for (const channel of ['direct', 'email']) {
      const last = touched.filter((path) => compacted(path).at(-1) === channel);
      expect(
        links.find(({ source, target }) => source === `1:${channel}` && target === 'payment'),
      ).toMatchObject(sums(last));
      const before = last.filter((path) => compacted(path).at(-2) === 'social');
      const link = links.find(({ source, target }) => source === '2:social' && target === `1:${channel}`);
      expect(link?.payments ?? 0).toBe(before.length);
    }
    const ids = data.nodes.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(links.flatMap(({ source, target }) => [source, target]))).toEqual(new Set(ids));
    expect(Math.max(...data.nodes.map(({ step }: { step: number }) => step))).toBe(3);

    // The same, of those alone that begin or end with one channel; of none that nobody came by.
    const period = 'by=channel&from=2026-01-20&to=2026-03-20&limit=200';
    const asked = async (ends: string) => (await journeys(`${period}&${ends}`)).body.data;
    const ends = (first?: string, last?: string) =>
      touched.filter((path) => {
        const names = compacted(path);
        return (first ?? names[0]) === names[0] && (last ?? names.at(-1)) === names.at(-1);
      });
    expect((await asked('first=social')).totals).toEqual(sums(ends('social')));
    const names = compacted(touched.find((path) => compacted(path).length > 1) as ReckonedPath);
    const [first = '', last = ''] = [names[0], names.at(-1)];
    const both = await asked(`first=${first}&last=${last}`);
    expect(both.totals).toEqual(sums(ends(first, last)));
    expect(both.totals.payments).toBeGreaterThan(0);
    expect(both.untouched.payments).toBe(0);
    expect(both.links.filter(({ target }: Link) => target === 'payment')).toMatchObject([
      { source: `1:${last}`, ...sums(ends(first, last)) },
    ]);
    expect((await asked('last=nowhere')).totals.payments).toBe(0);
    expect((await journeys('by=landing_page&from=2026-01-20&to=2026-03-20')).body.data.totals).toEqual(
      data.totals,
    );
  });

  it.each([
    ['by=planet', 'by is invalid'],
    ['by=channel&depth=11', 'depth is invalid'],
    ['by=channel&limit=201', 'limit is invalid'],
  ])('400: %s', async (query, error) => {
    expect(await journeys(query)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('GET /api/v1/reports/cohorts', () => {
  const timeZone = 'Pacific/Auckland';
  const events: PastEvent[] = [];
  let websiteId: string;
  beforeAll(async () => {
    const website = { domain: 'kiwi.example', timezone: timeZone };
    websiteId = (await server.post('/api/v1/websites', website, server.key)).body.data.website_id;
    const dice = createDice(5);
    const moment = () => Date.UTC(2026, 0, 1) + dice(165 * 24) * 3_600_000;
    for (let customer = 1; customer <= 40; customer += 1) {
      // Some sign up without a lead, some twice, some are browsers without a customer.
      const who = dice(5) === 0 ? { visitor_id: `v${customer}` } : { customer_id: customer };
      for (let lead = dice(3); lead > 0; lead -= 1) events.push({ type: 'lead', at: moment(), ...who });
      for (let id = dice(5); id > 0; id -= 1) {
        const payment = {
          ...{ type: 'payment' as const, payment_id: customer * 10 + id, amount: 100 + dice(900), ...who },
          ...{ currency: dice(3) === 0 ? 'EUR' : 'NZD', ...(dice(15) === 0 ? { is_test: 1 as const } : {}) },
        };
        const at = moment();
        events.push({ ...payment, at });
        if (dice(6) === 0)
          events.push(
            { ...payment, at, sign: -1, amount: -payment.amount },
            { ...payment, at, channel: 'email' },
          );
        if (dice(5) === 0) events.push({ ...payment, type: 'refund', at: at + 40 * dayMs, amount: 50 });
      }
    }
    const [program] = await server.database.postgres.query<{ id: number }>(
      'select min(id)::integer as id from programs',
    );
    await insertPast(server, { programId: program?.id ?? 0, websiteId }, events);
  });

  const monthOf = (at: number) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(at).slice(0, 7);
  const whoOf = (event: PastEvent) => event.customer_id ?? event.visitor_id;

  it('200: people, retention and revenue of each month since sign-up, by currency, in the website’s time zone', async () => {
    const { body, status } = await server.get(
      `/api/v1/reports/cohorts?website_id=${websiteId}&from=2026-01&to=2026-05`,
      server.key,
    );
    expect(status, JSON.stringify(body)).toBe(200);
    const real = events.filter(({ is_test }) => is_test !== 1);
    const signUps = new Map<unknown, string>();
    for (const who of new Set(real.map(whoOf))) {
      const own = real.filter((event) => whoOf(event) === who && event.type !== 'refund');
      const leads = own.filter(({ type }) => type === 'lead');
      const first = Math.min(...(leads.length > 0 ? leads : own).map(({ at }) => at));
      signUps.set(who, monthOf(first));
    }
    const months = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'];
    const expected = months.slice(0, 5).map((month, index) => {
      const members = [...signUps].filter(([, signedUp]) => signedUp === month).map(([who]) => who);
      return {
        month,
        customers: members.length,
        months: months.slice(index).map((later, number) => {
          const money = real.filter((event) => members.includes(whoOf(event)) && monthOf(event.at) === later);
          const payments = money.filter(({ type }) => type === 'payment');
          const paying = new Set(payments.map(whoOf)).size;
          const sum = (type: string, currency: string) =>
            money
              .filter((event) => event.type === type && event.currency === currency)
              .reduce((total, { amount }) => total + (amount ?? 0), 0);
          const revenue = ['EUR', 'NZD']
            .map((currency) => ({
              ...{
                currency,
                revenue_cents: sum('payment', currency),
                refunded_cents: sum('refund', currency),
              },
            }))
            .filter(({ revenue_cents, refunded_cents }) => revenue_cents !== 0 || refunded_cents !== 0);
          const retention = members.length === 0 ? 0 : Math.round((paying / members.length) * 1e6) / 1e6;
          return { month: number, paying, retention, revenue };
        }),
      };
    });
    expect(body.data.cohorts).toEqual(expected);
    expect(body.data.time_zone).toBe(timeZone);
    expect(
      expected.flatMap((cohort) => cohort.months).filter(({ paying }) => paying > 0).length,
    ).toBeGreaterThan(10);
  });

  it('200: by default the last twelve months', async () => {
    const { body } = await server.get(`/api/v1/reports/cohorts?website_id=${websiteId}`, server.key);
    const months = body.data.cohorts.map(({ month }: { month: string }) => month);
    expect([months.length, months[0], months.at(-1)]).toEqual([12, '2025-07', '2026-06']);
  });

  it.each([
    ['from=2026-13', 'from is invalid'],
    ['to=soon', 'to is invalid'],
    ['from=2026-05&to=2026-04', 'to is invalid'],
    ['from=2019-01', 'from is invalid: at most 60 months at once'],
  ])('400: %s', async (query, error) => {
    const reply = await server.get(`/api/v1/reports/cohorts?website_id=${websiteId}&${query}`, server.key);
    expect(reply).toMatchObject({ status: 400, body: { error } });
  });
});
