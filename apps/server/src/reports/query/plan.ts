import type { ReportDimension, ReportMetric } from '@headwater/contract';
import { AppError } from '../../platform/index.ts';
import { dimensions, expressionOf, isTime, type Source } from './dimensions.ts';
import { type Component, type ComponentName, components, metrics } from './metrics.ts';
import { dimensionsOf, type Question } from './question.ts';

/** A metric as this question reckons it. */
export interface PlannedMetric {
  name: ReportMetric;
  of: readonly ComponentName[];
  as: string;
}

export interface Plan {
  metrics: readonly PlannedMetric[];
  /** What each source has to count. */
  bySource: ReadonlyMap<Source, readonly ComponentName[]>;
}

/**
 * Chooses for each metric the first way whose sources know every dimension that is asked or filtered by. Refuses what no
 * way can answer: a payment is of no page, a visit of no product.
 */
export function planOf(question: Pick<Question, 'metrics' | 'dimensions' | 'filters'>): Plan {
  const asked = [...new Set([...question.dimensions, ...dimensionsOf(question.filters)])];
  const planned = question.metrics.map((name) => planMetric(name, asked));
  const bySource = new Map<Source, ComponentName[]>();
  for (const { of } of planned) {
    for (const name of of) {
      const { source } = components[name];
      const known = bySource.get(source) ?? [];
      if (!known.includes(name)) bySource.set(source, [...known, name]);
    }
  }
  return { metrics: planned, bySource };
}

function planMetric(name: ReportMetric, asked: readonly ReportDimension[]): PlannedMetric {
  for (const { of, as } of metrics[name].ways) {
    const fits = of.every((component) =>
      asked.every((dimension) => expressionOf(dimension, components[component].source) !== undefined),
    );
    if (!fits) continue;
    // Page views are the visit's as soon as anything is asked that a visit brought with it.
    const isOfVisit = of.some((component) => component === 'pageviews' || component === 'events');
    if (isOfVisit && asked.some((one) => !isTime(one)) && !asked.includes('page')) continue;
    return { name, of, as: as ?? (of[0] as string) };
  }
  const culprit = asked.find((dimension) =>
    metrics[name].ways.every(({ of }) =>
      of.some((component) => expressionOf(dimension, components[component].source) === undefined),
    ),
  );
  throw new AppError(
    'invalid_request',
    culprit === undefined
      ? `${name} cannot be asked by ${asked.join(', ')} together`
      : `${name} cannot be asked by ${culprit}`,
  );
}

/** Which table of sums may answer, and by what. */
export type Shortcut =
  | { kind: 'rollups'; dimension: ReportDimension | ''; grains: readonly ('hour' | 'day' | 'month')[] }
  | { kind: 'hours' };

/** The quickest table that holds the answer of a source; undefined: only the events themselves do. */
export function shortcutOf(
  question: Pick<Question, 'dimensions' | 'filters' | 'timeZone' | 'period'>,
  source: Source,
  names: readonly ComponentName[],
  isWholeHours: boolean,
): Shortcut | undefined {
  if (source !== 'visits' && source !== 'views') return undefined;
  const filtered = dimensionsOf(question.filters);
  if (filtered.some(isTime)) return undefined;
  const time = question.dimensions.find(isTime);
  const keys = [...new Set([...question.dimensions.filter((one) => !isTime(one)), ...filtered])];
  const [key] = keys;
  const wanted = names.map((name) => components[name] as Component);
  if (source === 'views' && key === undefined) {
    const isCounted = wanted.every(({ inHours }) => inHours !== undefined);
    return isCounted && isWholeHours ? { kind: 'hours' } : undefined;
  }
  if (keys.length > 1 || wanted.some(({ inRollups }) => inRollups === undefined)) return undefined;
  if (key !== undefined) {
    const entry = isTime(key) ? undefined : dimensions[key];
    // What is rolled up of visits says nothing of page views, and the other way round.
    const rolledSource = entry?.visits === undefined ? 'views' : 'visits';
    if (entry?.isRolledUp !== true || rolledSource !== source) return undefined;
  }
  const by = { kind: 'rollups', dimension: key ?? '' } as const;
  if (time === undefined) return { ...by, grains: ['month', 'day'] };
  if (question.timeZone === 'UTC' && time !== 'hour') return { ...by, grains: ['day'] };
  return key === undefined && isWholeHours ? { ...by, grains: ['hour'] } : undefined;
}
