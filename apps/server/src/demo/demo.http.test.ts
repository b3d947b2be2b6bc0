import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../test/test-server.ts';
import { reconcile } from '../reports/index.ts';
import { checkRollups } from '../reports/rollups/index.ts';

let server: TestServer;
let story: Story;
const clock = testClock('2026-06-30T12:00:00Z');

beforeAll(async () => {
  server = await openTestServer({ clock });
  story = await tellStory(server);
});
afterAll(() => server.close());

const fill = (of: Story, body: Record<string, unknown>) =>
  server.post(`/api/v1/websites/${of.websiteId}/demo-events`, { events: 8000, ...body }, server.key);

/** What there is of a website, as one number. */
async function fingerprint(of: Story): Promise<string> {
  const [row] = await server.server.clickhouse.rows<{ hash: string }>(
    `select toString(sum(cityHash64(type, occurred_at, visitor_id, session_id, path, channel, campaign, amount, commission))) as hash
     from events where website_id = {websiteId:String}`,
    { websiteId: of.websiteId },
  );
  return row?.hash ?? '';
}

describe('POST /api/v1/websites/:id/demo-events', () => {
  it('201: about as many as asked for, in parts, each once', async () => {
    const anna = await story.addPartner('anna');
    let made = 0;
    for (const part of [0, 1, 2]) {
      const { status, body } = await fill(story, { parts: 3, part, partner_ids: [anna.id, 999_999] });
      expect(status).toBe(201);
      made += body.data.events;
    }
    expect(made).toBeGreaterThan(7000);
    expect(made).toBeLessThan(9000);
    expect((await fill(story, { parts: 3, part: 1 })).body.data).toEqual({ events: 0 });
    const metrics = ['visitors', 'visits', 'leads', 'customers', 'payments', 'refunds_cents', 'bounce_rate'];
    const asked = { website_id: story.websiteId, metrics, from: '2025-07-01' };
    const [row] = (await server.post('/api/v1/query', asked, server.key)).body.data.rows;
    expect(row.metrics.visits).toBeGreaterThan(row.metrics.visitors);
    expect(row.metrics.leads).toBeGreaterThan(row.metrics.customers);
    expect(row.metrics.payments).toBeGreaterThan(row.metrics.customers);
    expect(row.metrics.customers).toBeGreaterThan(0);
    expect(await checkRollups(server.server.clickhouse, { first: '2025-01-01', last: '2026-12-31' })).toEqual(
      [],
    );
  });

  it('201: the same for the same seed, other for another; no books are touched', async () => {
    const [one, same, other] = [await tellStory(server), await tellStory(server), await tellStory(server)];
    await fill(one, { seed: 7 });
    await fill(same, { seed: 7 });
    await fill(other, { seed: 8 });
    expect(await fingerprint(same)).toBe(await fingerprint(one));
    expect(await fingerprint(other)).not.toBe(await fingerprint(one));
    const [count] = await server.database.postgres.query<{ n: bigint }>('select count(*) as n from payments');
    expect(count?.n).toBe(0n);
    const period = { from: new Date('2025-01-01'), before: new Date('2027-01-01') };
    expect(await reconcile(server.server, period)).toEqual([]);
  });

  it('409: a website that may be real; 400: a part that there is not', async () => {
    const { data: real } = (await server.post('/api/v1/websites', { domain: 'acme.com' }, server.key)).body;
    const path = `/api/v1/websites/${real.website_id}/demo-events`;
    expect(await server.post(path, { events: 8000 }, server.key)).toMatchObject({ status: 409 });
    expect(await fill(story, { parts: 2, part: 2 })).toMatchObject({
      status: 400,
      body: { error: 'part is invalid' },
    });
  });
});
