// Requests and answers as they are on the wire (docs: /docs of your server). Amounts are integers in the currency's minor
// unit, instants are ISO 8601.

export interface LeadRequest {
  /** Your own user id; this or `click_id`. */
  customer_key?: string | number;
  /** From the cookie `affitor_click_id`; this or `customer_key`. */
  click_id?: string;
  email?: string;
  /** From the cookie `affitor_click_ids`, oldest first. */
  click_ids?: string[];
  visitor_id?: string;
  session_id?: string;
  page_url?: string;
  event_name?: string;
  additional_data?: Record<string, unknown>;
}

export interface LeadAnswer {
  success: true;
  provisional?: true;
  message: string;
}

export interface SaleRequest {
  /** Idempotency key, unique per program: your order or invoice id. */
  transaction_id: string;
  amount_cents: number;
  /** ISO 4217; default USD. */
  currency?: string;
  customer_key?: string | number;
  click_id?: string;
  sale_type?: 'payment' | 'subscription';
  /** True on renewals. */
  is_recurring?: boolean;
  subscription_id?: string;
  subscription_interval?: 'monthly' | 'quarterly' | 'annual';
  product_id?: string;
  line_items?: unknown;
  /** Kept as a keyed hash only. */
  customer_email?: string;
  occurred_at?: string;
  tax_cents?: number;
  shipping_cents?: number;
  event_name?: string;
  additional_data?: Record<string, unknown>;
}

export type SaleReason =
  | 'attribution_window_expired'
  | 'no_touch'
  | 'partner_not_enrolled'
  | 'commission_duration_ended'
  | 'no_sale_policy'
  | 'zero_commission'
  | 'self_referral'
  | 'settled_elsewhere';

export interface RecordedSale {
  /** It was not in before. */
  duplicate: false;
  sale_id: number;
  commission_id: number | null;
  commission_ids?: number[];
  attributed?: boolean;
  /** Why nobody earned. */
  reason?: SaleReason;
  click_age_days?: number;
  window_days?: number;
  message: string;
}

/** The sale was in before, under the same `transaction_id`; nothing changed. */
export interface DuplicateSale {
  duplicate: true;
  sale_id: number | null;
  commission_id: number | null;
  message: string;
}

export type SaleResult = RecordedSale | DuplicateSale;

export interface RefundRequest {
  /** Of the sale. */
  transaction_id: string;
  /** Omitted or 0: all that is left. */
  refund_amount_cents?: number;
  /** Idempotency key, per sale; wanted for more than one partial refund of a sale. */
  refund_id?: string;
  refund_reason?: string;
  additional_data?: Record<string, unknown>;
}

export interface RefundAnswer {
  success: true;
  status: 'reversed' | 'refunded' | 'skipped' | 'no_commission';
  /** Commission taken back by this call, in major units. */
  deductionAmount?: number;
  commission_id?: number | null;
  reason?: string;
  message?: string;
}

export interface PaymentRequest {
  website_id: string;
  /** From the cookie `hw_session`. */
  session_id: string;
  /** From the cookie `hw_visitor`. */
  visitor_id: string;
  /** In cents. */
  revenue: number;
  email: string;
  currency?: string;
  /** Idempotency key; one is made for the call when there is none. */
  transaction_id?: string;
  occurred_at?: string;
}

export interface PaymentResult {
  message: string;
  /** It was in before, under the same `transaction_id`; nothing changed. */
  duplicate: boolean;
}

export interface Gate {
  status: 'pass' | 'fail' | 'unknown';
  next_action?: string;
  [detail: string]: unknown;
}

export interface Readiness {
  program_id: number;
  state: 'draft' | 'configuring' | 'ready' | 'integration_verified' | 'live_verified';
  integration_verified: boolean;
  /** The first failing gate. */
  blocker: string | null;
  gates: Record<'profile' | 'economics' | 'payout' | 'tracking' | 'live', Gate>;
  last_event_at: Record<'click' | 'lead' | 'sale', string | null>;
  counts_24h: Record<'clicks' | 'leads' | 'sales', number>;
  key_rotated_at: string | null;
  poll: { retry_after_seconds: number };
}

export type ReportMetric =
  | 'visitors'
  | 'visits'
  | 'pageviews'
  | 'events'
  | 'bounce_rate'
  | 'visit_duration'
  | 'pages_per_visit'
  | 'conversions'
  | 'converters'
  | 'goal_rate'
  | 'goal_value_cents'
  | 'clicks'
  | 'leads'
  | 'customers'
  | 'payments'
  | 'gross_revenue_cents'
  | 'net_revenue_cents'
  | 'refunds_cents'
  | 'average_order_value_cents'
  | 'revenue_per_visitor_cents'
  | 'ltv_cents'
  | 'commissions_cents'
  | 'fees_cents'
  | 'lead_rate'
  | 'conversion_rate'
  | 'lead_conversion_rate';

export type ReportDimension =
  | 'channel'
  | 'source'
  | 'medium'
  | 'campaign'
  | 'term'
  | 'content'
  | 'click_id_kind'
  | 'referrer'
  | 'landing_page'
  | 'exit_page'
  | 'page'
  | 'country'
  | 'region'
  | 'city'
  | 'device'
  | 'browser'
  | 'os'
  | 'language'
  | 'partner'
  | 'link'
  | 'group'
  | 'product'
  | 'plan'
  | 'currency'
  | 'visitor_type'
  | 'goal'
  | 'hour'
  | 'day'
  | 'week'
  | 'month';

/** A condition, or a group of them. */
export type ReportFilter =
  | { dimension: ReportDimension; operator: 'is' | 'is_not' | 'contains' | 'wildcard'; values: string[] }
  | { and: ReportFilter[] }
  | { or: ReportFilter[] };

export interface QueryRequest {
  /** This or `website_id`. */
  program_id?: number;
  website_id?: string;
  metrics: ReportMetric[];
  /** By what to break down; none: one row of totals. */
  dimensions?: ReportDimension[];
  /** A day in the website's time zone, or an instant; default 29 days ago. */
  from?: string;
  /** A day or an instant, inclusive; default today. */
  to?: string;
  filters?: ReportFilter[];
  /** Name of a saved segment, whose filters must hold too. */
  segment?: string;
  /** Answers each row with what it was then, as `previous`. */
  compare?: 'previous_period' | 'previous_year';
  order_by?: { by: string; direction?: 'asc' | 'desc' }[];
  limit?: number;
  offset?: number;
  /** Money is converted to it; default the program's or website's own. */
  currency?: string;
}

export interface ReportRow {
  dimensions: Record<string, string>;
  metrics: Record<string, number | null>;
  previous?: Record<string, number | null>;
  names?: Record<string, string>;
}

export interface QueryResult {
  rows: ReportRow[];
  next_offset: number | null;
  from: string;
  to: string;
  time_zone: string;
  currency: string;
  /** Age in seconds of the oldest event that may be missing. */
  lag_seconds: number;
  [more: string]: unknown;
}
