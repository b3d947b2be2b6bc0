import type {
  FilterOperator,
  ReportDimension,
  ReportFilter,
  ReportMetric,
  TimeDimension,
} from '@headwater/contract';
import type { GoalRule } from '../goals/index.ts';

/** Whose events. Test events are never among them. */
export interface Owner {
  workspaceId: number;
  of: { websiteId: string } | { programId: number };
}

/** First instant inside and first one outside. */
export interface Period {
  from: Date;
  before: Date;
}

/** What is asked, read and found to make sense. */
export interface Question {
  owner: Owner;
  period: Period;
  timeZone: string;
  metrics: readonly ReportMetric[];
  dimensions: readonly ReportDimension[];
  filters: readonly ReportFilter[];
  orderBy: readonly { by: ReportMetric | ReportDimension; direction: 'asc' | 'desc' }[];
  limit: number;
  offset: number;
  money: Money;
  /** The partner's group, by partner; read only where a group is asked for. */
  groups: ReadonlyMap<number, string>;
  /** The website's goals; read only where something of them is asked for. */
  goals?: readonly GoalRule[];
}

/** How amounts are brought into one currency. */
export interface Money {
  currency: string;
  /** What to multiply an amount of a currency and (UTC) day with; missing: it cannot be converted and is left out. */
  factors: readonly { currency: string; day: string; factor: string }[];
  /** Other currencies than the report's occur: amounts are converted. Else nothing needs to be. */
  isConverted: boolean;
  /** Leave everything in other currencies out, payments too. */
  onlyOwn?: boolean;
}

/** The dimensions of filters, however deep. */
export function dimensionsOf(filters: readonly ReportFilter[]): ReportDimension[] {
  return filters.flatMap((filter) => {
    if ('and' in filter) return dimensionsOf(filter.and);
    if ('or' in filter) return dimensionsOf(filter.or);
    return [filter.dimension];
  });
}

export type { FilterOperator, ReportDimension, ReportFilter, ReportMetric, TimeDimension };
