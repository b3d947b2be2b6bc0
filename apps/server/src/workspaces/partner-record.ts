import type { PartnerRecord } from '@headwater/contract';
import type { PartnerRow } from './partner-queries.ts';
import { referralUrl } from './referral-url.ts';

/** A partner of a program on the wire. */
export function toPartnerRecord(row: PartnerRow): PartnerRecord {
  return {
    id: row.id,
    name: row.name,
    email_masked: row.email_masked,
    customer_key: row.customer_key,
    group_id: row.group_id,
    status: row.status,
    joined_at: row.joined_at.toISOString(),
    links: row.links.map((link) => ({
      id: link.id,
      code: link.code,
      url: referralUrl(link.destination_url, link.code),
    })),
  };
}
