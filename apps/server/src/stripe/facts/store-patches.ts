import type { Transaction } from '../../platform/index.ts';
import { type ClickBook, type Identifier, identifiersIn } from '../identity/identifiers.ts';
import { collectSaid } from '../wanted/said.ts';
import { mergeFacts, mergePayer } from './merge.ts';
import { noFacts, type ObjectPatch } from './object-facts.ts';
import * as queries from './queries.ts';

/** The objects and payers that an event speaks of. */
export function namesIn(patches: readonly ObjectPatch[]): queries.Names {
  return {
    ids: [...new Set(patches.flatMap((patch) => [patch.id, ...patch.links]))],
    payers: [...new Set(patches.flatMap(({ payer }) => payer ?? []))],
  };
}

/**
 * Adds what events say to what is known. On return nobody else is at work on anything that belongs to the same
 * payments or the same people: every name among them is locked until the transaction ends. All of them are looked for
 * before the first one is locked, so that two events which meet wait for each other and not in a circle.
 */
export async function storePatches(
  trx: Transaction,
  clicks: ClickBook,
  world: queries.World,
  patches: readonly ObjectPatch[],
): Promise<queries.Names> {
  const named = {
    ...namesIn(patches),
    identifiers: world.livemode ? await identifiersIn(clicks, collectSaid(patches)) : [],
  };
  const cluster = await lockCluster(trx, world, named);
  await queries.saveLinks(
    trx,
    world,
    patches.flatMap(({ id, links }) => links.map((link) => [id, link] as const)),
  );
  const found = await queries.findObjects(
    trx,
    world,
    patches.map(({ id }) => id),
  );
  const known = new Map(found.map((object) => [object.id, object]));
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
  return cluster;
}

/**
 * Locks a cluster whose members become known by looking. When another event has made it larger while we waited, everything
 * is let go and taken again: names are only ever taken all at once and in one order, so nobody waits in a circle.
 */
async function lockCluster(
  trx: Transaction,
  world: queries.World,
  named: { ids: readonly string[]; payers: readonly string[]; identifiers: readonly Identifier[] },
): Promise<queries.Names> {
  const identifiers = named.identifiers.map(({ kind, value }) => `${kind} ${value}`);
  const look = () => queries.findNames(trx, world, named);
  const names = new Set(identifiers);
  let cluster = await look();
  for (;;) {
    for (const name of [...cluster.ids, ...cluster.payers]) names.add(name);
    await trx.query('savepoint cluster');
    await queries.lockNames(trx, world, [...names]);
    cluster = await look();
    if ([...cluster.ids, ...cluster.payers].every((name) => names.has(name))) return cluster;
    await trx.query('rollback to savepoint cluster');
  }
}
