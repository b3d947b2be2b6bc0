import type { Sql } from '../postgres/sql.ts';
import { insertBatch } from './queries.ts';

/**
 * One row of ClickHouse's `events` table, in its own column names. Absent members take the column's default.
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
    | 'commission'
    | 'fee';
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
  /** Minor units: the platform's fee; negative when a refund gives it back. */
  fee?: number;
  /** Of a payment and what belongs to it. */
  product?: string;
  plan?: string;
  /** Of a visit: the visitor was here before. Of a payment: it is a renewal. */
  is_returning?: 1;
  /** The UTC day on which the event's visit began, where that is another one than its own. */
  visit_day?: string;
  is_test?: 0 | 1;
  /** JSON text. */
  properties?: string;
}

/** An event whose workspace may be among the members that are JSON already. */
type OwnMembers = Omit<EventRow, 'workspace_id'> & { workspace_id?: number };

/**
 * The event as one line of JSONEachRow. Members that are JSON already (a touch's context, written down beside the touch
 * as well) are put in front as they are: on the ingest path making them twice would be felt.
 */
export function eventLine(event: OwnMembers, members = '{}'): string {
  const told = JSON.stringify(event);
  // Half a surrogate pair is written as an escape, and ClickHouse refuses the whole event for it.
  const own = told.includes('\\ud') ? JSON.stringify(event, wellFormed) : told;
  return members === '{}' ? own : `${members.slice(0, -1)},${own.slice(1)}`;
}

function wellFormed(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/**
 * Adds events to the log, in the transaction or statement of what they tell of: either both are on disk or neither.
 * The shipper takes them to ClickHouse.
 */
export async function appendEvents(sql: Sql, events: readonly EventRow[]): Promise<void> {
  await appendLines(
    sql,
    events.map((event) => eventLine(event)),
  );
}

/** The same for lines made by {@link eventLine}. */
export async function appendLines(sql: Sql, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await insertBatch(sql, lines.length, lines.join('\n'));
}
