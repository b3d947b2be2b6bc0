import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Account, type AccountOptions, openAccount } from './account.ts';
import { answerApi } from './api.ts';
import { payCheckout } from './checkout.ts';
import { checkoutPage } from './checkout-page.ts';
import type { DoubleState, SeenRequest } from './state.ts';

/** An answer that is no success, for requests whose path begins so; used up after `times`. */
export interface Failure {
  pathPrefix: string;
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  times: number;
}

export interface StripeDouble {
  url: string;
  platform: { secretKey: string; clientId: string };
  requests: SeenRequest[];
  openAccount(options?: AccountOptions): Account;
  /** A restricted key of an account; without `may` it may do everything. */
  restrictedKey(account: Account, may?: readonly string[]): string;
  fail(failure: Failure): void;
  /** The account whose owner clicks “Connect” on the authorize page; null: they decline. */
  authorizeAs(account: Account | null): void;
  close(): Promise<void>;
}

/** Starts the double on a free port of this machine. */
export async function startStripeDouble(
  options: { livemode?: boolean; port?: number } = {},
): Promise<StripeDouble> {
  const mode = options.livemode ? 'live' : 'test';
  const state: DoubleState = {
    platform: { secretKey: `sk_${mode}_platform${randomBytes(8).toString('hex')}`, clientId: 'ca_double' },
    accounts: new Map(),
    keys: new Map(),
    codes: new Map(),
    visitor: null,
    checkouts: new Map(),
    url: '',
  };
  state.keys.set(state.platform.secretKey, { account: null, may: null });
  const requests: SeenRequest[] = [];
  const failures: Failure[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double');
    const body = await readBody(request);
    const seen: SeenRequest = {
      method: request.method ?? 'GET',
      path: url.pathname,
      account: (request.headers['stripe-account'] as string | undefined) ?? null,
      key: (request.headers.authorization ?? '').replace(/^Bearer /, ''),
      form: request.method === 'GET' ? url.searchParams : new URLSearchParams(body),
    };
    requests.push(seen);
    const failure = failures.find((one) => one.times > 0 && seen.path.startsWith(one.pathPrefix));
    if (failure !== undefined) {
      failure.times -= 1;
      return send(response, failure.status, failure.body, failure.headers);
    }
    if (seen.path.startsWith('/pay/')) return answerBuyer(state, seen, response);
    const answer = await answerApi(state, seen);
    if (answer.redirect !== undefined) {
      response.writeHead(302, { location: answer.redirect }).end();
      return;
    }
    send(response, answer.status, answer.body);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => send(response, 500, { error: { message: String(error) } }));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  state.url = `http://127.0.0.1:${port}`;
  return {
    url: state.url,
    platform: state.platform,
    requests,
    openAccount(wanted = {}) {
      const account = openAccount({ livemode: options.livemode ?? false, ...wanted });
      state.accounts.set(account.id, account);
      return account;
    },
    restrictedKey(account, may) {
      const key = `rk_${account.livemode ? 'live' : 'test'}_${randomBytes(12).toString('hex')}`;
      state.keys.set(key, { account, may: may ?? null });
      return key;
    },
    fail: (failure) => void failures.push({ ...failure }),
    authorizeAs(account) {
      state.visitor = account;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The page of a checkout, for browsers. */
async function answerBuyer(state: DoubleState, seen: SeenRequest, response: ServerResponse): Promise<void> {
  const checkout = state.checkouts.get(seen.path.slice('/pay/'.length));
  if (checkout === undefined) return send(response, 404, { error: { message: 'No such checkout' } });
  if (seen.method === 'POST') {
    const location = await payCheckout(checkout, seen.form.get('email') || checkout.email);
    response.writeHead(303, { location }).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(checkoutPage(checkout));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'request-id': `req_${randomBytes(6).toString('hex')}`,
      ...headers,
    })
    .end(JSON.stringify(body));
}
