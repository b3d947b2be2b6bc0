import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Story, tellStory } from '../../../apps/server/test/story.ts';
import { openTestServer, type TestServer } from '../../../apps/server/test/test-server.ts';
import {
  AuthenticationError,
  Headwater,
  InvalidRequestError,
  NotFoundError,
  UnavailableError,
} from '../src/server.ts';

// HEADWATER_SDK_CALLS=10000 is the run that the promise was made from.
const calls = Number(process.env.HEADWATER_SDK_CALLS ?? 250);

let server: TestServer;
let story: Story;
let url: string;
let proxy: { url: string; dropped(): number; close(): void };
let headwater: Headwater;

beforeAll(async () => {
  server = await openTestServer();
  story = await tellStory(server);
  await story.addPartner('anna');
  url = await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  proxy = await openForgetfulProxy(url, 0.2);
  headwater = new Headwater({
    baseUrl: proxy.url,
    programToken: story.token,
    websiteToken: story.websiteToken,
    managementKey: server.key,
    retries: 20,
  });
});
afterAll(async () => {
  proxy.close();
  await server.close();
});

/** Hands requests on, and loses some of the answers: the server has acted, the caller does not know. */
async function openForgetfulProxy(target: string, share: number) {
  let dropped = 0;
  let turn = 7;
  const random = () => {
    turn = (Math.imul(turn, 1_103_515_245) + 12_345) >>> 0;
    return turn / 2 ** 32;
  };
  const proxy: Server = createServer((incoming, outgoing) => {
    const { method, headers, url: path } = incoming;
    const onward = forward(`${target}${path}`, { method, headers }, (answer) => {
      if (random() < share) {
        dropped += 1;
        answer.resume();
        answer.on('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    dropped: () => dropped,
    close: () => proxy.closeAllConnections() ?? proxy.close(),
  };
}

async function inParallel(count: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

async function count(text: string): Promise<number> {
  const [row] = await server.database.postgres.query<{ n: number }>(`select (${text})::integer as n`);
  return row?.n ?? -1;
}

describe('calls over a network that loses a fifth of the answers', () => {
  it('count once and are all there', async () => {
    const customers = Math.ceil(calls / 5);
    const visit = { visitor_id: 'v1', session_id: 's1' };
    await story.pageview('v1', 's1');
    await inParallel(customers, async (number) => {
      const click_id = await story.click('anna');
      const lead = await headwater.trackLead({ customer_key: `c${number}`, click_id });
      expect(lead.success).toBe(true);
      const sale = await headwater.trackSale({
        ...{ transaction_id: `t${number}`, customer_key: `c${number}`, amount_cents: 5000, currency: 'usd' },
      });
      expect(sale.sale_id).toBeGreaterThan(0);
      expect(sale.commission_id).toBeGreaterThan(0);
      const again = await headwater.trackSale({
        ...{ transaction_id: `t${number}`, customer_key: `c${number}`, amount_cents: 5000 },
      });
      expect(again).toMatchObject({ duplicate: true, sale_id: sale.sale_id });
      const refund = await headwater.trackRefund({ transaction_id: `t${number}`, refund_amount_cents: 1000 });
      expect(['refunded', 'skipped']).toContain(refund.status);
      const paid = await headwater.attributePayment({
        ...{ website_id: story.websiteId, ...visit, revenue: 100, email: `p${number}@shop.example` },
      });
      expect(paid.message).toContain('attributed');
    });
    expect(proxy.dropped()).toBeGreaterThan(calls / 10);
    const sums = await server.database.postgres.query(
      `select (select count(*) from customers where customer_key like 'c%') as customers,
         (select count(*) from leads) as leads,
         (select count(*) from payments where transaction_id like 't%') as sales,
         (select count(*) from payments where transaction_id like 'sdk\\_%') as visits,
         (select sum(amount_minor) from refunds) as refunded`,
    );
    expect(sums).toEqual([
      {
        customers: BigInt(customers),
        leads: BigInt(customers),
        sales: BigInt(customers),
        visits: BigInt(customers),
        refunded: String(customers * 1000),
      },
    ]);
    expect(await count('select coalesce(sum(amount_minor), 0) from ledger_entries')).toBe(0);
  }, 300_000);
});

describe('what goes wrong', () => {
  const own = () =>
    new Headwater({ baseUrl: url, programToken: story.token, websiteToken: story.websiteToken });

  it('is told by what to do about it', async () => {
    const sale = { transaction_id: 'x', amount_cents: -1, customer_key: 'c1' };
    await expect(own().trackSale(sale)).rejects.toThrow(InvalidRequestError);
    await expect(own().trackSale(sale)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('amount_cents'),
      requestId: expect.stringMatching(/^req/),
    });
    const wrong = new Headwater({ baseUrl: url, programToken: 'affp_wrong' });
    await expect(wrong.trackLead({ customer_key: 'c1' })).rejects.toThrow(AuthenticationError);
    await expect(wrong.query({ metrics: ['visitors'] })).rejects.toThrow(/managementKey/);
    await expect(own().trackRefund({ transaction_id: 'never' })).rejects.toThrow(NotFoundError);
  });

  it('is a page of somebody else in between: tried again, and never taken for an answer', async () => {
    let asked = 0;
    const proxy = createServer((_, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 200 : 502, { 'content-type': 'text/html' }).end('<h1>Back soon</h1>');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const behind = new Headwater({ baseUrl: `http://127.0.0.1:${port}`, programToken: 'x', retries: 1 });
    await expect(behind.trackLead({ customer_key: 'c' })).rejects.toThrow(/502 without a reason/);
    expect(asked).toBe(2);
    proxy.closeAllConnections();
    proxy.close();
  });

  it('is given up in time, and says so', async () => {
    const nowhere = new Headwater({ baseUrl: 'http://127.0.0.1:9', programToken: 'x', retries: 1 });
    await expect(nowhere.trackLead({ customer_key: 'c' })).rejects.toThrow(UnavailableError);
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const waiting = new Headwater({
      ...{ baseUrl: `http://127.0.0.1:${port}`, programToken: 'x', retries: 0, timeoutMs: 100 },
    });
    await expect(waiting.trackLead({ customer_key: 'c' })).rejects.toThrow(/No answer/);
    silent.closeAllConnections();
    silent.close();
  });

  it('waits as long as it is asked to, if that is short', async () => {
    let asked = 0;
    const busy = createServer((_, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, { 'retry-after': '1' }).end('{"error":"Rate limited"}');
      else response.writeHead(429, { 'retry-after': '3600' }).end('{"error":"Rate limited"}');
    });
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const { port } = busy.address() as AddressInfo;
    const startedAt = Date.now();
    const patient = new Headwater({ baseUrl: `http://127.0.0.1:${port}`, programToken: 'x' });
    await expect(patient.readiness()).rejects.toMatchObject({ status: 429, retryAfterSeconds: 3600 });
    expect(asked).toBe(2);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
    busy.closeAllConnections();
    busy.close();
  });
});

it('asks for reports', async () => {
  const answer = await headwater.query({
    website_id: story.websiteId,
    metrics: ['visits'],
    dimensions: ['day'],
  });
  expect(answer.time_zone).toBe('UTC');
  expect(answer.rows.length).toBeGreaterThan(0);
});
