import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';
import { createTurns } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import { hasTracker, lookForTracker } from './look-for-tracker.ts';

let server: TestServer;
let story: Story;
beforeAll(async () => {
  server = await openTestServer();
  story = await tellStory(server, { settings: { hold_period_days: 0 } });
});
afterAll(() => server.close());

const readiness = (token = story.token) => server.get('/api/v1/programs/me/readiness', token);
const chain = (token = story.token) => server.post('/api/v1/cli/test-event', { type: 'chain' }, token);
const allOfIt = () => server.get(`/api/v1/programs/${story.programId}/readiness`, server.key);

/** Everything that counts: what a chain must leave as it was. */
async function whatCounts() {
  const [row] = await server.database.postgres.query(
    `select (select count(*) from partners)::int as partners, (select count(*) from enrollments)::int as enrollments,
       (select count(*) from links)::int as links, (select count(*) from customers)::int as customers,
       (select count(*) from commissions)::int as commissions, (select count(*) from fees)::int as fees,
       (select count(*) from ledger_entries)::int as entries, (select count(*) from webhook_messages)::int as told,
       (select count(*) from clicks where not is_test)::int as clicks,
       (select count(*) from leads where not is_test)::int as leads,
       (select count(*) from payments where not is_test)::int as payments,
       (select count(*) from link_click_deltas)::int as deltas`,
  );
  return row;
}

describe('a new program', () => {
  it('says which gate is in the way, and what to do', async () => {
    const { status, body } = await readiness();
    expect(status).toBe(200);
    expect(body).toEqual({
      program_id: story.programId,
      state: 'configuring',
      integration_verified: false,
      blocker: 'tracking',
      gates: {
        profile: { status: 'pass' },
        economics: { status: 'pass' },
        payout: { status: 'pass', mode: 'manual' },
        tracking: {
          status: 'fail',
          checked_at: server.clock.now().toISOString(),
          next_action: 'install_tracker_or_send_events',
        },
        live: {
          status: 'fail',
          next_action: 'run_synthetic_sale_chain',
          test_chain: { click: 'pending', lead: 'pending', sale: 'pending' },
        },
      },
      last_event_at: { click: null, lead: null, sale: null },
      counts_24h: { clicks: 0, leads: 0, sales: 0 },
      key_rotated_at: null,
      poll: { retry_after_seconds: 5 },
    });
  });

  it('without terms it is economics, and the chain’s sale is unattributed', async () => {
    const bare = await tellStory(server, { commission: null });
    expect((await readiness(bare.token)).body).toMatchObject({
      blocker: 'economics',
      gates: { economics: { status: 'fail', next_action: 'set_commission_policy' } },
    });
    const { data } = (await chain(bare.token)).body;
    expect(data.verdict).toEqual({ click: 'attributed', lead: 'attributed', sale: 'unattributed' });
    expect(data.attributed).toBe(false);
    const { body } = await readiness(bare.token);
    expect([body.state, body.integration_verified]).toEqual(['configuring', false]);
  });

  it('401 in its own shape', async () => {
    for (const token of [undefined, 'aff_nobody', story.websiteToken]) {
      const reply = await server.get('/api/v1/programs/me/readiness', token);
      expect([reply.status, reply.body]).toEqual([
        401,
        { error: { code: 'invalid_key', message: 'Invalid API token.' } },
      ]);
    }
  });
});

describe('the synthetic chain', () => {
  it('goes through the production code and changes nothing that counts', async () => {
    await server.post('/api/v1/track/click', {
      additional_data: { test_mode: true, program_id: story.programId },
    });
    await server.post('/api/v1/cli/test-event', { event_type: 'sale' }, story.token);
    expect((await readiness()).body).toMatchObject({
      state: 'ready',
      blocker: 'live',
      gates: { tracking: { status: 'pass', detail: 'receiving_events' } },
    });
    const before = await whatCounts();
    const { status, body } = await chain();
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        type: 'chain',
        short_code: `afftest${story.programId}`,
        customer_key: expect.stringMatching(
          new RegExp(`^aff_test_ck_${story.programId}_${server.clock.now().getTime()}_[0-9a-f]{6}$`),
        ),
        verdict: { click: 'attributed', lead: 'attributed', sale: 'attributed' },
        attributed: true,
      },
    });
    expect(await whatCounts()).toEqual(before);
    expect((await readiness()).body).toMatchObject({
      state: 'integration_verified',
      integration_verified: true,
      blocker: null,
      gates: { live: { status: 'pass', test_chain: body.data.verdict } },
      last_event_at: { click: null, lead: null, sale: null },
      counts_24h: { clicks: 0, leads: 0, sales: 0 },
    });
  });

  it('leaves a test payment that is explained as it was decided', async () => {
    const { verification, seen } = (await allOfIt()).body.data;
    expect(
      verification.steps.map((step: { name: string; verdict: string }) => [step.name, step.verdict]),
    ).toEqual([
      ['click', 'attributed'],
      ['lead', 'attributed'],
      ['sale', 'attributed'],
      ['explain', 'attributed'],
    ]);
    expect(verification.steps[2].text).toContain('99.99 USD were paid, and 20 USD are the partner’s');
    expect(seen.payment).toEqual({ at: null, test_at: server.clock.now().toISOString() });
    const { data } = (await story.explain(verification.payment_id)).body;
    expect(data).toMatchObject({
      payment: { is_test: true, amount_cents: 9999, currency: 'USD' },
      attribution: { attributed: true, method: 'customer_key', candidates: [{ outcome: 'won' }] },
      policy: { type: 'cps_recurring', rate_bps: 2000 },
      commission: null,
      ledger: [],
    });
    expect(data.arithmetic).toContainEqual(
      expect.objectContaining({ step: 'commission', text: '9999 × 2000 / 10000', result: 2000 }),
    );
    // The click that won is there, as a test.
    const { click_id: clickId } = data.attribution.candidates[0];
    const [click] = await server.database.postgres.query('select is_test from clicks where click_id = $1', [
      clickId,
    ]);
    expect(click).toEqual({ is_test: true });
    const verified = (await server.get('/api/v1/verify', server.key)).body.data;
    expect([verified.ok, verified.fault]).toEqual([true, null]);
  });

  it('a partner’s own code in the way is told, and nothing is stored of it', async () => {
    const other = await tellStory(server);
    await other.addPartner(`AffTest${other.programId}`);
    const { data } = (await server.post(`/api/v1/programs/${other.programId}/test-chains`, {}, server.key))
      .body;
    expect(data.verdict).toEqual({ click: 'unattributed', lead: 'pending', sale: 'pending' });
    expect(data.steps).toHaveLength(1);
    expect(data.steps[0].text).toBe(`Refused: A partner has the code afftest${other.programId}`);
    expect(data.payment_id).toBeNull();
  });

  it('429 after ten in an hour, for this program alone, and under concurrency', async () => {
    const busy = await tellStory(server);
    const replies = await Promise.all(Array.from({ length: 12 }, () => chain(busy.token)));
    const refused = replies.filter(({ status }) => status === 429);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(refused).toHaveLength(2);
    server.clock.advance(1000);
    const reply = await chain(busy.token);
    expect([reply.status, reply.headers['retry-after'], reply.body]).toEqual([
      429,
      '3599',
      {
        error: {
          status: 429,
          code: 'rate_limited',
          message: 'Too many synthetic chains (max 10/program/hour).',
          retry_after_seconds: 3599,
        },
      },
    ]);
    const managed = await server.post(`/api/v1/programs/${busy.programId}/test-chains`, {}, server.key);
    expect([managed.status, managed.body.code]).toEqual([429, 'rate_limited']);
    expect((await chain()).status).toBe(200);
    server.clock.advance(3_600_000);
    expect((await chain(busy.token)).status).toBe(200);
  }, 30_000);
});

describe('a real event', () => {
  it('makes it live; a connected account that left is in the way of payouts', async () => {
    await story.addPartner('anna');
    await story.click('anna');
    expect((await readiness()).body).toMatchObject({
      state: 'live_verified',
      integration_verified: true,
      counts_24h: { clicks: 1, leads: 0, sales: 0 },
      last_event_at: { click: server.clock.now().toISOString() },
    });
    await server.database.postgres.query(
      `insert into stripe_connections (workspace_id, program_id, account, livemode, method, charges_enabled,
         payouts_enabled, details_submitted, connected_at, disconnected_at, disconnected_because)
       select workspace_id, id, 'acct_gone', true, 'oauth', true, true, true, now(), now(), 'deauthorized'
       from programs where id = $1`,
      [story.programId],
    );
    expect((await readiness()).body).toMatchObject({
      blocker: 'payout',
      state: 'configuring',
      gates: { payout: { status: 'fail', mode: 'stripe', next_action: 'surface_stripe_connect_url' } },
    });
  });

  it('is told to whoever listens to the stream', async () => {
    const reply = await server.get(`/api/v1/programs/${story.programId}/readiness/stream`, server.key);
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toContain('text/event-stream');
    const [, data] = /event: integration\ndata: (.*)\n/.exec(reply.body) ?? [];
    expect(JSON.parse(data ?? '{}')).toMatchObject({
      seen: { click: { at: server.clock.now().toISOString() } },
      verification: { attributed: true },
      public_url: 'https://headwater.example',
    });
    const stranger = await server.otherWorkspace();
    for (const path of ['readiness', 'readiness/stream'])
      expect((await server.get(`/api/v1/programs/${story.programId}/${path}`, stranger)).status).toBe(404);
  });
});

describe('the tracker on a page', () => {
  it.each([
    ['<script async src="https://hw.example/js/headwater.js" data-program-id="7"></script>', true],
    [`<script src='/js/affitor-tracker.js' data-affitor-program-id=7>`, true],
    ['<script src="/js/headwater.js" data-program-id="77">', false],
    ['<script src="/js/headwater.js">', false],
    ['<script src="/js/other.js" data-program-id="7">', false],
    ['data-program-id="7" /js/headwater.js', false],
    ['<script <script src="/js/headwater.js" data-program-id="7">', true],
  ])('%s: %s', (page, isThere) => expect(hasTracker(page, 7)).toBe(isThere));

  it('is not looked for at length in a page that is made to keep us busy', () => {
    const startedAt = performance.now();
    expect(hasTracker('<script '.repeat(131_072), 7)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(400);
  });

  it('is looked for once, however many ask at once', async () => {
    const { postgres } = server.database;
    const program = await server.server.directory.findProgram((await tellStory(server)).programId);
    const pages: string[] = [];
    const read = async (url: URL) => {
      pages.push(url.href);
      return `<script src="/js/headwater.js" data-program-id="${program?.id}">`;
    };
    const deps = { postgres, inTurn: createTurns(), read };
    const look = (now: Date) => lookForTracker(deps, program as Program, now, true);
    const now = server.clock.now();
    const found = await Promise.all(Array.from({ length: 5 }, () => look(now)));
    expect(found).toEqual(Array(5).fill({ checkedAt: now, found: 'installed' }));
    expect(pages).toEqual(['https://shop.example/']);
    await look(new Date(now.getTime() + 60_000));
    expect(pages).toHaveLength(2);
  });
});
