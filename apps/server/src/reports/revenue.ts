import type { RevenueAnswer, RevenueDimension } from '@headwater/contract';
import type { Static } from 'typebox';
import { listPartnerNames } from '../workspaces/index.ts';
import type { ReportDeps } from './deps.ts';
import { readPeriod } from './period.ts';
import { answer } from './query/answer.ts';
import { findConversion } from './query/convert.ts';
import type { Question } from './query/question.ts';
import type { Subject } from './query/run-query.ts';

const maxRows = 1000;

/**
 * Where revenue comes from: a question put to the catalogue like any other, in the words of the contract. Nothing is
 * converted here; what came in other currencies is told beside the rows.
 */
export async function reportRevenue(
  deps: ReportDeps,
  { owner, currency, timeZone }: Subject,
  by: RevenueDimension,
  query: { from?: unknown; to?: unknown },
): Promise<Static<typeof RevenueAnswer>> {
  const period = readPeriod(query, timeZone, deps.clock.now());
  const groups = new Map<number, string>();
  const question: Question = {
    ...{ owner, period, timeZone, groups, filters: [], dimensions: [by] },
    metrics: ['visitors', 'visits', 'payments', 'gross_revenue_cents', 'refunds_cents', 'commissions_cents'],
    orderBy: [
      { by: 'gross_revenue_cents', direction: 'desc' },
      { by: 'visits', direction: 'desc' },
    ],
    ...{ limit: maxRows, offset: 0 },
    money: { currency, factors: [], isConverted: false, onlyOwn: true },
  };
  const lagSeconds = await deps.lagSeconds();
  const [found, { currencies }] = await Promise.all([
    answer(deps.clickhouse, question),
    findConversion(deps, { owner, period, timeZone, groups, filters: [] }, currency),
  ]);
  const names =
    by === 'partner'
      ? await listPartnerNames(
          deps.postgres,
          owner.workspaceId,
          found.flatMap(({ dimensions: { partner } }) => (partner ? [Number(partner)] : [])),
        )
      : new Map<number, string>();
  return {
    rows: found.map(({ dimensions, metrics }) => {
      const key = dimensions[by] as string;
      const name = names.get(Number(key));
      return {
        key,
        ...(name === undefined ? {} : { name }),
        visitors: metrics.visitors as number,
        visits: metrics.visits as number,
        payments: metrics.payments as number,
        revenue_cents: metrics.gross_revenue_cents as number,
        refunded_cents: metrics.refunds_cents as number,
        commission_cents: metrics.commissions_cents as number,
      };
    }),
    currency,
    other_currencies: currencies
      .filter((one) => one.currency !== currency && one.payments !== 0)
      .map((one) => ({
        currency: one.currency,
        payments: one.payments,
        revenue_cents: one.gross_revenue_cents,
      })),
    lag_seconds: Math.round(lagSeconds * 1000) / 1000,
  };
}
