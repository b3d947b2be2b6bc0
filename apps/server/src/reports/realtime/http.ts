import { RealtimeAnswer, RealtimeQuery } from '@headwater/contract';
import Type from 'typebox';
import {
  type Broadcast,
  type Call,
  eventStream,
  invariant,
  type Principal,
  type Route,
} from '../../platform/index.ts';
import { dataRoute } from '../../workspaces/index.ts';
import type { ReportDeps } from '../deps.ts';
import { readSubject, type Subject } from '../subject.ts';
import { readRealtime } from './read-realtime.ts';

const tag = 'Reports';
const scope = 'dashboard:view';

export function realtimeRoutes(deps: ReportDeps, broadcast: Broadcast<Subject>): Route[] {
  const { directory } = deps;
  const subjectOf = (principal: Principal, query: Call['query']): Promise<Subject> => {
    invariant(principal.kind === 'management', 'a report is asked for with a management key');
    return readSubject(directory, principal, query);
  };
  return [
    dataRoute(
      {
        ...{ method: 'GET', path: '/api/v1/reports/realtime', scope, tag },
        summary: 'The last 30 minutes',
        query: RealtimeQuery,
        answer: RealtimeAnswer,
        status: 200,
        handle: async (call, manager) => readRealtime(deps, await subjectOf(manager, call.query)),
      },
      directory,
    ),
    {
      ...{ method: 'GET', path: '/api/v1/reports/realtime/stream', tag },
      summary: 'The last 30 minutes, told again when something changes: server-sent events',
      access: { kind: 'management', scope },
      errors: 'coded',
      failure: 'Report failed',
      stream: 'text/event-stream',
      query: RealtimeQuery,
      answers: {
        200: Type.String({
          description:
            'each message `event: realtime`, its data what `GET /api/v1/reports/realtime` answers within `data`; a comment where nothing changes',
        }),
      },
      async handle(call) {
        const subject = await subjectOf(call.principal, call.query);
        const isAllowed = async () => {
          const now = await subjectOf(await call.principalNow(), call.query);
          return JSON.stringify(now) === JSON.stringify(subject);
        };
        return eventStream(await broadcast.listen(subject, isAllowed));
      },
    },
  ];
}
