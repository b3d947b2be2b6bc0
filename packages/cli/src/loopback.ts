import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exitCodes, Failure } from './failure.ts';

export interface Callback {
  /** What Stripe must be told as the redirect address, exactly. */
  url: string;
  /** The code that comes back with the state. Refuses another state, a refusal of the owner, and too long a wait. */
  wait(state: string, timeoutMs: number): Promise<string>;
  close(): Promise<void>;
}

const page = (title: string, text: string) =>
  `<!doctype html><meta charset="utf-8"><title>${title}</title><body style="font:16px system-ui;margin:15vh auto;max-width:30em"><h1>${title}</h1><p>${text}</p>`;

/** Listens on this machine only, for the one visit of the browser that Stripe sends back. */
export async function listenForCallback(port: string): Promise<Callback> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Failure('--port takes a number up to 65535.', exitCodes.usage, 'usage');
  }
  let visited: (query: URLSearchParams) => boolean = () => false;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const isVisit = request.method === 'GET' && url.pathname === '/callback' && visited(url.searchParams);
    response.writeHead(isVisit ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      isVisit
        ? page('Back to the terminal', 'It has what it needs. You may close this page.')
        : page('Nothing here', 'This address only takes the way back from Stripe.'),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', () =>
      reject(
        new Failure(`Port ${port} is in use; choose another with --port.`, exitCodes.refused, 'port_in_use'),
      ),
    );
    server.listen(Number(port), '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`,
    wait: (state, timeoutMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Failure('Nobody came back from Stripe in time.', exitCodes.refused, 'timed_out')),
          timeoutMs,
        );
        visited = (query) => {
          // A page elsewhere may send a browser here as well: without our state it means nothing.
          if (query.get('state') !== state) return false;
          clearTimeout(timer);
          const code = query.get('code');
          if (code === null) reject(refusalOf(query));
          else resolve(code);
          return true;
        };
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function refusalOf(query: URLSearchParams): Failure {
  const error = query.get('error') ?? 'no_code';
  const said = query.get('error_description') ?? error;
  const text =
    error === 'access_denied'
      ? 'The account was not connected: access was denied at Stripe.'
      : `Stripe: ${said}`;
  return new Failure(text, exitCodes.refused, error);
}
