import type { ClickItem, CommissionItem, LeadItem, PaymentItem } from '@headwater/contract';

/** What can be taken out as rows, and by which of a row's instants lists are ordered. */
export interface Table {
  /** Below `/api/v1/programs/:id`. */
  path: string;
  at: string;
  columns: readonly string[];
}

const columns = <Item>(...names: (keyof Item & string)[]) => names;

const clicks: Table = {
  path: 'clicks',
  at: 'clicked_at',
  columns: columns<ClickItem>(
    ...(['id', 'clicked_at', 'partner_id', 'link_id', 'landing_page', 'referrer'] as const),
    ...(['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'channel'] as const),
    ...(['country', 'region', 'city', 'device', 'browser', 'os', 'is_test'] as const),
  ),
};

const leads: Table = {
  path: 'leads',
  at: 'created_at',
  columns: columns<LeadItem>(
    ...(['id', 'created_at', 'customer_id', 'customer_key', 'email_masked'] as const),
    ...(['partner_id', 'status', 'is_test'] as const),
  ),
};

const payments: Table = {
  path: 'payments',
  at: 'occurred_at',
  columns: columns<PaymentItem>(
    ...([
      'id',
      'occurred_at',
      'transaction_id',
      'source',
      'status',
      'amount_cents',
      'refunded_cents',
    ] as const),
    ...([
      'currency',
      'customer_id',
      'attributed',
      'reason',
      'partner_id',
      'commission_id',
      'is_test',
    ] as const),
  ),
};

const commissions: Table = {
  path: 'commissions',
  at: 'created_at',
  columns: columns<CommissionItem>(
    ...(['id', 'created_at', 'payment_id', 'partner_id', 'type', 'status', 'amount_cents'] as const),
    ...(['reversed_cents', 'currency', 'hold_until', 'review'] as const),
  ),
};

export const tables: Readonly<Record<string, Table>> = { payments, commissions, clicks, leads };

/** Events are these three in one list, by time; what one of them has no column for is left empty. */
export const eventTables = { click: clicks, lead: leads, payment: payments };

export const eventColumns = [
  ...['event', 'at'],
  ...new Set(
    Object.values(eventTables).flatMap(({ columns: names, at }) => names.filter((name) => name !== at)),
  ),
];
