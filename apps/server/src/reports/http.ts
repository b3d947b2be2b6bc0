import { RevenueAnswer, RevenueQuery, revenueDimensions } from '@headwater/contract';
import { AppError, type Route, readChoice } from '../platform/index.ts';
import { dataRoute } from '../workspaces/index.ts';
import type { ReportDeps } from './deps.ts';
import { queryRoutes } from './http-query.ts';
import { reportRevenue } from './revenue.ts';
import { findSubject } from './subject.ts';
import { trackingRoutes } from './tracking/http.ts';

export function reportRoutes(deps: ReportDeps): Route[] {
  return [
    ...queryRoutes(deps),
    ...trackingRoutes(deps),
    dataRoute(
      {
        method: 'GET',
        path: '/api/v1/reports/revenue',
        scope: 'dashboard:view',
        tag: 'Reports',
        summary: 'Where revenue comes from',
        query: RevenueQuery,
        answer: RevenueAnswer,
        status: 200,
        async handle(call, manager) {
          const by = readChoice(call.query, 'by', revenueDimensions);
          if (by === undefined) throw new AppError('invalid_request', 'by is invalid');
          return reportRevenue(deps, await findSubject(deps, manager, call.query), by, call.query);
        },
      },
      deps.directory,
    ),
  ];
}
