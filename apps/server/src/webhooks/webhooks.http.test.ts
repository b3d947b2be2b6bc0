import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock, testSecret } from '../../test/test-server.ts';
import { issueInvoices, markOverdue } from '../billing/index.ts';
import { releaseHolds } from '../commissions/index.ts';
import { createSealer, dayMs } from '../platform/index.ts';
import { deliverMessage } from './index.ts';

vi.setConfig({ testTimeout: 60_000 });

interface Received {
  headers: Record<string, string>;
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a receiver reads
  json: any;
}

let server: TestServer;
let story: Story;
let receiver: Server;
let hook: string;
let received: Received[] = [];
let answer = 204;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers as Record<string, string>, body, json: JSON.parse(body) });
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((ready) => receiver.listen(0, '127.0.0.1', ready));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  server = await openTestServer({
    ...{ clock: testClock('2026-06-02T12:00:00Z'), webhooksAllowPrivate: true },
    fee: { bps: 350, freeRevenueMinor: 0n },
  });
  story = await tellStory(server, {
    commission: { type: 'cps_lifetime', rate_bps: 2000 },
    settings: { hold_period_days: 1 },
  });
});
afterAll(async () => {
  receiver.closeAllConnections();
  receiver.close();
  await server.close();
});
beforeEach(() => {
  received = [];
  answer = 204;
});

const deps = () => ({
  ...{ postgres: server.database.postgres, clock: server.clock, allowPrivate: true },
  sealer: createSealer(testSecret),
});
const act = (method: string, path: string, body?: unknown, token = server.key) =>
  server.call(method, `/api/v1/${path}`, body, { token });

async function endpoint(more: Record<string, unknown> = {}) {
  const { status, body } = await act('POST', 'webhook-endpoints', { url: hook, ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.data as { id: number; secret: string };
}

const remove = ({ id }: { id: number }) => act('DELETE', `webhook-endpoints/${id}`);

/** Attempts every message that waits, as the runner would. */
async function deliverAll(isLast = false): Promise<number> {
  const waiting = await server.database.postgres.query<{ workspaceId: number; id: bigint }>(
    `select workspace_id as "workspaceId", id from webhook_messages where state = 'pending' order by id`,
  );
  let failed = 0;
  for (const { workspaceId, id } of waiting) {
    await deliverMessage(deps(), { workspaceId, id: Number(id) }, isLast).catch(() => {
      failed += 1;
    });
  }
  return failed;
}

const messages = async (id: number, query = '') =>
  (await act('GET', `webhook-endpoints/${id}/messages${query}`)).body.data;

describe('a month in the life of a program', () => {
  it('is told fact by fact, signed, each once', async () => {
    const all = await endpoint();
    await story.addPartner('anna');
    const click = await story.click('anna');
    await story.lead({ click_id: click, customer_key: 'carla', email: 'carla@example.com' });
    await story.sale({ transaction_id: 't1', customer_key: 'carla', amount_cents: 10_000 });
    await story.refund({ transaction_id: 't1', refund_amount_cents: 1000, refund_id: 'r1' });
    server.clock.advance(2 * dayMs);
    await releaseHolds(server.database.postgres, server.clock.now());
    server.clock.advance(7 * dayMs);
    await issueInvoices(deps());
    server.clock.advance(8 * dayMs);
    await markOverdue(deps());
    const { body: invoices } = await server.get(`/api/v1/programs/${story.programId}/invoices`, server.key);
    await act('POST', `invoices/${invoices.data[0].id}/pay`, {});
    const { data: partners } = (await server.get(`/api/v1/programs/${story.programId}/partners`, server.key))
      .body;
    const path = `programs/${story.programId}`;
    const method = { method: 'paypal', email: 'anna@example.com' };
    await act('PUT', `${path}/partners/${partners[0].id}/payout-method`, method);
    const { data: second } = (await act('POST', 'api-keys', { name: 'second' })).body;
    const { data: batch } = (await act('POST', `${path}/payout-batches`, {})).body;
    await act('POST', `payout-batches/${batch.id}/approve`, {}, second.key);
    await act('POST', `payout-batches/${batch.id}/start`, {});
    await act('POST', `payouts/${batch.lines[0].id}/complete`, {});
    await act('PATCH', path, { name: 'Renamed' });

    expect(await deliverAll()).toBe(0);
    expect(await deliverAll()).toBe(0);
    expect(received.map(({ json }) => json.type)).toEqual([
      ...['lead.created', 'payment.recorded', 'commission.created', 'refund.recorded', 'commission.reversed'],
      ...[
        'commission.approved',
        'commission.invoiced',
        'invoice.issued',
        'invoice.overdue',
        'program.paused',
      ],
      ...['invoice.paid', 'program.resumed', 'payout.created', 'payout.approved', 'payout.processing'],
      ...['payout.completed', 'commission.paid', 'program.updated'],
    ]);
    for (const { headers, body } of received) {
      const stale = { ...headers, 'webhook-timestamp': headers['webhook-timestamp'] as string };
      expect(verified(all.secret, body, stale)).toEqual(JSON.parse(body));
    }
    const ids = received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(ids.length);
    const created = received.find(({ json }) => json.type === 'commission.created');
    expect(created?.json).toMatchObject({
      timestamp: '2026-06-02T12:00:00.000Z',
      data: { program_id: story.programId, partner_id: partners[0].id, amount_cents: 2000, currency: 'USD' },
    });
    expect(JSON.stringify(received)).not.toContain('carla@example.com');
    const told = await messages(all.id, '?limit=2');
    expect(told[0]).toMatchObject({
      type: 'program.updated',
      state: 'delivered',
      attempts: 1,
      last_status: 204,
    });
    await remove(all);
  });

  /** As a receiver does it, with its clock at the time of the message. */
  function verified(secret: string, body: string, headers: Record<string, string>): unknown {
    vi.useFakeTimers({ now: Number(headers['webhook-timestamp']) * 1000, toFake: ['Date'] });
    try {
      return new Webhook(secret).verify(body, headers);
    } finally {
      vi.useRealTimers();
    }
  }

  it('what is rolled back is not told, and what an endpoint did not ask for neither', async () => {
    const leads = await endpoint({ types: ['lead.created'] });
    const other = await tellStory(server, { commission: { type: 'cps_lifetime', rate_bps: 1000 } });
    const ofOther = await endpoint({
      program_id: other.programId,
      types: ['payment.recorded', 'lead.created'],
    });
    const refused = await story.sale({ transaction_id: 'nobody', customer_key: 'nobody', amount_cents: 1 });
    expect(refused.status).toBe(400);
    await story.sale({ transaction_id: 't2', customer_key: 'carla', amount_cents: 500 });
    await story.sale({ transaction_id: 't2', customer_key: 'carla', amount_cents: 500 });
    await story.lead({ click_id: await story.click('anna'), customer_key: 'dora' });
    await story.lead({ customer_key: 'test', additional_data: { test_mode: true } });
    await deliverAll();
    expect(received.map(({ json }) => [json.type, json.data.customer_key])).toEqual([
      ['lead.created', 'dora'],
    ]);
    expect(await messages(ofOther.id)).toEqual([]);
    await Promise.all([remove(leads), remove(ofOther)]);
  });
});

describe('a receiver that does not take it', () => {
  it('is tried again, under the same id; after the last attempt the message is dead, and can be replayed', async () => {
    const one = await endpoint({ types: ['lead.created'] });
    const lead = async (key: string) =>
      story.lead({ click_id: await story.click('anna'), customer_key: key });
    await lead('eva');
    answer = 500;
    expect(await deliverAll()).toBe(1);
    expect(await messages(one.id)).toMatchObject([{ state: 'pending', attempts: 1, last_status: 500 }]);
    expect(await deliverAll(true)).toBe(0);
    expect(await messages(one.id)).toMatchObject([{ state: 'dead', attempts: 2 }]);
    await lead('fred');
    expect(await deliverAll(true)).toBe(0);

    answer = 200;
    expect((await act('POST', `webhook-endpoints/${one.id}/replay`)).body).toEqual({ data: { replayed: 2 } });
    expect((await act('POST', `webhook-endpoints/${one.id}/replay`)).body).toEqual({ data: { replayed: 0 } });
    await deliverAll();
    const ids = received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([ids[0], ids[0], ids[2], ids[0], ids[2]]);
    const [, eva] = await messages(one.id, '?state=delivered');
    await act('POST', `webhook-messages/${eva.id}/replay`);
    await deliverAll();
    expect(received.at(-1)?.headers['webhook-id']).toBe(ids[0]);
    await remove(one);
  });

  it('says 410 and is told nothing more', async () => {
    const one = await endpoint({ types: ['lead.created'] });
    answer = 410;
    await story.lead({ click_id: await story.click('anna'), customer_key: 'gone-1' });
    expect(await deliverAll()).toBe(0);
    await story.lead({ click_id: await story.click('anna'), customer_key: 'gone-2' });
    expect(await messages(one.id)).toMatchObject([{ state: 'dead', last_status: 410 }]);
    expect((await act('GET', `webhook-endpoints/${one.id}`)).body.data.status).toBe('disabled');
  });
});

describe('the secret', () => {
  it('is sealed at rest and shown once; a new one signs beside the old for a day', async () => {
    const one = await endpoint({ types: ['lead.created'] });
    const [row] = await server.database.postgres.query<{ text: string }>(
      `select encode(secret_sealed, 'escape') as text from webhook_endpoints where id = $1`,
      [one.id],
    );
    expect(row?.text).not.toContain(one.secret);
    expect((await act('GET', `webhook-endpoints/${one.id}`)).body.data).not.toHaveProperty('secret');
    const { data: rolled } = (await act('POST', `webhook-endpoints/${one.id}/roll-secret`)).body;
    expect(rolled.secret).not.toBe(one.secret);
    await story.lead({ click_id: await story.click('anna'), customer_key: 'ida' });
    await deliverAll();
    server.clock.advance(dayMs + 1);
    await story.lead({ click_id: await story.click('anna'), customer_key: 'jan' });
    await deliverAll();
    const [during, after] = received;
    const signed = (one: Received | undefined, secret: string) =>
      one?.headers['webhook-signature']?.includes(
        new Webhook(secret).sign(
          one.headers['webhook-id'] as string,
          new Date(Number(one.headers['webhook-timestamp']) * 1000),
          one.body,
        ),
      );
    expect([signed(during, one.secret), signed(during, rolled.secret)]).toEqual([true, true]);
    expect([signed(after, one.secret), signed(after, rolled.secret)]).toEqual([false, true]);
    await remove(one);
  });
});

describe('addresses of private networks', () => {
  let strict: TestServer;
  beforeAll(async () => {
    strict = await openTestServer();
  });
  afterAll(() => strict.close());

  it.each([
    ['http://hooks.example/', 'url must be an https URL'],
    ['nonsense', 'url must be an https URL'],
    ['https://user:pw@hooks.example/', 'url must be an https URL'],
    ['https://localhost/', 'url must not be of a private network'],
    ['https://10.1.2.3/', 'url must not be of a private network'],
    ['https://[::1]/', 'url must not be of a private network'],
    ['https://0x7f000001/', 'url must not be of a private network'],
    ['https://[::ffff:192.168.0.1]/', 'url must not be of a private network'],
    ['https://169.254.169.254/latest', 'url must not be of a private network'],
  ])('%s: %s', async (url, error) => {
    const { status, body } = await strict.post('/api/v1/webhook-endpoints', { url }, strict.key);
    expect([status, body.error]).toEqual([400, error]);
  });

  it('are refused when the connection is made, whatever name led there', async () => {
    const one = await endpoint({ types: ['lead.created'], url: hook.replace('127.0.0.1', 'localhost') });
    await story.lead({ click_id: await story.click('anna'), customer_key: 'kai' });
    const [message] = await messages(one.id);
    await deliverMessage({ ...deps(), allowPrivate: false }, { workspaceId: 1, id: message.id }, true);
    expect(received).toEqual([]);
    expect(await messages(one.id)).toMatchObject([{ state: 'dead', last_error: 'address is not public' }]);
    await remove(one);
  });
});

it('is nobody else’s', async () => {
  const one = await endpoint();
  const stranger = await server.otherWorkspace();
  for (const path of ['', '/messages']) {
    const reply = await server.get(`/api/v1/webhook-endpoints/${one.id}${path}`, stranger);
    expect([reply.status, reply.body.code]).toEqual([404, 'webhook_not_found']);
  }
  const limited = await act('POST', 'api-keys', {
    ...{ name: 'limited', scopes: ['webhook:manage'], program_scope: [story.programId] },
  });
  const reply = await server.get(`/api/v1/webhook-endpoints/${one.id}`, limited.body.data.key);
  expect(reply.status).toBe(404);
  const made = await act('POST', 'webhook-endpoints', { url: hook }, limited.body.data.key);
  expect(made.status).toBe(403);
  await remove(one);
});
