/** The report catalogue's words, as types of the contract: its schemas themselves would weigh more than all pages together. */
import type { FilterOperator, PathDimension, ReportDimension } from '@headwater/contract';

export type { FilterOperator, PathDimension, ReportDimension, ReportFilter } from '@headwater/contract';

/** The dimensions that pages show and filter by, with their names. */
export const dimensionNames = {
  channel: 'Channel',
  source: 'Source',
  medium: 'Medium',
  campaign: 'Campaign',
  referrer: 'Referrer',
  landing_page: 'Landing page',
  exit_page: 'Exit page',
  page: 'Page',
  country: 'Country',
  region: 'Region',
  city: 'City',
  device: 'Device',
  browser: 'Browser',
  os: 'System',
  partner: 'Partner',
  link: 'Link',
  product: 'Product',
} as const satisfies Partial<Record<ReportDimension, string>>;
export type ShownDimension = keyof typeof dimensionNames;

export const reportDimensions = Object.keys(dimensionNames) as ShownDimension[];
export const filterOperators: readonly FilterOperator[] = ['is', 'is_not', 'contains', 'wildcard'];

/** What the touches of a path are told apart by. */
export const pathDimensions: readonly PathDimension[] = [
  'channel',
  'source',
  'campaign',
  'landing_page',
  'partner',
];
