import { creditModels, pathDimensions, ruleModels } from '@headwater/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertPast, type PastEvent } from '../../../test/reports/past.ts';
import { dayMs, randomPast } from '../../../test/reports/random-past.ts';
import { numbered, type ReckonedPath, reckonPaths } from '../../../test/reports/reckon-paths.ts';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer } from '../../../test/test-server.ts';
import {
  chainShapley,
  createChainCounter,
  creditByRule,
  emptyTally,
  normalise,
  type Order,
  paymentParts,
  removalEffects,
  splitByShares,
  tallyByRules,
} from '../../models/index.ts';

let server: TestServer;
let story: Story;

beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const ask = async (query: Record<string, unknown>, of: Story = story, path = 'models') => {
  const words = Object.entries<unknown>({ program_id: of.programId, ...query }).map(
    ([name, value]): [string, string] => [name, String(value)],
  );
  const reply = await server.get(`/api/v1/reports/${path}?${new URLSearchParams(words)}`, server.key);
  expect(reply.status, JSON.stringify(reply.body)).toBe(200);
  return reply.body.data;
};
type Credit = { revenue_cents: number; payments: number; removal_effect?: number };
type Row = { key: string; models: Record<string, Credit> };
const revenueOf = (rows: readonly Row[], model: string) =>
  Object.fromEntries(
    rows
      .map((row) => [row.key, row.models[model]?.revenue_cents] as const)
      .filter(([, revenue]) => revenue !== 0),
  );

describe('a story through the real doors', () => {
  beforeAll(async () => {
    story = await tellStory(server);
    await story.addPartner('anna');
    // A newsletter, then Anna's link, then directly, in two browsers: one customer, who pays twice.
    await story.pageview(
      'v1',
      's1',
      'https://shop.example/?utm_source=news&utm_medium=email&utm_campaign=spring',
    );
    server.clock.advance(60_000);
    await story.pageview('v1', 's2', 'https://shop.example/?aff=anna');
    const clickId = await story.click('anna', { visitor_id: 'v1', session_id: 's2' });
    await story.lead({ click_id: clickId, customer_key: 'u1', visitor_id: 'v1', session_id: 's2' });
    server.clock.advance(60_000);
    await story.pageview('v2', 's3');
    // The second browser says who it is: only an identify event joins it.
    await server.post('/api/v1/collect', {
      website_id: story.websiteId,
      visitor_id: 'v2',
      session_id: 's3',
      events: [{ type: 'identify', customer_key: 'u1' }],
    });
    await story.sale({ transaction_id: 't1', customer_key: 'u1', amount_cents: 10_000 });
    await story.sale({ transaction_id: 't2', customer_key: 'u1', amount_cents: 101 });
    await story.refund({ transaction_id: 't1', refund_amount_cents: 4000 });
    // Somebody who only looked, and somebody who came from nowhere we know.
    await story.pageview('v3', 's4', 'https://shop.example/?utm_source=news&utm_medium=email');
    await server.server.shipper.catchUp(20_000);
  });

  it('200: three touches of one customer share what was paid, model by model', async () => {
    const data = await ask({ by: 'channel' });
    expect(data.totals).toEqual({ payments: 2, revenue_cents: 10_101 });
    expect(data.untouched).toEqual({ payments: 0, revenue_cents: 0 });
    expect(data.paths).toEqual({ paid: 2, unpaid: 1, shortened: 0 });
    expect(revenueOf(data.rows, 'first_touch')).toEqual({ email: 10_101 });
    expect(revenueOf(data.rows, 'last_touch')).toEqual({ direct: 10_101 });
    expect(revenueOf(data.rows, 'last_non_direct')).toEqual({ affiliate: 10_101 });
    // 10,000 = 3334 + 3333 + 3333, the cent left over to the first; 101 = 34 + 34 + 33.
    expect(revenueOf(data.rows, 'linear')).toEqual({ email: 3368, affiliate: 3367, direct: 3366 });
    expect(revenueOf(data.rows, 'position_based')).toEqual({ email: 4041, affiliate: 2020, direct: 4040 });
    expect(data.shapley).toMatchObject({ method: 'exact' });
    expect(data.models).toEqual([...creditModels]);
  });

  it('200: net of refunds, by campaign, and for the website', async () => {
    const data = await ask({ by: 'campaign', revenue: 'net', models: 'first_touch,last_touch' });
    expect(data.totals).toEqual({ payments: 2, revenue_cents: 6101 });
    expect(revenueOf(data.rows, 'first_touch')).toEqual({ spring: 6101 });
    expect(Object.keys(data.rows[0].models)).toEqual(['first_touch', 'last_touch']);
    const website = await server.get(
      `/api/v1/reports/models?by=channel&website_id=${story.websiteId}&models=linear`,
      server.key,
    );
    expect(revenueOf(website.body.data.rows, 'linear')).toEqual({
      email: 3368,
      affiliate: 3367,
      direct: 3366,
    });
  });

  it('200 by=partner names the partner', async () => {
    const { rows } = await ask({ by: 'partner', models: 'last_non_direct' });
    expect(rows).toEqual([
      expect.objectContaining({
        name: 'anna',
        models: { last_non_direct: { revenue_cents: 10_101, payments: 2 } },
      }),
    ]);
  });

  it('200 moves: which payments made the difference, with their paths', async () => {
    const query = { by: 'channel', key: 'email', from_model: 'last_touch', to_model: 'linear' };
    const data = await ask(query, story, 'models/moves');
    expect(data).toMatchObject({
      ...{ from_cents: 0, to_cents: 3368, difference_cents: 3368, moved_cents: 3368, spread_cents: 0 },
      ...{ moved_payments: 2, next_cursor: null, currency: 'USD' },
    });
    expect(
      data.moves.map((move: Record<string, unknown>) => [move.amount_cents, move.difference_cents]),
    ).toEqual([
      [10_000, 3334],
      [101, 34],
    ]);
    expect(data.moves[0].path.map(({ key }: { key: string }) => key)).toEqual([
      'email',
      'affiliate',
      'direct',
    ]);
  });

  it('200: a look-back that no touch is in leaves payments untouched', async () => {
    server.clock.advance(40 * dayMs);
    await story.sale({ transaction_id: 't3', customer_key: 'u1', amount_cents: 900 });
    await server.server.shipper.catchUp(20_000);
    const data = await ask({ by: 'channel', lookback_days: 7 });
    expect(data.untouched).toEqual({ payments: 1, revenue_cents: 900 });
    server.clock.advance(-40 * dayMs);
  });

  const own = () => `by=channel&program_id=${story.programId}`;
  it.each([
    ['by=planet', 'by is invalid'],
    ['by=channel', 'website_id or program_id is required, and not both', ''],
    ['models=first_touch,best', 'models is invalid'],
    ['models=', 'models is invalid'],
    ['lookback_days=0', 'lookback_days is invalid'],
    ['lookback_days=366', 'lookback_days is invalid'],
    ['markov_order=4', 'markov_order is invalid'],
    ['revenue=both', 'revenue is invalid'],
    ['seed=-1', 'seed is invalid'],
    ['from=soon', 'from is invalid'],
  ])('400: %s', async (query, error, base = own()) => {
    const reply = await server.get(
      `/api/v1/reports/models?${base}&${query}`.replace(/by=channel&(.*by=)/, '$1'),
      server.key,
    );
    expect(reply).toMatchObject({ status: 400, body: { error } });
  });

  it('400 moves: key, models and cursor; 404: of another workspace', async () => {
    const get = (query: string, key = server.key) =>
      server.get(`/api/v1/reports/models/moves?${own()}&${query}`, key);
    const rest = 'from_model=linear&to_model=markov';
    expect((await get(rest)).body.error).toBe('key is invalid');
    expect((await get('key=email&from_model=linear')).body.error).toBe('to_model is invalid');
    expect((await get(`key=email&${rest}&cursor=x`)).body.error).toBe('cursor is invalid');
    expect((await get(`key=email&${rest}`, await server.otherWorkspace())).status).toBe(404);
  });
});

describe('random pasts, reckoned event by event', () => {
  const start = Date.UTC(2026, 0, 5);
  const period = { from: start + 15 * dayMs, before: start + 75 * dayMs };
  const days = { from: '2026-01-20', to: '2026-03-20' };
  const columns = {
    channel: 'channel',
    source: 'source',
    campaign: 'campaign',
    landing_page: 'landing_page',
    partner: 'partner_id',
  } as const;
  const pasts: { story: Story; events: PastEvent[] }[] = [];

  beforeAll(async () => {
    for (const seed of [11, 12, 13]) {
      const one = { story: await tellStory(server), events: randomPast(seed, start, 90) };
      await insertPast(server, one.story, one.events);
      pasts.push(one);
    }
  });

  const reckoned = (
    events: readonly PastEvent[],
    by: keyof typeof columns,
    lookbackDays: number,
    isNet: boolean,
  ) =>
    reckonPaths(events, {
      ...period,
      lookbackMs: lookbackDays * dayMs,
      currency: 'USD',
      isNet,
      // Of a landing page its path alone.
      valueOf: (event) => String(event[columns[by]] ?? '').replace(/^https:\/\/shop\.example(.*)\?.*$/, '$1'),
    });
  const valuesIn = (paths: readonly ReckonedPath[]) =>
    [...new Set(paths.flatMap(({ values }) => values))].sort();

  it.each(
    pathDimensions.flatMap((by, index) => [
      { by, lookback_days: 30, markov_order: 1, revenue: index % 2 === 0 ? 'net' : 'gross' },
      { by, lookback_days: 9, markov_order: 1 + (index % 3), revenue: index % 2 === 0 ? 'gross' : 'net' },
    ]),
  )('200 %j: every model gives each row what the reckoning gives it', async (query) => {
    for (const { story: own, events } of pasts) {
      const data = await ask({ ...days, ...query }, own);
      const { paid, unpaid } = reckoned(events, query.by, query.lookback_days, query.revenue === 'net');
      const touched = paid.filter(({ values }) => values.length > 0);
      expect(touched.length).toBeGreaterThan(20);
      expect(data.paths).toEqual({ paid: touched.length, unpaid: unpaid.length, shortened: 0 });
      const revenue = (paths: readonly ReckonedPath[]) => paths.reduce((sum, { amount }) => sum + amount, 0n);
      expect(data.totals).toEqual({ payments: paid.length, revenue_cents: Number(revenue(paid)) });
      expect(data.untouched).toEqual({
        payments: paid.length - touched.length,
        revenue_cents: Number(revenue(paid) - revenue(touched)),
      });
      const values = valuesIn([...touched, ...unpaid]);
      const tallies = new Map(ruleModels.map((model) => [model, emptyTally(values.length + 1)]));
      const counter = createChainCounter(query.markov_order as Order);
      for (const path of touched) {
        tallyByRules(tallies, numbered(path, values), path.amount, 1n);
        counter.add(numbered(path, values).channels, true, 1);
      }
      for (const path of unpaid) counter.add(numbered(path, values).channels, false, 1);
      for (const model of creditModels) {
        const rows = data.rows as Row[];
        const sum = (of: 'revenue_cents' | 'payments') =>
          rows.reduce((total, { models }) => total + (models[model]?.[of] ?? 0), 0);
        expect(sum('revenue_cents'), model).toBe(Number(revenue(touched)));
        expect(sum('payments'), model).toBeCloseTo(touched.length, 5);
      }
      for (const [model, tally] of tallies) {
        const expected = values.map((value, index) => [value, Number(tally.revenue[index + 1])] as const);
        expect(revenueOf(data.rows, model), model).toEqual(
          Object.fromEntries(expected.filter(([, amount]) => amount !== 0)),
        );
        for (const [index, value] of values.entries()) {
          const payments = Number(tally.payments[index + 1]) / Number(paymentParts);
          const row = (data.rows as Row[]).find(({ key }) => key === value);
          expect(row?.models[model]?.payments ?? 0, `${model} ${value}`).toBe(payments);
        }
      }
      const chain = counter.chain();
      const effects = removalEffects(chain, values.length + 1);
      const shapley = chainShapley(chain, values.length + 1, { seed: 1, samples: 200_000 });
      const shares = { markov: splitByShares(normalise(effects), revenue(touched)) };
      for (const [index, value] of values.entries()) {
        const row = (data.rows as Row[]).find(({ key }) => key === value);
        // The chain sums in another order: to the cent or one beside it.
        const markov = Number(shares.markov[index + 1]);
        expect(Math.abs((row?.models.markov?.revenue_cents ?? 0) - markov)).toBeLessThanOrEqual(1);
        expect(row?.models.markov?.removal_effect ?? 0).toBeCloseTo(effects[index + 1] as number, 9);
        if (shapley.method === 'sampled') continue;
        const expected = Number(splitByShares(shapley.shares, revenue(touched))[index + 1]);
        expect(Math.abs((row?.models.shapley?.revenue_cents ?? 0) - expected)).toBeLessThanOrEqual(1);
      }
    }
  });

  it('200 moves: page by page they add up to the difference, and each is what its path says', async () => {
    const { story: own, events } = pasts[0] as (typeof pasts)[number];
    const { paid } = reckoned(events, 'channel', 30, false);
    const values = valuesIn(paid);
    const pairs = [
      ['first_touch', 'last_non_direct'],
      ['linear', 'time_decay'],
      ['last_touch', 'markov'],
      ['position_based', 'shapley'],
    ] as const;
    const report = await ask({ by: 'channel', ...days }, own);
    for (const [index, [from, to]] of pairs.entries()) {
      for (const { key, models } of (report.rows as Row[]).slice(index, index + 2)) {
        const query = { by: 'channel', key, from_model: from, to_model: to, ...days, limit: 16 };
        const moves = [];
        let page = await ask(query, own, 'models/moves');
        for (let pages = 0; ; pages += 1) {
          moves.push(...page.moves);
          if (page.next_cursor === null) break;
          expect(pages).toBeLessThan(50);
          page = await ask({ ...query, cursor: page.next_cursor }, own, 'models/moves');
        }
        expect([page.from_cents, page.to_cents]).toEqual([
          models[from]?.revenue_cents,
          models[to]?.revenue_cents,
        ]);
        const moved = moves.reduce((sum, { difference_cents }) => sum + difference_cents, 0);
        expect(moved).toBe(page.moved_cents);
        expect(moved + page.spread_cents).toBe(page.difference_cents);
        expect(moves.length).toBe(page.moved_payments);
        expect(new Set(moves.map(({ payment_id }) => payment_id)).size).toBe(moves.length);
        const sizes = moves.map(({ difference_cents }) => Math.abs(difference_cents));
        expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
        if (to === 'markov' || to === 'shapley') continue;
        expect(page.spread_cents).toBe(0);
        for (const move of moves) {
          const path = paid.find(({ paymentId }) => paymentId === move.payment_id) as ReckonedPath;
          expect(move.path.map((touch: { key: string }) => touch.key)).toEqual(path.values);
          const [before, after] = [from, to].map(
            (model) =>
              creditByRule(model, numbered(path, values), path.amount).find(
                ({ channel }) => values[channel - 1] === key,
              )?.amount ?? 0n,
          );
          expect([move.from_cents, move.to_cents]).toEqual([Number(before), Number(after)]);
        }
      }
    }
  });

  it('200: what is beyond 200 values goes together, and long paths are shortened', async () => {
    const own = await tellStory(server);
    const visit = (number: number, visitor: string): PastEvent => ({
      ...{
        type: 'visit',
        at: period.from + number * 60_000,
        visitor_id: visitor,
        session_id: `${visitor}-${number}`,
      },
      ...{ channel: 'email', source: `source ${String(number).padStart(3, '0')}` },
    });
    const pay = (visitor: string, id: number): PastEvent => ({
      ...{
        type: 'payment',
        at: period.from + dayMs,
        visitor_id: visitor,
        payment_id: id,
        amount: 1000,
        currency: 'USD',
      },
    });
    const many = Array.from({ length: 205 }, (_, number) => visit(number, `w${number}`));
    const long = Array.from({ length: 60 }, (_, number) => visit(number, 'long'));
    const paying = Array.from({ length: 205 }, (_, number) => pay(`w${number}`, number + 1));
    await insertPast(server, own, [...many, ...long, ...paying, pay('long', 1000)]);
    const data = await ask({ by: 'source', ...days, models: 'linear,shapley' }, own);
    expect(data.paths).toMatchObject({ paid: 206, shortened: 1 });
    expect(data.rows.length).toBe(201);
    // Sources 60 to 204 have one visit each; the last five in the order of their names are told together.
    const others = data.rows.find((row: { others?: boolean }) => row.others === true);
    expect(others.models.linear).toEqual({ revenue_cents: 5000, payments: 5 });
    expect(data.shapley).toMatchObject({ method: 'sampled', samples: 200_000, seed: 1 });
    expect(others.models.shapley.error_cents).toBeGreaterThan(0);
    const revenue = (model: string) =>
      data.rows.reduce((sum: number, row: Row) => sum + (row.models[model]?.revenue_cents ?? 0), 0);
    expect([revenue('linear'), revenue('shapley')]).toEqual([206_000, 206_000]);
  });
});
