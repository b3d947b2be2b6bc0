import type { LinkRecord } from '@headwater/contract';
import type { LinkRow } from './link-queries.ts';
import { referralUrl } from './referral-url.ts';

/** A link on the wire. */
export function toLinkRecord(row: LinkRow): LinkRecord {
  return {
    id: row.id,
    program_id: row.program_id,
    partner_id: row.partner_id,
    code: row.code,
    url: referralUrl(row.destination_url, row.code),
    destination_url: row.destination_url,
    status: row.status,
    clicks: Number(row.clicks),
    last_clicked_at: row.last_clicked_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
