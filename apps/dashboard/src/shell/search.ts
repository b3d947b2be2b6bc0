import {
  type FilterOperator,
  filterOperators,
  type ReportDimension,
  type ReportFilter,
  reportDimensions,
} from './catalogue.ts';

/** What every page is about, in its address: a link to a page shows the same to whoever opens it. */
export interface Search {
  program?: number;
  website?: string;
  period?: Period;
  /** With period `custom`: days. */
  from?: string;
  to?: string;
  compare?: Compare;
  /** `dimension:operator:value` each. */
  f?: string[];
  /** Name of a saved segment, whose filters hold too. */
  segment?: string;
}

export const periods = ['today', '7d', '30d', '90d', '12m', 'custom'] as const;
export type Period = (typeof periods)[number];
const compares = ['previous_period', 'previous_year', 'none'] as const;
export type Compare = (typeof compares)[number];

export const periodNames: Readonly<Record<Period, string>> = {
  today: 'Today',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  '12m': 'Last 12 months',
  custom: 'Custom…',
};

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** Reads an address; what is not understood is left out, for a link may come from another version. */
export function readSearch(raw: Record<string, unknown>): Search {
  const program = Number(raw.program);
  const f = (Array.isArray(raw.f) ? raw.f : raw.f === undefined ? [] : [raw.f])
    .filter((one): one is string => typeof one === 'string' && readFilter(one) !== undefined)
    .slice(0, 20);
  const period = periods.find((one) => one === raw.period);
  const day = (value: unknown) => (typeof value === 'string' && dayPattern.test(value) ? value : undefined);
  const compare = compares.find((one) => one === raw.compare);
  const from = day(raw.from);
  const to = day(raw.to);
  return {
    ...(Number.isSafeInteger(program) && program > 0 ? { program } : {}),
    ...(typeof raw.website === 'string' && raw.website !== '' ? { website: raw.website } : {}),
    ...(period ? { period } : {}),
    ...(period === 'custom' && from ? { from } : {}),
    ...(period === 'custom' && to ? { to } : {}),
    ...(compare ? { compare } : {}),
    ...(f.length > 0 ? { f } : {}),
    ...(typeof raw.segment === 'string' && raw.segment !== '' ? { segment: raw.segment } : {}),
  };
}

export interface Filter {
  dimension: ReportDimension;
  operator: FilterOperator;
  value: string;
}

export function readFilter(text: string): Filter | undefined {
  const [dimensionText = '', operatorText = '', ...rest] = text.split(':');
  const dimension = reportDimensions.find((one) => one === dimensionText);
  const operator = filterOperators.find((one) => one === operatorText);
  return dimension && operator ? { dimension, operator, value: rest.join(':') } : undefined;
}

export function writeFilter({ dimension, operator, value }: Filter): string {
  return `${dimension}:${operator}:${value}`;
}

export function toReportFilters(f: readonly string[] = []): ReportFilter[] {
  return f.flatMap((text) => {
    const filter = readFilter(text);
    return filter ? [{ dimension: filter.dimension, operator: filter.operator, values: [filter.value] }] : [];
  });
}

/** The days that a period covers, as the server takes them: in the website's zone. */
export function daysOf(search: Search, timeZone: string, now = new Date()): { from: string; to: string } {
  const today = dayIn(timeZone, now);
  const period = search.period ?? '30d';
  if (period === 'custom') {
    const to = search.to ?? today;
    return { from: search.from ?? addDays(to, -29), to };
  }
  const back = { today: 0, '7d': 6, '30d': 29, '90d': 89, '12m': 364 }[period];
  return { from: addDays(today, -back), to: today };
}

function dayIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}

function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
}
