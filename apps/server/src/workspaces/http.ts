import type { Route } from '../platform/index.ts';
import { auditRoutes } from './audit/http.ts';
import { groupRoutes } from './http-groups.ts';
import { keyRoutes } from './http-keys.ts';
import { partnerRoutes } from './http-partners.ts';
import { programRoutes } from './http-programs.ts';
import { websiteRoutes } from './http-websites.ts';
import { openSetUp, type SetUpDeps } from './set-up.ts';

/**
 * The set-up routes (contract §12a) and the two of the management API that need no session (§12). They only parse,
 * call and answer, and are spread over a file per noun because there are many of them.
 */
export function workspaceRoutes(deps: SetUpDeps): Route[] {
  const setUp = openSetUp(deps);
  return [
    ...programRoutes(setUp),
    ...partnerRoutes(setUp),
    ...groupRoutes(setUp),
    ...websiteRoutes(setUp),
    ...keyRoutes(setUp),
    ...auditRoutes(deps),
  ];
}
