/**
 * The door of the demo shop: Ridgeline, forecasts for people who work outside. It sells subscriptions, and tells
 * Headwater of its visitors, sign-ups and payments as any shop would: the tracker in its pages, its backend over the
 * HTTP API. Accounts and orders live in memory only, cards nowhere; see `scripts/demo.mjs` for how it is started.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccounts } from './accounts.ts';
import { type Credentials, createHeadwater } from './headwater.ts';
import { createOrders } from './orders.ts';
import { failurePage } from './pages/failure.ts';
import { readVisit } from './request.ts';
import { answer, type Reply } from './routes.ts';
import type { StripeGateway } from './stripe.ts';

export interface ShopOptions extends Credentials {
  /** Left out: the shop does not offer Stripe. */
  stripe?: StripeGateway;
  /** 0: any free one. */
  port: number;
  host: string;
}

export interface Shop {
  url: string;
  close(): Promise<void>;
}

/** Opens the shop's doors. Rejects with the socket's error when the port is taken. */
export async function openShop(options: ShopOptions): Promise<Shop> {
  const stylesheet = await readFile(new URL('../assets/shop.css', import.meta.url), 'utf8');
  const shop = {
    credentials: options,
    headwater: createHeadwater(options),
    accounts: createAccounts(),
    orders: createOrders(),
    stripe: options.stripe ?? null,
    stylesheet,
  };
  const server = createServer(async (request, response) => {
    let reply: Reply;
    try {
      reply = await answer(shop, await readVisit(request));
    } catch (error) {
      reply = failurePage(options, error);
    }
    response.writeHead(reply.status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...reply.headers,
    });
    response.end(reply.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
