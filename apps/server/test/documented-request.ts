import type { Route } from '../src/platform/index.ts';
import { type ExampleRequest, idFields, paramOf, pathIds, pathParams } from './example-request.ts';
import type { Holding } from './tenants.ts';

type Json = Record<string, unknown>;

/** Ids that stand for something of the sender's own, wherever they are in an example. */
const ids = [
  ...['program_id', 'program_scope', 'website_id', 'group_id', 'partner_id', 'link_id', 'payment_id'],
  ...['commission_id', 'commission_ids', 'click_id', 'click_ids', 'visitor_id', 'session_id'],
];

/** What else of an example is put in place of the sender's own, by route. */
const own: Record<string, (own: Holding) => Json> = {
  'POST /api/v1/track/click': ({ linkCode }) => ({ affiliate_url: `https://shop.example/?aff=${linkCode}` }),
  'POST /api/v1/track/sale': ({ customerKey }) => ({ customer_key: customerKey }),
  'POST /api/v1/track/refund': ({ transactionId }) => ({ transaction_id: transactionId }),
  'POST /api/v1/programs/:id/stripe/connect': ({ stripeKey }) => ({ api_key: stripeKey }),
  'POST /api/v1/programs/:id/stripe/oauth/complete': ({ stripeGrant }) => ({ ...stripeGrant }),
  'POST /api/v1/cli/stripe-connect': ({ stripeAccount }) => ({ stripe_user_id: stripeAccount }),
  'POST /api/v1/programs/:id/partners/:partner_id/invitation': ({ partnerEmail }) => ({
    email: partnerEmail,
  }),
};

/** The example that the reference shows, as somebody sends it whose ids are other ones. */
export function documentedRequest(
  route: Route,
  // biome-ignore lint/suspicious/noExplicitAny: an operation of the document
  operation: any,
  holding: Holding,
): ExampleRequest {
  const name = `${route.method} ${route.path}`;
  const params = Object.fromEntries(
    pathParams(route).map((param) => [
      param.name,
      String((pathIds[name] ?? paramOf(param.name, param.collection))(holding)),
    ]),
  );
  const shown = Object.values((operation.requestBody?.content ?? {}) as Record<string, Json>)[0]?.examples as
    | Record<string, { value: unknown }>
    | undefined;
  const value = shown?.request?.value;
  const query = queryOf(operation.parameters, holding);
  if (typeof value === 'string') return { params, query, body: undefined, file: value, headers: {} };
  const body =
    value === undefined ? undefined : ({ ...swap(value, holding), ...own[name]?.(holding) } as Json);
  const headers: Record<string, string> =
    route.raw === undefined ? {} : { 'stripe-signature': holding.signAsStripe(JSON.stringify(body)) };
  return { params, query, body, headers };
}

/** Every parameter but the next page, and one of two ways to say whose report it is. */
function queryOf(parameters: readonly Json[], holding: Holding): Record<string, string> {
  const wanted = parameters.filter(({ in: where, name }) => where === 'query' && name !== 'cursor');
  const isOfProgram = wanted.some(({ name }) => name === 'program_id');
  return Object.fromEntries(
    wanted
      .filter(({ name }) => !(isOfProgram && name === 'website_id'))
      .map(({ name, example }) => [
        String(name),
        String(ids.includes(String(name)) ? idFields[String(name)]?.(holding) : example),
      ]),
  );
}

function swap(value: unknown, holding: Holding): Json {
  const walk = (at: unknown): unknown => {
    if (Array.isArray(at)) return at.map(walk);
    if (at === null || typeof at !== 'object') return at;
    return Object.fromEntries(
      Object.entries(at).map(([field, member]) => [
        field,
        ids.includes(field) ? idFields[field]?.(holding) : walk(member),
      ]),
    );
  };
  return walk(value) as Json;
}
