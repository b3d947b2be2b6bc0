import { type ClickHouse, dayMs } from '../../platform/index.ts';
import type { Owner, Period } from './question.ts';

/** A period, taken apart into what was added up and what has to be counted still. */
export interface Coverage {
  /** YYYY-MM-DD, of a month its first day. */
  months: readonly string[];
  days: readonly string[];
  /** In order, not touching each other. */
  gaps: readonly Period[];
}

/** Of the days and months on which anything happened: whether they were added up and have not changed since. */
export interface Known {
  month: ReadonlyMap<string, 'whole' | 'open'>;
  day: ReadonlyMap<string, 'whole' | 'open'>;
  /** How many events there are of visits in these months. */
  events: number;
}

export const ownerCondition = ({ of }: Owner): string =>
  `workspace_id = {workspaceId:UInt32} and ${
    'websiteId' in of ? 'website_id = {websiteId:String}' : 'program_id = {programId:UInt32}'
  }`;

export const ownerParams = ({ workspaceId, of }: Owner): Record<string, unknown> => ({ workspaceId, ...of });

const asking = new WeakMap<ClickHouse, Map<string, Promise<Known>>>();

/** What is known of a period, asked once by all the reports of a page that is opened. */
export function findKnownOnce(clickhouse: ClickHouse, owner: Owner, period: Period): Promise<Known> {
  const running = asking.get(clickhouse) ?? new Map<string, Promise<Known>>();
  asking.set(clickhouse, running);
  const key = JSON.stringify([owner, period]);
  const known = running.get(key);
  if (known !== undefined) return known;
  const asked = findKnown(clickhouse, owner, period).finally(() => running.delete(key));
  running.set(key, asked);
  return asked;
}

/**
 * An hour's events count for the day they happened on and for the day their visit began, of which both must be unchanged.
 * A day without any events is in neither table, and whole.
 */
async function findKnown(clickhouse: ClickHouse, owner: Owner, period: Period): Promise<Known> {
  const own = ownerCondition(owner);
  const params = {
    ...ownerParams(owner),
    // Whole months, for a month stands or falls with all of its days.
    first: `${period.from.toISOString().slice(0, 8)}01`,
    last: endOfMonth(period.before),
  };
  // Two plain questions, compared here: put into one they take several times as long to plan.
  const [counts, builds] = await Promise.all([
    clickhouse.rows<Counted & { day: string; date: string }>(
      `select website_id, program_id, toString(day) as day, toString(toDate(hour)) as date,
         toString(sum(visits + pageviews + events + others)) as counted
       from hours where ${own} and hour >= {first:Date} - 1 and hours.day <= {last:Date}
       group by website_id, program_id, day, date`,
      params,
    ),
    clickhouse.rows<Counted & { grain: 'day' | 'month'; start: string }>(
      `select website_id, program_id, grain, toString(toDate(at)) as start, toString(counted) as counted
       from rollup_builds final where ${own} and at >= {first:Date} and at <= {last:Date}`,
      params,
    ),
  ]);
  let events = 0;
  const happened = { month: new Map<string, bigint>(), day: new Map<string, bigint>() };
  for (const { counted, day, date, ...of } of counts) {
    events += Number(counted);
    for (const at of [day, date]) {
      add(happened.day, keyOf(of, at), BigInt(counted));
      add(happened.month, keyOf(of, `${at.slice(0, 8)}01`), BigInt(counted));
    }
  }
  const added = { month: new Map<string, bigint>(), day: new Map<string, bigint>() };
  for (const { grain, start, counted, ...of } of builds) {
    added[grain].set(keyOf(of, start), BigInt(counted));
  }
  const known = (grain: 'day' | 'month') => {
    const found = new Map<string, 'whole' | 'open'>();
    for (const [key, count] of happened[grain]) {
      const at = key.slice(0, 10);
      const isWhole = added[grain].get(key) === count && found.get(at) !== 'open';
      found.set(at, isWhole ? 'whole' : 'open');
    }
    return found;
  };
  return { month: known('month'), day: known('day'), events };
}

interface Counted {
  website_id: string;
  program_id: number;
  counted: string;
}

const keyOf = (of: { website_id: string; program_id: number }, at: string) =>
  `${at} ${of.program_id} ${of.website_id}`;

function add(sums: Map<string, bigint>, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

/** Takes a period apart: whole months where they may be used, then whole days, and what is between as gaps. */
export function takeApart(known: Known, period: Period, useMonths: boolean): Coverage {
  const months: string[] = [];
  const days: string[] = [];
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
      if (month !== undefined) months.push(date);
      at = nextMonth;
      continue;
    }
    const day = known.day.get(date);
    if (isMidnight && nextDay <= end && day !== 'open') {
      if (day !== undefined) days.push(date);
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
