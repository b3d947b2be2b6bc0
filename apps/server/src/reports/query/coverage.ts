import { type ClickHouse, dayMs } from '../../platform/index.ts';
import type { Owner, Period } from './question.ts';

/** A day or month that was added up, and by which buildings: one for each website and program of the owner. */
export interface Covered {
  /** YYYY-MM-DD, of a month its first day. */
  at: string;
  builds: readonly number[];
}

/** A period, taken apart into what was added up and what has to be counted still. */
export interface Coverage {
  months: readonly Covered[];
  days: readonly Covered[];
  /** In order, not touching each other. */
  gaps: readonly Period[];
}

/** What was added up of a period and has not changed since, by day and by month. */
export interface Known {
  month: ReadonlyMap<string, Covered | 'open'>;
  day: ReadonlyMap<string, Covered | 'open'>;
}

export const ownerCondition = ({ of }: Owner): string =>
  `workspace_id = {workspaceId:UInt32} and ${
    'websiteId' in of ? 'website_id = {websiteId:String}' : 'program_id = {programId:UInt32}'
  }`;

export const ownerParams = ({ workspaceId, of }: Owner): Record<string, unknown> => ({ workspaceId, ...of });

/**
 * An hour's events count for the day they happened on and for the day their visit began, of which both must be unchanged.
 * A day without any events is in neither table, and whole.
 */
export async function findKnown(clickhouse: ClickHouse, owner: Owner, period: Period): Promise<Known> {
  const own = ownerCondition(owner);
  const counted = (grain: 'day' | 'month', start: string) => `
    select '${grain}' as grain, website_id, program_id, at, sum(visits + pageviews + events + others) as counted
    from hours array join [${start}(day), ${start}(toDate(hour))] as at
    where ${own} and hour >= {first:Date} - 1 and day <= {last:Date}
    group by website_id, program_id, at`;
  const rows = await clickhouse.rows<{
    grain: 'day' | 'month';
    start: string;
    covered: number;
    builds: string[];
  }>(
    `select grain, toString(at) as start, min(b.counted = c.counted) as covered, groupArray(toString(b.build)) as builds
     from (${counted('day', 'toDate')} union all ${counted('month', 'toStartOfMonth')}) c
     left join (
       select grain, website_id, program_id, toDate(at) as at, build, counted from rollup_builds final where ${own}
     ) b using (grain, website_id, program_id, at)
     group by grain, at`,
    {
      ...ownerParams(owner),
      // Whole months, for a month stands or falls with all of its days.
      first: `${period.from.toISOString().slice(0, 8)}01`,
      last: endOfMonth(period.before),
    },
  );
  const known = { month: new Map<string, Covered | 'open'>(), day: new Map<string, Covered | 'open'>() };
  for (const { grain, start: at, covered, builds } of rows) {
    known[grain].set(at, covered === 1 ? { at, builds: builds.map(Number) } : 'open');
  }
  return known;
}

/** Takes a period apart: whole months where they may be used, then whole days, and what is between as gaps. */
export function takeApart(known: Known, period: Period, useMonths: boolean): Coverage {
  const months: Covered[] = [];
  const days: Covered[] = [];
  const gaps: Period[] = [];
  const addGap = (from: number, before: number) => {
    const last = gaps.at(-1);
    if (last !== undefined && last.before.getTime() === from) last.before = new Date(before);
    else gaps.push({ from: new Date(from), before: new Date(before) });
  };
  const end = period.before.getTime();
  let at = period.from.getTime();
  while (at < end) {
    const date = new Date(at).toISOString().slice(0, 10);
    const nextDay = Date.parse(`${date}T00:00:00Z`) + dayMs;
    const isMidnight = nextDay - at === dayMs;
    const nextMonth = startOfNextMonth(date);
    const month = known.month.get(date);
    if (useMonths && isMidnight && date.endsWith('-01') && nextMonth <= end && month !== 'open') {
      if (month !== undefined) months.push(month);
      at = nextMonth;
      continue;
    }
    const day = known.day.get(date);
    if (isMidnight && nextDay <= end && day !== 'open') {
      if (day !== undefined) days.push(day);
    } else {
      addGap(at, Math.min(nextDay, end));
    }
    at = Math.min(nextDay, end);
  }
  return { months, days, gaps };
}

function startOfNextMonth(date: string): number {
  const [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5, 7))];
  return Date.UTC(year, month, 1);
}

function endOfMonth(at: Date): string {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).toISOString().slice(0, 10);
}
