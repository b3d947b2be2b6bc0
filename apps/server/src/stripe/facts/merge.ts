import type { Data, ObjectFacts, Snapshot } from './object-facts.ts';

/**
 * Pure: two views of one object made one. Commutative, associative and idempotent, so facts do not depend on the order,
 * the repetition or the delay of events: the snapshot is a maximum over a total order, the rest minima and maxima by key.
 */
export function mergeFacts(a: ObjectFacts, b: ObjectFacts): ObjectFacts {
  return {
    best: further(a.best, b.best),
    min: mergeBy(a.min, b.min, Math.min),
    max: mergeBy(a.max, b.max, Math.max),
    said: mergeBy(a.said, b.said, Math.min),
  };
}

function further(a: Snapshot | null, b: Snapshot | null): Snapshot | null {
  if (a === null || b === null) return a ?? b;
  if (a.rank !== b.rank) return a.rank > b.rank ? a : b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  // Two events of one second that differ: which one is of no matter, as long as it is always the same one.
  return canonical(a.data) >= canonical(b.data) ? a : b;
}

function canonical(data: Data): string {
  return JSON.stringify(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function mergeBy(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
  choose: (a: number, b: number) => number,
): Record<string, number> {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(
    keys.map((key) => {
      const [one, other] = [a[key], b[key]];
      return [key, one === undefined ? (other as number) : other === undefined ? one : choose(one, other)];
    }),
  );
}

/** Of two payers one is a guest's session that turned out to be a customer's; between two customers the choice is fixed. */
export function mergePayer(a: string | null, b: string | null, id: string): string | null {
  const named = [a, b].filter((one): one is string => one !== null && one !== id).sort();
  return named[0] ?? a ?? b;
}
