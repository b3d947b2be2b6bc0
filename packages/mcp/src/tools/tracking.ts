import { z } from 'zod';
import { type Tool, tool } from '../tool.ts';

const testMode = z
  .boolean()
  .optional()
  .describe('true: a test event, which touches no customer, commission or figure. Use it to try things out');
const customerKey = z
  .union([z.string().max(255), z.int()])
  .describe('the id that your own database has for the person');
const clickId = z.string().max(255).describe('the visitor’s cookie affitor_click_id');
const cents = z.int().min(1).describe('in the currency’s minor unit: 9900 is 99.00 USD');
const currency = z.string().length(3).optional().describe('ISO 4217; default USD');
const instant = z.iso.datetime({ offset: true });

/** A test event is answered with its number alone. */
const testAnswer = {
  test_event_id: z.int().optional().describe('of a test event, in place of all else'),
};

interface TestEvent {
  data?: { eventId: number };
}

const extra = (isTest: boolean | undefined, more: object = {}) =>
  isTest ? { additional_data: { test_mode: true, ...more } } : {};

function testOf(answer: object): { test_event_id: number } | undefined {
  const { data } = answer as TestEvent;
  return data === undefined ? undefined : { test_event_id: data.eventId };
}

const trackClick: Tool = tool({
  name: 'track_click',
  title: 'Record a click',
  description:
    'Records a landing through a partner’s link, as the tracker in the browser does. Needs no key. Each call is a new click, with a new click_id: hand that to track_lead.',
  effects: { readOnly: false, idempotent: false },
  input: {
    affiliate_url: z
      .url()
      .describe('the page landed on, with the partner’s code: https://acme.example/?aff=anna'),
    referrer_url: z.string().max(4096).optional().describe('where the visitor came from'),
    visitor_id: z.string().max(255).optional(),
    session_id: z.string().max(255).optional(),
    existing_click_id: z.string().max(255).optional().describe('an earlier click of the same browser'),
    test_mode: testMode,
    program_id: z.int().optional().describe('of a test event: the program it is for'),
  },
  output: {
    recorded: z.boolean(),
    click_id: z.string().optional(),
    partner_code: z.string().optional(),
    cookie_window_days: z.int().optional(),
    message: z.string().optional().describe('why it was not recorded'),
    ...testAnswer,
  },
  async run(api, { test_mode, program_id, ...click }) {
    const body = { ...click, ...extra(test_mode, program_id === undefined ? {} : { program_id }) };
    const answer = await api.ask<{ success: boolean }>('POST', '/api/v1/track/click', { body });
    const { success, ...rest } = answer;
    const test = testOf(answer);
    return {
      says: success ? 'The click is recorded.' : 'The click was not recorded: the message says why.',
      data: test === undefined ? { recorded: success, ...rest } : { recorded: success, ...test },
    };
  },
});

const trackLead: Tool = tool({
  name: 'track_lead',
  title: 'Record a sign-up',
  description:
    'Records a sign-up: joins your own id of a person to the click that brought them. From then on customer_key is all that a payment needs. The same person again is the same lead.',
  effects: { readOnly: false, idempotent: true },
  input: {
    customer_key: customerKey.optional(),
    click_id: clickId.optional(),
    email: z.email().optional().describe('kept as a keyed hash only'),
    click_ids: z.array(z.string()).max(20).optional().describe('the cookie affitor_click_ids, oldest first'),
    visitor_id: z.string().max(255).optional().describe('the cookie hw_visitor'),
    session_id: z.string().max(255).optional().describe('the cookie hw_session'),
    page_url: z.string().max(4096).optional(),
    test_mode: testMode,
  },
  output: { message: z.string(), provisional: z.boolean().optional(), ...testAnswer },
  async run(api, { test_mode, ...lead }) {
    api.need('token');
    const answer = await api.sdk.trackLead({ ...present(lead), ...extra(test_mode) });
    const { message, provisional } = answer;
    return {
      says: message,
      data: { message, ...(provisional ? { provisional } : {}), ...testOf(answer) },
    };
  },
});

const trackSale: Tool = tool({
  name: 'track_sale',
  title: 'Record a payment',
  description:
    'Records a payment. Safe to send again: one transaction_id counts once, and a second time is answered with duplicate: true and the same ids. Says whether a partner earns by it, and if not, why.',
  effects: { readOnly: false, idempotent: true },
  input: {
    transaction_id: z
      .string()
      .min(1)
      .max(255)
      .describe('your order’s or provider’s id: what makes it safe to send again'),
    amount_cents: cents,
    currency,
    customer_key: customerKey.optional().describe('of the sign-up; this or click_id'),
    click_id: clickId.optional(),
    sale_type: z.enum(['payment', 'subscription']).optional(),
    is_recurring: z.boolean().optional().describe('true on renewals'),
    subscription_id: z.string().max(255).optional(),
    subscription_interval: z.enum(['monthly', 'quarterly', 'annual']).optional(),
    product_id: z.string().max(255).optional().describe('selects a product’s own terms'),
    customer_email: z.email().optional(),
    occurred_at: instant.optional().describe('default now'),
    tax_cents: z.int().min(0).optional(),
    shipping_cents: z.int().min(0).optional(),
    test_mode: testMode,
  },
  output: {
    duplicate: z.boolean().describe('true: it was in before; nothing changed'),
    sale_id: z.int().nullable().optional().describe('for explain_payment'),
    commission_id: z.int().nullable().optional().describe('null: nobody earned'),
    commission_ids: z.array(z.int()).optional(),
    attributed: z.boolean().optional(),
    reason: z.string().optional().describe('why nobody earned'),
    click_age_days: z.int().optional(),
    window_days: z.int().optional(),
    message: z.string(),
    ...testAnswer,
  },
  async run(api, { test_mode, ...sale }) {
    api.need('token');
    const result = await api.sdk.trackSale({ ...present(sale), ...extra(test_mode) });
    const test = testOf(result);
    const data =
      test === undefined ? result : { duplicate: result.duplicate, message: result.message, ...test };
    const says = result.duplicate ? 'The sale was in before: nothing changed.' : result.message;
    return { says, data };
  },
});

const trackRefund: Tool = tool({
  name: 'track_refund',
  title: 'Record a refund',
  description:
    'Gives a recorded payment back, in part or whole, and takes the partner’s commission back with it. It cannot be undone by a tool. Send refund_id for more than one partial refund of a sale; the same one counts once.',
  effects: { readOnly: false, destructive: true, idempotent: true },
  input: {
    transaction_id: z.string().min(1).max(255).describe('of the sale'),
    refund_amount_cents: z.int().min(0).optional().describe('left out: all that is left'),
    refund_id: z.string().max(255).optional().describe('your refund’s id: what makes it safe to send again'),
    refund_reason: z.string().max(255).optional(),
    test_mode: testMode,
  },
  output: {
    status: z.string().optional().describe('reversed, refunded, skipped (it was in before) or no_commission'),
    deductionAmount: z.number().optional().describe('commission taken back, in major units'),
    commission_id: z.int().nullable().optional(),
    reason: z.string().optional(),
    message: z.string().optional(),
    ...testAnswer,
  },
  async run(api, { test_mode, ...refund }) {
    api.need('token');
    const answer = await api.sdk.trackRefund({ ...present(refund), ...extra(test_mode) });
    const { success: _, ...rest } = answer;
    const test = testOf(answer);
    const says = test === undefined ? `The refund is ${answer.status}.` : 'The test refund is recorded.';
    return { says, data: test ?? rest };
  },
});

const attributePayment: Tool = tool({
  name: 'attribute_payment',
  title: 'Join a payment to a visit',
  description:
    'Records a payment by the visit that brought it: for websites without partners, or beside them. Needs the ids that the tracker keeps in the browser. One transaction_id counts once.',
  effects: { readOnly: false, idempotent: true },
  input: {
    website_id: z.string().min(1).max(255).describe('web_…; list_websites tells it'),
    visitor_id: z.string().min(1).max(255).describe('the cookie hw_visitor'),
    session_id: z.string().min(1).max(255).describe('the cookie hw_session'),
    revenue: cents,
    email: z.email().describe('of who paid; kept as a keyed hash only'),
    transaction_id: z.string().min(1).max(255).describe('your order’s id: what makes it safe to send again'),
    currency,
    occurred_at: instant.optional().describe('default now'),
  },
  output: { message: z.string(), duplicate: z.boolean().describe('true: it was in before; nothing changed') },
  async run(api, payment) {
    api.need('websiteToken');
    const data = await api.sdk.attributePayment(present(payment));
    return { says: data.duplicate ? 'The payment was in before: nothing changed.' : data.message, data };
  },
});

export const trackingTools: readonly Tool[] = [
  trackClick,
  trackLead,
  trackSale,
  trackRefund,
  attributePayment,
];

/** Without the members that were left out, which exact optional types tell apart from undefined. */
function present<Members extends object>(
  members: Members,
): { [Key in keyof Members]: Exclude<Members[Key], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
