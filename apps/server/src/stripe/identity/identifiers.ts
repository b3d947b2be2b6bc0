import type { Transaction } from '../../platform/index.ts';
import { findClicks } from '../../touches/index.ts';
import type { Program } from '../../workspaces/index.ts';

/** What identifies somebody, under one name whoever says it. */
export interface Identifier {
  kind: 'email' | 'key' | 'browser' | 'web';
  value: string;
}

/**
 * The identifiers among what was said. Clicks stand for the browsers that they were made with: two clicks of one browser
 * are one person's, or those of two who share it.
 */
export async function identifiersIn(
  trx: Transaction,
  program: Program,
  said: { clicks: readonly string[]; emails: readonly { hash: string }[]; keys: readonly string[] },
): Promise<Identifier[]> {
  const ids = [...new Set(said.clicks)];
  const clicks = ids.length === 0 ? [] : await findClicks(trx, program.workspaceId, ids);
  return [
    ...said.emails.map(({ hash }): Identifier => ({ kind: 'email', value: hash })),
    ...said.keys.map((value): Identifier => ({ kind: 'key', value })),
    ...clicks
      .filter(({ programId }) => programId === program.id)
      .flatMap(({ visitor, webVisitor }): Identifier[] => [
        { kind: 'browser', value: visitor },
        ...(webVisitor === null ? [] : [{ kind: 'web' as const, value: webVisitor }]),
      ]),
  ];
}
