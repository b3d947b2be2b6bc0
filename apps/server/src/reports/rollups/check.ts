import type { ClickHouse } from '../../platform/index.ts';

/** A day on which the tables that views fill and the events themselves differ. */
export interface RollupDifference {
  workspaceId: number;
  websiteId: string;
  programId: number;
  /** The UTC day on which the visits began. */
  day: string;
  what: 'visits' | 'pageviews' | 'events' | 'others' | 'seconds';
  events: bigint;
  sessions: bigint;
  hours: bigint;
}

const own = "type in ('visit', 'pageview', 'custom', 'identify') and session_id != '' and is_test = 0";

/**
 * Counts what views have made of the events, and the events themselves, by day, and tells where they are not the same. A
 * view can miss a block when the engine is killed in the middle of an insert; `healRollups` adds what is missing.
 * `first` and `last` are days (YYYY-MM-DD), both inside.
 */
export async function checkRollups(
  clickhouse: ClickHouse,
  period: { first: string; last: string },
): Promise<RollupDifference[]> {
  const owner = 'workspace_id, website_id, program_id, day';
  const rows = await clickhouse.rows<Record<string, string>>(
    `select workspace_id, website_id, program_id, toString(day) as day,
       ${['visits', 'pageviews', 'events', 'others', 'seconds']
         .map(
           (what) =>
             `[toString(sum(e_${what})), toString(sum(s_${what})), toString(sum(h_${what}))] as ${what}`,
         )
         .join(', ')}
     from (
       select ${owner}, sum(is_begun) as e_visits, sum(views) as e_pageviews, sum(customs) as e_events, sum(rest) as e_others,
         sum(last - first) as e_seconds,
         0 as s_visits, 0 as s_pageviews, 0 as s_events, 0 as s_others, 0 as s_seconds,
         0 as h_visits, 0 as h_pageviews, 0 as h_events, 0 as h_others, 0 as h_seconds
       from (
         select workspace_id, website_id, program_id, visit_day as day, countIf(type = 'visit') as is_begun,
           countIf(type = 'pageview') as views, countIf(type = 'custom') as customs, countIf(type = 'identify') as rest,
           toUnixTimestamp(max(toDateTime(occurred_at))) as last, toUnixTimestamp(min(toDateTime(occurred_at))) as first
         from events where ${own} and visit_day >= {first:Date} and visit_day <= {last:Date}
         group by ${owner}, cityHash64(visitor_id, session_id)
       ) group by ${owner}
       union all
       select ${owner}, 0, 0, 0, 0, 0,
         countIf(toUnixTimestamp64Milli(started_at) != 0), sum(pageviews), sum(events),
         sum(others) - countIf(toUnixTimestamp64Milli(started_at) != 0), sum(last_at - first_at), 0, 0, 0, 0, 0
       from sessions final where day >= {first:Date} and day <= {last:Date} group by ${owner}
       union all
       select ${owner}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, sum(visits), sum(pageviews), sum(events), sum(others), 0
       from hours where day >= {first:Date} and day <= {last:Date} group by ${owner}
     )
     group by ${owner}
     order by ${owner}`,
    period,
  );
  return rows.flatMap((row) =>
    (['visits', 'pageviews', 'events', 'others', 'seconds'] as const).flatMap((what) => {
      const [events, sessions, hours] = (row[what] as unknown as string[]).map(BigInt) as [
        bigint,
        bigint,
        bigint,
      ];
      // Hours know nothing of how long a visit took.
      if (events === sessions && (events === hours || what === 'seconds')) return [];
      return [
        {
          workspaceId: Number(row.workspace_id),
          websiteId: String(row.website_id),
          programId: Number(row.program_id),
          day: String(row.day),
          ...{ what, events, sessions, hours },
        },
      ];
    }),
  );
}

const text = [
  ...['landing_page', 'referrer_host', 'source', 'medium', 'campaign', 'term', 'content', 'channel'],
  ...['click_id_kind', 'country', 'region', 'city', 'device', 'browser', 'os', 'language'],
];
const carried = [...text, 'partner_id', 'link_id', 'is_returning'];
const columns = `workspace_id, website_id, program_id, day, session, visitor, started_at, first_at, last_at, pageviews, events,
  others, exit_page, ${carried.join(', ')}`;

/** The sessions that some of the events make, as the views make them. */
function sessionsOf(where: string): string {
  const ofVisit = (column: string) =>
    column === 'landing_page'
      ? "maxIf(path(e.landing_page), type = 'visit') as landing_page"
      : `maxIf(e.${column}, type = 'visit') as ${column}`;
  return `select workspace_id, website_id, program_id, visit_day as day, cityHash64(visitor_id, session_id) as session,
    max(cityHash64(visitor_id)) as visitor, maxIf(occurred_at, type = 'visit') as started_at,
    min(toDateTime(occurred_at)) as first_at, max(toDateTime(occurred_at)) as last_at,
    countIf(type = 'pageview') as pageviews, countIf(type = 'custom') as events,
    countIf(type in ('visit', 'identify')) as others,
    max(if(type = 'pageview', (occurred_at, e.path), (toDateTime64(0, 3, 'UTC'), ''))) as exit_page,
    ${carried.map(ofVisit).join(', ')}
  from events e where ${own} and ${where}
  group by workspace_id, website_id, program_id, day, session`;
}

/**
 * After events of visitors were given other visitor ids: takes the sessions under the old ids out, and makes those under
 * the new ones. The days it touches are added up anew by the next run of the job. Safe to repeat.
 *
 * @param remove runs an `alter table … delete` and resolves when every part is rewritten
 */
export async function renameSessions(
  clickhouse: ClickHouse,
  workspaceId: number,
  visitors: { old: readonly string[]; renamed: readonly string[] },
  remove: (table: string, where: string, params: Record<string, unknown>) => Promise<void>,
): Promise<void> {
  const params = { workspaceId, all: [...visitors.old, ...visitors.renamed], renamed: visitors.renamed };
  const mine = 'workspace_id = {workspaceId:UInt32}';
  const days = await clickhouse.rows<{ at: string }>(
    `select distinct toString(visit_day) as at from events
     where ${mine} and visitor_id in {renamed:Array(String)} and session_id != ''
     union distinct
     select distinct toString(toStartOfMonth(visit_day)) from events
     where ${mine} and visitor_id in {renamed:Array(String)} and session_id != ''`,
    params,
  );
  if (days.length === 0) return;
  await remove(
    'sessions',
    `${mine} and visitor in (select cityHash64(arrayJoin({all:Array(String)})))`,
    params,
  );
  await clickhouse.client.command({
    query: `insert into sessions (${columns}) ${sessionsOf(`${mine} and visitor_id in {renamed:Array(String)}`)}`,
    query_params: params,
  });
  const touched = { workspaceId, days: days.map(({ at }) => at) };
  for (const table of ['rollup_builds', 'rollups']) {
    await remove(table, `${mine} and toString(toDate(at)) in {days:Array(String)}`, touched);
  }
}

/**
 * Adds to the tables of the views what they lack of these days. Every column of them is merged by a sum, a largest or a
 * smallest, so what is missing can be added as further rows. Only for days that nothing arrives for any more: what is
 * being inserted meanwhile would be counted as missing.
 */
export async function healRollups(
  clickhouse: ClickHouse,
  period: { first: string; last: string },
): Promise<void> {
  const days = `>= '${period.first}'`;
  const till = `<= '${period.last}'`;
  await clickhouse.command(
    `insert into hours
     select workspace_id, website_id, program_id, hour, day,
       sum(toInt64(visits) * sign) as v, sum(toInt64(pageviews) * sign) as p, sum(toInt64(events) * sign) as e, sum(toInt64(others) * sign) as o
     from (
       select workspace_id, website_id, program_id, toStartOfHour(toDateTime(occurred_at)) as hour, visit_day as day,
         countIf(type = 'visit') as visits, countIf(type = 'pageview') as pageviews, countIf(type = 'custom') as events,
         countIf(type = 'identify') as others, 1 as sign
       from events where ${own} and visit_day ${days} and visit_day ${till}
       group by workspace_id, website_id, program_id, hour, day
       union all
       select workspace_id, website_id, program_id, hour, day, sum(visits), sum(pageviews), sum(events), sum(others), -1
       from hours where day ${days} and day ${till} group by workspace_id, website_id, program_id, hour, day
     )
     group by workspace_id, website_id, program_id, hour, day
     having v != 0 or p != 0 or e != 0 or o != 0`,
  );
  await clickhouse.command(
    `insert into sessions (${columns})
     select r.workspace_id, r.website_id, r.program_id, r.day, r.session, r.visitor, r.started_at, r.first_at, r.last_at,
       toUInt32(r.pageviews - s.pageviews), toUInt32(r.events - s.events), toUInt32(r.others - s.others), r.exit_page,
       ${carried.map((column) => `r.${column}`).join(', ')}
     from (
       ${sessionsOf(`visit_day ${days} and visit_day ${till}`)}
     ) r
     left join (
       select workspace_id, website_id, program_id, day, session, pageviews, events, others, started_at, last_at
       from sessions final where day ${days} and day ${till}
     ) s using (workspace_id, website_id, program_id, day, session)
     where r.pageviews != s.pageviews or r.events != s.events or r.others != s.others`,
  );
}
