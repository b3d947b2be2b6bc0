import { AppError, createBroadcast, type Route } from '../platform/index.ts';
import type { ProgramKey, ReadinessDeps } from './deps.ts';
import { readinessRoutes } from './http.ts';
import { readIntegration } from './read-readiness.ts';

/** `close` ends the streams that are listened to. */
export function openReadiness(deps: ReadinessDeps): { routes: Route[]; close(): void } {
  const broadcast = createBroadcast({
    event: 'integration',
    // Whoever waits for a check to turn green looks at the page.
    everyMs: 1000,
    async read({ id }: ProgramKey) {
      const program = await deps.directory.findProgram(id);
      if (program === undefined) throw new AppError('program_not_found');
      return readIntegration(deps, program, { look: 'not' });
    },
    changing: ({ readiness, ...rest }) => {
      const { checked_at: _, ...tracking } = readiness.gates.tracking;
      return { ...rest, readiness: { ...readiness, gates: { ...readiness.gates, tracking } } };
    },
  });
  return { routes: readinessRoutes(deps, broadcast), close: () => broadcast.close() };
}
