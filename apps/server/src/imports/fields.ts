import type { ImportKind, PlausibleTable } from '@headwater/contract';

/** What a row may say, and the names of columns by which it is found when nobody says which it is. */
export interface Field {
  name: string;
  /** Compared without case, spaces and signs. The field's own name always counts. */
  columns: readonly string[];
}

export interface Shape {
  fields: readonly Field[];
  /** Of each line at least one has to be there. */
  required: readonly (readonly string[])[];
}

const field = (name: string, ...columns: string[]): Field => ({ name, columns });

const payments: Shape = {
  fields: [
    field('transaction_id', 'id', 'payment id', 'charge id', 'order id', 'transaction', 'external id'),
    field('amount', 'total', 'gross', 'gross amount'),
    field('amount_cents', 'amount minor', 'amount in cents'),
    field('currency'),
    field('occurred_at', 'created', 'created at', 'created (utc)', 'created date (utc)', 'date', 'paid at'),
    field('customer_key', 'user id', 'customer id'),
    field('customer_email', 'email', 'customer'),
    field('click_id', 'click'),
    field(
      'partner',
      'partner code',
      'partner email',
      'affiliate',
      'affiliate email',
      'link code',
      'referral code',
    ),
    field('refunded', 'amount refunded', 'refunded amount'),
    field('refunded_cents', 'amount refunded cents'),
    field('refunded_at', 'refund date'),
    field('tax'),
    field('tax_cents'),
    field('product_id', 'product', 'plan', 'price id'),
    field('subscription_id', 'subscription'),
    field('is_recurring', 'recurring', 'renewal'),
    field('status', 'payment status'),
  ],
  required: [['transaction_id'], ['amount', 'amount_cents'], ['occurred_at']],
};

const clicks: Shape = {
  fields: [
    field('click_id', 'id', 'click'),
    field('clicked_at', 'created', 'created at', 'timestamp', 'time', 'date'),
    field('code', 'link code', 'partner code', 'referral code', 'token', 'ref', 'via', 'partner'),
    field('visitor_id', 'visitor'),
    field('landing_page', 'url', 'page', 'page url', 'destination url'),
    field('referrer', 'referer', 'referrer url'),
    field('user_agent', 'ua'),
    field('country', 'country code'),
  ],
  required: [['clicked_at'], ['code']],
};

const partners: Shape = {
  fields: [
    field('email', 'partner email', 'affiliate email'),
    field('name', 'full name', 'partner', 'affiliate'),
    field('first_name'),
    field('last_name'),
    field('code', 'token', 'link token', 'referral code', 'slug', 'partner code', 'link code'),
    field('link', 'link url', 'referral link', 'partner link', 'affiliate link'),
    field('destination_url', 'destination'),
    field('customer_key', 'user id'),
    field('status', 'state'),
  ],
  required: [
    ['email', 'code', 'link'],
    ['name', 'first_name', 'last_name'],
  ],
};

// The columns of website_event.csv in Umami's own export
// (umami-software/umami, src/app/api/websites/[websiteId]/export/route.ts). Web vitals, tags and the id by which a site
// called its visitor are left where they are.
const umami: Shape = {
  fields: [
    'session_id',
    'visit_id',
    'event_id',
    'hostname',
    'browser',
    'os',
    'device',
    'screen',
    'language',
    'country',
    'region',
    'city',
    'url_path',
    'url_query',
    'utm_source',
    'utm_medium',
    'utm_campaign',
    'utm_content',
    'utm_term',
    'referrer_path',
    'referrer_domain',
    'page_title',
    'gclid',
    'fbclid',
    'msclkid',
    'ttclid',
    'li_fat_id',
    'twclid',
    'event_type',
    'event_name',
    'created_at',
  ].map((name) => field(name)),
  required: [['session_id'], ['visit_id'], ['event_id'], ['url_path'], ['event_type'], ['created_at']],
};

export const shapes: Readonly<Record<Exclude<ImportKind, 'plausible'>, Shape>> = {
  payments,
  clicks,
  partners,
  umami,
};

export interface PlausibleShape {
  dimensions: readonly string[];
  metrics: readonly string[];
}

const perVisit = ['visitors', 'visits', 'visit_duration', 'bounces'];

// The columns that Plausible writes and reads back (plausible/analytics, test/plausible/imported/csv_importer_test.exs).
export const plausibleShapes: Readonly<Record<PlausibleTable, PlausibleShape>> = {
  imported_visitors: {
    dimensions: [],
    metrics: ['visitors', 'pageviews', 'bounces', 'visits', 'visit_duration'],
  },
  imported_sources: {
    dimensions: ['source', 'referrer', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term'],
    metrics: [...perVisit, 'pageviews'],
  },
  imported_pages: {
    dimensions: ['hostname', 'page'],
    metrics: [
      'visits',
      'visitors',
      'pageviews',
      'exits',
      'time_on_page',
      'total_time_on_page',
      'total_time_on_page_visits',
    ],
  },
  imported_entry_pages: {
    dimensions: ['entry_page'],
    metrics: ['visitors', 'entrances', 'visit_duration', 'bounces', 'pageviews'],
  },
  imported_exit_pages: {
    dimensions: ['exit_page'],
    metrics: ['visitors', 'visit_duration', 'exits', 'bounces', 'pageviews'],
  },
  imported_custom_events: { dimensions: ['name', 'link_url', 'path'], metrics: ['visitors', 'events'] },
  imported_locations: { dimensions: ['country', 'region', 'city'], metrics: [...perVisit, 'pageviews'] },
  imported_devices: { dimensions: ['device'], metrics: [...perVisit, 'pageviews'] },
  imported_browsers: { dimensions: ['browser', 'browser_version'], metrics: [...perVisit, 'pageviews'] },
  imported_operating_systems: {
    dimensions: ['operating_system', 'operating_system_version'],
    metrics: [...perVisit, 'pageviews'],
  },
};

export function shapeOfTable(table: PlausibleTable): Shape {
  const { dimensions, metrics } = plausibleShapes[table];
  const names = ['date', ...dimensions, ...metrics];
  return { fields: names.map((name) => field(name)), required: [['date'], metrics] };
}
