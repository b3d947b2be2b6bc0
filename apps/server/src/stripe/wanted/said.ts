import type { ObjectKind } from '../facts/object-facts.ts';
import type { StoredObject } from '../facts/queries.ts';
import { valuesSaid } from '../read/said.ts';

/** What was said of who pays, each list in the order in which it is asked. */
export interface Said {
  clicks: string[];
  emails: { hash: string; masked: string }[];
  keys: string[];
  codes: string[];
  programs: string[];
  /** Metadata names that came without a value. */
  blanks: string[];
}

// Where the program's keys may sit, in the order in which they are read (contract §7).
const sources: readonly ObjectKind[] = ['session', 'invoice', 'subscription', 'intent', 'charge', 'customer'];

export function collectSaid(objects: readonly Pick<StoredObject, 'id' | 'kind' | 'facts'>[]): Said {
  const inOrder = sources.flatMap((kind) =>
    objects.filter((object) => object.kind === kind).sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const all = (kind: Parameters<typeof valuesSaid>[1]) => [
    ...new Set(inOrder.flatMap(({ facts }) => valuesSaid(facts.said, kind))),
  ];
  return {
    clicks: all('click'),
    emails: all('email').map((text) => {
      const [hash = '', masked = ''] = text.split(' ');
      return { hash, masked };
    }),
    keys: all('key'),
    codes: all('code'),
    programs: all('program'),
    blanks: all('blank'),
  };
}

/** Whether anything said names a person or partner. */
export function saysWho({ clicks, keys, codes }: Said): boolean {
  return clicks.length + keys.length + codes.length > 0;
}
