/**
 * Partners as people: what a partner who is signed in sees and does, how others come in, and who of a partner signs in.
 * Promises that a partner is answered what is theirs and nothing that names a customer, another partner or the program's own
 * affairs. No rule about money of its own: figures are those of the rooms below.
 */
import type { Route } from '../platform/index.ts';
import { createApplyLimit } from './apply-limit.ts';
import type { PortalDeps } from './deps.ts';
import { accessRoutes } from './http-access.ts';
import { applicationRoutes } from './http-applications.ts';
import { joinRoutes } from './http-join.ts';
import { mineRoutes } from './http-mine.ts';
import { moneyRoutes } from './http-money.ts';
import { taxRoutes } from './http-tax.ts';

export type { PortalDeps } from './deps.ts';
export { forgetOfPortal } from './forget-people.ts';

export function portalRoutes(deps: PortalDeps): Route[] {
  return [
    ...mineRoutes(deps),
    ...moneyRoutes(deps),
    ...taxRoutes(deps),
    ...joinRoutes(deps, createApplyLimit(deps.clock)),
    ...applicationRoutes(deps),
    ...accessRoutes(deps),
  ];
}
