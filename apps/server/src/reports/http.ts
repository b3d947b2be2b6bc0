import { RevenueAnswer, RevenueQuery, revenueDimensions } from '@headwater/contract';
import {
  AppError,
  type ClickHouse,
  type Clock,
  type ManagementPrincipal,
  type Postgres,
  type Route,
  readChoice,
} from '../platform/index.ts';
import {
  type Directory,
  dataRoute,
  getOwnProgram,
  getOwnWebsite,
  listPartnerNames,
} from '../workspaces/index.ts';
import { type BreakdownRow, breakDown, listOtherCurrencies } from './breakdown.ts';
import { readPeriod } from './period.ts';

export interface ReportDeps {
  postgres: Postgres;
  clickhouse: ClickHouse;
  directory: Directory;
  clock: Clock;
  lagSeconds(): Promise<number>;
}

export function reportRoutes(deps: ReportDeps): Route[] {
  return [
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
          const subject = await findSubject(deps, manager, call.query);
          const period = readPeriod(call.query, subject.timeZone, deps.clock.now());
          const scope = { workspaceId: manager.workspaceId, owner: subject.owner, ...period };
          const lagSeconds = await deps.lagSeconds();
          const [rows, otherCurrencies] = await Promise.all([
            breakDown(deps.clickhouse, scope, by, subject.currency),
            listOtherCurrencies(deps.clickhouse, scope, subject.currency),
          ]);
          return {
            rows: by === 'partner' ? await withNames(deps.postgres, manager.workspaceId, rows) : rows,
            currency: subject.currency,
            other_currencies: otherCurrencies,
            lag_seconds: Math.round(lagSeconds * 1000) / 1000,
          };
        },
      },
      deps.directory,
    ),
  ];
}

async function findSubject(deps: ReportDeps, manager: ManagementPrincipal, query: Record<string, unknown>) {
  const { website_id: websiteId, program_id: programId } = query;
  if ((websiteId === undefined) === (programId === undefined)) {
    throw new AppError('invalid_request', 'website_id or program_id is required, and not both');
  }
  if (programId !== undefined) {
    const program = await getOwnProgram(deps.directory, manager, programId);
    return { owner: { programId: program.id }, currency: program.currency, timeZone: 'UTC' };
  }
  const website = await getOwnWebsite(deps.directory, manager, websiteId);
  return { owner: { websiteId: website.id }, currency: website.currency, timeZone: website.timezone };
}

async function withNames(
  postgres: Postgres,
  workspaceId: number,
  rows: readonly BreakdownRow[],
): Promise<(BreakdownRow & { name?: string })[]> {
  const ids = rows.filter((row) => row.key !== '').map((row) => Number(row.key));
  const names = await listPartnerNames(postgres, workspaceId, ids);
  return rows.map((row) => {
    const name = names.get(Number(row.key));
    return name === undefined ? row : { ...row, name };
  });
}
