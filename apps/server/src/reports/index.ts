/**
 * Questions put to ClickHouse: one query built from a catalogue of metrics and a catalogue of dimensions; a new report is
 * a row. What people did: attribution models over paths to payment, journeys, funnels, cohorts. And the comparison of the
 * two stores.
 */
import { createBroadcast, type Route } from '../platform/index.ts';
import { annotationRoutes } from './annotations/index.ts';
import { cohortRoutes } from './cohorts/http.ts';
import type { ReportDeps } from './deps.ts';
import { funnelRoutes } from './funnels/http.ts';
import { goalRoutes } from './goals/index.ts';
import { modelRoutes } from './paths/http.ts';
import { journeyRoutes } from './paths/http-journeys.ts';
import { readRealtime, realtimeRoutes } from './realtime/index.ts';
import type { Subject } from './subject.ts';

export type { ReportDeps } from './deps.ts';
export { reportRoutes } from './http.ts';
export { readRequest } from './query/read-question.ts';
export { runQuery } from './query/run-query.ts';
export { type Difference, reconcile, reconcileAll } from './reconcile.ts';
export { keepRollups, mendRollups, renameSessions } from './rollups/index.ts';

/** The reports of people and their paths, what they should reach, and what happened meanwhile. */
export function peopleRoutes(deps: ReportDeps): Route[] {
  return [
    ...modelRoutes(deps),
    ...journeyRoutes(deps),
    ...funnelRoutes(deps),
    ...cohortRoutes(deps),
    ...goalRoutes(deps),
    ...annotationRoutes(deps),
  ];
}

/** What happens now. `close` ends the streams that are listened to. */
export function openRealtime(deps: ReportDeps): { routes: Route[]; close(): void } {
  const broadcast = createBroadcast({
    event: 'realtime',
    read: (subject: Subject) => readRealtime(deps, subject),
    changing: ({ at: _at, lag_seconds: _lag, ...state }) => state,
  });
  return { routes: realtimeRoutes(deps, broadcast), close: () => broadcast.close() };
}
