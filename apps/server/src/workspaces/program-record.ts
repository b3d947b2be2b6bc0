import type { ProgramRecord } from '@headwater/contract';
import type { ProgramRow } from './program-queries.ts';
import type { SetUp } from './set-up.ts';

/** A program on the wire. */
export function toProgramRecord(setUp: SetUp, row: ProgramRow): ProgramRecord {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    domain: row.domain,
    currency: row.currency,
    status: row.status,
    attribution_model: row.attribution_model,
    cookie_window_days: row.cookie_window_days,
    attribution_window_days: row.attribution_window_days,
    lead_auth: row.lead_auth,
    organic_payments: row.organic_payments,
    hold_period_days: row.hold_period_days,
    fee_bps: row.fee_bps ?? setUp.installationFee.bps,
    fee_free_revenue: Number(row.fee_free_revenue_minor ?? setUp.installationFee.freeRevenueMinor),
    allowed_origins: row.allowed_origins,
    default_group_id: row.default_group_id,
    website_id: row.website_id,
    api_token_masked: row.api_token_masked,
    created_at: row.created_at.toISOString(),
  };
}
