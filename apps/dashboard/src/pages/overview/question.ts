import type { QueryRequest, ReportDimension, ReportFilter } from '@headwater/contract';
import { useSearch } from '@tanstack/react-router';
import { daysBetween, daysOf, type Search, toReportFilters } from '../../shell/search.ts';
import type { Subject } from '../../shell/session.ts';
import { dimensionsOf } from './askable.ts';
import { useSegments } from './segments.tsx';

/** What every question of this page has in common. */
export function baseOf(subject: Subject, search: Search): Omit<QueryRequest, 'metrics'> {
  const filters = toReportFilters(search.f);
  return {
    ...subject.key,
    ...daysOf(search, subject.timeZone),
    ...(filters.length > 0 ? { filters } : {}),
    ...(search.segment ? { segment: search.segment } : {}),
  };
}

export function compareOf(search: Search): Pick<QueryRequest, 'compare'> {
  const compare = search.compare ?? 'previous_period';
  return compare === 'none' ? {} : { compare };
}

/** Points on the time axis: enough to see a form, few enough to see each. */
export function intervalOf(search: Search, timeZone: string): 'hour' | 'day' | 'week' | 'month' {
  const { from, to } = daysOf(search, timeZone);
  const days = daysBetween(from, to);
  if (days <= 2) return 'hour';
  if (days <= 100) return 'day';
  return days <= 400 ? 'week' : 'month';
}

/** By what the page is filtered, the segment's own filters among it. */
export function useAsked(subject: Subject): ReportDimension[] {
  const { f, segment } = useSearch({ strict: false }) as Search;
  const { data } = useSegments(subject);
  const kept = data?.find(({ name }) => name.toLowerCase() === segment?.toLowerCase());
  return [...dimensionsOf(toReportFilters(f)), ...dimensionsOf(kept?.filters as ReportFilter[] | undefined)];
}
