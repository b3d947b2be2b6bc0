import { SimulateAnswer, SimulateRequest } from '@headwater/contract';
import { type Clock, type Postgres, type Route, reader } from '../platform/index.ts';
import { type Directory, dataRoute, getOwnProgram } from '../workspaces/index.ts';
import { simulateProgram } from './simulate-program.ts';

const simulateReader = reader(SimulateRequest);

export function simulateRoutes(deps: { postgres: Postgres; clock: Clock; directory: Directory }): Route[] {
  return [
    dataRoute(
      {
        method: 'POST',
        path: '/api/v1/programs/:id/simulate',
        scope: 'program:read',
        tag: 'Groups and policies',
        summary: 'What would other terms, model or window have paid? Changes nothing',
        refuses: ['group_not_found'],
        body: SimulateRequest,
        answer: SimulateAnswer,
        status: 200,
        async handle(call, manager) {
          const program = await getOwnProgram(deps.directory, manager, call.params.id);
          return simulateProgram(deps, program, simulateReader.read(call.body));
        },
      },
      deps.directory,
    ),
  ];
}
