import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { StripeEventObject, WebhookEndpoint } from './objects.ts';
import { signatureHeader } from './sign.ts';

export interface DeliverOptions {
  /** Left out: all events of the account, in their order. */
  events?: readonly StripeEventObject[];
  /** Sends each event that often. */
  times?: number;
  /** Puts the deliveries into another order. */
  order?: (deliveries: Delivery[]) => Delivery[];
  /** Deliveries under way at once. */
  lanes?: number;
  /** Waits before each delivery. */
  delayMs?: () => number;
  /** Tries again what was not answered with 2xx, as Stripe does. */
  attempts?: number;
}

interface Delivery {
  event: StripeEventObject;
  endpoint: Pick<WebhookEndpoint, 'url' | 'signingSecret' | 'enabled_events'>;
}

export interface Delivered {
  eventId: string;
  type: string;
  status: number;
  body: string;
}

/** Delivers the account's events to its endpoints, signed; answers with what each delivery was answered. */
export async function deliver(account: Account, options: DeliverOptions = {}): Promise<Delivered[]> {
  const deliveries = (options.events ?? account.events).flatMap((event) =>
    account.endpoints
      .filter(({ enabled_events: types }) => types.includes('*') || types.includes(event.type))
      .flatMap((endpoint) => Array.from({ length: options.times ?? 1 }, () => ({ event, endpoint }))),
  );
  const waiting = options.order?.(deliveries) ?? deliveries;
  const delivered: Delivered[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (options.delayMs !== undefined) await sleep(options.delayMs());
      delivered.push(await deliverOne(next, options.attempts ?? 1));
    }
  };
  await Promise.all(Array.from({ length: options.lanes ?? 1 }, lane));
  return delivered;
}

async function deliverOne({ event, endpoint }: Delivery, attempts: number): Promise<Delivered> {
  const payload = JSON.stringify(event);
  for (let attempt = 1; ; attempt += 1) {
    // Each try is signed anew, so that one that comes days later is within the tolerance.
    const answer = await fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signatureHeader(payload, endpoint.signingSecret),
      },
      body: payload,
    }).then(
      async (response) => ({ status: response.status, body: await response.text() }),
      (error) => ({ status: 0, body: String(error) }),
    );
    const isTaken = answer.status >= 200 && answer.status < 300;
    if (isTaken || attempt >= attempts) return { eventId: event.id, type: event.type, ...answer };
    await sleep(50);
  }
}
