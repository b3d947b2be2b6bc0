import type { ReportMetric } from '@headwater/contract';
import type { Source } from './dimensions.ts';

/** How the distinct are counted: exact for a thousand or so, then within about a percent, in 12 KB at most. */
const distinct = 'uniqCombined(14)';
/** The same with its state kept, to be merged with others. */
const distinctState = (value: string, when?: string) =>
  when === undefined ? `uniqCombinedState(14)(${value})` : `uniqCombinedStateIf(14)(${value}, ${when})`;
const noneDistinct = `arrayReduce('uniqCombinedState(14)', emptyArrayUInt64())`;

/**
 * What is counted in a source before anything is divided: parts that can be added up (`sum`), or sets that can be joined
 * (`distinct`), over whatever pieces of the period they were counted in.
 */
export interface Component {
  source: Source;
  expression: string;
  merge: 'sum' | 'distinct' | 'money';
  /** The column that holds it in the table of what was added up; undefined: it is not there. */
  inRollups?: string;
  /** The column of the hourly counts. */
  inHours?: string;
}

const session = 'cityHash64(visitor_id, session_id)';
const isView = "type = 'pageview'";

export const components = {
  visitors: {
    source: 'visits',
    expression: distinctState('visitor'),
    merge: 'distinct',
    inRollups: 'visitors',
  },
  visits: { source: 'visits', expression: 'count()', merge: 'sum', inRollups: 'visits' },
  bounces: {
    source: 'visits',
    // Saw one page and did nothing.
    expression: 'countIf(pageviews <= 1 and events = 0)',
    merge: 'sum',
    inRollups: 'bounces',
  },
  seconds: {
    source: 'visits',
    expression: 'sum(last_at - first_at)',
    merge: 'sum',
    inRollups: 'seconds',
  },
  visitPageviews: {
    source: 'visits',
    expression: 'sum(pageviews)',
    merge: 'sum',
    inRollups: 'pageviews',
  },
  visitEvents: { source: 'visits', expression: 'sum(events)', merge: 'sum', inRollups: 'events' },
  pageviews: {
    source: 'views',
    expression: `countIf(${isView})`,
    merge: 'sum',
    inRollups: 'pageviews',
    inHours: 'pageviews',
  },
  events: { source: 'views', expression: "countIf(type = 'custom')", merge: 'sum', inHours: 'events' },
  pageVisitors: {
    source: 'views',
    expression: distinctState('cityHash64(visitor_id)', isView),
    merge: 'distinct',
    inRollups: 'visitors',
  },
  pageVisits: { source: 'views', expression: distinctState(session, isView), merge: 'distinct' },
  conversions: { source: 'goals', expression: 'count()', merge: 'sum' },
  converters: { source: 'goals', expression: distinctState('cityHash64(visitor_id)'), merge: 'distinct' },
  goalValue: { source: 'goals', expression: 'sum(value)', merge: 'sum' },
  audience: { source: 'audience', expression: distinctState('visitor'), merge: 'distinct' },
  clicks: { source: 'acts', expression: 'sum(clicks)', merge: 'sum' },
  leads: { source: 'acts', expression: 'sum(leads)', merge: 'sum' },
  payments: { source: 'acts', expression: 'sum(paid)', merge: 'sum' },
  customers: {
    source: 'acts',
    expression: distinctState('customer', 'paid > 0 and customer > 0'),
    merge: 'distinct',
  },
  gross: { source: 'acts', expression: 'sum(gross)', merge: 'money' },
  refunds: { source: 'acts', expression: 'sum(refunds)', merge: 'money' },
  commissions: { source: 'acts', expression: 'sum(commissions)', merge: 'money' },
  fees: { source: 'acts', expression: 'sum(fees)', merge: 'money' },
} as const satisfies Record<string, Component>;
export type ComponentName = keyof typeof components;

/** A metric, and what it is reckoned from, in the first of the ways whose sources know the dimensions asked for. */
export interface Metric {
  ways: readonly Way[];
  isMoney?: true;
  /** Nothing, not zero, where there is nothing to divide by. */
  isRatio?: true;
}

interface Way {
  of: readonly ComponentName[];
  /** SQL over the components, each by its name; default: the one there is. */
  as?: string;
}

const count = (...names: ComponentName[]): Metric => ({ ways: names.map((name) => ({ of: [name] })) });
const money = (of: readonly ComponentName[], as?: string): Metric => ({
  ways: [as === undefined ? { of } : { of, as }],
  isMoney: true,
});
const ratio = (of: readonly ComponentName[], over: string, under: string, digits: number): Metric => ({
  isRatio: true,
  ways: [{ of, as: `if(${under} = 0, null, round(toFloat64(${over}) / ${under}, ${digits}))` }],
});
const share = (part: ComponentName, ...wholes: ComponentName[]): Metric => ({
  isRatio: true,
  ways: wholes.flatMap((whole) => ratio([part, whole], `100 * ${part}`, whole, 2).ways),
});

/** The catalogue of metrics: what a report may count. A new one is a row here and a word in the contract. */
export const metrics: Readonly<Record<ReportMetric, Metric>> = {
  visitors: count('visitors', 'pageVisitors'),
  visits: count('visits', 'pageVisits'),
  // By when it happened; by what a visit brought with it, they are the visit's.
  pageviews: count('pageviews', 'visitPageviews'),
  events: count('events', 'visitEvents'),
  bounce_rate: share('bounces', 'visits'),
  visit_duration: ratio(['seconds', 'visits'], 'seconds', 'visits', 1),
  pages_per_visit: ratio(['visitPageviews', 'visits'], 'visitPageviews', 'visits', 2),
  conversions: count('conversions'),
  converters: count('converters'),
  goal_rate: share('converters', 'visitors', 'audience'),
  goal_value_cents: count('goalValue'),
  clicks: count('clicks'),
  leads: count('leads'),
  customers: count('customers'),
  payments: count('payments'),
  gross_revenue_cents: money(['gross']),
  net_revenue_cents: money(['gross', 'refunds'], 'gross - refunds'),
  refunds_cents: money(['refunds']),
  average_order_value_cents: { ...ratio(['gross', 'payments'], 'gross', 'payments', 0), isMoney: true },
  revenue_per_visitor_cents: {
    ...ratio(['gross', 'refunds', 'visitors'], '(gross - refunds)', 'visitors', 0),
    isMoney: true,
  },
  ltv_cents: {
    ...ratio(['gross', 'refunds', 'customers'], '(gross - refunds)', 'customers', 0),
    isMoney: true,
  },
  commissions_cents: money(['commissions']),
  fees_cents: money(['fees']),
  lead_rate: share('leads', 'visitors'),
  conversion_rate: share('customers', 'visitors'),
  lead_conversion_rate: share('customers', 'leads'),
};

/** What a component of several pieces comes to. */
export function mergedOf(name: ComponentName): string {
  switch ((components[name] as Component).merge) {
    case 'distinct':
      return `${distinct.replace('(14)', 'Merge(14)')}(c_${name})`;
    case 'sum':
      return `sum(c_${name})`;
    case 'money':
      // Converted amounts are exact up to here and rounded once, half to even.
      return `toInt64(roundBankers(sum(c_${name}), 0))`;
  }
}

/** A component that a piece knows nothing of. */
export function nothingOf(name: ComponentName, isConverted: boolean): string {
  const { merge } = components[name] as Component;
  if (merge === 'distinct') return noneDistinct;
  return merge === 'money' && isConverted ? 'toDecimal256(0, 18)' : 'toInt64(0)';
}
