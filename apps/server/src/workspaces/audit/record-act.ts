import type { Principal, Sql } from '../../platform/index.ts';
import * as queries from './queries.ts';

/** What somebody did. Never with a secret, nor an email address, in it: an entry is there for ever. */
export interface Act {
  /** `<thing>.<verb>`, as in `policy.add`. */
  act: string;
  /** Null where it concerns the workspace. */
  programId: number | null;
  /** What was changed, as in `partner 7`. */
  subject: string;
  reason?: string | undefined;
  /** What it was changed to. */
  details?: Readonly<Record<string, unknown>> | undefined;
}

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
      return `key ${principal.keyId}`;
    case 'program':
      return `token of program ${principal.programId}`;
    case 'website':
      return `token of website ${principal.websiteId}`;
  }
}
