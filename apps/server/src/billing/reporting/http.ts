import { ReportingTotals, StatementQuery, TotalsQuery } from '@headwater/contract';
import type { Postgres, Route } from '../../platform/index.ts';
import { type Directory, dataRoute, getOwnProgram } from '../../workspaces/index.ts';
import { getStatementTotals, getTotals } from './read-totals.ts';

export function reportingRoutes(deps: { postgres: Postgres; directory: Directory }): Route[] {
  const { postgres, directory } = deps;
  const shared = { method: 'GET', scope: 'program:read', answer: ReportingTotals, status: 200 } as const;
  return [
    dataRoute(
      {
        ...shared,
        path: '/api/v1/programs/:id/totals',
        tag: 'Exchange rates',
        summary: 'Balances, revenue and invoices over all currencies, in the program’s own by dated rates',
        query: TotalsQuery,
        refuses: ['partner_not_found'],
        handle: async (call, manager) =>
          getTotals(postgres, await getOwnProgram(directory, manager, call.params.id), call.query),
      },
      directory,
    ),
    dataRoute(
      {
        ...shared,
        path: '/api/v1/programs/:id/partners/:partner_id/statement/totals',
        tag: 'Exchange rates',
        summary: 'What a partner’s statement adds up to, in the program’s own currency by dated rates',
        query: StatementQuery,
        handle: async (call, manager) => {
          const program = await getOwnProgram(directory, manager, call.params.id);
          return getStatementTotals(postgres, program, call.params.partner_id, call.query);
        },
      },
      directory,
    ),
  ];
}
