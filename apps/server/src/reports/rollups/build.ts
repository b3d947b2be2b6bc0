import type { ReportDimension } from '@headwater/contract';
import { type ClickHouse, type Clock, type Log, silentLog } from '../../platform/index.ts';
import { dimensions } from '../query/dimensions.ts';
import { mergeMonths } from './merge.ts';

/** A day is over when no visit of it can be running and no event of it is on its way any more. */
const openDays = 2;
/** So many days are added up by one statement, of so many events, which bounds its memory. */
const atOnce = { days: 62, events: 4_000_000n };

/** Days or months of a website and program whose events are not as they were when they were added up, if ever. */
interface Stale {
  website_id: string;
  program_id: number;
  workspace_id: number;
  start: string;
  rows: string;
}

// An hour's events count for their own day and for the day on which their visit began (see coverage.ts).
const counts = (start: string, rows: string) => `
  select workspace_id, website_id, program_id, at, sum(visits + pageviews + events + others) as counted
  from hours array join [${start}(day), ${start}(toDate(hour))] as at
  where ${rows}
  group by workspace_id, website_id, program_id, at`;

const stale = (grain: 'day' | 'month') => {
  const start = grain === 'day' ? 'toDate' : 'toStartOfMonth';
  return `select workspace_id, website_id, program_id, toString(c.at) as start, toString(c.counted) as rows
  from (${counts(start, '1')}) c
  left join (
    select workspace_id, website_id, program_id, toDate(at) as at, counted from rollup_builds final where grain = '${grain}'
  ) b using (workspace_id, website_id, program_id, at)
  where c.counted != b.counted and c.at < {before:Date}
  order by c.at`;
};

/**
 * Adds up the days and months that are over and are not added up yet, or have changed since; a job of the schedule. What was
 * added up before stays until nobody reads it: `rollup_builds` names what stands, and is written last.
 */
export async function buildRollups(
  clickhouse: ClickHouse,
  clock: Clock,
  log: Log = silentLog,
): Promise<{ days: number; months: number }> {
  const now = clock.now();
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const firstOpen = new Date(today - openDays * 86_400_000).toISOString().slice(0, 10);
  // Later than any build before it, also of another process.
  const build = String(now.getTime()) + String(Math.floor(Math.random() * 1000)).padStart(3, '0');
  const days = await clickhouse.rows<Stale>(stale('day'), { before: firstOpen });
  for (const chunk of chunksOf(days)) {
    await clickhouse.command(insertDays(chunk, build));
    await insertBuilds(clickhouse, 'day', chunk, build);
  }
  const firstOpenMonth = `${firstOpen.slice(0, 8)}01`;
  const months = await clickhouse.rows<Stale>(stale('month'), { before: firstOpenMonth });
  for (const month of months) {
    await clickhouse.command(insertMonth(month, build));
    // What its days were added up from, not what there is by now: what came in between leaves it open.
    await insertBuilds(clickhouse, 'month', [{ ...month, rows: await countDays(clickhouse, month) }], build);
  }
  if (days.length > 0) await dropReplaced(clickhouse);
  await mergeMonths(
    clickhouse,
    months.map(({ start }) => start),
    log,
  );
  return { days: days.length, months: months.length };
}

/** Days of one workspace's website and program that follow each other: each chunk is a range of the index. */
function chunksOf(days: readonly Stale[]): Stale[][] {
  const owned = new Map<string, Stale[]>();
  for (const day of days) {
    const key = JSON.stringify([day.workspace_id, day.website_id, day.program_id]);
    owned.set(key, [...(owned.get(key) ?? []), day]);
  }
  return [...owned.values()].flatMap((own) => {
    const chunks: Stale[][] = [];
    let room = 0n;
    for (const day of own) {
      const last = chunks.at(-1);
      room -= BigInt(day.rows);
      if (last !== undefined && room >= 0n && last.length < atOnce.days) last.push(day);
      else {
        chunks.push([day]);
        room = atOnce.events - BigInt(day.rows);
      }
    }
    return chunks;
  });
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const ownerOf = (one: Stale) =>
  `workspace_id = ${one.workspace_id} and website_id = ${quoted(one.website_id)} and program_id = ${one.program_id}`;

/** Dimensions of visits that a day is added up by. */
const keys = (Object.entries(dimensions) as [ReportDimension, (typeof dimensions)['channel']][]).filter(
  ([, { isRolledUp, visits }]) => isRolledUp && visits !== undefined,
);

function insertDays(chunk: readonly Stale[], build: string): string {
  const [first] = chunk;
  if (first === undefined) return '';
  const list = chunk.map(({ start }) => `'${start}'`).join(', ');
  const bounds = `day >= '${first.start}' and day <= '${chunk.at(-1)?.start}'`;
  const owner = ownerOf(first);
  const counted = (hour: string) => `count() as n_visits, countIf(pageviews <= 1 and events = 0) as n_bounces,
      sum(last_at - first_at) as n_seconds, sum(s.pageviews) as n_pageviews, sum(s.events) as n_events,
      uniqCombinedState(14)(visitor) as n_visitors
      from (select * from sessions final where ${owner} and ${bounds} and day in (${list})
            and toUnixTimestamp64Milli(started_at) != 0) s ${hour}`;
  const dims = keys.map(([name, { visits }]) => `('${name}', cast(${visits}, 'String'))`).join(', ');
  const columns =
    'workspace_id, website_id, program_id, dimension, grain, at, build, key, visits, bounces, seconds, pageviews, events, visitors';
  return `insert into rollups (${columns})
    select workspace_id, website_id, program_id, dim.1 as dimension, 'day' as grain, toDateTime(day, 'UTC') as at,
      ${build} as build, dim.2 as key, ${counted(`array join [('', ''), ${dims}] as dim`)}
    group by workspace_id, website_id, program_id, dimension, at, key
    union all
    select workspace_id, website_id, program_id, '' as dimension, 'hour' as grain,
      toStartOfHour(toDateTime(started_at)) as at, ${build} as build, '' as key, ${counted('')}
    group by workspace_id, website_id, program_id, at
    union all
    select workspace_id, website_id, program_id, 'page' as dimension, 'day' as grain,
      toDateTime(toDate(occurred_at), 'UTC') as at, ${build} as build, path as key, 0 as n_visits, 0 as n_bounces,
      0 as n_seconds, count() as n_pageviews, 0 as n_events, uniqCombinedState(14)(cityHash64(visitor_id)) as n_visitors
    from events
    where ${owner} and type = 'pageview' and session_id != '' and is_test = 0
      and occurred_at >= toDateTime64('${first.start} 00:00:00', 3, 'UTC')
      and occurred_at < toDateTime64('${chunk.at(-1)?.start} 00:00:00', 3, 'UTC') + interval 1 day
      and toDate(occurred_at) in (${list})
    group by workspace_id, website_id, program_id, at, key`;
}

/** A month from its days, every one of which stands. */
function insertMonth(month: Stale, build: string): string {
  const owner = ownerOf(month);
  const within = `at >= toDateTime('${month.start} 00:00:00', 'UTC') and at < toDateTime('${month.start} 00:00:00', 'UTC') + interval 1 month`;
  return `insert into rollups
    select workspace_id, website_id, program_id, dimension, 'month' as month, toDateTime('${month.start} 00:00:00', 'UTC') as start,
      ${build} as building, key, sum(visits), sum(bounces), sum(seconds), sum(pageviews), sum(events),
      uniqCombinedMergeState(14)(visitors)
    from rollups
    where ${owner} and grain = 'day' and ${within}
      and (at, build) in (select at, build from rollup_builds final where ${owner} and grain = 'day' and ${within})
    group by workspace_id, website_id, program_id, dimension, key`;
}

async function insertBuilds(
  clickhouse: ClickHouse,
  grain: 'day' | 'month',
  built: readonly Stale[],
  build: string,
): Promise<void> {
  const rows = built.map(
    ({ workspace_id, website_id, program_id, start, rows: counted }) =>
      `(${workspace_id}, ${quoted(website_id)}, ${program_id}, '${grain}', toDateTime('${start} 00:00:00', 'UTC'), ${build}, ${counted})`,
  );
  await clickhouse.command(`insert into rollup_builds settings async_insert = 0 values ${rows.join(', ')}`);
}

async function countDays(clickhouse: ClickHouse, month: Stale): Promise<string> {
  const [row] = await clickhouse.rows<{ counted: string }>(
    `select toString(sum(counted)) as counted from rollup_builds final
     where ${ownerOf(month)} and grain = 'day' and toStartOfMonth(at) = '${month.start}'`,
  );
  return row?.counted ?? '0';
}

/** What was added up anew more than a day ago is read by nobody. */
async function dropReplaced(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.command(
    `alter table rollups delete where build < (toUnixTimestamp64Milli(now64(3)) - 86400000) * 1000
       and (workspace_id, website_id, program_id, if(grain = 'month', 'month', 'day'), toDate(at), build) not in (
         select workspace_id, website_id, program_id, grain, toDate(at), build from rollup_builds final)`,
  );
}
