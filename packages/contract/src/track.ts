/** Partner tracking: click, lead, sale, refund (contract §5). */
import Type, { type Static } from 'typebox';
import {
  additionalData,
  amountCents,
  descriptive,
  instant,
  requiredText,
  text,
  textOrInteger,
} from './fields.ts';

export const ClickRequest = Type.Object(
  {
    affiliate_url: Type.Optional(
      Type.String({
        description: 'absolute http(s) URL with the parameter aff; required unless a test event',
        // A wrong type counts as absent: refused as such, in its place in the route's order.
        'x-lenient': true,
      }),
    ),
    page_url: descriptive('page that sent the click', 4096),
    referrer_url: descriptive('where the visitor came from', 4096),
    page_title: descriptive('title of the page'),
    language: descriptive('browser language'),
    timezone: descriptive('IANA time zone'),
    screen_resolution: descriptive('e.g. 1920x1080'),
    viewport_size: descriptive('e.g. 1280x720'),
    user_agent: descriptive('else the request header', 1024),
    existing_click_id: descriptive('an earlier click of this browser'),
    visitor_id: descriptive('the tracker’s visitor id'),
    session_id: descriptive('the tracker’s session id'),
    additional_data: additionalData,
  },
  {
    $id: 'ClickRequest',
    examples: [
      {
        affiliate_url: 'https://acme.example/?aff=anna',
        page_url: 'https://acme.example/?aff=anna',
        referrer_url: 'https://blog.example/',
        language: 'en',
      },
    ],
  },
);
export type ClickRequest = Static<typeof ClickRequest>;

export const LeadRequest = Type.Object(
  {
    click_id: text({ description: 'click id from the cookie; this or customer_key' }),
    customer_key: textOrInteger({ description: 'the caller’s own user id; this or click_id' }),
    email: descriptive('dropped if invalid', 254),
    click_ids: Type.Optional(
      Type.Array(Type.Unknown(), { description: 'oldest first; the last 20 count', 'x-lenient': true }),
    ),
    program_id: Type.Optional(
      Type.Union([Type.Integer(), Type.String()], {
        description: 'scope of customer_key when a browser sends no click',
        'x-lenient': true,
      }),
    ),
    visitor_id: descriptive('the tracker’s visitor id'),
    session_id: descriptive('the tracker’s session id'),
    page_url: descriptive('page of the sign-up', 4096),
    event_name: descriptive('name of the event'),
    additional_data: additionalData,
  },
  {
    $id: 'LeadRequest',
    examples: [
      { click_id: 'clk_42_20260302_8Jq1Xw4nT0bV6yLr', customer_key: 'user_123', email: 'sam@example.com' },
    ],
  },
);
export type LeadRequest = Static<typeof LeadRequest>;

export const SaleRequest = Type.Object(
  {
    transaction_id: requiredText({
      description: 'idempotency key, unique per program',
      'x-message': 'transaction_id is required and must be a string',
    }),
    amount_cents: amountCents({
      description: 'gross, in the currency’s minor unit',
      'x-message': 'amount_cents is required and must be a positive integer',
    }),
    currency: Type.Optional(
      Type.String({
        format: 'currency',
        description: 'ISO 4217, any case; default USD',
        'x-message': 'currency must be an ISO 4217 code',
      }),
    ),
    customer_key: textOrInteger({ description: 'first look-up' }),
    click_id: text({ description: 'second look-up' }),
    sale_type: Type.Optional(Type.Union([Type.Literal('payment'), Type.Literal('subscription')])),
    is_recurring: Type.Optional(Type.Boolean({ description: 'true on renewals' })),
    subscription_id: text({ description: 'wanted on subscription payments' }),
    subscription_interval: Type.Optional(
      Type.Union([Type.Literal('monthly'), Type.Literal('quarterly'), Type.Literal('annual')]),
    ),
    product_id: text({ description: 'selects a product’s own policy' }),
    line_items: Type.Optional(Type.Unknown({ description: 'any JSON, at most 64 KB' })),
    customer_email: text({ description: 'kept as a keyed hash only' }, 254),
    occurred_at: instant({ description: 'at most 5 minutes ahead; default now' }),
    tax_cents: Type.Optional(Type.Integer({ minimum: 0 })),
    shipping_cents: Type.Optional(Type.Integer({ minimum: 0 })),
    event_name: descriptive('name of the event'),
    additional_data: additionalData,
  },
  {
    $id: 'SaleRequest',
    examples: [
      { transaction_id: 'order_1042', customer_key: 'user_123', amount_cents: 9900, currency: 'USD' },
    ],
  },
);
export type SaleRequest = Static<typeof SaleRequest>;

export const RefundRequest = Type.Object(
  {
    transaction_id: requiredText({
      description: 'of the sale',
      'x-message': 'transaction_id is required',
    }),
    refund_amount_cents: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'omitted or 0: all that is left',
        'x-message': 'refund_amount_cents must be an integer of at least 0',
      }),
    ),
    refund_id: text({ description: 'idempotency key, per sale' }),
    refund_reason: descriptive('why'),
    additional_data: additionalData,
  },
  {
    $id: 'RefundRequest',
    examples: [{ transaction_id: 'order_1042', refund_amount_cents: 2500, refund_id: 're_1' }],
  },
);
export type RefundRequest = Static<typeof RefundRequest>;

export const TestEventAnswer = Type.Object(
  {
    success: Type.Literal(true),
    message: Type.String(),
    data: Type.Object({
      eventId: Type.Integer(),
      programId: Type.Union([Type.Integer(), Type.Null()]),
      test_mode: Type.Literal(true),
    }),
  },
  {
    examples: [
      {
        success: true,
        message: 'Test sale event tracked successfully',
        data: { eventId: 101, programId: 42, test_mode: true },
      },
    ],
  },
);

export const ClickAnswer = Type.Object(
  {
    success: Type.Boolean(),
    click_id: Type.Optional(Type.String()),
    partner_code: Type.Optional(Type.String()),
    cookie_window_days: Type.Optional(Type.Integer()),
    message: Type.Optional(Type.String()),
  },
  {
    examples: [
      {
        success: true,
        click_id: 'clk_42_20260302_8Jq1Xw4nT0bV6yLr',
        partner_code: 'anna',
        cookie_window_days: 90,
      },
    ],
  },
);

export const LeadAnswer = Type.Object(
  {
    success: Type.Literal(true),
    provisional: Type.Optional(Type.Literal(true)),
    message: Type.String(),
  },
  { examples: [{ success: true, message: 'Lead tracked successfully' }] },
);

export const saleReasons = [
  'attribution_window_expired',
  'no_touch',
  'partner_not_enrolled',
  'commission_duration_ended',
  'no_sale_policy',
  'zero_commission',
  'self_referral',
  'settled_elsewhere',
] as const;
export type SaleReason = (typeof saleReasons)[number];

export const SaleAnswer = Type.Object(
  {
    success: Type.Literal(true),
    sale_id: Type.Integer(),
    commission_id: Type.Union([Type.Integer(), Type.Null()]),
    commission_ids: Type.Optional(Type.Array(Type.Integer(), { description: 'under linear: all shares' })),
    attributed: Type.Optional(Type.Boolean()),
    reason: Type.Optional(Type.Union(saleReasons.map((reason) => Type.Literal(reason)))),
    click_age_days: Type.Optional(Type.Integer()),
    window_days: Type.Optional(Type.Integer()),
    message: Type.String(),
  },
  { examples: [{ success: true, sale_id: 1042, commission_id: 1018, message: 'Sale tracked successfully' }] },
);

export const DuplicateAnswer = Type.Object(
  {
    error: Type.String(),
    message: Type.String(),
    statusCode: Type.Literal(409),
    sale_id: Type.Union([Type.Integer(), Type.Null()]),
    commission_id: Type.Union([Type.Integer(), Type.Null()]),
  },
  {
    examples: [
      {
        error: 'Duplicate transaction_id. This sale has already been recorded.',
        message: 'transaction_id already recorded',
        statusCode: 409,
        sale_id: 1042,
        commission_id: 1018,
      },
    ],
  },
);

export const RefundAnswer = Type.Object(
  {
    success: Type.Literal(true),
    status: Type.Union(
      ['reversed', 'refunded', 'skipped', 'no_commission'].map((status) => Type.Literal(status)),
    ),
    deductionAmount: Type.Optional(Type.Number({ description: 'commission taken back, in major units' })),
    commission_id: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
    reason: Type.Optional(Type.String()),
    message: Type.Optional(Type.String()),
  },
  { examples: [{ success: true, status: 'refunded', deductionAmount: 5, commission_id: 1018 }] },
);
