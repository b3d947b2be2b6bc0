import { Integration, Readiness, ReadinessQuery, TestChain } from '@headwater/contract';
import Type from 'typebox';
import {
  AppError,
  type Broadcast,
  type Call,
  eventStream,
  invariant,
  ok,
  type Route,
} from '../platform/index.ts';
import { dataRoute, getOpenProgram, getOwnProgram, type Program } from '../workspaces/index.ts';
import type { ProgramKey, ReadinessDeps } from './deps.ts';
import { type ReadDeps, readIntegration } from './read-readiness.ts';

const tag = 'Readiness';
const isAgain = (call: Call) => call.query.force_recheck === 'true';

export function readinessRoutes(
  deps: ReadinessDeps & ReadDeps & { verify(program: Program): Promise<TestChain> },
  broadcast: Broadcast<ProgramKey>,
): Route[] {
  const { directory } = deps;
  return [
    {
      ...{ method: 'GET', path: '/api/v1/programs/me/readiness', tag },
      summary: 'Which gates of the token’s program pass, and what to do next',
      access: { kind: 'program' },
      errors: 'readiness',
      failure: 'Failed to compute readiness. Retry shortly.',
      query: ReadinessQuery,
      answers: { 200: Readiness },
      async handle(call) {
        const { principal } = call;
        invariant(principal.kind === 'program', 'the route is called with a program token');
        const program = await directory.findProgram(principal.programId);
        if (program === undefined) throw new AppError('invalid_token');
        const look = isAgain(call) ? 'again' : 'lately';
        return ok((await readIntegration(deps, program, { look })).readiness);
      },
    },
    dataRoute(
      {
        ...{ method: 'GET', path: '/api/v1/programs/:id/readiness', scope: 'program:read', tag },
        summary: 'The same for who manages the program, with what has arrived and the latest verification',
        query: ReadinessQuery,
        answer: Integration,
        status: 200,
        async handle(call, manager) {
          const program = await getOwnProgram(directory, manager, call.params.id);
          return readIntegration(deps, program, { look: isAgain(call) ? 'again' : 'lately' });
        },
      },
      directory,
    ),
    dataRoute(
      {
        ...{ method: 'POST', path: '/api/v1/programs/:id/test-chains', scope: 'program:update', tag },
        summary: 'Verify: a click, a lead and a sale by the production code, kept as test rows; ten an hour',
        answer: TestChain,
        refuses: ['conflict', 'code_taken'],
        status: 201,
        handle: async (call, manager) =>
          deps.verify(await getOpenProgram(directory, manager, call.params.id)),
      },
      directory,
    ),
    streamRoute(deps, broadcast),
  ];
}

function streamRoute({ directory }: ReadinessDeps, broadcast: Broadcast<ProgramKey>): Route {
  const programOf = (call: Call, principal: Call['principal']) => {
    invariant(principal.kind === 'management', 'the stream is asked for with a management key');
    return getOwnProgram(directory, principal, call.params.id);
  };
  return {
    ...{ method: 'GET', path: '/api/v1/programs/:id/readiness/stream', tag },
    summary: 'The same, told again when something arrives or changes: server-sent events',
    access: { kind: 'management', scope: 'program:read' },
    errors: 'coded',
    failure: 'Readiness could not be read',
    stream: 'text/event-stream',
    answers: {
      200: Type.String({
        description:
          'each message `event: integration`, its data what `GET /api/v1/programs/{id}/readiness` answers within `data`',
      }),
    },
    async handle(call) {
      const program = await programOf(call, call.principal);
      const isAllowed = async () => (await programOf(call, await call.principalNow())).id === program.id;
      return eventStream(
        await broadcast.listen({ workspaceId: program.workspaceId, id: program.id }, isAllowed),
      );
    },
  };
}
