import type { Principal, Sql } from '../../platform/index.ts';
import type { Act } from './act.ts';
import * as queries from './queries.ts';

/**
 * Writes an act into the workspace's audit log, in the act's own transaction: both are on disk or neither. Last in it,
 * since acts of one workspace wait for each other from here to the commit.
 */
export function recordAct(
  trx: Sql,
  actor: { workspaceId: number; name: string },
  act: Act,
  now: Date,
): Promise<void> {
  return queries.insertAct(trx, { ...act, workspaceId: actor.workspaceId, actor: actor.name, at: now });
}

/** How the audit log names whom a request came from. */
export function actorName(principal: Exclude<Principal, { kind: 'nobody' }>): string {
  switch (principal.kind) {
    case 'management':
      return `${principal.holder.kind} ${principal.holder.id}`;
    case 'login':
      return `person ${principal.personNumber}`;
    case 'partner':
      return `person ${principal.personId}`;
    case 'program':
      return `token of program ${principal.programId}`;
    case 'website':
      return `token of website ${principal.websiteId}`;
  }
}
