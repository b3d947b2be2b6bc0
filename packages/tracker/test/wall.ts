import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Seen {
  path: string;
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the bodies are what the tests ask about
  body: any;
}

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  delayMs?: number;
}

const text = async (request: IncomingMessage) => {
  let all = '';
  for await (const chunk of request) all += chunk;
  return all;
};

/**
 * A server that answers like the contract and writes down what it was sent. `reply` lets a test answer otherwise;
 * `down` and `up` take it off the network, on the same port.
 */
export const openWall = async (script: string) => {
  const seen: Seen[] = [];
  let clicks = 0;
  let reply: (path: string, nth: number) => Reply | undefined = () => undefined;

  const usual = (path: string): unknown => {
    if (path === '/api/v1/track/click') {
      clicks++;
      return { success: true, click_id: `clk_${clicks}`, partner_code: 'anna', cookie_window_days: 90 };
    }
    if (path === '/api/v1/track/lead') return { success: true, message: 'Lead tracked successfully' };
    return { accepted: 1, rejected: [] };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    response.setHeader('access-control-expose-headers', 'retry-after');
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-headers', 'content-type, authorization');
      response.setHeader('access-control-allow-methods', 'POST');
      response.writeHead(204).end();
      return;
    }
    if (path.startsWith('/js/')) {
      response.setHeader('content-type', 'text/javascript');
      response.end(script);
      return;
    }
    const body = JSON.parse(await text(request));
    seen.push({ path, type: request.headers['content-type'] ?? '', body });
    const special = reply(path, seen.filter((one) => one.path === path).length);
    if (special?.delayMs) await new Promise((done) => setTimeout(done, special.delayMs));
    response.writeHead(special?.status ?? (path.endsWith('collect') ? 202 : 200), {
      'content-type': 'application/json',
      ...special?.headers,
    });
    const answer = special?.body ?? usual(path);
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const listen = (port: number) =>
    new Promise<number>((done) => {
      server.listen(port, '127.0.0.1', () => done((server.address() as AddressInfo).port));
    });
  const port = await listen(0);

  const of = (end: string) => seen.filter((one) => one.path === `/api/v1/${end}`);
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    clicks: () => of('track/click').map((one) => one.body),
    leads: () => of('track/lead').map((one) => one.body),
    batches: () => of('collect'),
    events: () => of('collect').flatMap((one) => one.body.events),
    answerWith: (next: typeof reply) => {
      reply = next;
    },
    down: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
    up: () => listen(port),
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};

export type Wall = Awaited<ReturnType<typeof openWall>>;

/** The shop: every path answers with the page the test has set, every host name leads here. */
export const openShop = async () => {
  let html = '';
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.setHeader('cache-control', 'max-age=0');
    response.end(html);
  });
  const port = await new Promise<number>((done) => {
    server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port));
  });
  return {
    port,
    serve: (page: string) => {
      html = page;
    },
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
