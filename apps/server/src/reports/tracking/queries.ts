import { type Sql, statement } from '../../platform/index.ts';

/** A program of a workspace, and days of UTC: the first instant inside, the first outside. */
export interface Scope {
  workspaceId: number;
  programId: number;
  from: Date | null;
  before: Date | null;
}

const within = (column: string) =>
  `workspace_id = $1 and program_id = $2 and not is_test
   and ($3::timestamptz is null or ${column} >= $3) and ($4::timestamptz is null or ${column} < $4)`;

/** One list of three kinds; each is read newest first and only as far as the page reaches. */
const kinds = {
  click: {
    at: 'clicked_at',
    from: 'clicks',
    item: `select 'click' as event_type, id, clicked_at as at, click_id, json_build_object(
        'session_id', web_session, 'page_url', context->>'landing_page', 'referrer_url', context->>'referrer',
        'geo_country', context->>'country', 'geo_region', context->>'region', 'geo_city', context->>'city',
        'device_type', context->>'device', 'device_os', context->>'os', 'browser_name', context->>'browser',
        'converted', exists (
          select from customer_visitors v join customers c on c.workspace_id = v.workspace_id and c.id = v.customer_id
          where v.workspace_id = clicks.workspace_id and v.program_id = clicks.program_id and v.kind = 'click'
            and v.visitor = clicks.visitor and c.status = 'conversion')) as own`,
  },
  lead: {
    at: 'created_at',
    from: 'leads',
    item: `select 'lead' as event_type, id, created_at as at, click_id, json_build_object(
        'customer_key', customer_key, 'session_id', web_session, 'page_url', page_url,
        'converted', exists (select from customers c where c.workspace_id = leads.workspace_id
          and c.id = leads.customer_id and c.status = 'conversion')) as own`,
  },
  conversion: {
    at: 'occurred_at',
    from: 'payments',
    item: `select 'conversion' as event_type, id, occurred_at as at, (
        select a.credits->0->>'clickId' from attributions a
        where a.workspace_id = payments.workspace_id and a.payment_id = payments.id order by a.decision desc limit 1
      ) as click_id, json_build_object('amount_cents', amount_minor, 'currency', currency, 'sale_type', sale_type,
        'payment_status', 'paid', 'processor_event_id', transaction_id, 'is_recurring', is_recurring) as own`,
  },
} as const;
export type EventKind = keyof typeof kinds;
export const eventKinds = Object.keys(kinds) as EventKind[];

export interface EventRow {
  event_type: EventKind;
  id: bigint;
  at: Date;
  click_id: string | null;
  own: Record<string, unknown>;
}

const listOf = (asked: readonly EventKind[]) =>
  statement(
    `reports.tracking_events.${asked.join('_')}`,
    `select * from (${asked
      .map((kind) => {
        const { at, from, item } = kinds[kind];
        return `(${item} from ${from} where ${within(at)} order by ${at} desc, id desc limit $5::bigint + $6)`;
      })
      .join(' union all ')}) e
     order by at desc, event_type, id desc offset $5 limit $6`,
  );

const countOf = (asked: readonly EventKind[]) =>
  statement(
    `reports.tracking_events_count.${asked.join('_')}`,
    `select ${asked
      .map((kind) => `(select count(*) from ${kinds[kind].from} where ${within(kinds[kind].at)})`)
      .join(' + ')} as total`,
  );

const statements = new Map(
  [eventKinds, ...eventKinds.map((kind) => [kind])].map((asked) => [
    asked.join(),
    { list: listOf(asked), count: countOf(asked) },
  ]),
);

const valuesOf = ({ workspaceId, programId, from, before }: Scope) => [workspaceId, programId, from, before];

export async function listTrackingEvents(
  sql: Sql,
  scope: Scope,
  kind: EventKind | undefined,
  page: { offset: number; limit: number },
): Promise<{ rows: EventRow[]; total: number }> {
  const own = statements.get(kind ?? eventKinds.join());
  if (own === undefined) return { rows: [], total: 0 };
  const [rows, [counted]] = await Promise.all([
    sql.query<EventRow>(own.list, [...valuesOf(scope), page.offset, page.limit]),
    sql.query<{ total: bigint }>(own.count, valuesOf(scope)),
  ]);
  return { rows, total: Number(counted?.total ?? 0) };
}

export interface DayRow {
  day: string;
  what: 'clicks' | 'leads' | 'conversions' | 'partners' | 'sales' | 'revenue' | 'commission';
  /** Of revenue and commission. */
  currency: string;
  amount: bigint;
}

const utcDay = (column: string) => `(${column} at time zone 'UTC')::date::text`;
const ofProgram = 'workspace_id = $1 and program_id = $2';
const days = statement(
  'reports.performance_days',
  `select ${utcDay('clicked_at')} as day, 'clicks' as what, '' as currency, count(*)::bigint as amount
   from clicks where ${within('clicked_at')} group by 1
   union all
   select ${utcDay('lead_at')}, 'leads', '', count(*)::bigint from customers
   where ${ofProgram} and lead_at >= $3 and lead_at < $4 group by 1
   union all
   select ${utcDay('first_at')}, 'conversions', '', count(*)::bigint from (
     select min(occurred_at) as first_at from payments
     where ${ofProgram} and not is_test and customer_id is not null group by customer_id
   ) firsts where first_at >= $3 and first_at < $4 group by 1
   union all
   select ${utcDay('joined_at')}, 'partners', '', count(*)::bigint from enrollments
   where ${ofProgram} and joined_at >= $3 and joined_at < $4 group by 1
   union all
   select ${utcDay('occurred_at')}, 'sales', '', count(*)::bigint from payments where ${within('occurred_at')} group by 1
   union all
   select ${utcDay('occurred_at')}, 'revenue', currency, sum(amount_minor)::bigint
   from payments where ${within('occurred_at')} group by 1, 3
   union all
   select ${utcDay('earned_at')}, 'commission', currency, sum(amount_minor)::bigint
   from commissions where ${ofProgram} and superseded_at is null and earned_at >= $3 and earned_at < $4 group by 1, 3`,
);

/** What happened in a program on each day, as far as anything did. */
export function listPerformanceDays(
  sql: Sql,
  scope: Scope & { from: Date; before: Date },
): Promise<DayRow[]> {
  return sql.query(days, valuesOf(scope));
}

const firstDay = statement(
  'reports.program_began',
  `select least(p.created_at, (select min(occurred_at) from payments where ${ofProgram} and not is_test)) as at
   from programs p where p.workspace_id = $1 and p.id = $2`,
);

/** When a program has its first day: it was made, or a payment is older. */
export async function findProgramStart(
  sql: Sql,
  workspaceId: number,
  programId: number,
): Promise<Date | undefined> {
  const [row] = await sql.query<{ at: Date }>(firstDay, [workspaceId, programId]);
  return row?.at;
}

export interface StatusRow {
  testClicks: { id: number; at: string }[];
  testLeads: { id: number; at: string }[];
  stripe: {
    account: string;
    method: string;
    charges_enabled: boolean;
    payouts_enabled: boolean;
    details_submitted: boolean;
    connected_at: string;
  } | null;
  hasPartners: boolean;
}

const status = statement(
  'reports.tracking_status',
  `select
     (select coalesce(json_agg(t), '[]') from (
       select id, clicked_at as at from clicks where ${ofProgram} and is_test order by clicked_at desc limit 10) t) as "testClicks",
     (select coalesce(json_agg(t), '[]') from (
       select id, created_at as at from leads where ${ofProgram} and is_test order by created_at desc limit 10) t) as "testLeads",
     (select row_to_json(s) from (
       select account, method, charges_enabled, payouts_enabled, details_submitted, connected_at
       from stripe_connections where ${ofProgram} and disconnected_at is null order by id desc limit 1) s) as stripe,
     exists (select from enrollments where ${ofProgram}) as "hasPartners"`,
);

export async function getTrackingStatus(
  sql: Sql,
  workspaceId: number,
  programId: number,
): Promise<StatusRow> {
  const [row] = await sql.query<StatusRow>(status, [workspaceId, programId]);
  return row as StatusRow;
}
