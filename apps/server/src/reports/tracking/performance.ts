import { type Currency, toMajor } from '../../money/index.ts';
import { AppError, dayMs, type Postgres, parseInstant, readChoice } from '../../platform/index.ts';
import type { Program } from '../../workspaces/index.ts';
import * as queries from './queries.ts';

const periods = ['7d', '30d', '90d', 'all'] as const;
const counts = ['clicks', 'leads', 'conversions', 'partners', 'sales'] as const;
const figures = ['clicks', 'leads', 'conversions', 'revenue', 'partners', 'sales', 'commission'] as const;
type Figure = (typeof figures)[number];
type Day = Record<Figure, number>;

/** Whole days of UTC: first and last, both inside. */
interface Days {
  first: string;
  last: string;
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
const startOf = (day: string) => Date.parse(`${day}T00:00:00Z`);
const maxDays = 3660;

/** A program's days with what happened on each, and how that compares with as many days before (contract §10). */
export async function reportPerformance(
  postgres: Postgres,
  program: Program,
  query: Readonly<Record<string, unknown>>,
  now: Date,
) {
  const period = readChoice(query, 'period', periods);
  const asked = readDays(query);
  const days = asked ?? (await daysOf(postgres, program, period ?? '7d', now));
  const length = Math.round((startOf(days.last) - startOf(days.first)) / dayMs) + 1;
  if (length > maxDays) throw new AppError('invalid_request', 'dateFrom is invalid');
  const previous = {
    first: dayOf(startOf(days.first) - length * dayMs),
    last: dayOf(startOf(days.first) - dayMs),
  };
  const [now_, then] = await Promise.all([read(postgres, program, days), read(postgres, program, previous)]);
  const data = Array.from({ length }, (_, index) => {
    const date = dayOf(startOf(days.first) + index * dayMs);
    return { date, period: date, ...dayFrom(now_, program.currency, date) };
  });
  const totals = totalsOf(now_, program.currency);
  const earlier = totalsOf(then, program.currency);
  const trends = figures.map((name) => [`${name}Trend`, trendOf(earlier[name], totals[name])]);
  return {
    data,
    metrics: {
      totalClicks: totals.clicks,
      totalLeads: totals.leads,
      totalConversions: totals.conversions,
      totalRevenue: totals.revenue,
      totalPartners: totals.partners,
      totalSales: totals.sales,
      totalPartnersCommission: totals.commission,
      conversionRate: twoDecimals(totals.clicks === 0 ? 0 : (100 * totals.conversions) / totals.clicks),
      averageOrderValue: twoDecimals(totals.conversions === 0 ? 0 : totals.revenue / totals.conversions),
      ...Object.fromEntries(trends),
      byCurrency: othersOf(now_, program.currency),
    },
    meta: {
      period: asked === undefined ? (period ?? '7d') : 'custom',
      dateFrom: days.first,
      dateTo: days.last,
      previousPeriod: { dateFrom: previous.first, dateTo: previous.last },
    },
  };
}

function readDays(query: Readonly<Record<string, unknown>>): Days | undefined {
  const [first, last] = ['dateFrom', 'dateTo'].map((name) => readDay(query, name));
  if (first === undefined && last === undefined) return undefined;
  if (first === undefined) throw new AppError('invalid_request', 'dateFrom is invalid');
  if (last === undefined || last < first) throw new AppError('invalid_request', 'dateTo is invalid');
  return { first, last };
}

/** A day of UTC, or the day of an instant. */
export function readDay(query: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  const isDay = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value);
  const at = parseInstant(isDay ? `${value}T00:00:00Z` : value);
  const day = at?.toISOString().slice(0, 10);
  // PostgreSQL and people agree on years of four digits.
  if (day === undefined || day < '1900' || day > '2200' || day.length !== 10)
    throw new AppError('invalid_request', `${name} is invalid`);
  return day;
}

async function daysOf(
  postgres: Postgres,
  program: Program,
  period: (typeof periods)[number],
  now: Date,
): Promise<Days> {
  const last = dayOf(now.getTime());
  if (period !== 'all')
    return { first: dayOf(startOf(last) - (Number.parseInt(period, 10) - 1) * dayMs), last };
  const began = await queries.findProgramStart(postgres, program.workspaceId, program.id);
  const first = dayOf(Math.max(began?.getTime() ?? now.getTime(), now.getTime() - (maxDays - 1) * dayMs));
  // A program that was made ahead of this clock has had no day yet.
  return first > last ? { first: last, last } : { first, last };
}

function read(
  postgres: Postgres,
  { workspaceId, id }: Program,
  { first, last }: Days,
): Promise<queries.DayRow[]> {
  return queries.listPerformanceDays(postgres, {
    ...{ workspaceId, programId: id },
    from: new Date(startOf(first)),
    before: new Date(startOf(last) + dayMs),
  });
}

function dayFrom(rows: readonly queries.DayRow[], currency: Currency, date: string): Day {
  return totalsOf(
    rows.filter(({ day }) => day === date),
    currency,
  );
}

function totalsOf(rows: readonly queries.DayRow[], currency: Currency): Day {
  const sum = (what: Figure, own = '') =>
    rows
      .filter((row) => row.what === what && row.currency === own)
      .reduce((total, { amount }) => total + amount, 0n);
  return {
    ...(Object.fromEntries(counts.map((what) => [what, Number(sum(what))])) as Record<
      (typeof counts)[number],
      number
    >),
    revenue: toMajor(sum('revenue', currency), currency),
    commission: toMajor(sum('commission', currency), currency),
  };
}

function othersOf(rows: readonly queries.DayRow[], own: Currency) {
  const others = [...new Set(rows.map(({ currency }) => currency))]
    .filter((one) => one !== '' && one !== own)
    .sort();
  return Object.fromEntries(
    others.map((currency) => {
      const { revenue, commission } = totalsOf(rows, currency as Currency);
      return [currency, { revenue, commission }];
    }),
  );
}

function trendOf(before: number, now: number) {
  if (before === now) return { trend: 0, trendDirection: 'stable' };
  const change = before === 0 ? 100 : Math.abs((100 * (now - before)) / before);
  return { trend: Math.round(change * 10) / 10, trendDirection: now > before ? 'up' : 'down' };
}

function twoDecimals(value: number): number {
  return Math.round(value * 100) / 100;
}
