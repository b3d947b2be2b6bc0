import type { TestChain } from '@headwater/contract';
import { AppError, createBroadcast, createTurns, type Route } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { ProgramKey, ReadinessDeps } from './deps.ts';
import { readinessRoutes } from './http.ts';
import { readIntegration } from './read-readiness.ts';
import { runChain } from './run-chain.ts';

export interface ReadinessRoom {
  routes: Route[];
  /** Runs the synthetic chain of a program (run-chain.ts); one at a time, whoever asks. */
  verify(program: Program): Promise<TestChain>;
  /** Ends the streams that are listened to. */
  close(): void;
}

export function openReadiness(deps: ReadinessDeps): ReadinessRoom {
  const inTurn = createTurns();
  const reading = { ...deps, inTurn };
  // A chain holds a connection, and those of one program wait for each other: many at once would take all of them.
  const verify = (program: Program) => inTurn('chain', () => runChain(deps, program));
  const broadcast = createBroadcast({
    event: 'integration',
    // Whoever waits for a check to turn green looks at the page.
    everyMs: 2000,
    async read({ id }: ProgramKey) {
      const program = await deps.directory.findProgram(id);
      if (program === undefined) throw new AppError('program_not_found');
      return readIntegration(reading, program, { look: 'not' });
    },
    changing: ({ readiness, ...rest }) => {
      const { checked_at: _, ...tracking } = readiness.gates.tracking;
      return { ...rest, readiness: { ...readiness, gates: { ...readiness.gates, tracking } } };
    },
  });
  return {
    routes: readinessRoutes({ ...reading, verify }, broadcast),
    verify,
    close: () => broadcast.close(),
  };
}
