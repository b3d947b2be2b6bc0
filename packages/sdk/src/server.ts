/** Headwater on a server: Node 20 and later, or anything with `fetch` and `node:crypto`. No dependencies. */

import { randomUUID } from 'node:crypto';
import { AuthenticationError } from './server/errors.ts';
import { type Sending, type SendOptions, send } from './server/send.ts';
import type {
  LeadAnswer,
  LeadRequest,
  PaymentRequest,
  PaymentResult,
  QueryRequest,
  QueryResult,
  Readiness,
  RefundAnswer,
  RefundRequest,
  SaleRequest,
  SaleResult,
} from './server/types.ts';

export * from './server/cookies.ts';
export * from './server/errors.ts';
export type * from './server/types.ts';
export * from './server/webhooks.ts';

type Key = 'programToken' | 'websiteToken' | 'managementKey';

export interface HeadwaterOptions {
  /** Where Headwater runs, e.g. `https://headwater.example`. */
  baseUrl: string;
  /** The program's token: for `trackLead`, `trackSale`, `trackRefund`, `readiness`. */
  programToken?: string;
  /** The website's token: for `attributePayment`. */
  websiteToken?: string;
  /** A management key with the scope `report:read`: for `query`. */
  managementKey?: string;
  /** Of one try; milliseconds, default 10,000. */
  timeoutMs?: number;
  /** So often is a call tried again when there is no answer, or one that says to come again; default 4. */
  retries?: number;
  fetch?: typeof fetch;
}

/**
 * One Headwater server, with the keys of one program or website. Make one and keep it.
 *
 * Every call is safe to make twice: tries that a call makes by itself, and yours with the same ids, are counted once. What
 * is in already is a result, not an error. Failures are {@link HeadwaterError}s, told apart by what to do.
 */
export class Headwater {
  readonly #keys: Pick<HeadwaterOptions, Key>;
  readonly #options: SendOptions;

  constructor({ baseUrl, timeoutMs = 10_000, retries = 4, ...options }: HeadwaterOptions) {
    this.#keys = options;
    this.#options = {
      baseUrl: new URL(baseUrl).href.replace(/\/+$/, ''),
      timeoutMs,
      retries,
      fetch: options.fetch ?? globalThis.fetch,
    };
  }

  /** Reports a sign-up. The same customer again is the same lead. */
  async trackLead(lead: LeadRequest): Promise<LeadAnswer> {
    return this.#call('programToken', 'POST', '/api/v1/track/lead', lead);
  }

  /** Records a sale under its `transaction_id`. In before: `duplicate` is true, with the ids it got then. */
  async trackSale(sale: SaleRequest): Promise<SaleResult> {
    const { status, body } = await this.#send('programToken', {
      ...{ method: 'POST', path: '/api/v1/track/sale', body: sale },
      accepts: [409],
    });
    if (status === 409) {
      const { sale_id, commission_id, message } = body as {
        sale_id: number;
        commission_id: number;
        message: string;
      };
      return { duplicate: true, sale_id, commission_id, message };
    }
    const { success: _, ...recorded } = body;
    return { duplicate: false, ...recorded } as SaleResult;
  }

  /**
   * Gives a sale back, in part or whole. Without a `refund_id` a second partial refund of a sale is skipped, since it looks
   * like the first one come twice.
   */
  async trackRefund(refund: RefundRequest): Promise<RefundAnswer> {
    return this.#call('programToken', 'POST', '/api/v1/track/refund', refund);
  }

  /**
   * Records a payment of a visit. Without a `transaction_id` the call makes one of its own: it counts once however often it
   * is tried, but a second call is a second payment.
   */
  async attributePayment(payment: PaymentRequest): Promise<PaymentResult> {
    const body = { ...payment, transaction_id: payment.transaction_id ?? `sdk_${randomUUID()}` };
    const path = '/api/v1/attribute-payment';
    const answer = await this.#call<{ message: string; duplicate?: true }>(
      'websiteToken',
      'POST',
      path,
      body,
    );
    return { message: answer.message, duplicate: answer.duplicate === true };
  }

  /** How far the integration is, and what is to be done next. `recheck`: look at the website anew, once a minute. */
  async readiness({ recheck = false }: { recheck?: boolean } = {}): Promise<Readiness> {
    const query = recheck ? '?force_recheck=true' : '';
    return this.#call('programToken', 'GET', `/api/v1/programs/me/readiness${query}`);
  }

  /** Asks for any metrics by any dimensions. */
  async query(request: QueryRequest): Promise<QueryResult> {
    const { data } = await this.#call<{ data: QueryResult }>(
      'managementKey',
      'POST',
      '/api/v1/query',
      request,
    );
    return data;
  }

  async #call<Answer>(key: Key, method: Sending['method'], path: string, body?: object): Promise<Answer> {
    const received = await this.#send(key, { method, path, ...(body === undefined ? {} : { body }) });
    return received.body as Answer;
  }

  async #send(key: Key, sending: Omit<Sending, 'token'>) {
    const token = this.#keys[key];
    if (!token) throw new AuthenticationError(`This call needs ${key}: give it to new Headwater({ ${key} })`);
    return send(this.#options, { ...sending, token });
  }
}
