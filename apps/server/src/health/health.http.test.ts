import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer } from '../../test/test-server.ts';

let server: TestServer;
let story: Story;
beforeAll(async () => {
  server = await openTestServer();
  story = await tellStory(server);
  await story.addPartner('anna');
});
afterAll(() => server.close());

const health = async (key = server.key) => (await server.get('/api/v1/health', key)).body.data;

describe('GET /api/v1/health', () => {
  it('tells what arrived, what was dropped and why, and what it all stands on', async () => {
    await story.click('anna');
    await story.pageview('v1', 's1');
    await server.post('/api/v1/track/click', {
      affiliate_url: 'https://shop.example/?aff=anna',
      user_agent: 'Googlebot/2.1 (+http://www.google.com/bot.html)',
    });
    await server.server.shipper.catchUp(20_000);
    server.clock.advance(60_000);
    const told = await health();
    expect(told.ingest.minutes).toHaveLength(60);
    const events = told.ingest.minutes.reduce((sum: number, one: { events: number }) => sum + one.events, 0);
    // A click, a page view and the visit it opens.
    expect(events).toBe(3);
    expect(told.ingest.minutes.at(-2).events).toBe(3);
    expect(told.event_log).toEqual({ lag_seconds: 0, waiting: 0, refused: 0 });
    expect(told.stripe_inbox).toEqual({
      waiting: 0,
      failed: 0,
      oldest_waiting_at: null,
      last_received_at: null,
    });
    expect(told.webhooks).toEqual({ pending: 0, dead: 0 });
    expect(told.mails.can_send).toBe(false);
    expect(told.dropped).toContainEqual({ route: 'click', reason: 'bot', count: 1 });
    expect(told.engines.postgres).toMatch(/^1[5-9]/);
    expect(told.engines.clickhouse).toMatch(/^\d+\.\d+/);
    expect(told.disk.postgres_bytes).toBeGreaterThan(1_000_000);
    expect(told.server).toMatchObject({ node: process.version, public_url: 'https://headwater.example' });
  });

  it('tells another workspace nothing of these events', async () => {
    const stranger = await health(await server.otherWorkspace());
    expect(stranger.ingest.minutes.every(({ events }: { events: number }) => events === 0)).toBe(true);
    expect(stranger.ingest.last_event_at).toBeNull();
  });
});
