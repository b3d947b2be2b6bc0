import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StripeEvent } from '../../src/stripe/index.ts';
import { openTestServer, type TestServer } from '../test-server.ts';
import { day, start } from './objects.ts';
import { tales } from './stories.ts';
import { clickTime, type StripeStory, tellStripeStory } from './stripe-story.ts';

// Replaying all events of a program into an empty database, in the order in which they were stored and with the same
// clock, gives the same books, commissions and explanations, byte for byte.

const servers: TestServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

interface Told {
  story: StripeStory;
  server: TestServer;
  events: StripeEvent[];
}

/** The click ids are random, so the second database is given the clicks of the first. */
async function begin(from?: Told): Promise<Told> {
  const server = await openTestServer();
  servers.push(server);
  const story = await tellStripeStory(server, { settings: { organic_payments: 'record', fee_bps: 300 } });
  await story.addPartner('anna');
  await story.addPartner('ben');
  const { postgres } = server.database;
  if (from === undefined) {
    server.clock.set(clickTime);
    const cast = {
      programId: story.programId,
      annaClick: await story.click('anna'),
      benClick: await story.click('ben'),
      lead: { key: 'signed_up', email: 'lead@example.com' },
    };
    const events = Object.values(tales).flatMap((tale, index) => underOwnIds(tale(cast), index));
    return { story, server, events: [...events].sort((a, b) => a.created - b.created) };
  }
  const clicks = await from.server.database.postgres.query<{ row: string }>(
    'select row_to_json(c)::text as row from clicks c',
  );
  for (const { row } of clicks) {
    await postgres.query(
      `insert into clicks (workspace_id, program_id, click_id, clicked_at, link_id, partner_id, visitor, web_visitor,
         web_session, is_test, context)
       select workspace_id, program_id, click_id, clicked_at, link_id, partner_id, visitor, web_visitor, web_session,
         is_test, context
       from json_populate_record(null::clicks, $1::json)`,
      [row],
    );
  }
  return { story, server, events: from.events };
}

/** The stories use the same ids and people; side by side in one program each needs its own. */
function underOwnIds(events: StripeEvent[], index: number): StripeEvent[] {
  const text = JSON.stringify(events)
    .replaceAll(/"(cus|sub|in|pi|ch|cs|re|dp|cn)_(\d+)"/g, `"$1_$2_of_${index}"`)
    .replaceAll(/(sam)@/gi, `$1${index}@`)
    .replaceAll('"user_1"', `"user_1_of_${index}"`);
  return JSON.parse(text);
}

async function tellAll({ story, server, events }: Told): Promise<void> {
  for (const [index, one] of events.entries()) {
    server.clock.set(new Date((start + 600 * day + index) * 1000));
    await story.apply(one);
  }
}

async function everything({ story, server }: Told): Promise<string> {
  const tables = [
    'payments',
    'payment_keys',
    'payment_claims',
    'attributions',
    'commissions',
    'fees',
    'refunds',
    'disputes',
    'ledger_transactions',
    'ledger_entries',
    'customers',
    'customer_visitors',
    'leads',
    'stripe_objects',
  ];
  const books: Record<string, unknown> = {};
  for (const table of tables) {
    books[table] = await server.database.postgres.query(
      `select row_to_json(t)::text as row from ${table} t order by row_to_json(t)::text collate "C"`,
    );
  }
  const explanations = [];
  for (const { transactionId, isTest } of await story.payments()) {
    if (!isTest) explanations.push(await story.explained(transactionId));
  }
  // A website's id is drawn at random when it is set up.
  return JSON.stringify({ books, explanations }).replaceAll(/web_[\w-]+/g, 'the website');
}

describe('replaying a program’s events', () => {
  let first: Told;
  let second: Told;
  beforeAll(async () => {
    first = await begin();
    second = await begin(first);
    await tellAll(first);
    await tellAll(second);
  }, 120_000);

  it('gives the same books, commissions and explanations, byte for byte', async () => {
    const [one, other] = [await everything(first), await everything(second)];
    expect(one.length).toBeGreaterThan(50_000);
    // Not toBe: a difference of this size cannot be read.
    expect(other === one).toBe(true);
  });

  it('and once more into the same database changes nothing', async () => {
    const before = await everything(first);
    await tellAll(first);
    expect((await everything(first)) === before).toBe(true);
  });
});
