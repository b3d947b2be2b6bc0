import { setTimeout as sleep } from 'node:timers/promises';

/** What the server said it had stored. */
export interface Acknowledged {
  clicks: Set<string>;
  leads: Set<string>;
  /** transaction id → sale id */
  sales: Map<string, number>;
  pages: Set<string>;
  refunds: Set<string>;
}

export interface Load {
  acknowledged: Acknowledged;
  /** Answers that nobody should get, whatever was killed. */
  improper: string[];
  stop(): Promise<void>;
}

export interface LoadTarget {
  /** Where the server is now; it moves when it is started again. */
  url(): string;
  token: string;
  websiteId: string;
  code: string;
}

const browser =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';

/** Clicks, leads, sales, refunds and page views without pause, until it is stopped; what fails is sent again. */
export function putUnderLoad(target: LoadTarget, lanes: number): Load {
  const acknowledged: Acknowledged = {
    clicks: new Set(),
    leads: new Set(),
    sales: new Map(),
    pages: new Set(),
    refunds: new Set(),
  };
  const improper: string[] = [];
  let stopped = false;
  let journeys = 0;

  /** Undefined: no answer, or the server asks to come again. It may have stored the request or not. */
  async function post(path: string, body: unknown, token?: string) {
    try {
      const response = await fetch(`${target.url()}${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': browser,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(15_000),
      });
      const text = await response.text();
      if (response.status === 503) return undefined;
      if (response.status >= 500) {
        improper.push(`${path}: ${response.status} ${text}`);
        return undefined;
      }
      return { status: response.status, body: JSON.parse(text) };
    } catch {
      return undefined;
    }
  }

  /** Until there is an answer. Once stopped, nothing is begun again. */
  async function insist(path: string, body: unknown, token: string) {
    for (;;) {
      const answer = await post(path, body, token);
      if (answer !== undefined || stopped) return answer;
      await sleep(50);
    }
  }

  async function journey(id: string): Promise<void> {
    const click = await post('/api/v1/track/click', {
      affiliate_url: `https://shop.example/?aff=${target.code}`,
      visitor_id: `v-${id}`,
    });
    if (click === undefined) return void (await sleep(50));
    if (click.body.success !== true) return void improper.push(`click: ${JSON.stringify(click)}`);
    acknowledged.clicks.add(click.body.click_id);
    const page = await post('/api/v1/collect', {
      ...{ website_id: target.websiteId, visitor_id: `v-${id}`, session_id: `s-${id}` },
      events: [{ type: 'pageview', url: `https://shop.example/page-${id}` }],
    });
    if (page?.status === 202 && page.body.accepted === 1) acknowledged.pages.add(`/page-${id}`);
    else if (page !== undefined) improper.push(`collect: ${JSON.stringify(page)}`);
    const lead = await insist(
      '/api/v1/track/lead',
      { click_id: click.body.click_id, customer_key: `k-${id}` },
      target.token,
    );
    if (lead === undefined) return;
    if (lead.status === 200) acknowledged.leads.add(`k-${id}`);
    else improper.push(`lead: ${JSON.stringify(lead)}`);
    const sale = await insist(
      '/api/v1/track/sale',
      { transaction_id: `t-${id}`, customer_key: `k-${id}`, amount_cents: 1999 },
      target.token,
    );
    if (sale === undefined) return;
    // 409: an earlier attempt, whose answer was lost, had stored it.
    if (sale.status === 200 || sale.status === 409) acknowledged.sales.set(`t-${id}`, sale.body.sale_id);
    else improper.push(`sale: ${JSON.stringify(sale)}`);
    if (!id.endsWith('7')) return;
    const refund = await insist(
      '/api/v1/track/refund',
      { transaction_id: `t-${id}`, refund_id: 'r', refund_amount_cents: 500 },
      target.token,
    );
    if (refund?.status === 200) acknowledged.refunds.add(`t-${id}`);
    else if (refund !== undefined) improper.push(`refund: ${JSON.stringify(refund)}`);
  }

  const running = Array.from({ length: lanes }, async () => {
    while (!stopped) {
      journeys += 1;
      await journey(String(journeys));
    }
  });
  return {
    acknowledged,
    improper,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}
