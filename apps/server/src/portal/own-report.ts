import type { PortalReport, ReportMetric } from '@headwater/contract';
import { AppError, dayMs, readChoice, readRange } from '../platform/index.ts';
import { readRequest, runQuery } from '../reports/index.ts';
import type { PortalDeps } from './deps.ts';
import type { Mine } from './own-program.ts';
import { timeZoneOf } from './own-programs.ts';

const metrics = [
  'clicks',
  'leads',
  'customers',
  'payments',
  'net_revenue_cents',
  'commissions_cents',
] as const satisfies readonly ReportMetric[];

/** A day's rows of three years at most: what a curve can show. */
const longestMs = 3 * 366 * dayMs;

/** What came of one partner's links over time: the report of the program, of that partner alone. */
export async function reportOfPartner(
  deps: PortalDeps,
  { program, partnerId }: Mine,
  query: Readonly<Record<string, unknown>>,
): Promise<PortalReport> {
  const by = readChoice(query, 'by', ['day', 'week', 'month']) ?? 'day';
  const { from, before } = readRange(query);
  if (from === undefined) throw new AppError('invalid_request', 'from is required');
  if (before === undefined) throw new AppError('invalid_request', 'to is required');
  if (before <= from) throw new AppError('invalid_request', 'to is invalid');
  if (before.getTime() - from.getTime() > longestMs)
    throw new AppError('invalid_request', 'to is invalid: a report covers three years at most');
  const timeZone = await timeZoneOf(deps, program);
  const owner = { workspaceId: program.workspaceId, of: { programId: program.id } };
  const subject = { owner, currency: program.currency, timeZone };
  const asked = {
    ...{ from: query.from, to: query.to, metrics: [...metrics], limit: 2000 },
    filters: [{ dimension: 'partner', operator: 'is', values: [String(partnerId)] }],
  };
  const [rows, sums] = await Promise.all([
    runQuery(deps, subject, readRequest({ ...asked, dimensions: [by] }, null)),
    // Distinct customers do not add up.
    runQuery(deps, subject, readRequest(asked, null)),
  ]);
  return {
    totals: figuresOf(sums.rows[0]?.metrics),
    rows: rows.rows.map((row) => ({ key: row.dimensions[by] ?? '', ...figuresOf(row.metrics) })),
    currency: rows.currency,
    time_zone: rows.time_zone,
  };
}

function figuresOf(found: Readonly<Record<string, number | null>> | undefined): PortalReport['totals'] {
  const of = (metric: (typeof metrics)[number]) => Math.round(found?.[metric] ?? 0);
  return {
    clicks: of('clicks'),
    leads: of('leads'),
    customers: of('customers'),
    payments: of('payments'),
    revenue_cents: of('net_revenue_cents'),
    commissions_cents: of('commissions_cents'),
  };
}
