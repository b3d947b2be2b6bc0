import type { Transaction } from '../../platform/index.ts';
import { findClicks, type KnownClick } from '../../touches/index.ts';
import type { Program } from '../../workspaces/index.ts';

/** What identifies somebody, under one name whoever says it. */
export interface Identifier {
  kind: 'email' | 'key' | 'browser' | 'web';
  value: string;
}

/** The clicks of a program, each looked up once. */
export interface ClickBook {
  find(clickIds: readonly string[]): Promise<Map<string, KnownClick>>;
}

export function openClickBook(trx: Transaction, program: Program): ClickBook {
  const asked = new Set<string>();
  const known = new Map<string, KnownClick>();
  return {
    async find(clickIds) {
      const missing = [...new Set(clickIds)].filter((id) => !asked.has(id));
      if (missing.length > 0) {
        for (const id of missing) asked.add(id);
        for (const click of await findClicks(trx, program.workspaceId, missing)) {
          if (click.programId === program.id) known.set(click.clickId, click);
        }
      }
      return new Map(clickIds.flatMap((id) => [[id, known.get(id)] as const]).filter(isKnown));
    },
  };
}

function isKnown(entry: readonly [string, KnownClick | undefined]): entry is readonly [string, KnownClick] {
  return entry[1] !== undefined;
}

/**
 * The identifiers among what was said. Clicks stand for the browsers that they were made with: two clicks of one browser
 * are one person's, or those of two who share it.
 */
export async function identifiersIn(
  clicks: ClickBook,
  said: { clicks: readonly string[]; emails: readonly { hash: string }[]; keys: readonly string[] },
): Promise<Identifier[]> {
  const found = await clicks.find(said.clicks);
  return [
    ...said.emails.map(({ hash }): Identifier => ({ kind: 'email', value: hash })),
    ...said.keys.map((value): Identifier => ({ kind: 'key', value })),
    ...[...found.values()].flatMap(({ visitor, webVisitor }): Identifier[] => [
      { kind: 'browser', value: visitor },
      ...(webVisitor === null ? [] : [{ kind: 'web' as const, value: webVisitor }]),
    ]),
  ];
}
