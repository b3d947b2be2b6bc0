import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeFingerprint } from './fingerprint.ts';
import { openTenant, type Tenant } from './tenants.ts';
import { openTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let tenant: Tenant;
let port: number;

beforeAll(async () => {
  server = await openTestServer();
  tenant = await openTenant(server, 'tenant');
  await server.server.app.listen({ port: 0, host: '127.0.0.1' });
  port = (server.server.app.server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** Writes bytes to the socket and gives back what comes before it closes, or before nothing came for `quietMs`. */
function talk(chunks: readonly (string | Buffer)[], { quietMs = 700, end = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const received: Buffer[] = [];
    const finish = () => {
      socket.destroy();
      resolve(Buffer.concat(received).toString('latin1'));
    };
    socket.setTimeout(quietMs, finish);
    socket.on('data', (data) => received.push(data));
    socket.on('error', () => {});
    socket.on('close', finish);
    for (const chunk of chunks) socket.write(chunk);
    if (end) socket.end();
  });
}

const sale = '{"transaction_id":"raw","amount_cents":100,"customer_key":"tenant-1-customer"}';
const head = (more: string, path = '/api/v1/track/sale', method = 'POST') =>
  `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${tenant.programToken}\r\ncontent-type: application/json\r\n${more}`;

describe('what is no proper HTTP', () => {
  it('is answered 4xx or the connection is closed, nothing is stored, and the server goes on', async () => {
    const before = await takeFingerprint(server.database.postgres);
    const requests: (readonly (string | Buffer)[])[] = [
      ['\r\n\r\n\r\n'],
      ['GET\r\n\r\n'],
      ['GET / HTTP/9.9\r\n\r\n'],
      ['nonsense\r\n\r\n'],
      [randomBytes(4096)],
      [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
      ['GET /healthz HTTP/1.1\r\n\r\n'],
      [`GET /${'x'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`],
      [`GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(100_000)}\r\n\r\n`],
      [`GET /healthz HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(10_000)}\r\n`],
      ['GET /healthz HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n'],
      ['GET /healthz HTTP/1.1\r\nhost: x\r\na\u0000b: c\r\n\r\n'],
      ['GET /he\u0000althz HTTP/1.1\r\nhost: x\r\n\r\n'],
      [head(`content-length: -1\r\n\r\n${sale}`)],
      [head(`content-length: abc\r\n\r\n${sale}`)],
      [head(`content-length: 99999999999999999999\r\n\r\n${sale}`)],
      [head(`content-length: 5\r\ncontent-length: ${sale.length}\r\n\r\n${sale}`)],
      [head(`content-length: ${sale.length}\r\ntransfer-encoding: chunked\r\n\r\n${sale}`)],
      [head(`transfer-encoding: chunked\r\n\r\nzz\r\n${sale}\r\n0\r\n\r\n`)],
      [head(`transfer-encoding: chunked\r\n\r\n-5\r\n${sale}\r\n0\r\n\r\n`)],
      [head(`transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n${sale}\r\n0\r\n\r\n`)],
      [head(`transfer-encoding: gzip\r\n\r\n${sale}`)],
      [head(`content-length: ${sale.length - 10}\r\n\r\n${sale}`)],
      ['DEBUG /api/v1/track/sale HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['GET http://example.com/ HTTP/1.1\r\nhost: example.com\r\n\r\n'],
      ['GET ../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['GET /js/../../../package.json HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['GET /js/%2e%2e%2f%2e%2e%2fpackage.json HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['GET /%ff%fe HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['TRACE /api/v1/track/sale HTTP/1.1\r\nhost: x\r\n\r\n'],
    ];
    for (const request of requests) {
      const answer = await talk(request);
      const what = JSON.stringify(String(request[0]).slice(0, 80));
      if (answer !== '') expect(answer, what).toMatch(/^HTTP\/1\.1 [2-4]\d\d /);
      // A whole address is proper HTTP too: it is what a proxy sends, and means the page at `/`.
      const isProper = /^\r\n|healthz|^GET http:\/\/example\.com\/ /;
      if (/^HTTP\/1\.1 2/.test(answer)) expect(String(request[0]), what).toMatch(isProper);
      expect(answer, what).not.toMatch(/node_modules|\.ts:|Error:/);
    }
    expect(await takeFingerprint(server.database.postgres)).toEqual(before);
    expect((await server.get('/healthz')).status).toBe(200);
  });

  it('a body that never ends or breaks off stores nothing', async () => {
    const before = await takeFingerprint(server.database.postgres);
    const half = sale.slice(0, 40);
    await talk([head(`content-length: ${sale.length}\r\n\r\n${half}`)]);
    await talk([head(`content-length: ${sale.length}\r\n\r\n${half}`)], { end: true });
    await talk([head(`transfer-encoding: chunked\r\n\r\n28\r\n${half}\r\n`)], { end: true });
    await talk([head(`content-length: ${sale.length}\r\n`)]);
    expect(await takeFingerprint(server.database.postgres)).toEqual(before);
  });

  it('a body that is told too late to be too large is 413 all the same', async () => {
    const chunk = 'x'.repeat(65_536);
    const chunks = Array.from({ length: 8 }, () => `10000\r\n${chunk}\r\n`);
    const answer = await talk([head('transfer-encoding: chunked\r\n\r\n'), ...chunks, '0\r\n\r\n']);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('{"error":"Payload too large"}');
  });

  it('pipelined requests are answered each in its turn', async () => {
    const get = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
    const answer = await talk([get.repeat(20)]);
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(20);
  });

  it('300 connections that say nothing do not keep others from being served', async () => {
    const idle = Array.from({ length: 300 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('POST /api/v1/track/sale HTTP/1.1\r\nhost: x\r\n');
      return socket;
    });
    const answer = await talk(['GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n']);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of idle) socket.destroy();
  });
});
