import {
  CliChainRefusal,
  CliInitialized,
  CliInitRequest,
  CliProgram,
  CliStatus,
  CliStatusQuery,
  CliTestChain,
  CliTestEvent,
  CliTestEventRequest,
  dataOf,
  PlainRefusal,
  type TestChain,
} from '@headwater/contract';
import Type from 'typebox';
import {
  AppError,
  type Call,
  createTurns,
  invariant,
  type LoginPrincipal,
  ok,
  type Route,
  reader,
  smallId,
} from '../platform/index.ts';
import { openSetUp, type Program } from '../workspaces/index.ts';
import { actorOf, initProgram } from './init-program.ts';
import { toCliProgram } from './program-line.ts';
import { listProgramLines } from './queries.ts';
import { readStatus } from './read-status.ts';
import { sendTestEvent, type TestEventDeps } from './send-test-event.ts';

export interface CliDeps extends TestEventDeps {
  /** The synthetic chain of a program. */
  verify(program: Program): Promise<TestChain>;
}

const tag = 'Command line';
const initReader = reader(CliInitRequest);
const testReader = reader(CliTestEventRequest);

export function cliRoutes(deps: CliDeps): Route[] {
  const setUp = openSetUp(deps);
  const inTurn = createTurns();
  const { postgres, clock } = deps;
  return [
    {
      ...{ method: 'POST', path: '/api/v1/cli/init', tag },
      summary: 'Create a program with terms; its tracking token is answered once',
      access: { kind: 'login' },
      errors: 'plain',
      failure: 'Program could not be created',
      body: CliInitRequest,
      answers: { 200: dataOf(CliInitialized) },
      refuses: ['missing_permission'],
      handle: async (call) =>
        ok({
          // It holds a connection while it takes another: many at once would wait for each other.
          data: await inTurn('init', () =>
            initProgram({ postgres, setUp }, loginOf(call), initReader.read(call.body)),
          ),
        }),
    },
    {
      ...{ method: 'GET', path: '/api/v1/cli/programs', tag },
      summary: 'List the programs of the login’s workspace',
      access: { kind: 'login' },
      errors: 'plain',
      failure: 'Programs could not be listed',
      answers: { 200: dataOf(Type.Array(CliProgram)) },
      refuses: ['missing_permission'],
      async handle(call) {
        const { workspaceId } = actorOf(loginOf(call), 'program:list');
        const lines = await listProgramLines(postgres, workspaceId, clock.now());
        return ok({ data: lines.map(toCliProgram) });
      },
    },
    {
      ...{ method: 'GET', path: '/api/v1/cli/status', tag },
      summary: 'How the token’s program is doing',
      access: { kind: 'program' },
      errors: 'plain',
      failure: 'Status could not be read',
      query: CliStatusQuery,
      answers: { 200: dataOf(CliStatus) },
      refuses: ['program_not_found'],
      async handle(call) {
        const program = await programOf(deps, call);
        const named = call.query.program_id;
        if (named !== undefined && named !== '' && smallId(named) !== program.id)
          throw new AppError('program_not_found');
        return ok({ data: await readStatus(deps, program) });
      },
    },
    {
      ...{ method: 'POST', path: '/api/v1/cli/test-event', tag },
      summary: 'Send one test event, or run the synthetic chain',
      access: { kind: 'program' },
      errors: 'plain',
      failure: 'Test event failed',
      body: CliTestEventRequest,
      answers: {
        200: Type.Union([dataOf(CliTestChain), dataOf(CliTestEvent)]),
        429: Type.Union([CliChainRefusal, PlainRefusal]),
      },
      refuses: ['program_not_found', 'code_taken'],
      async handle(call) {
        const program = await programOf(deps, call);
        const { type, event_type: eventType } = testReader.read(call.body);
        if (type === 'chain') return ok({ data: await answerChain(deps, program) });
        if (eventType === undefined) throw new AppError('invalid_request', 'event_type is invalid');
        return ok({ data: await sendTestEvent(deps, program, eventType) });
      },
    },
  ];
}

function loginOf({ principal }: Call): LoginPrincipal {
  invariant(principal.kind === 'login', 'the route is called with a login token');
  return principal;
}

async function programOf({ directory }: CliDeps, { principal }: Call): Promise<Program> {
  invariant(principal.kind === 'program', 'the route is called with a program token');
  const program = await directory.findProgram(principal.programId);
  if (program === undefined) throw new AppError('program_not_found');
  return program;
}

async function answerChain(deps: CliDeps, program: Program) {
  const chain = await deps.verify(program).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'rate_limited') throw error;
    // Its clients read an object here (contract §11).
    const { message, retryAfterSeconds } = error;
    throw new AppError('rate_limited', message, {
      ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
      details: {
        error: { status: 429, code: 'rate_limited', message, retry_after_seconds: retryAfterSeconds },
      },
    });
  });
  return {
    type: 'chain',
    short_code: chain.short_code,
    customer_key: chain.customer_key,
    verdict: chain.verdict,
    attributed: chain.attributed,
  };
}
