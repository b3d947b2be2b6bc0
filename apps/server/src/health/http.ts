import { Health } from '@headwater/contract';
import type { Route } from '../platform/index.ts';
import { type Directory, dataRoute } from '../workspaces/index.ts';
import { type ReadDeps, readHealth } from './read-health.ts';

export function healthRoutes(deps: ReadDeps & { directory: Directory }): Route[] {
  return [
    dataRoute(
      {
        ...{ method: 'GET', path: '/api/v1/health', scope: 'program:update', tag: 'Health' },
        summary: 'What arrives, waits, was dropped and why; engines and disk',
        answer: Health,
        status: 200,
        handle: (_call, { workspaceId }) => readHealth(deps, workspaceId),
      },
      deps.directory,
    ),
  ];
}
