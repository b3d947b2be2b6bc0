import type { Sql } from '../postgres/sql.ts';
import { insertBatch } from './queries.ts';

/**
 * One row of ClickHouse's `events` table, in its own column names. Absent members take the column's default.
 * Instants are `YYYY-MM-DD hh:mm:ss.mmm` in UTC, made by {@link eventLine}.
 */
export interface EventRow {
  workspace_id: number;
  program_id?: number;
  website_id?: string;
  event_id: string;
  type:
    | 'visit'
    | 'pageview'
    | 'custom'
    | 'identify'
    | 'click'
    | 'lead'
    | 'payment'
    | 'refund'
    | 'dispute'
    | 'commission';
  name?: string;
  occurred_at: Date;
  visitor_id?: string;
  session_id?: string;
  customer_id?: number;
  url?: string;
  hostname?: string;
  path?: string;
  title?: string;
  referrer?: string;
  referrer_host?: string;
  landing_page?: string;
  source?: string;
  medium?: string;
  campaign?: string;
  term?: string;
  content?: string;
  channel?: string;
  click_id_kind?: string;
  country?: string;
  region?: string;
  city?: string;
  device?: string;
  browser?: string;
  os?: string;
  language?: string;
  screen?: string;
  partner_id?: number;
  link_id?: number;
  click_id?: string;
  payment_id?: number;
  /** 1, or -1 where an earlier payment event is taken back to be told anew with its other half. */
  sign?: 1 | -1;
  /** Minor units; a refund carries what went back. Negative only where `sign` is. */
  amount?: number;
  currency?: string;
  /** Minor units: what partners earn by this event; negative when a refund takes it back. */
  commission?: number;
  is_test?: 0 | 1;
  /** JSON text. */
  properties?: string;
}

/** The event as one line of JSONEachRow. */
export function eventLine(event: EventRow): string {
  const at = event.occurred_at.toISOString();
  return JSON.stringify({ ...event, occurred_at: `${at.slice(0, 10)} ${at.slice(11, 23)}` });
}

/**
 * Adds events to the log, in the transaction or statement of what they tell of: either both are on disk or neither.
 * The shipper takes them to ClickHouse.
 */
export async function appendEvents(sql: Sql, events: readonly EventRow[]): Promise<void> {
  if (events.length === 0) return;
  await insertBatch(sql, events.length, events.map(eventLine).join('\n'));
}
