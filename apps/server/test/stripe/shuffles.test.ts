import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StripeEvent } from '../../src/stripe/index.ts';
import { expectBalancedBooks } from '../story.ts';
import { openTestServer, type TestServer } from '../test-server.ts';
import { day, start } from './objects.ts';
import { type Cast, type StripeTale, tales } from './stories.ts';
import { ownCode, type StripeStory, tellStripeStory } from './stripe-story.ts';

// Every story, told straight and then shuffled, repeated and delayed, by several workers at once: the same books,
// commissions and explanations. HEADWATER_SHUFFLES=<runs>[:<seed>] tells more of them.
const [asked, givenSeed] = (process.env.HEADWATER_SHUFFLES ?? '').split(':');
const names = Object.keys(tales);
const shuffles = Math.ceil(Number(asked || 60) / names.length);
const seed = givenSeed ? Number(givenSeed) : asked ? Math.floor(Math.random() * 2 ** 31) : 20_260_105;

vi.setConfig({ testTimeout: 60_000 + shuffles * 10_000 });

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

interface Ending {
  balances: Record<string, number>;
  commissions: unknown;
  payments: unknown;
  customers: unknown;
  explanations: unknown;
}

async function begin(
  commission: Record<string, unknown>,
  bounds: Record<string, unknown>,
): Promise<{ story: StripeStory; cast: Cast; events: (tale: StripeTale) => StripeEvent[] }> {
  const story = await tellStripeStory(server, {
    commission,
    settings: { organic_payments: 'record', fee_bps: 300, fee_free_revenue: 0 },
  });
  const terms = { ...commission, ...bounds, effective_from: '1970-01-01T00:00:00Z' };
  const added = await server.post(`/api/v1/groups/${story.groupId}/policies`, terms, server.key);
  expect(added.status).toBe(201);
  const [anna, ben] = [ownCode('anna'), ownCode('ben')];
  await story.addPartner(anna);
  await story.addPartner(ben);
  const annaClick = await story.click(anna);
  server.clock.advance(3_600_000);
  const benClick = await story.click(ben);
  server.clock.advance(3_600_000);
  const lead = { key: 'signed_up', email: 'lead@example.com' };
  const reply = await story.lead({
    click_id: await story.click(ben),
    customer_key: lead.key,
    email: lead.email,
  });
  expect(reply.status).toBe(200);
  server.clock.set(new Date((start + 500 * day) * 1000));
  const cast = { programId: story.programId, annaClick, benClick, lead };
  return { story, cast, events: (tale) => tale(cast) };
}

/** What is compared: everything that ends up somewhere, under names that do not depend on the run. */
async function ending(story: StripeStory, cast: Cast): Promise<Ending> {
  const partners = new Map<string, string>();
  const payments = await story.payments();
  const named = new Map<string, string>([
    [cast.annaClick, 'anna’s click'],
    [cast.benClick, 'ben’s click'],
  ]);
  const ids = new Map<number, string>();
  const explanations: Record<string, unknown> = {};
  for (const { transactionId } of payments) {
    const explained = await story.explained(transactionId);
    ids.set(explained.payment.id, transactionId);
    explanations[transactionId] = explained;
  }
  const text = JSON.stringify(
    {
      payments,
      balances: await story.balances(),
      commissions: await story.commissions(),
      customers: await story.customers(),
      explanations,
    },
    (key, value) => {
      if (
        [
          'received_at',
          'decisions',
          'ledger',
          'matched_at',
          'revenue_before',
          'policy',
          'program_id',
          'website_id',
        ].includes(key)
      )
        return undefined;
      if (key === 'partner_id') {
        const known = partners.get(String(value)) ?? `partner ${partners.size}`;
        partners.set(String(value), known);
        return known;
      }
      if ((key === 'commission' || key === 'commissions') && Array.isArray(value) && value[0]?.hold_until)
        return value.map((one: object) => ({ ...one, id: null }));
      if (key === 'commission' && value?.hold_until) return { ...value, id: null };
      if (key === 'payment') return { ...value, id: null };
      if (typeof value === 'object' && value?.kind === 'bound_by_payment')
        return { ...value, value: ids.get(Number(value.value)) };
      return typeof value === 'string' ? (named.get(value) ?? value) : value;
    },
  );
  return JSON.parse(
    text.replaceAll(/clk_[\w-]+/g, (id) => named.get(id) ?? 'a click').replaceAll(/(anna|ben)-\d+/g, '$1'),
  );
}

/** Shuffled, some of them twice, given to workers who take the next one when they are ready. */
interface Telling {
  order: number[];
  repeated: number[];
  workers: number;
}

const telling = (count: number): fc.Arbitrary<Telling> =>
  fc.record({
    order: fc.shuffledSubarray(
      Array.from({ length: count }, (_, index) => index),
      { minLength: count, maxLength: count },
    ),
    repeated: fc.array(fc.nat({ max: count - 1 }), { maxLength: 4 }),
    workers: fc.integer({ min: 1, max: 4 }),
  });

async function tell(
  story: StripeStory,
  events: readonly StripeEvent[],
  { order, repeated, workers }: Telling,
): Promise<void> {
  const queue = [...order, ...repeated].map((index) => events[index] as StripeEvent);
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await story.apply(next);
  };
  await Promise.all(Array.from({ length: workers }, work));
}

describe.each([
  ['monthly for a year', { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 }, {}],
  ['the first payment only', { type: 'cps_one_time', rate_bps: 3333 }, {}],
  [
    'at most so much a payment and a customer',
    { type: 'cps_lifetime', rate_bps: 2000 },
    { min_cents: 150, max_cents: 1700, customer_cap_cents: 2500 },
  ],
])('paid %s', (_terms, commission, bounds) => {
  it.each(names)('%s', async (name) => {
    const tale = tales[name] as StripeTale;
    const straight = await begin(commission, bounds);
    const told = straight.events(tale);
    await straight.story.apply(...told);
    const expected = await ending(straight.story, straight.cast);
    await fc.assert(
      fc.asyncProperty(telling(told.length), async (one) => {
        const { story, cast, events } = await begin(commission, bounds);
        await tell(story, events(tale), one);
        expect(await ending(story, cast)).toEqual(expected);
      }),
      { numRuns: Math.ceil(shuffles / 2), seed, endOnFailure: true },
    );
    await expectBalancedBooks(server);
  });
});
