import { PartnerStatement, StatementQuery } from '@headwater/contract';
import type { Call, Clock, ManagementPrincipal, Postgres, Route } from '../../platform/index.ts';
import { type Directory, dataRoute, getOwnProgram } from '../../workspaces/index.ts';
import { fileRoute } from '../file-route.ts';
import { getStatement } from './read-statement.ts';
import { statementCsv, statementPdf } from './statement-files.ts';

const tag = 'Payouts';
const path = '/api/v1/programs/:id/partners/:partner_id/statement';

export function statementRoutes(deps: { postgres: Postgres; directory: Directory; clock: Clock }): Route[] {
  const { postgres, directory, clock } = deps;
  const read = async (call: Call, manager: ManagementPrincipal) =>
    getStatement(
      postgres,
      await getOwnProgram(directory, manager, call.params.id),
      call.params.partner_id,
      call.query,
    );
  const shared = { scope: 'program:read', tag, query: StatementQuery } as const;
  return [
    dataRoute(
      {
        ...shared,
        method: 'GET',
        path,
        summary: 'What a partner was owed, earned and was paid in a period',
        answer: PartnerStatement,
        status: 200,
        handle: read,
      },
      directory,
    ),
    fileRoute({
      ...shared,
      path: `${path}/csv`,
      summary: 'A partner’s statement as CSV',
      file: 'text/csv',
      async handle(call, manager) {
        const statement = await read(call, manager);
        return { name: fileName(statement, 'csv'), content: statementCsv(statement) };
      },
    }),
    fileRoute({
      ...shared,
      path: `${path}/pdf`,
      summary: 'A partner’s statement as PDF',
      file: 'application/pdf',
      async handle(call, manager) {
        const statement = await read(call, manager);
        return { name: fileName(statement, 'pdf'), content: await statementPdf(statement, clock.now()) };
      },
    }),
  ];
}

function fileName(statement: PartnerStatement, ending: string): string {
  return `statement-${statement.partner_id}-${statement.from.slice(0, 10)}.${ending}`;
}
