import { randomBytes } from 'node:crypto';
import type { Account } from './account.ts';
import { openCheckout, openSession, refundByApi } from './checkout.ts';
import type { DoubleState, Key, SeenRequest } from './state.ts';

export interface ApiAnswer {
  status: number;
  body: unknown;
  redirect?: string;
}

const ok = (body: unknown): ApiAnswer => ({ status: 200, body });

const refused = (status: number, error: Record<string, unknown>): ApiAnswer => ({
  status,
  body: { error: { type: 'invalid_request_error', ...error } },
});

/** What the API answers: OAuth, webhook endpoints, checkouts, refunds, and lists of what is in an account. */
export async function answerApi(state: DoubleState, request: SeenRequest): Promise<ApiAnswer> {
  if (request.path === '/oauth/authorize') return authorize(state, request);
  const key = state.keys.get(request.key);
  if (key === undefined)
    return refused(401, { message: `Invalid API Key provided: ${request.key.slice(0, 8)}***` });
  if (request.path === '/oauth/token') return token(state, request);
  if (request.path === '/oauth/deauthorize') return deauthorize(state, request);
  const account = accountOf(state, key, request);
  if (account === undefined) {
    return refused(403, {
      code: 'account_invalid',
      message: `The provided key does not have access to account '${request.account}' (or that account does not exist).`,
    });
  }
  const right = rightOf(request);
  if (key.may !== null && !key.may.includes(right)) {
    return refused(403, {
      code: 'more_permissions_required',
      message: `The provided key does not have the required permissions for this endpoint on account '${account.id}'. Having the '${right}' permission would allow this request to continue.`,
    });
  }
  return (await answerShop(state, account, request)) ?? answerAccount(account, request);
}

function accountOf(state: DoubleState, key: Key, request: SeenRequest): Account | undefined {
  if (key.account !== null) return key.account;
  const account = request.account === null ? undefined : state.accounts.get(request.account);
  return account?.authorized.has(state.platform.clientId) ? account : undefined;
}

const rights: [prefix: string, right: string][] = [
  ['/v1/webhook_endpoints', 'rak_webhook'],
  ['/v1/events', 'rak_event'],
  ['/v1/charges', 'rak_charge'],
  ['/v1/refunds', 'rak_charge'],
  ['/v1/disputes', 'rak_dispute'],
  ['/v1/invoices', 'rak_invoice'],
  ['/v1/invoice_payments', 'rak_invoice'],
  ['/v1/checkout/sessions', 'rak_checkout_session'],
  ['/v1/subscriptions', 'rak_subscription'],
  ['/v1/customers', 'rak_customer'],
  ['/v1/account', 'rak_account'],
];

function rightOf({ method, path }: SeenRequest): string {
  const name = rights.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'rak_none';
  return `${name}_${method === 'GET' ? 'read' : 'write'}`;
}

/** What a shop asks for, as far as it is more than reading; undefined for everything else. */
async function answerShop(
  state: DoubleState,
  account: Account,
  { method, path, form }: SeenRequest,
): Promise<ApiAnswer | undefined> {
  if (method === 'POST' && path === '/v1/checkout/sessions') {
    const checkout = openCheckout(account, form);
    if (checkout === undefined) return refused(400, { message: 'mode and success_url are needed' });
    state.checkouts.set(checkout.id, checkout);
    return ok(openSession(checkout, state.url));
  }
  if (method === 'POST' && path === '/v1/refunds') {
    const refund = await refundByApi(account, form);
    return refund === undefined ? refused(400, { message: 'There is no such charge to refund' }) : ok(refund);
  }
  const [, id = ''] = /^\/v1\/checkout\/sessions\/([^/]+)$/.exec(path) ?? [];
  const checkout = state.checkouts.get(id);
  return checkout === undefined || checkout.isPaid ? undefined : ok(openSession(checkout, state.url));
}

function answerAccount(account: Account, request: SeenRequest): ApiAnswer {
  const [, , collection = '', id] = request.path.split('/');
  if (collection === 'account') {
    return ok({
      id: account.id,
      object: 'account',
      charges_enabled: true,
      payouts_enabled: true,
      details_submitted: true,
    });
  }
  if (collection === 'webhook_endpoints') return answerEndpoints(account, request, id);
  const path = request.path.replace('/v1/', '');
  const lists: Record<string, readonly { id: string; created: number }[]> = {
    charges: account.charges,
    refunds: account.refunds,
    disputes: account.disputes,
    invoices: account.invoices,
    invoice_payments: account.invoicePayments,
    'checkout/sessions': account.sessions,
    subscriptions: account.subscriptions,
    customers: account.customers,
    events: account.events,
  };
  for (const [name, list] of Object.entries(lists)) {
    if (path === name) return ok(page(filtered(list, request.form), request));
    if (path.startsWith(`${name}/`)) {
      const found = list.find((one) => one.id === path.slice(name.length + 1));
      return found === undefined
        ? refused(404, { code: 'resource_missing', message: `No such ${name}: '${path.split('/').at(-1)}'` })
        : ok(found);
    }
  }
  return refused(404, { message: `Unrecognized request URL (${request.method}: ${request.path}).` });
}

type Listed = { id: string; created: number };

function filtered<Item extends Listed>(list: readonly Item[], form: URLSearchParams): Item[] {
  const bound = (name: string, fallback: number) => Number(form.get(`created[${name}]`) ?? fallback);
  const types = [...form.entries()].filter(([name]) => name.startsWith('types[')).map(([, type]) => type);
  const intent = form.get('payment[payment_intent]') ?? form.get('payment_intent');
  const invoice = form.get('invoice');
  return list
    .filter((item) => item.created >= bound('gte', 0) && item.created > bound('gt', -1))
    .filter((item) => item.created <= bound('lte', Number.MAX_SAFE_INTEGER))
    .filter((item) => item.created < bound('lt', Number.MAX_SAFE_INTEGER))
    .filter((item) => types.length === 0 || types.includes((item as { type?: string }).type ?? ''))
    .filter((item) => intent === null || intentOf(item) === intent)
    .filter((item) => invoice === null || (item as { invoice?: unknown }).invoice === invoice)
    .reverse();
}

function intentOf(item: object): unknown {
  const { payment_intent, payment } = item as {
    payment_intent?: unknown;
    payment?: { payment_intent?: unknown };
  };
  return payment_intent ?? payment?.payment_intent;
}

/** Newest first, as Stripe lists. */
function page(list: readonly Listed[], { form, path }: SeenRequest): unknown {
  const limit = Math.min(100, Number(form.get('limit') ?? 10));
  const after = form.get('starting_after');
  const start = after === null ? 0 : list.findIndex((item) => item.id === after) + 1;
  return {
    object: 'list',
    data: list.slice(start, start + limit),
    has_more: list.length > start + limit,
    url: path,
  };
}

function answerEndpoints(account: Account, request: SeenRequest, id: string | undefined): ApiAnswer {
  if (request.method === 'GET' && id === undefined) return ok(page(account.endpoints.map(shown), request));
  if (request.method === 'POST' && id === undefined) return createEndpoint(account, request.form);
  const endpoint = account.endpoints.find((one) => one.id === id);
  if (endpoint === undefined) {
    return refused(404, { code: 'resource_missing', message: `No such webhook endpoint: '${id}'` });
  }
  if (request.method === 'DELETE') {
    account.endpoints.splice(account.endpoints.indexOf(endpoint), 1);
    return ok({ id: endpoint.id, object: 'webhook_endpoint', deleted: true });
  }
  if (request.method === 'POST') {
    const events = listOf(request.form, 'enabled_events');
    if (events.length > 0) endpoint.enabled_events = events;
    endpoint.url = request.form.get('url') ?? endpoint.url;
  }
  return ok(shown(endpoint));
}

function createEndpoint(account: Account, form: URLSearchParams): ApiAnswer {
  const url = form.get('url') ?? '';
  if (!URL.canParse(url)) return refused(400, { param: 'url', message: 'Invalid URL' });
  const metadata = [...form.entries()].flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  const endpoint = account.createEndpoint({
    url,
    enabledEvents: listOf(form, 'enabled_events'),
    apiVersion: form.get('api_version'),
    metadata: Object.fromEntries(metadata),
    description: form.get('description'),
  });
  return ok({ ...shown(endpoint), secret: endpoint.signingSecret });
}

/** Without the secret: that comes at creation only. */
function shown({ signingSecret: _, ...endpoint }: Account['endpoints'][number]) {
  return endpoint;
}

function listOf(form: URLSearchParams, name: string): string[] {
  return [...form.entries()].filter(([key]) => key.startsWith(`${name}[`)).map(([, value]) => value);
}

function authorize(state: DoubleState, { form }: SeenRequest): ApiAnswer {
  const redirect = new URL(form.get('redirect_uri') ?? 'http://127.0.0.1/');
  redirect.searchParams.set('state', form.get('state') ?? '');
  if (form.get('client_id') !== state.platform.clientId) {
    return refused(400, { message: `No application matches the supplied client identifier` });
  }
  if (state.visitor === null) {
    redirect.searchParams.set('error', 'access_denied');
    redirect.searchParams.set('error_description', 'The user denied your request');
  } else {
    const code = `ac_${randomBytes(12).toString('hex')}`;
    state.codes.set(code, state.visitor);
    redirect.searchParams.set('scope', form.get('scope') ?? 'read_only');
    redirect.searchParams.set('code', code);
  }
  return { status: 302, body: {}, redirect: redirect.href };
}

function token(state: DoubleState, { form }: SeenRequest): ApiAnswer {
  const code = form.get('code') ?? '';
  const account = state.codes.get(code);
  state.codes.delete(code);
  if (account === undefined) {
    return {
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: 'Authorization code does not exist: used or expired',
      },
    };
  }
  account.authorized.add(state.platform.clientId);
  return ok({
    access_token: `sk_test_${randomBytes(8).toString('hex')}`,
    livemode: account.livemode,
    refresh_token: `rt_${randomBytes(8).toString('hex')}`,
    scope: 'read_write',
    stripe_publishable_key: 'pk_test_double',
    stripe_user_id: account.id,
    token_type: 'bearer',
  });
}

function deauthorize(state: DoubleState, { form }: SeenRequest): ApiAnswer {
  const account = state.accounts.get(form.get('stripe_user_id') ?? '');
  if (!account?.authorized.has(form.get('client_id') ?? '')) {
    return {
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: 'This application is not connected to the account',
      },
    };
  }
  account.deauthorize(form.get('client_id') ?? '');
  return ok({ stripe_user_id: account.id });
}
