import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RealtimeAnswer } from '@headwater/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Story, tellStory } from '../../../test/story.ts';
import { openTestServer, type TestServer } from '../../../test/test-server.ts';
import { type Broadcast, createBroadcast, hashToken, minuteMs } from '../../platform/index.ts';
import type { Subject } from '../subject.ts';
import { readRealtime } from './index.ts';

let server: TestServer;
let story: Story;
let url: string;
const path = () => `/api/v1/reports/realtime?website_id=${story.websiteId}`;

beforeAll(async () => {
  server = await openTestServer();
  server.clock.set('2026-05-04T10:00:30Z');
  story = await tellStory(server);
  await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  url = `http://127.0.0.1:${(server.server.app.server.address() as AddressInfo).port}`;
  await story.addPartner('anna');
  // One came 40 minutes ago and still reads, one left 31 minutes ago.
  await story.pageview('v1', 's1', 'https://shop.example/?utm_source=news');
  server.clock.set('2026-05-04T10:09:10Z');
  await story.pageview('gone', 's0');
  server.clock.set('2026-05-04T10:20:00Z');
  await story.pageview('v1', 's1', 'https://shop.example/pricing');
  server.clock.set('2026-05-04T10:38:00Z');
  await story.pageview('v1', 's1', 'https://shop.example/pricing');
  await story.pageview('v2', 's2', 'https://shop.example/pricing');
  const clickId = await story.click('anna', { visitor_id: 'v2', session_id: 's2' });
  await story.lead({ click_id: clickId, customer_key: 'u1', visitor_id: 'v2', session_id: 's2' });
  await story.sale({ transaction_id: 't1', customer_key: 'u1', amount_cents: 4200 });
  await story.sale({ transaction_id: 't2', customer_key: 'u1', amount_cents: 500, currency: 'EUR' });
  await story.attribute({ visitor_id: 'v2', session_id: 's2', revenue: 1000, transaction_id: 't3' });
  server.clock.set('2026-05-04T10:40:30Z');
  await server.server.shipper.catchUp(20_000);
}, 60_000);
afterAll(() => server.close());

describe('GET /api/v1/reports/realtime', () => {
  it('200: who is there now, the last 30 minutes, and where they are from', async () => {
    const { status, body } = await server.get(path(), server.key);
    expect(status).toBe(200);
    const data: RealtimeAnswer = body.data;
    expect(data).toMatchObject({
      at: '2026-05-04T10:40:30.000Z',
      ...{ visitors_now: 2, visitors: 2, pageviews: 3, lag_seconds: 0 },
      pages: [{ key: '/pricing', visitors: 2, pageviews: 3 }],
      sources: [
        { key: '', visitors: 1 },
        { key: 'news', visitors: 1 },
      ],
      ...{ leads: 1, payments: 3, revenue_cents: 5200, currency: 'USD' },
      other_currencies: [{ currency: 'EUR', payments: 1, revenue_cents: 500 }],
    });
    expect(data.minutes.length).toBe(30);
    expect(data.minutes[0]?.minute).toBe('2026-05-04T10:11:00.000Z');
    expect(data.minutes.at(-1)?.minute).toBe('2026-05-04T10:40:00.000Z');
    expect(data.minutes.filter(({ pageviews }) => pageviews > 0)).toEqual([
      { minute: '2026-05-04T10:20:00.000Z', visitors: 1, pageviews: 1 },
      { minute: '2026-05-04T10:38:00.000Z', visitors: 2, pageviews: 2 },
    ]);
    // A payment that both doors told of, or that was told anew, is one line of it.
    const told = data.latest.map(({ type, text, amount_cents, currency }) =>
      type === 'payment' ? `${amount_cents} ${currency}` : `${type} ${text}`.trim(),
    );
    expect(told.toSorted()).toEqual(
      [
        ...['4200 USD', '500 EUR', '1000 USD', 'lead', 'click'],
        ...['pageview /pricing', 'pageview /pricing', 'pageview /pricing'],
      ].toSorted(),
    );
    expect(data.latest.map(({ at }) => at)).toEqual(
      data.latest
        .map(({ at }) => at)
        .toSorted()
        .reverse(),
    );
    expect(data.latest.at(-1)).toMatchObject({ type: 'pageview', at: '2026-05-04T10:20:00.000Z' });
    const ofProgram = await server.get(`/api/v1/reports/realtime?program_id=${story.programId}`, server.key);
    expect(ofProgram.body.data).toEqual(data);
  });

  it('400 without a subject, 404 for another tenant, of both routes', async () => {
    const stranger = await server.otherWorkspace();
    for (const route of ['realtime', 'realtime/stream']) {
      expect(await server.get(`/api/v1/reports/${route}`, server.key)).toMatchObject({ status: 400 });
      const asked = `/api/v1/reports/${route}?website_id=${story.websiteId}`;
      expect(await server.get(asked, stranger)).toMatchObject({
        status: 404,
        body: { error: 'Website not found' },
      });
      expect(await server.get(asked)).toMatchObject({ status: 401 });
    }
  });
});

/** What comes over a socket, message by message. */
async function listen(key = server.key) {
  const gone = new AbortController();
  const response = await fetch(`${url}/api/v1/reports/realtime/stream?website_id=${story.websiteId}`, {
    headers: { authorization: `Bearer ${key}` },
    signal: gone.signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  return {
    leave: () => gone.abort(),
    /** The next message; undefined at the end. */
    async next(): Promise<RealtimeAnswer | undefined> {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const message = text.slice(0, end);
          text = text.slice(end + 2);
          if (message.startsWith('event: realtime\ndata: ')) return JSON.parse(message.slice(22));
          continue;
        }
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += Buffer.from(value).toString();
      }
    },
  };
}

describe('GET /api/v1/reports/realtime/stream', () => {
  it('tells what is, then what changes; a revoked key hears no more', async () => {
    const {
      body: { data: made },
    } = await server.post('/api/v1/api-keys', { name: 'screen', scopes: ['dashboard:view'] }, server.key);
    const [own, screen] = [await listen(), await listen(made.key ?? made.api_key)];
    expect(await own.next()).toMatchObject({ visitors_now: 2, payments: 3 });
    expect(await screen.next()).toMatchObject({ visitors_now: 2 });
    await server.database.postgres.query(
      'update management_keys set revoked_at = now() where key_hash = $1',
      [hashToken(made.key ?? made.api_key)],
    );
    await story.pageview('v3', 's3');
    await server.server.shipper.catchUp(20_000);
    expect(await screen.next()).toBeUndefined();
    expect(await own.next()).toMatchObject({ visitors_now: 3 });
    own.leave();
  });
});

const changing = ({ at: _at, lag_seconds: _lag, ...state }: RealtimeAnswer) => state;

describe('a broadcast', () => {
  const subjectOf = (): Subject => ({
    ...{ workspaceId: 1, owner: { websiteId: story.websiteId } },
    ...{ programId: story.programId, currency: 'USD' as Subject['currency'], timeZone: 'UTC' },
  });
  const open = (options: Partial<Parameters<typeof createBroadcast<Subject, RealtimeAnswer>>[0]> = {}) => {
    const read = vi.fn((subject: Subject) =>
      readRealtime(
        {
          ...server.server,
          clock: server.clock,
          lagSeconds: async () => 0,
        },
        subject,
      ),
    );
    const broadcast: Broadcast<Subject> = createBroadcast({
      event: 'realtime',
      changing,
      read,
      everyMs: 100,
      ...options,
    });
    return { broadcast, read };
  };
  const yes = async () => true;

  it('counts once for all who listen to the same, and for nobody when nobody does', async () => {
    const { broadcast, read } = open();
    const streams = await Promise.all(Array.from({ length: 50 }, () => broadcast.listen(subjectOf(), yes)));
    expect(read).toHaveBeenCalledTimes(1);
    const texts = streams.map((stream) => {
      const heard = { text: '' };
      stream.on('data', (chunk) => {
        heard.text += chunk;
      });
      return heard;
    });
    await vi.waitFor(() => expect(read.mock.calls.length).toBeGreaterThan(2), { timeout: 5000 });
    // Nothing changed: told once. And read for all together, not for each.
    for (const { text } of texts) expect(text.match(/event: realtime/g)).toHaveLength(1);
    expect(read.mock.calls.length).toBeLessThan(9);
    server.clock.advance(minuteMs);
    await vi.waitFor(
      () => {
        for (const { text } of texts) expect(text.match(/event: realtime/g)).toHaveLength(2);
      },
      { timeout: 5000 },
    );
    for (const stream of streams) stream.destroy();
    await vi.waitFor(() => expect(broadcast.listeners).toBe(0));
    const before = read.mock.calls.length;
    await sleep(300);
    expect(read.mock.calls.length).toBeLessThanOrEqual(before + 1);
  });

  it('beats while nothing changes, and goes on when the store was away', async () => {
    const { broadcast, read } = open({ beatMs: 200 });
    const stream = await broadcast.listen(subjectOf(), yes);
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    read.mockRejectedValueOnce(new Error('away'));
    await vi.waitFor(() => expect(text).toContain(': still here'), { timeout: 5000 });
    server.clock.advance(minuteMs);
    await vi.waitFor(() => expect(text.match(/event: realtime/g)).toHaveLength(2), { timeout: 5000 });
    stream.destroy();
  });

  it('keeps the latest alone for one who does not read', async () => {
    let visitors = 0;
    const answer = await readRealtime(
      { ...server.server, clock: server.clock, lagSeconds: async () => 0 },
      subjectOf(),
    );
    const padding = 'x'.repeat(30_000);
    const broadcast = createBroadcast({
      event: 'realtime',
      changing,
      everyMs: 5,
      read: async () => {
        visitors += 1;
        return { ...answer, visitors, currency: padding };
      },
    });
    const stream = await broadcast.listen(subjectOf(), yes);
    await vi.waitFor(() => expect(visitors).toBeGreaterThan(40), { timeout: 5000 });
    expect(stream.readableLength).toBeLessThan(150_000);
    stream.destroy();
  });

  it('takes no more than it may, nor after its end, which is the end of every stream', async () => {
    const { broadcast } = open({ most: 3, mostOfWorkspace: 2 });
    const [one, two] = [await broadcast.listen(subjectOf(), yes), await broadcast.listen(subjectOf(), yes)];
    const full = { code: 'rate_limited', retryAfterSeconds: 30 };
    await expect(broadcast.listen(subjectOf(), yes)).rejects.toMatchObject(full);
    const other = await broadcast.listen({ ...subjectOf(), workspaceId: 2 }, yes);
    await expect(broadcast.listen({ ...subjectOf(), workspaceId: 3 }, yes)).rejects.toMatchObject(full);
    one.destroy();
    await vi.waitFor(() => expect(broadcast.listeners).toBe(2));
    const ends = [two, other].map((stream) => new Promise((resolve) => stream.once('end', resolve).resume()));
    broadcast.close();
    await Promise.all(ends);
    await expect(broadcast.listen(subjectOf(), yes)).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => expect(broadcast.listeners).toBe(0));
  });
});

it('a server that stops ends the streams and does not wait for those who listen', async () => {
  const other = await openTestServer();
  const told = await tellStory(other);
  await other.server.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = other.server.app.server.address() as AddressInfo;
  const response = await fetch(
    `http://127.0.0.1:${port}/api/v1/reports/realtime/stream?website_id=${told.websiteId}`,
    { headers: { authorization: `Bearer ${other.key}` } },
  );
  const ended = response.text();
  const startedAt = performance.now();
  await other.close();
  expect(await ended).toContain('event: realtime');
  expect(performance.now() - startedAt).toBeLessThan(5000);
});
