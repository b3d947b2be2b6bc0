import type { Cohorts } from '../../client/insight.ts';

/** What the address of the cohorts tells. */
export interface CohortSearch {
  show?: Shown;
  months?: number;
}

export const shownNames = {
  retention: 'Who pays',
  revenue: 'Revenue',
  value: 'Value of a customer so far',
} as const;
export type Shown = keyof typeof shownNames;

export function readCohortSearch(raw: Record<string, unknown>): CohortSearch {
  const show = (Object.keys(shownNames) as Shown[]).find((one) => one === raw.show);
  const months = Number(raw.months);
  return {
    ...(show ? { show } : {}),
    ...(Number.isInteger(months) && months >= 1 && months <= 60 ? { months } : {}),
  };
}

type Cohort = Cohorts['cohorts'][number];

/**
 * A row of the grid: of all customers the part that paid (0 to 1), net revenue of the month, or net revenue a customer up to and
 * with the month; amounts in minor units of one currency.
 */
export function valuesOf({ customers, months }: Cohort, show: Shown, currency: string): (number | null)[] {
  const net = months.map(({ revenue }) => {
    const own = revenue.find((one) => one.currency === currency);
    return (own?.revenue_cents ?? 0) - (own?.refunded_cents ?? 0);
  });
  if (show === 'revenue') return net;
  if (show === 'retention') return months.map(({ retention }) => (customers === 0 ? null : retention));
  let sum = 0;
  return net.map((one) => {
    sum += one;
    return customers === 0 ? null : sum / customers;
  });
}

/** The same of all cohorts that are as old, each customer with the same weight. */
export function togetherOf(cohorts: readonly Cohort[], show: Shown, currency: string): (number | null)[] {
  const rows = cohorts.map((cohort) => valuesOf(cohort, show, currency));
  const longest = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: longest }, (_, month) => {
    let whole = 0;
    let sum = 0;
    for (const [index, row] of rows.entries()) {
      const value = row[month];
      const customers = cohorts[index]?.customers ?? 0;
      if (value === undefined || value === null) continue;
      sum += show === 'revenue' ? value : value * customers;
      whole += customers;
    }
    return show === 'revenue' ? sum : whole === 0 ? null : sum / whole;
  });
}
