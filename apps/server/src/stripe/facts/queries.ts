import { statement, type Transaction } from '../../platform/index.ts';
import type { ObjectFacts, ObjectKind } from './object-facts.ts';

/** Whose facts: a program's, of live mode or of test mode. The two never meet. */
export interface World {
  workspaceId: number;
  programId: number;
  livemode: boolean;
}

/** An object as it is kept. */
export interface StoredObject {
  id: string;
  kind: ObjectKind;
  payer: string | null;
  subscription: string | null;
  facts: ObjectFacts;
}

const lock = statement(
  'stripe.lock',
  `select pg_advisory_xact_lock(key) from (
     select distinct hashtextextended('stripe ' || $1 || ' ' || name, 0) as key from unnest($2::text[]) as name order by key
   ) keys`,
);

/** Two events that touch one of these names wait for each other; in one order everywhere. */
export async function lockNames(trx: Transaction, world: World, names: readonly string[]): Promise<void> {
  if (names.length > 0) await trx.query(lock, [String(world.programId), names]);
}

const relatives = statement(
  'stripe.list_relatives',
  `with recursive family(id) as (
     select unnest($4::text[])
     union
     select l.b from family f
     join stripe_links l on l.workspace_id = $1 and l.program_id = $2 and l.livemode = $3 and l.a = f.id
   )
   select f.id, o.payer from family f
   left join stripe_objects o on o.workspace_id = $1 and o.program_id = $2 and o.livemode = $3 and o.id = f.id`,
);

/** Everything that is part of the same payments as these objects, and who pays them. */
export function listRelatives(
  trx: Transaction,
  world: World,
  ids: readonly string[],
): Promise<{ id: string; payer: string | null }[]> {
  return trx.query(relatives, [world.workspaceId, world.programId, world.livemode, ids]);
}

const find = statement(
  'stripe.find_objects',
  `select id, kind, payer, subscription, facts from stripe_objects
   where workspace_id = $1 and program_id = $2 and livemode = $3 and id = any($4::text[])`,
);

export function findObjects(trx: Transaction, world: World, ids: readonly string[]): Promise<StoredObject[]> {
  return trx.query(find, [world.workspaceId, world.programId, world.livemode, ids]);
}

const save = statement(
  'stripe.save_objects',
  `insert into stripe_objects (workspace_id, program_id, livemode, id, kind, payer, subscription, facts)
   select $1, $2, $3, o.id, o.kind, o.payer, o.subscription, o.facts::json
   from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as o(id, kind, payer, subscription, facts)
   on conflict (workspace_id, program_id, livemode, id) do update set payer = excluded.payer,
     subscription = excluded.subscription, facts = excluded.facts`,
);

export async function saveObjects(
  trx: Transaction,
  world: World,
  objects: readonly StoredObject[],
): Promise<void> {
  await trx.query(save, [
    world.workspaceId,
    world.programId,
    world.livemode,
    objects.map(({ id }) => id),
    objects.map(({ kind }) => kind),
    objects.map(({ payer }) => payer),
    objects.map(({ subscription }) => subscription),
    objects.map(({ facts }) => JSON.stringify(facts)),
  ]);
}

const linkBoth = statement(
  'stripe.link',
  `insert into stripe_links (workspace_id, program_id, livemode, a, b)
   select $1, $2, $3, l.a, l.b from unnest($4::text[], $5::text[]) as l(a, b)
   on conflict do nothing`,
);

export async function saveLinks(
  trx: Transaction,
  world: World,
  links: readonly (readonly [string, string])[],
): Promise<void> {
  if (links.length === 0) return;
  const both = links.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
  await trx.query(linkBoth, [
    world.workspaceId,
    world.programId,
    world.livemode,
    both.map(([a]) => a),
    both.map(([, b]) => b),
  ]);
}

const ofPayers = statement(
  'stripe.list_of_payers',
  `with recursive family(id) as (
     select id from stripe_objects
     where workspace_id = $1 and program_id = $2 and livemode = $3 and payer = any($4::text[])
     union
     select unnest($5::text[])
     union
     select l.b from family f
     join stripe_links l on l.workspace_id = $1 and l.program_id = $2 and l.livemode = $3 and l.a = f.id
   )
   select o.id, o.kind, o.payer, o.subscription, o.facts,
     array(select l.b from stripe_links l
           where l.workspace_id = $1 and l.program_id = $2 and l.livemode = $3 and l.a = f.id order by l.b) as links,
     f.id as "familyId"
   from family f
   left join stripe_objects o on o.workspace_id = $1 and o.program_id = $2 and o.livemode = $3 and o.id = f.id`,
);

/** An object with its links; `object` is null when it is only known by name. */
export interface LinkedObject {
  id: string;
  links: string[];
  object: StoredObject | null;
}

/** All that is known of these payers, and of these objects. */
export async function listObjectsOfPayers(
  trx: Transaction,
  world: World,
  payers: readonly string[],
  ids: readonly string[],
): Promise<LinkedObject[]> {
  const rows = await trx.query<Partial<StoredObject> & { links: string[]; familyId: string }>(ofPayers, [
    world.workspaceId,
    world.programId,
    world.livemode,
    payers,
    ids,
  ]);
  return rows.map(({ familyId, links, ...object }) => ({
    id: familyId,
    links,
    object: object.facts === undefined || object.facts === null ? null : (object as StoredObject),
  }));
}

const saveIdentifierRows = statement(
  'stripe.save_identifiers',
  `insert into stripe_identifiers (workspace_id, program_id, payer, kind, value)
   select $1, $2, i.payer, i.kind, i.value from unnest($3::text[], $4::text[], $5::text[]) as i(payer, kind, value)
   on conflict do nothing`,
);

/** What identifies a payer. */
export interface PayerIdentifier {
  payer: string;
  kind: string;
  value: string;
}

export async function saveIdentifiers(
  trx: Transaction,
  world: World,
  identifiers: readonly PayerIdentifier[],
): Promise<void> {
  if (identifiers.length === 0) return;
  await trx.query(saveIdentifierRows, [
    world.workspaceId,
    world.programId,
    identifiers.map(({ payer }) => payer),
    identifiers.map(({ kind }) => kind),
    identifiers.map(({ value }) => value),
  ]);
}

const cluster = statement(
  'stripe.list_cluster',
  `with recursive cluster(payer) as (
     select unnest($3::text[])
     union
     select i.payer from unnest($4::text[], $5::text[]) as said(kind, value)
     join stripe_identifiers i on i.workspace_id = $1 and i.program_id = $2 and i.kind = said.kind and i.value = said.value
     union
     select other.payer from cluster c
     join stripe_identifiers own on own.workspace_id = $1 and own.program_id = $2 and own.payer = c.payer
     join stripe_identifiers other on other.workspace_id = $1 and other.program_id = $2 and other.kind = own.kind
       and other.value = own.value
   )
   select payer from cluster order by payer`,
);

/** These payers, those of whom the same was said, and everybody who shares an identifier with them, directly or through others. */
export async function listCluster(
  trx: Transaction,
  world: World,
  payers: readonly string[],
  said: readonly { kind: string; value: string }[],
): Promise<string[]> {
  if (payers.length + said.length === 0) return [];
  const rows = await trx.query<{ payer: string }>(cluster, [
    world.workspaceId,
    world.programId,
    payers,
    said.map(({ kind }) => kind),
    said.map(({ value }) => value),
  ]);
  return rows.map(({ payer }) => payer);
}

const settledOf = statement(
  'stripe.find_settled',
  `select root, print from stripe_settled
   where workspace_id = $1 and program_id = $2 and livemode = $3 and root = any($4::text[])`,
);

/** In which words the books were asked for these payments last. */
export async function findSettled(
  trx: Transaction,
  world: World,
  roots: readonly string[],
): Promise<Map<string, string>> {
  const rows = await trx.query<{ root: string; print: string }>(settledOf, [
    world.workspaceId,
    world.programId,
    world.livemode,
    roots,
  ]);
  return new Map(rows.map(({ root, print }) => [root, print]));
}

const saveSettledRows = statement(
  'stripe.save_settled',
  `insert into stripe_settled (workspace_id, program_id, livemode, root, print)
   select $1, $2, $3, s.root, s.print from unnest($4::text[], $5::text[]) as s(root, print)
   on conflict (workspace_id, program_id, livemode, root) do update set print = excluded.print`,
);

export async function saveSettled(
  trx: Transaction,
  world: World,
  settled: readonly { root: string; print: string }[],
): Promise<void> {
  if (settled.length === 0) return;
  await trx.query(saveSettledRows, [
    world.workspaceId,
    world.programId,
    world.livemode,
    settled.map(({ root }) => root),
    settled.map(({ print }) => print),
  ]);
}
