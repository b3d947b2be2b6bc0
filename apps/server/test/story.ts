import { expect } from 'vitest';
import type { Reply, TestServer } from './test-server.ts';

/** A program set up through the API, and the acts of the people around it. */
export interface Story {
  programId: number;
  token: string;
  groupId: number;
  websiteId: string;
  websiteToken: string;
  addPartner(code: string, more?: Record<string, unknown>): Promise<{ id: number; linkId: number }>;
  click(code: string, more?: Record<string, unknown>): Promise<string>;
  lead(body: Record<string, unknown>): Promise<Reply>;
  sale(body: Record<string, unknown>): Promise<Reply>;
  refund(body: Record<string, unknown>): Promise<Reply>;
  pageview(visitor: string, session: string, url?: string, more?: Record<string, unknown>): Promise<Reply>;
  attribute(body: Record<string, unknown>, headers?: Record<string, string>): Promise<Reply>;
  explain(saleId: number): Promise<Reply>;
}

export interface StoryOptions {
  commission?: Record<string, unknown> | null;
  settings?: Record<string, unknown>;
  /** Whether the website is bound to the program. */
  bound?: boolean;
  key?: string;
}

export const monthly20percent = { type: 'cps_recurring', rate_bps: 2000, duration_months: 12 };

/** Sets a program and its website up; refuses to go on when anything is not answered as it should be. */
export async function tellStory(server: TestServer, options: StoryOptions = {}): Promise<Story> {
  const key = options.key ?? server.key;
  const commission = options.commission === undefined ? monthly20percent : options.commission;
  const website = await created(
    server.post('/api/v1/websites', { domain: 'shop.example', currency: 'USD' }, key),
  );
  const program = await created(
    server.post(
      '/api/v1/programs',
      {
        name: 'Acme',
        domain: 'shop.example',
        ...(commission === null ? {} : { commission }),
        ...(options.bound === false ? {} : { website_id: website.website_id }),
        ...options.settings,
      },
      key,
    ),
  );
  const token: string = program.api_token;
  return {
    programId: program.id,
    token,
    groupId: program.default_group_id,
    websiteId: website.website_id,
    websiteToken: website.api_token,
    async addPartner(code, more = {}) {
      const partner = await created(
        server.post(`/api/v1/programs/${program.id}/partners`, { name: code, code, ...more }, key),
      );
      return { id: partner.id, linkId: partner.links[0].id };
    },
    async click(code, more = {}) {
      const reply = await server.post('/api/v1/track/click', {
        affiliate_url: `https://shop.example/?aff=${code}`,
        ...more,
      });
      expect(reply.body).toMatchObject({ success: true, click_id: expect.stringMatching(/^clk_/) });
      return reply.body.click_id;
    },
    lead: (body) => server.post('/api/v1/track/lead', body, token),
    sale: (body) => server.post('/api/v1/track/sale', body, token),
    refund: (body) => server.post('/api/v1/track/refund', body, token),
    pageview: (visitor, session, url = 'https://shop.example/', more = {}) =>
      server.post('/api/v1/collect', {
        website_id: website.website_id,
        visitor_id: visitor,
        session_id: session,
        events: [{ type: 'pageview', url, ...more }],
      }),
    attribute: (body, headers) =>
      server.call(
        'POST',
        '/api/v1/attribute-payment',
        { website_id: website.website_id, email: 'customer@example.com', revenue: 9900, ...body },
        { token: website.api_token, ...(headers === undefined ? {} : { headers }) },
      ),
    explain: (saleId) => server.get(`/api/v1/payments/${saleId}/explain`, token),
  };
}

async function created(request: Promise<Reply>) {
  const reply = await request;
  expect(reply.status, JSON.stringify(reply.body)).toBe(201);
  return reply.body.data;
}

/** The books of every program sum to zero per currency, and every transaction by itself. */
export async function expectBalancedBooks(server: TestServer): Promise<void> {
  const unbalanced = await server.database.postgres.query(
    `select transaction_id, currency, sum(amount_minor) from ledger_entries
     group by workspace_id, transaction_id, currency having sum(amount_minor) <> 0`,
  );
  expect(unbalanced).toEqual([]);
}
