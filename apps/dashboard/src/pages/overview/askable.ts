import type { ReportDimension, ReportFilter, ReportMetric } from '@headwater/contract';

/**
 * Not everything goes together: a payment is on no page and a visit is of no product. The server refuses such a question;
 * here it is not asked, and the page says so.
 */
const unknownToMoney: readonly ReportDimension[] = ['exit_page', 'page', 'goal'];
const unknownToVisits: readonly ReportDimension[] = ['product', 'plan', 'currency', 'goal'];
// Page views by themselves know the page and what each of them carries.
const besidePage: readonly ReportDimension[] = [
  ...(['page', 'country', 'region', 'city', 'device', 'browser', 'os'] as const),
  ...(['hour', 'day', 'week', 'month'] as const),
];

const ofVisits: readonly ReportMetric[] = ['visitors', 'visits', 'pageviews'];
const ofBoth: readonly ReportMetric[] = ['conversion_rate', 'revenue_per_visitor_cents'];

/** The first of the dimensions that a metric cannot be asked by; undefined: it can. */
export function obstacle(
  metric: ReportMetric,
  dimensions: readonly ReportDimension[],
): ReportDimension | undefined {
  const isOfBoth = ofBoth.includes(metric);
  const asksVisits = isOfBoth || ofVisits.includes(metric);
  if (asksVisits) {
    const unknown = dimensions.find((one) => unknownToVisits.includes(one));
    if (unknown) return unknown;
    if (dimensions.includes('page')) {
      const other = dimensions.find((one) => !besidePage.includes(one));
      if (other) return 'page';
    }
  }
  return isOfBoth || !asksVisits ? dimensions.find((one) => unknownToMoney.includes(one)) : undefined;
}

/** Every dimension that filters ask about. */
export function dimensionsOf(filters: readonly ReportFilter[] = []): ReportDimension[] {
  return filters.flatMap((filter) =>
    'dimension' in filter ? [filter.dimension] : dimensionsOf('and' in filter ? filter.and : filter.or),
  );
}
