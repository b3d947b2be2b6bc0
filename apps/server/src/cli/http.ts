import { lookup } from 'node:dns/promises';
import {
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
  SaleRequest,
  type TestChain,
} from '@headwater/contract';
import Type from 'typebox';
import { recordTestLead } from '../customers/index.ts';
import { type FeeSettings, readTestSale, recordTestPayment } from '../payments/index.ts';
import {
  AppError,
  type Call,
  createTurns,
  dayMs,
  invariant,
  type LoginPrincipal,
  ok,
  type Route,
  reader,
  smallId,
} from '../platform/index.ts';
import { countRecent, findSetUp } from '../readiness/index.ts';
import { type ClickDeps, type DigestAddress, recordTestClick } from '../touches/index.ts';
import { openSetUp, type Program, type SetUpDeps } from '../workspaces/index.ts';
import { actorOf, initProgram } from './init-program.ts';
import { toCliProgram } from './program-line.ts';
import { countProgram, listProgramLines } from './queries.ts';

export interface CliDeps extends SetUpDeps {
  fees: FeeSettings;
  click: ClickDeps;
  digestAddress: DigestAddress;
  /** The synthetic chain of a program. */
  verify(program: Program): Promise<TestChain>;
}

const tag = 'Command line';
const initReader = reader(CliInitRequest);
const testReader = reader(CliTestEventRequest);
const saleReader = reader(SaleRequest);
const refusals = { 400: PlainRefusal, 401: PlainRefusal, 403: PlainRefusal, 404: PlainRefusal };

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
      answers: { 200: dataOf(CliInitialized), ...refusals },
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
      answers: { 200: dataOf(Type.Array(CliProgram)), ...refusals },
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
      answers: { 200: dataOf(CliStatus), ...refusals },
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
        ...refusals,
        429: Type.Object({}, { additionalProperties: true }),
      },
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

async function readStatus({ postgres, clock }: CliDeps, program: Program) {
  const now = clock.now();
  const [setUp, recent, counts, hasAddress] = await Promise.all([
    findSetUp(postgres, program, now),
    countRecent(postgres, program, new Date(now.getTime() - dayMs)),
    countProgram(postgres, program.workspaceId, program.id),
    resolves(program.domain),
  ]);
  return {
    ...{ program_id: program.id, name: program.name, domain: program.domain, dns_verified: hasAddress },
    stripe_connected: setUp.stripe?.isConnected ?? false,
    stripe_charges_enabled: (setUp.stripe?.isConnected && setUp.stripe.chargesEnabled) || false,
    recent_events: { clicks_24h: recent.clicks, leads_24h: recent.leads, sales_24h: recent.sales },
    active_partners: counts.activePartners,
    pending_commissions: counts.pendingCommissions,
  };
}

const dnsPatienceMs = 1500;

/** A resolver that does not answer in time has no address for us. */
async function resolves(domain: string): Promise<boolean> {
  const late = new Promise<boolean>((done) => setTimeout(() => done(false), dnsPatienceMs).unref());
  const found = lookup(domain).then(
    () => true,
    () => false,
  );
  return Promise.race([found, late]);
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

async function sendTestEvent(deps: CliDeps, program: Program, kind: 'click' | 'lead' | 'sale') {
  const id = await sendOne(deps, program, kind);
  return {
    ...{ event_type: kind, event_id: String(id), received: true, attributed: false },
    message: `Test ${kind} event recorded`,
  };
}

/** By the same doors as test mode of the tracking routes (contract §4). */
async function sendOne(
  deps: CliDeps,
  program: Program,
  kind: 'click' | 'lead' | 'sale',
): Promise<number | bigint> {
  switch (kind) {
    case 'click': {
      const url = `https://${program.domain}/`;
      return (await recordTestClick(deps.click, { affiliate_url: url }, program.id)).eventId;
    }
    case 'lead':
      return recordTestLead(deps, program, {});
    case 'sale': {
      const fact = readTestSale(deps.hasher, program, saleReader, {}, null, deps.clock.now());
      return (await recordTestPayment(deps, fact)).paymentId;
    }
  }
}
