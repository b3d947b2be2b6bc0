import type { TSchema } from 'typebox';
import { newId, type Route } from '../src/platform/index.ts';
import type { Holding } from './tenants.ts';
import { plainEvent } from './walls/stripe/deliveries.ts';

/** A request to a route that its owner may well send. */
export interface ExampleRequest {
  params: Record<string, string>;
  query: Record<string, string>;
  body: Record<string, unknown> | undefined;
  /** In place of the body: a file. */
  file?: string;
  /** What a route asks for besides the token. */
  headers: Record<string, string>;
}

type Words = Record<string, unknown>;

/** What kind of thing `:id` names, by the collection before it in the path. A new collection is added here. */
const idOfCollection: Record<string, (own: Holding) => unknown> = {
  programs: (own) => own.programId,
  'affiliate-programs': (own) => own.programId,
  groups: (own) => own.groupId,
  links: (own) => own.linkId,
  websites: (own) => own.websiteId,
  payments: (own) => own.paymentId,
  commissions: (own) => own.commissionId,
  'api-keys': (own) => own.keyId,
  invoices: (own) => own.invoiceId,
  'payout-batches': (own) => own.pendingBatchId,
  payouts: (own) => own.processingPayoutId,
  'webhook-endpoints': (own) => own.webhookEndpointId,
  'webhook-messages': (own) => own.webhookMessageId,
  'fraud-signals': (own) => own.signalId,
  erasures: (own) => own.erasureId,
  segments: (own) => own.segmentId,
  goals: (own) => own.goalId,
  annotations: (own) => own.annotationId,
  imports: (own) => own.importId,
  applications: (own) => own.applicationId,
  'tax-documents': (own) => own.taxDocumentId,
};

/** Fields that name something of a tenant, wherever they stand: in a path, a query or a body. */
export const idFields: Record<string, (own: Holding) => unknown> = {
  program_id: (own) => own.programId,
  program_scope: (own) => [own.programId],
  website_id: (own) => own.websiteId,
  group_id: (own) => own.groupId,
  partner_id: (own) => own.partnerId,
  slug: (own) => own.joinSlug,
  link_id: (own) => own.linkId,
  payment_id: (own) => own.paymentId,
  commission_id: (own) => own.commissionId,
  commission_ids: (own) => [own.commissionId],
  click_id: (own) => own.clickId,
  click_ids: (own) => [own.clickId],
  existing_click_id: (own) => own.clickId,
  customer_key: (own) => own.customerKey,
  visitor_id: (own) => own.visitorId,
  session_id: (own) => own.sessionId,
  transaction_id: (own) => own.transactionId,
  affiliate_url: (own) => `https://shop.example/?aff=${own.linkCode}`,
  code: (own) => own.linkCode,
  cursor: (own) => own.cursor,
  event_id: (own) => own.stripeEventId,
  endpoint_id: (own) => own.stripeEndpointId,
  stripe_user_id: (own) => own.stripeAccount,
};

/** Fields whose example must be a new one each time, since the owner's own is taken. */
const freshFields: Record<string, () => unknown> = {
  transaction_id: () => newId('txn'),
  code: () => newId('code').slice(0, 20),
  name: () => newId('name'),
  email: () => `${newId('someone')}@shop.example`,
};

/** Where a rule of the route itself makes the general example a wrong one. */
const exceptions: Record<string, (body: Record<string, unknown>, own: Holding) => Record<string, unknown>> = {
  // one website a program: what is bound already cannot be bound anew
  'POST /api/v1/programs': ({ website_id: _, ...body }) => body,
  'POST /api/v1/websites': ({ program_id: _, ...body }) => body,
  // a customer who paid is a lead no more
  'POST /api/v1/track/lead': (body) => ({ ...body, customer_key: newId('user') }),
  'POST /webhooks/stripe/:program_id': () => plainEvent(),
  'POST /api/webhook-distributor/stripe': (_body, own) =>
    plainEvent({ data: { object: { id: 'cs_1', metadata: { program_id: own.programId } } } }),
  'POST /api/v1/programs/:id/stripe/reconcile': () => ({ from: '2026-01-01', to: '2026-01-31' }),
  'POST /api/v1/programs/:id/stripe/connect': (_body, own) => ({ api_key: own.stripeKey }),
  'POST /api/v1/programs/:id/stripe/oauth/complete': (_body, own) => own.stripeGrant,
  'POST /api/v1/fx-rates': () => ({
    rates: [{ date: '2026-01-01', currency: 'EUR', usd_per_unit: '1.1' }],
  }),
  'POST /api/v1/query': (_body, own) => ({
    program_id: own.programId,
    metrics: ['visits', 'gross_revenue_cents'],
    dimensions: ['channel', 'day'],
    filters: [{ dimension: 'source', operator: 'is_not', values: ['nobody'] }],
  }),
  'POST /api/v1/segments': (_body, own) => ({
    program_id: own.programId,
    name: newId('segment'),
    filters: [{ dimension: 'channel', operator: 'is', values: ['email'] }],
  }),
  'POST /api/v1/goals': (_body, own) => ({
    website_id: own.websiteId,
    name: newId('goal'),
    path: '/thanks*',
    value_cents: 100,
  }),
  'POST /api/v1/annotations': (_body, own) => ({
    program_id: own.programId,
    kind: 'deploy',
    text: newId('release'),
    at: '2026-05-04',
  }),
  'PATCH /api/v1/goals/:id': () => ({ event: 'sign_up', property: 'plan', property_value: 'pro' }),
  'POST /api/v1/programs/:id/partners/:partner_id/invitation': (_body, own) => ({ email: own.partnerEmail }),
  // a page of the program’s own domain, which is another one
  'POST /api/v1/portal/programs/:id/links': ({ destination_url: _, ...body }) => body,
  'POST /api/v1/imports': (_body, own) => ({
    ...{ kind: 'payments', program_id: own.programId, file_digest: 'f'.repeat(64), rows: 1 },
    columns: ['transaction_id', 'amount', 'occurred_at'],
  }),
  'POST /api/v1/imports/:id/rows': () => ({
    part: 1,
    rows: [{ line: 2, values: [newId('txn'), '10.00', '2026-01-01'] }],
  }),
  'POST /api/v1/websites/:id/demo-events': () => ({ events: 1000 }),
  'POST /api/v1/reports/funnel': ({ website_id: _, ...body }) => ({
    ...body,
    steps: [{ type: 'pageview', path: '/*' }, { type: 'lead' }],
  }),
  // one test event: of chains there are ten an hour
  'POST /api/v1/cli/test-event': () => ({ event_type: 'click' }),
  'POST /api/v1/cli/init': () => ({ name: newId('name'), domain: 'shop.example' }),
  'POST /api/v1/track/refund': (body, own) => ({ ...body, transaction_id: own.transactionId }),
};

/** Routes that need something in another state than the first of its kind is in. */
export const pathIds: Record<string, (own: Holding) => unknown> = {
  'POST /api/v1/payout-batches/:id/start': (own) => own.approvedBatchId,
  'GET /api/v1/payout-batches/:id/export': (own) => own.approvedBatchId,
};

const knownFields: Record<string, unknown> = {
  email: 'someone@shop.example',
  account_holder: 'Someone',
  iban: 'DE89370400440532013000',
  bic: 'COBADEFFXXX',
  account_number: '12345678',
  routing_number: '021000021',
  stripe_account: 'acct_0123456789',

  types: ['invoice.paid'],
  redirect_uri: 'http://127.0.0.1:4711/callback',
  webhook_secret: 'whsec_0123456789abcdef',
  domain: 'shop.example',
  website: 'https://blog.example/',
  destination_url: 'https://shop.example/page',
  customer_email: 'someone@shop.example',
  timezone: 'UTC',
  currency: 'USD',
  scopes: ['program:read'],
  expires_at: '2100-01-01T00:00:00Z',
  // ahead, and not beyond a year
  hold_until: new Date(Date.now() + 200 * 86_400_000).toISOString(),
  by: 'source',
  from: '2026-01-01',
  to: '2026-12-31',
};

/** Left out of an example, because they contradict another field or end what the example is made from. */
const leftOut = new Set(['fixed_cents', 'duration_months', 'status', 'additional_data', 'program_scope']);

/** The names in a path that stand for ids. */
export function pathParams(route: Route): { name: string; collection: string }[] {
  const parts = route.path.split('/');
  return parts.flatMap((part, index) =>
    part.startsWith(':') ? [{ name: part.slice(1), collection: parts[index - 1] ?? '' }] : [],
  );
}

/** A request that names what `own` holds, made from the route's own schemas: a new route needs no example. */
export function exampleRequest(route: Route, own: Holding): ExampleRequest {
  const params = Object.fromEntries(
    pathParams(route).map(({ name, collection }) => {
      const find = pathIds[`${route.method} ${route.path}`] ?? paramOf(name, collection);
      return [name, String(find(own))];
    }),
  );
  const general = route.body === undefined ? undefined : exampleObject(route.body, own, false);
  const exception = exceptions[`${route.method} ${route.path}`];
  const body = general !== undefined && exception !== undefined ? exception(general, own) : general;
  const query = exampleQuery(route, own);
  if (route.raw !== undefined && route.access.kind === 'partner')
    return { params, query, body, file: `%PDF-1.7 ${newId('document')} %%EOF`, headers: {} };
  // The bytes of a raw route are signed by their sender.
  const headers: Record<string, string> =
    route.raw === undefined ? {} : { 'stripe-signature': own.signAsStripe(JSON.stringify(body)) };
  return { params, query, body, headers };
}

export function paramOf(name: string, collection: string): (own: Holding) => unknown {
  const find = name === 'id' ? idOfCollection[collection] : idFields[name];
  if (find === undefined)
    throw new Error(`say in example-request.ts what :${name} after /${collection} names`);
  return find;
}

/** Required filters only: each further one narrows what a leak could show. */
function exampleQuery(route: Route, own: Holding): Record<string, string> {
  if (route.query === undefined) return {};
  const wanted = exampleObject(route.query, own, true);
  if (/\/reports\/|\/(segments|annotations)$/.test(route.path)) wanted.program_id = own.programId;
  return Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, String(value)]));
}

export function propertiesOf(schema: TSchema): Record<string, TSchema> {
  return ((schema as unknown as Words).properties ?? {}) as Record<string, TSchema>;
}

function exampleObject(schema: TSchema, own: Holding, requiredOnly: boolean): Record<string, unknown> {
  const required = new Set(((schema as unknown as Words).required ?? []) as string[]);
  const fields = Object.entries(propertiesOf(schema)).filter(
    ([name]) => required.has(name) || (!requiredOnly && !leftOut.has(name)),
  );
  return Object.fromEntries(fields.map(([name, property]) => [name, exampleOf(name, property, own)]));
}

function exampleOf(name: string, schema: TSchema, own: Holding): unknown {
  const words = schema as unknown as Words;
  if (freshFields[name] !== undefined) return freshFields[name]();
  if (idFields[name] !== undefined) return idFields[name](own);
  if (name in knownFields) return knownFields[name];
  if (words.const !== undefined) return words.const;
  if (Array.isArray(words.enum)) return words.enum.includes('cps_lifetime') ? 'cps_lifetime' : words.enum[0];
  if (Array.isArray(words.anyOf)) return exampleOf(name, words.anyOf[0] as TSchema, own);
  switch (words.type) {
    case 'integer':
    case 'number':
      return typeof words.minimum === 'number' ? words.minimum : 1;
    case 'boolean':
      return true;
    case 'array':
      return (words.minItems as number) > 0 ? [exampleOf('item', words.items as TSchema, own)] : [];
    case 'object':
      return words.properties === undefined ? {} : exampleObject(schema, own, false);
    case 'string':
      return words.format === 'date-time'
        ? '2026-01-01T00:00:00Z'
        : /url|referrer/.test(name)
          ? 'https://shop.example/'
          : 'text';
    default:
      return 'text';
  }
}

/** The request as method, URL and body. */
export function urlOf(route: Route, request: ExampleRequest): string {
  const path = pathParams(route).reduce(
    (url, { name }) => url.replace(`:${name}`, request.params[name] ?? ''),
    route.path,
  );
  const query = new URLSearchParams(request.query).toString();
  return query === '' ? path : `${path}?${query}`;
}
