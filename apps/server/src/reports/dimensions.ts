import type { RevenueDimension } from '@headwater/contract';

/**
 * The catalogue of dimensions: by what a report may be broken down, and the expression over ClickHouse's `events` that
 * answers it, always text and empty for "none". A new one is a row here and a word in the contract.
 */
export const dimensions: Readonly<Record<RevenueDimension, string>> = {
  source: 'source',
  medium: 'medium',
  campaign: 'campaign',
  referrer: 'referrer_host',
  landing_page: 'path(landing_page)',
  country: 'country',
  device: 'device',
  partner: "if(partner_id = 0, '', toString(partner_id))",
  channel: 'channel',
};
