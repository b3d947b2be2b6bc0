import type { PartnerLink } from './entrances.ts';

/** The shop's backend speaks to Headwater here, over HTTP only, with the tokens a shop would have. */

export interface Credentials {
  /** Where Headwater is, for browsers and for this backend. */
  headwaterUrl: string;
  programId: number;
  /** `aff_…`: sales, leads, refunds and explanations of the program. */
  programToken: string;
  websiteId: string;
  /** `tf_…`: joins payments to visits of the website. */
  websiteToken: string;
  /** `affk_…`: only to show partners by their names. */
  managementKey: string;
  /** Whose links lead into the shop. */
  partners: readonly PartnerLink[];
}

/** Headwater said no, or nothing. The message is for people. */
export class HeadwaterProblem extends Error {
  /** Null: no answer at all. */
  readonly status: number | null;

  constructor(status: number | null, message: string) {
    super(message);
    this.status = status;
  }
}

/** `GET /api/v1/payments/:id/explain`, as far as the shop reads it. Amounts in minor units. */
export interface Explanation {
  payment: {
    id: number;
    amount_cents: number;
    refunded_cents: number;
    currency: string;
    occurred_at: string;
  };
  attribution: {
    attributed: boolean;
    reason: string | null;
    model: string;
    window_days: number;
    method: string | null;
    evidence: { kind: string; value: string; at: string }[];
    candidates: {
      click_id: string;
      partner_id: number;
      clicked_at: string;
      outcome: 'won' | 'lost';
      reason: string | null;
    }[];
  } | null;
  visit: (VisitContext & { matched_by: string }) | null;
  policy: {
    version: number;
    group: string;
    type: string;
    rate_bps?: number;
    fixed_cents?: number;
    duration_months: number | null;
    effective_from: string;
  } | null;
  arithmetic: { step: string; text: string; result: number }[];
  commission: {
    id: number;
    partner_id: number;
    status: string;
    amount_cents: number;
    currency: string;
    hold_until: string;
  } | null;
  ledger: LedgerEntry[];
}

export interface LedgerEntry {
  entry_id: number;
  account: string;
  partner_id: number | null;
  amount_cents: number;
  currency: string;
  at: string;
}

/** What a visit brought with it; absent is unknown. */
export interface VisitContext {
  channel?: string;
  source?: string;
  medium?: string;
  campaign?: string;
  landing_page?: string;
  referrer_host?: string;
  country?: string;
  device?: string;
  browser?: string;
  os?: string;
}

export interface Headwater {
  lead(body: object): Promise<{ message: string }>;
  /** Recorded by this call, or by an earlier one with the same transaction id. */
  sale(body: object): Promise<{ saleId: number; message: string }>;
  /** Joins a payment to a visit of the website. */
  attributePayment(body: object): Promise<{ message: string }>;
  refund(body: object): Promise<{ status: string }>;
  explain(saleId: number): Promise<Explanation>;
  /** A payment that another door brought, by its transaction id; undefined while it is not there. */
  findPayment(transactionId: string): Promise<{ saleId: number; refundedCents: number } | undefined>;
  partnerNames(): Promise<Map<number, string>>;
}

const patienceMs = 5000;

export function createHeadwater(credentials: Credentials): Headwater {
  const { headwaterUrl, programId, programToken, websiteId, websiteToken, managementKey } = credentials;

  async function call(method: string, path: string, token: string, body?: object) {
    const request = fetch(`${headwaterUrl}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    });
    const response = await request.catch(() => {
      throw new HeadwaterProblem(null, `Headwater does not answer at ${headwaterUrl}.`);
    });
    return { status: response.status, answer: (await response.json().catch(() => ({}))) as Answer };
  }

  /** A call that must succeed. */
  async function ask(method: string, path: string, token: string, body?: object): Promise<Answer> {
    const { status, answer } = await call(method, path, token, body);
    if (status >= 400) throw refusal(status, answer);
    return answer;
  }

  return {
    lead: async (body) => ({ message: (await ask('POST', 'track/lead', programToken, body)).message ?? '' }),
    async sale(body) {
      const { status, answer } = await call('POST', 'track/sale', programToken, body);
      // 409: we asked before and did not hear the answer; the sale is in, and this says which it is.
      if (status !== 200 && status !== 409) throw refusal(status, answer);
      return { saleId: answer.sale_id as number, message: answer.message ?? '' };
    },
    async attributePayment(body) {
      const payment = { website_id: websiteId, ...body };
      return { message: (await ask('POST', 'attribute-payment', websiteToken, payment)).message ?? '' };
    },
    refund: async (body) => ({
      status: (await ask('POST', 'track/refund', programToken, body)).status as string,
    }),
    explain: async (saleId) =>
      (await ask('GET', `payments/${saleId}/explain`, programToken)).data as Explanation,
    async findPayment(transactionId) {
      const answer = await ask('GET', `programs/${programId}/payments?limit=200`, managementKey);
      const payments = answer.data as { id: number; transaction_id: string; refunded_cents: number }[];
      const found = payments.find((payment) => payment.transaction_id === transactionId);
      return found && { saleId: found.id, refundedCents: found.refunded_cents };
    },
    async partnerNames() {
      const answer = await ask('GET', `programs/${programId}/partners?limit=200`, managementKey);
      return new Map((answer.data as { id: number; name: string }[]).map(({ id, name }) => [id, name]));
    },
  };
}

interface Answer {
  message?: string;
  error?: string;
  [member: string]: unknown;
}

function refusal(status: number, answer: Answer): HeadwaterProblem {
  return new HeadwaterProblem(status, answer.error ?? answer.message ?? `Headwater answered ${status}.`);
}
