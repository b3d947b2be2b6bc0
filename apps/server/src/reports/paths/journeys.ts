import type { ClickHouse } from '../../platform/index.ts';
import { wide } from '../../platform/index.ts';
import { type Ends, endsParams, journeysSql, linksSql } from './journeys-sql.ts';
import type { PathScope } from './path-scope.ts';
import { pathParams } from './path-sql.ts';
import { readValues } from './read-paths.ts';

export interface Sums {
  payments: number;
  revenue: bigint;
}

/** Names of touches; null: none of the most frequent values. */
type Key = string | null;

export interface Journeys {
  values: readonly string[];
  paths: (Sums & { touches: Key[] })[];
  others: Sums & { paths: number };
  untouched: Sums;
  totals: Sums;
  /** From one touch to the next, `step` touches before the payment; the payment itself has step 0. */
  links: (Sums & { step: number; source: Key; target: Key })[];
}

/** Of a drawing more would be a thicket. */
const drawnValues = 12;

/** The most frequent paths to payment, and how they flow together. */
export async function listJourneys(
  clickhouse: ClickHouse,
  scope: PathScope,
  { limit, depth, ...ends }: { limit: number; depth: number } & Ends,
): Promise<Journeys> {
  const values = await readValues(clickhouse, scope);
  // What was asked for by name is drawn by name.
  const drawn = values.filter(
    (value, index) => index < drawnValues || value === ends.first || value === ends.last,
  );
  type PathRow = { numbers: number[]; payments: string; revenue: string } & Record<`all_${string}`, string>;
  type LinkRow = { step: number; source: number; target: number; payments: string; revenue: string };
  const [paths, links] = await Promise.all([
    clickhouse.rows<PathRow>(journeysSql(scope, limit, ends), {
      ...pathParams(scope, values),
      ...endsParams(ends, values),
    }),
    clickhouse.rows<LinkRow>(linksSql(scope, depth, ends), {
      ...pathParams(scope, drawn),
      ...endsParams(ends, drawn),
    }),
  ]);
  const sums = (row: { payments: string; revenue: string } | undefined): Sums => ({
    payments: Number(row?.payments ?? 0),
    revenue: wide(row?.revenue ?? 0),
  });
  const [any] = paths;
  const totals = sums(any && { payments: any.all_payments ?? '0', revenue: any.all_revenue ?? '0' });
  const untouched = sums(paths.find(({ numbers }) => numbers.length === 0));
  const shown = paths.filter(({ numbers }) => numbers.length > 0).slice(0, limit);
  const left = shown.reduce(
    (rest, row) => ({
      payments: rest.payments - Number(row.payments),
      revenue: rest.revenue - wide(row.revenue),
    }),
    { payments: totals.payments - untouched.payments, revenue: totals.revenue - untouched.revenue },
  );
  const allPaths = Number(any?.all_paths ?? 0);
  return {
    values,
    paths: shown.map((row) => ({
      ...sums(row),
      touches: row.numbers.map((number) => values[number - 1] ?? null),
    })),
    others: { ...left, paths: allPaths - shown.length },
    untouched,
    totals,
    links: links.map((row) => ({
      ...sums(row),
      step: row.step,
      source: drawn[row.source - 1] ?? null,
      target: row.step === 1 ? null : (drawn[row.target - 1] ?? null),
    })),
  };
}
