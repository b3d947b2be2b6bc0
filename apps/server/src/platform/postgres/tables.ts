import type { ColumnType, Generated } from 'kysely';

/**
 * The tables as Kysely sees them: every column with the type it is read, inserted and updated as. The migrations are
 * the truth; only columns that ordinary queries use by name need to be here.
 *
 * bigint columns hold money or long ids and come back as bigint; json columns come back parsed.
 */

/** Written once, at insert: the database or the rooms never change it. */
type Fixed<T> = ColumnType<T, T, never>;
type Json<T = unknown> = ColumnType<T, string, never>;
type Identity = ColumnType<number, never, never>;
type LongIdentity = ColumnType<bigint, never, never>;
type PolicyType = 'cpc' | 'cpl' | 'cps_one_time' | 'cps_recurring' | 'cps_lifetime';
type Long = ColumnType<bigint, bigint | number, bigint | number>;

export interface WorkspacesTable {
  id: Identity;
  name: string;
  created_at: Generated<Date>;
}

export interface ManagementKeysTable {
  workspace_id: Fixed<number>;
  id: Identity;
  name: string;
  key_hash: Fixed<Buffer>;
  prefix: string;
  mask: string;
  scopes: string[];
  program_scope: number[] | null;
  expires_at: Date | null;
  revoked_at: ColumnType<Date | null, never, Date>;
  created_at: Generated<Date>;
}

export interface ProgramsTable {
  workspace_id: Fixed<number>;
  id: Identity;
  slug: string;
  name: string;
  domain: string;
  currency: string;
  status: Generated<'active' | 'paused' | 'archived'>;
  attribution_model: Generated<'last_click' | 'first_click' | 'linear'>;
  cookie_window_days: Generated<number>;
  attribution_window_days: Generated<number>;
  lead_auth: Generated<'open' | 'server_required'>;
  organic_payments: Generated<'reject' | 'record'>;
  fee_bps: number | null;
  fee_free_revenue_minor: ColumnType<bigint | null, bigint | number | null, bigint | number | null>;
  allowed_origins: Generated<string[]>;
  default_group_id: number | null;
  key_rotated_at: Date | null;
  created_at: Generated<Date>;
}

export interface WebsitesTable {
  workspace_id: Fixed<number>;
  id: Fixed<string>;
  domain: string;
  name: string;
  timezone: Generated<string>;
  currency: Generated<string>;
  program_id: number | null;
  allowed_origins: Generated<string[]>;
  retention_days: number | null;
  created_at: Generated<Date>;
}

export interface TrackingTokensTable {
  workspace_id: Fixed<number>;
  token_hash: Fixed<Buffer>;
  kind: Fixed<'program' | 'website'>;
  program_id: Fixed<number | null>;
  website_id: Fixed<string | null>;
  mask: Fixed<string>;
  created_at: Generated<Date>;
}

export interface PartnerGroupsTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  id: Identity;
  name: string;
  hold_period_days: Generated<number>;
  created_at: Generated<Date>;
}

type PolicyTier = { from_cents: number; rate_bps?: number; fixed_cents?: number };
type OptionalMinor = ColumnType<bigint | null, number | bigint | null | undefined, never>;

export interface PoliciesTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  group_id: Fixed<number>;
  id: Identity;
  version: Fixed<number>;
  type: Fixed<PolicyType>;
  rate_bps: Fixed<number | null>;
  fixed_minor: ColumnType<bigint | null, number | bigint | null, never>;
  currency: Fixed<string>;
  duration_months: Fixed<number | null>;
  hold_period_days: Fixed<number>;
  approval: Fixed<'automatic' | 'manual'>;
  product_id: Fixed<string | null>;
  exclude_tax: Fixed<boolean>;
  exclude_stripe_tax: Fixed<boolean>;
  exclude_shipping: Fixed<boolean>;
  min_minor: OptionalMinor;
  max_minor: OptionalMinor;
  customer_cap_minor: OptionalMinor;
  /** JSON text when written. */
  tiers: ColumnType<PolicyTier[], string | undefined, never>;
  effective_from: Fixed<Date>;
  created_at: Generated<Date>;
}

export interface PartnersTable {
  workspace_id: Fixed<number>;
  id: Identity;
  name: string;
  email_hash: Buffer | null;
  email_masked: string | null;
  customer_key: string | null;
  created_at: Generated<Date>;
}

export interface EnrollmentsTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  partner_id: Fixed<number>;
  status: 'approved' | 'pending' | 'rejected' | 'removed';
  group_id: number;
  joined_at: Generated<Date>;
}

export interface GroupMembershipsTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  partner_id: Fixed<number>;
  since: Fixed<Date>;
  group_id: Fixed<number>;
  id: LongIdentity;
}

export interface LinksTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  id: Identity;
  partner_id: number;
  code: string;
  code_key: ColumnType<string, never, never>;
  destination_url: string;
  status: Generated<'active' | 'inactive'>;
  clicks: ColumnType<bigint, never, never>;
  last_clicked_at: ColumnType<Date | null, never, never>;
  created_at: Generated<Date>;
}

export interface LinkClickDeltasTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  link_id: Fixed<number>;
  clicks: Fixed<number>;
  last_clicked_at: Fixed<Date>;
}

export interface ClicksTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  id: LongIdentity;
  click_id: Fixed<string>;
  clicked_at: Fixed<Date>;
  link_id: Fixed<number | null>;
  partner_id: Fixed<number | null>;
  visitor: Fixed<string>;
  web_visitor: Fixed<string | null>;
  web_session: Fixed<string | null>;
  is_test: Fixed<boolean>;
  context: Json<Record<string, unknown>>;
}

export interface LeadsTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  id: LongIdentity;
  customer_id: bigint | null;
  customer_key: string | null;
  email_hash: Buffer | null;
  email_masked: string | null;
  click_id: string | null;
  click_ids: string[];
  web_visitor: string | null;
  web_session: string | null;
  partner_id: number | null;
  page_url: string | null;
  event_name: string | null;
  is_test: boolean;
  provisional: boolean;
  settled_at: Date | null;
  created_at: Fixed<Date>;
}

export interface PaymentsTable {
  workspace_id: Fixed<number>;
  id: LongIdentity;
  program_id: Fixed<number | null>;
  website_id: Fixed<string | null>;
  customer_id: Fixed<bigint | null>;
  transaction_id: Fixed<string>;
  source: Fixed<string>;
  amount_minor: Fixed<bigint>;
  currency: Fixed<string>;
  is_test: Fixed<boolean>;
  occurred_at: Fixed<Date>;
  received_at: Fixed<Date>;
}

export interface AttributionsTable {
  workspace_id: Fixed<number>;
  payment_id: Fixed<bigint>;
  decision: Fixed<number>;
  attributed: Fixed<boolean>;
  reason: Fixed<string | null>;
  credits: Json;
  decided_at: Fixed<Date>;
}

export interface CommissionsTable {
  workspace_id: Fixed<number>;
  program_id: Fixed<number>;
  id: LongIdentity;
  partner_id: Fixed<number>;
  customer_id: Fixed<bigint | null>;
  payment_id: Fixed<bigint | null>;
  type: Fixed<PolicyType>;
  amount_minor: Fixed<bigint>;
  currency: Fixed<string>;
  hold_until: Date;
  superseded_at: Date | null;
  created_at: Fixed<Date>;
}

export interface CommissionReviewsTable {
  workspace_id: Fixed<number>;
  id: LongIdentity;
  commission_id: Fixed<bigint>;
  verdict: Fixed<'approved' | 'rejected' | 'held'>;
  reason: Fixed<string>;
  hold_until: Fixed<Date | null>;
  reviewed_by: Fixed<string>;
  reviewed_at: Fixed<Date>;
}

export interface RefundsTable {
  workspace_id: Fixed<number>;
  id: LongIdentity;
  program_id: Fixed<number>;
  payment_id: Fixed<bigint | null>;
  amount_minor: Fixed<bigint>;
  is_test: Fixed<boolean>;
  undone_at: Date | null;
}

export interface CommissionStandingsView {
  workspace_id: Fixed<number>;
  id: LongIdentity;
  pending_minor: Long;
  approved_minor: Long;
  paid_minor: Long;
  reversed_minor: Long;
  status: Fixed<string>;
  disputed_minor: Long;
  invoiced_minor: Long;
  payout_minor: Long;
}

export interface StripeInboxTable {
  workspace_id: Fixed<number>;
  id: LongIdentity;
  program_id: Fixed<number>;
  account: Fixed<string>;
  livemode: Fixed<boolean>;
  event_id: Fixed<string>;
  type: Fixed<string>;
  api_version: Fixed<string | null>;
  payload: Fixed<string>;
  endpoint_id: Fixed<number | null>;
  origin: Fixed<'webhook' | 'fetched' | 'synthesised'>;
  created_at: Fixed<Date>;
  received_at: Fixed<Date>;
  state: 'waiting' | 'failed' | 'applied' | 'noted';
  attempts: number;
  due_at: Date;
  reason: string | null;
  notes: string[];
  processed_at: Date | null;
}

export interface Tables {
  workspaces: WorkspacesTable;
  management_keys: ManagementKeysTable;
  programs: ProgramsTable;
  websites: WebsitesTable;
  tracking_tokens: TrackingTokensTable;
  partner_groups: PartnerGroupsTable;
  policies: PoliciesTable;
  partners: PartnersTable;
  enrollments: EnrollmentsTable;
  group_memberships: GroupMembershipsTable;
  links: LinksTable;
  link_click_deltas: LinkClickDeltasTable;
  clicks: ClicksTable;
  leads: LeadsTable;
  payments: PaymentsTable;
  attributions: AttributionsTable;
  commissions: CommissionsTable;
  commission_standings: CommissionStandingsView;
  commission_reviews: CommissionReviewsTable;
  stripe_inbox: StripeInboxTable;
  refunds: RefundsTable;
}
