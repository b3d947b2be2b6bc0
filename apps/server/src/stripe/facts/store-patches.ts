import type { Transaction } from '../../platform/index.ts';
import { mergeFacts, mergePayer } from './merge.ts';
import { noFacts, type ObjectPatch } from './object-facts.ts';
import * as queries from './queries.ts';

/**
 * Adds what an event says to what is known. On return nobody else is at work on anything that belongs to the same
 * payments: every name among them is locked until the transaction ends. Returns all of these names.
 */
export async function storePatches(
  trx: Transaction,
  world: queries.World,
  patches: readonly ObjectPatch[],
): Promise<{ ids: string[]; payers: string[] }> {
  const named = [...new Set(patches.flatMap((patch) => [patch.id, ...patch.links]))];
  const payers = patches.flatMap(({ payer }) => payer ?? []);
  const locked = await lockFamily(trx, world, named, payers, new Set());
  await queries.saveLinks(
    trx,
    world,
    patches.flatMap(({ id, links }) => links.map((link) => [id, link] as const)),
  );
  const known = new Map(
    (
      await queries.findObjects(
        trx,
        world,
        patches.map(({ id }) => id),
      )
    ).map((object) => [object.id, object]),
  );
  for (const { id, kind, payer, subscription, facts } of patches) {
    const before = known.get(id);
    known.set(id, {
      id,
      kind: before?.kind ?? kind,
      payer: mergePayer(before?.payer ?? null, payer, id),
      subscription: before?.subscription ?? subscription,
      facts: mergeFacts(before?.facts ?? noFacts, facts),
    });
  }
  await queries.saveObjects(trx, world, [...known.values()]);
  const merged = [...known.values()].flatMap(({ payer }) => payer ?? []);
  return lockFamily(trx, world, named, [...payers, ...merged], locked.names);
}

interface Locked {
  ids: string[];
  payers: string[];
  names: Set<string>;
}

/** Locks a family whose members become known by looking: again, until looking finds nobody new. */
async function lockFamily(
  trx: Transaction,
  world: queries.World,
  named: readonly string[],
  payers: readonly string[],
  held: ReadonlySet<string>,
): Promise<Locked> {
  const names = new Set(held);
  for (;;) {
    const relatives = await queries.listRelatives(trx, world, named);
    const ids = relatives.map(({ id }) => id);
    const own = [...new Set([...payers, ...relatives.flatMap(({ payer }) => payer ?? [])])];
    const missing = [...ids, ...own].filter((name) => !names.has(name));
    if (missing.length === 0) return { ids, payers: own, names };
    await queries.lockNames(trx, world, missing);
    for (const name of missing) names.add(name);
  }
}
