import {
  TrackingEventsAnswer,
  TrackingEventsQuery,
  TrackingPerformanceAnswer,
  TrackingPerformanceQuery,
  TrackingStatusAnswer,
} from '@headwater/contract';
import type { TSchema } from 'typebox';
import {
  AppError,
  type Call,
  dayMs,
  invariant,
  ok,
  type Route,
  readChoice,
  type Scope,
} from '../../platform/index.ts';
import { getOwnProgram, type Program } from '../../workspaces/index.ts';
import type { ReportDeps } from '../deps.ts';
import { readDay, reportPerformance } from './performance.ts';
import * as queries from './queries.ts';

/** What the contract names for reading a program's tracking (§10), from PostgreSQL. */
export function trackingRoutes(deps: ReportDeps): Route[] {
  const { postgres, clock } = deps;
  return [
    route(deps, {
      path: 'events',
      scope: 'tracking:list',
      summary: 'Clicks, sign-ups and payments in one list, newest first',
      query: TrackingEventsQuery,
      answer: TrackingEventsAnswer,
      async handle(program, { query }) {
        const page = readNumber(query, 'page', 1, 1_000_000);
        const pageSize = readNumber(query, 'pageSize', 10, 100);
        const kind = readChoice(query, 'eventType', queries.eventKinds);
        const [from, to] = [readDay(query, 'dateFrom'), readDay(query, 'dateTo')];
        const scope = {
          ...{ workspaceId: program.workspaceId, programId: program.id },
          from: from === undefined ? null : new Date(`${from}T00:00:00Z`),
          before: to === undefined ? null : new Date(Date.parse(`${to}T00:00:00Z`) + dayMs),
        };
        const { rows, total } = await queries.listTrackingEvents(postgres, scope, kind, {
          offset: (page - 1) * pageSize,
          limit: pageSize,
        });
        return {
          data: rows.map(({ event_type, id, at, click_id, own }) => ({
            ...{
              id: Number(id),
              event_type,
              timestamp: at.toISOString(),
              createdAt: at.toISOString(),
              click_id,
            },
            ...own,
          })),
          meta: { pagination: { page, pageSize, pageCount: Math.ceil(total / pageSize), total } },
        };
      },
    }),
    route(deps, {
      path: 'performance',
      scope: 'tracking:list',
      summary: 'A program’s days, and how they compare with as many before',
      query: TrackingPerformanceQuery,
      answer: TrackingPerformanceAnswer,
      handle: (program, { query }) => reportPerformance(postgres, program, query, clock.now()),
    }),
    route(deps, {
      path: 'status',
      scope: 'tracking:read',
      summary: 'How far the integration of a program is',
      answer: TrackingStatusAnswer,
      async handle(program) {
        const found = await queries.getTrackingStatus(postgres, program.workspaceId, program.id);
        return { data: statusOf(program, found, clock.now()) };
      },
    }),
  ];
}

interface Spec {
  path: string;
  scope: Scope;
  summary: string;
  query?: TSchema;
  answer: TSchema;
  handle(program: Program, call: Call): Promise<unknown>;
}

function route({ directory }: ReportDeps, spec: Spec): Route {
  return {
    method: 'GET',
    path: `/api/tracking/${spec.path}/:program_id`,
    tag: 'Tracking',
    summary: spec.summary,
    access: { kind: 'management', scope: spec.scope },
    errors: 'plain',
    failure: 'Report failed',
    ...(spec.query ? { query: spec.query } : {}),
    answers: { 200: spec.answer },
    async handle(call) {
      invariant(call.principal.kind === 'management', 'tracking is read with a management key');
      const program = await getOwnProgram(directory, call.principal, call.params.program_id);
      return ok(await spec.handle(program, call));
    },
  };
}

function readNumber(
  query: Readonly<Record<string, unknown>>,
  name: string,
  fallback: number,
  largest: number,
): number {
  const value = query[name];
  if (value === undefined) return fallback;
  const number = typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > largest) throw new AppError('invalid_request', `${name} is invalid`);
  return number;
}

function statusOf(
  program: Program,
  { testClicks, testLeads, stripe, hasPartners }: queries.StatusRow,
  now: Date,
) {
  const latest = (events: queries.StatusRow['testClicks']) => {
    const [first] = events;
    const at = first === undefined ? undefined : new Date(first.at).toISOString();
    return {
      testEventCount: events.length,
      hasTestEvents: events.length > 0,
      latestTestEvent: first === undefined ? null : { id: first.id, timestamp: at, createdAt: at },
    };
  };
  const step = (isDone: boolean) => (isDone ? 'complete' : 'pending');
  return {
    programId: String(program.id),
    stepStatuses: {
      pageview: step(testClicks.length > 0),
      referrals: step(testLeads.length > 0),
      payments: step(stripe !== null),
    },
    statistics: {
      pageview: latest(testClicks),
      referrals: latest(testLeads),
      payments: {
        stripeConnectionStatus: stripe === null ? 'not_connected' : 'connected',
        isStripeConnected: stripe !== null,
        stripeAccountId: stripe?.account ?? null,
        chargesEnabled: stripe?.charges_enabled ?? false,
        payoutsEnabled: stripe?.payouts_enabled ?? false,
        detailsSubmitted: stripe?.details_submitted ?? false,
        connectionDate: stripe === null ? null : new Date(stripe.connected_at).toISOString(),
      },
    },
    hasPartners,
    lastUpdated: now.toISOString(),
  };
}
