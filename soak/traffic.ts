import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the server said it had stored. */
export interface Acknowledged {
  clicks: string[];
  leads: string[];
  /** transaction id → sale id */
  sales: Map<string, number>;
  refunds: string[];
  pages: string[];
  /** Of Stripe's invoices, whose payments have the invoice's number. */
  invoices: string[];
}

export interface Traffic {
  acknowledged: Acknowledged;
  /** Answers that nobody should get, whatever was killed. */
  improper: string[];
  counts: { requests: number; unanswered: number; reports: number };
  stop(): Promise<void>;
}

export interface Shop {
  /** Where the server is now; it moves when it is started again. */
  url(): string;
  key: string;
  programId: number;
  token: string;
  websiteId: string;
  code: string;
  webhookSecret: string;
}

const browser =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36';
const id = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`;

/** Visitors, buyers, Stripe and readers of reports, so many journeys a second; what is not answered is sent again. */
export function runTraffic(shop: Shop, journeysPerSecond: number): Traffic {
  const acknowledged: Acknowledged = {
    ...{ clicks: [], leads: [], sales: new Map(), refunds: [], pages: [], invoices: [] },
  };
  const improper: string[] = [];
  const counts = { requests: 0, unanswered: 0, reports: 0 };
  let stopped = false;

  /** Undefined: no answer, or the server asks to come again. It may have stored the request or not. */
  async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    counts.requests += 1;
    try {
      const response = await fetch(`${shop.url()}${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'user-agent': browser, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      if (response.status < 500) return { status: response.status, body: JSON.parse(text) };
      if (response.status !== 503) improper.push(`${path}: ${response.status} ${text}`);
    } catch (error) {
      if (error instanceof SyntaxError) improper.push(`${path}: not JSON`);
    }
    counts.unanswered += 1;
    return undefined;
  }

  /** Until there is an answer, also when nothing new is begun any more: what was lost then would be nobody's fault. */
  async function insist(...request: Parameters<typeof send>) {
    const giveUp = Date.now() + 120_000;
    for (;;) {
      const answer = await send(...request);
      if (answer !== undefined || Date.now() > giveUp) return answer;
      await sleep(250);
    }
  }

  const bearer = { authorization: `Bearer ${shop.token}` };
  const expectStatus = (what: string, answer: { status: number; body: unknown }, ...right: number[]) => {
    if (right.includes(answer.status)) return true;
    improper.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return false;
  };

  async function visitAndBuy(number: number): Promise<void> {
    const who = `${number}-${randomBytes(4).toString('hex')}`;
    const click = await send('POST', '/api/v1/track/click', {
      affiliate_url: `https://shop.example/?aff=${shop.code}&utm_source=letter-${number % 7}`,
      visitor_id: `v-${who}`,
    });
    if (click === undefined || !expectStatus('click', click, 200)) return;
    acknowledged.clicks.push(click.body.click_id);
    for (let page = 0; page < 3; page += 1) {
      const view = await send('POST', '/api/v1/collect', {
        ...{ website_id: shop.websiteId, visitor_id: `v-${who}`, session_id: `s-${who}` },
        events: [{ type: 'pageview', url: `https://shop.example/page-${who}-${page}` }],
      });
      if (view !== undefined && expectStatus('collect', view, 202))
        acknowledged.pages.push(`/page-${who}-${page}`);
    }
    const lead = await insist(
      'POST',
      '/api/v1/track/lead',
      { click_id: click.body.click_id, customer_key: `k-${who}` },
      bearer,
    );
    if (lead === undefined || !expectStatus('lead', lead, 200)) return;
    acknowledged.leads.push(`k-${who}`);
    if (number % 3 === 0) await payByStripe(who, click.body.click_id);
    else await payBySale(who, number);
  }

  async function payBySale(who: string, number: number): Promise<void> {
    const sale = await insist(
      'POST',
      '/api/v1/track/sale',
      { transaction_id: `t-${who}`, customer_key: `k-${who}`, amount_cents: 1000 + (number % 5000) },
      bearer,
    );
    // 409: an earlier attempt, whose answer was lost, had stored it.
    if (sale === undefined || !expectStatus('sale', sale, 200, 409)) return;
    acknowledged.sales.set(`t-${who}`, sale.body.sale_id);
    if (number % 5 !== 0) return;
    const refund = await insist(
      'POST',
      '/api/v1/track/refund',
      { transaction_id: `t-${who}`, refund_id: 'r1', refund_amount_cents: 400 },
      bearer,
    );
    if (refund !== undefined && expectStatus('refund', refund, 200)) acknowledged.refunds.push(`t-${who}`);
  }

  async function payByStripe(who: string, clickId: string): Promise<void> {
    const invoice = id('in');
    const body = invoicePaid(invoice, {
      affitor_click_id: clickId,
      affitor_customer_key: `k-${who}`,
      program_id: String(shop.programId),
    });
    const deliver = () =>
      send('POST', `/webhooks/stripe/${shop.programId}`, body, signed(body, shop.webhookSecret));
    // Stripe delivers until it hears that it was taken, and now and then once more.
    const giveUp = Date.now() + 120_000;
    while ((await deliver())?.status !== 200) {
      if (Date.now() > giveUp) return void improper.push(`webhook: not taken within two minutes`);
      await sleep(1000);
    }
    acknowledged.invoices.push(invoice);
    if (who.endsWith('0')) await deliver();
  }

  const questions = [
    { metrics: ['visitors', 'visits', 'pageviews'], dimensions: ['day'] },
    { metrics: ['gross_revenue_cents', 'payments', 'customers'], dimensions: ['source'] },
    { metrics: ['net_revenue_cents', 'clicks', 'leads', 'commissions_cents'], dimensions: ['partner'] },
  ];

  async function read(turn: number): Promise<void> {
    const day = (at: number) => new Date(at).toISOString().slice(0, 10);
    const period = { from: day(Date.now() - 7 * 86_400_000), to: day(Date.now()) };
    const answer = await send(
      'POST',
      '/api/v1/query',
      { program_id: shop.programId, ...questions[turn % questions.length], ...period },
      { authorization: `Bearer ${shop.key}` },
    );
    if (answer !== undefined && expectStatus('query', answer, 200)) counts.reports += 1;
  }

  const under_way = new Set<Promise<void>>();
  const begin = (act: Promise<void>) => {
    under_way.add(act);
    void act.finally(() => under_way.delete(act));
  };
  const conduct = async () => {
    for (let number = 0; !stopped; number += 1) {
      // While the server is away, only so many wait for it.
      if (under_way.size < 200) {
        begin(visitAndBuy(number));
        if (number % 20 === 0) begin(read(number / 20));
      }
      await sleep(1000 / journeysPerSecond);
    }
  };
  const conducting = conduct();
  return {
    ...{ acknowledged, improper, counts },
    async stop() {
      stopped = true;
      await conducting;
      await Promise.all(under_way);
    },
  };
}

function signed(body: string, secret: string): Record<string, string> {
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { 'stripe-signature': `t=${at},v1=${signature}` };
}

/** The paid first invoice of a subscription, as Stripe tells of it. */
function invoicePaid(invoice: string, metadata: Record<string, string>): string {
  const [created, subscription] = [Math.floor(Date.now() / 1000), id('sub')];
  const object = {
    ...{ id: invoice, object: 'invoice', amount_due: 4900, amount_paid: 4900, amount_remaining: 0 },
    ...{ billing_reason: 'subscription_create', created, currency: 'usd', customer: id('cus') },
    lines: {
      object: 'list',
      has_more: false,
      data: [
        {
          ...{ id: id('il'), object: 'line_item', amount: 4900, currency: 'usd', metadata, quantity: 1 },
          parent: {
            type: 'subscription_item_details',
            subscription_item_details: { subscription, proration: false },
          },
          period: { end: created + 2_592_000, start: created },
          pricing: {
            type: 'price_details',
            price_details: { price: 'price_pro', product: 'prod_pro' },
          },
        },
      ],
    },
    ...{ livemode: true, metadata: {}, starting_balance: 0, status: 'paid' },
    parent: { type: 'subscription_details', subscription_details: { metadata, subscription } },
    status_transitions: { finalized_at: created, paid_at: created },
    ...{ subtotal: 4900, total: 4900, total_excluding_tax: 4900, total_taxes: [] },
  };
  return JSON.stringify({
    ...{ id: id('evt'), object: 'event', api_version: '2026-03-25.dahlia', created, data: { object } },
    ...{ livemode: true, pending_webhooks: 1, request: { id: null, idempotency_key: null } },
    type: 'invoice.paid',
  });
}
