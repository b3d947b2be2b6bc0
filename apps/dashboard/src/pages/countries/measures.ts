export const measures = {
  visitors: 'Visitors',
  net_revenue_cents: 'Revenue',
  customers: 'Customers',
} as const;
export type Measure = keyof typeof measures;

/** What the address of the map tells. */
export interface CountrySearch {
  measure?: Measure;
}

export function readCountrySearch(raw: Record<string, unknown>): CountrySearch {
  const measure = (Object.keys(measures) as Measure[]).find((one) => one === raw.measure);
  return measure ? { measure } : {};
}
