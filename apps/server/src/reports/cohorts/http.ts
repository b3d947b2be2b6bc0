import { CohortsAnswer, CohortsQuery } from '@headwater/contract';
import { AppError, type Route } from '../../platform/index.ts';
import { dataRoute } from '../../workspaces/index.ts';
import type { ReportDeps } from '../deps.ts';
import { readSubject } from '../subject.ts';
import { type Cohorts, readCohorts } from './cohorts.ts';

const maxMonths = 60;

export function cohortRoutes(deps: ReportDeps): Route[] {
  return [
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/reports/cohorts',
        scope: 'dashboard:view',
        tag: 'Reports',
        summary: 'Revenue and retention by the month of sign-up',
        query: CohortsQuery,
        answer: CohortsAnswer,
        status: 200,
        async handle(call, manager) {
          const { query } = call;
          const subject = await readSubject(deps.directory, manager, query);
          const current = monthIn(subject.timeZone, deps.clock.now());
          const last = Math.min(readMonth('to', query.to) ?? current, current);
          const first = readMonth('from', query.from) ?? last - 11;
          if (first > last) throw new AppError('invalid_request', 'to is invalid');
          if (last - first >= maxMonths) {
            throw new AppError('invalid_request', `from is invalid: at most ${maxMonths} months at once`);
          }
          const lagSeconds = await deps.lagSeconds();
          const cohorts = await readCohorts(deps.clickhouse, subject, { first, last });
          return {
            cohorts: toAnswer(cohorts, first, last, current),
            time_zone: subject.timeZone,
            lag_seconds: Math.round(lagSeconds * 1000) / 1000,
          };
        },
      },
      deps.directory,
    ),
  ];
}

/** Years × 12 + month from `2026-01` (of a day or an instant the month counts); 400 `<name> is invalid`. */
function readMonth(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const [, year, month] = (typeof value === 'string' && /^(\d{4})-(\d{2})(?:-\d{2})?$/.exec(value)) || [];
  const isMonth = Number(year) >= 1970 && Number(month) >= 1 && Number(month) <= 12;
  if (!isMonth) throw new AppError('invalid_request', `${name} is invalid`);
  return Number(year) * 12 + Number(month) - 1;
}

function monthIn(timeZone: string, at: Date): number {
  const [year, month] = new Intl.DateTimeFormat('en-CA', { timeZone }).format(at).split('-');
  return Number(year) * 12 + Number(month) - 1;
}

const nameOf = (month: number) =>
  `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;

function toAnswer({ sizes, paying, cells }: Cohorts, first: number, last: number, current: number) {
  return numbers(first, last).map((cohort) => {
    const customers = sizes.get(cohort) ?? 0;
    return {
      month: nameOf(cohort),
      customers,
      months: numbers(cohort, current).map((month) => {
        const count = paying.get(`${cohort} ${month}`) ?? 0;
        const revenue = cells.filter((cell) => cell.cohort === cohort && cell.month === month);
        return {
          month: month - cohort,
          paying: count,
          retention: customers === 0 ? 0 : Math.round((count / customers) * 1e6) / 1e6,
          revenue: revenue.map((cell) => ({
            currency: cell.currency,
            revenue_cents: Number(cell.revenue),
            refunded_cents: Number(cell.refunded),
          })),
        };
      }),
    };
  });
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
