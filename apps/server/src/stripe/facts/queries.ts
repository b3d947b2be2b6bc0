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

// Each step of a walk is a look-up by key: `offset 0` keeps the planner from joining whole tables, which it would do where
// it takes a walk for longer than it ever is.
const linksOf = `cross join lateral (
       select k.b from stripe_links k
       where k.workspace_id = $1 and k.program_id = $2 and k.livemode = $3 and k.a = f.id offset 0) l`;
const sharersOf = `cross join lateral (
       select i.kind, i.value from stripe_identifiers i
       where i.workspace_id = $1 and i.program_id = $2 and i.payer = c.payer offset 0) own
     cross join lateral (
       select i.payer from stripe_identifiers i
       where i.workspace_id = $1 and i.program_id = $2 and i.kind = own.kind and i.value = own.value offset 0) other`;

const look = statement(
  'stripe.look',
  `with recursive family(id) as (
     select unnest($4::text[])
     union
     select l.b from family f ${linksOf}
   ), cluster(payer) as (
     select payer from (
       select unnest($5::text[]) as payer
       union all
       select o.payer from family f
       cross join lateral (
         select k.payer from stripe_objects k
         where k.workspace_id = $1 and k.program_id = $2 and k.livemode = $3 and k.id = f.id offset 0) o
       union all
       select other.payer from unnest($6::text[], $7::text[]) as own(kind, value)
       cross join lateral (
         select i.payer from stripe_identifiers i
         where i.workspace_id = $1 and i.program_id = $2 and i.kind = own.kind and i.value = own.value offset 0) other
     ) named where payer is not null
     union
     select other.payer from cluster c ${sharersOf}
     where $3
   )
   select array(select id from family) as ids, array(select payer from cluster order by payer) as payers`,
);

/** The names that belong together, as far as they are known. */
export interface Names {
  ids: string[];
  payers: string[];
}

/** Everything that is part of the same payments as these objects, and everybody who shares an identifier with who pays. */
export async function findNames(
  trx: Transaction,
  world: World,
  named: {
    ids: readonly string[];
    payers: readonly string[];
    identifiers: readonly { kind: string; value: string }[];
  },
): Promise<Names> {
  const [row] = await trx.query<Names>(look, [
    ...[world.workspaceId, world.programId, world.livemode, named.ids, named.payers],
    named.identifiers.map(({ kind }) => kind),
    named.identifiers.map(({ value }) => value),
  ]);
  return row as Names;
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
     select l.b from family f ${linksOf}
   )
   select o.id, o.kind, o.payer, o.subscription, o.facts,
     array(select l.b from stripe_links l
           where l.workspace_id = $1 and l.program_id = $2 and l.livemode = $3 and l.a = f.id order by l.b) as links,
     f.id as "familyId"
   from family f
   left join lateral (
     select * from stripe_objects k
     where k.workspace_id = $1 and k.program_id = $2 and k.livemode = $3 and k.id = f.id offset 0) o on true`,
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
   on conflict do nothing returning payer`,
);

/** What identifies a payer. */
export interface PayerIdentifier {
  payer: string;
  kind: string;
  value: string;
}

/** Whether any of them was new. */
export async function saveIdentifiers(
  trx: Transaction,
  world: World,
  identifiers: readonly PayerIdentifier[],
): Promise<boolean> {
  if (identifiers.length === 0) return false;
  const rows = await trx.query(saveIdentifierRows, [
    world.workspaceId,
    world.programId,
    identifiers.map(({ payer }) => payer),
    identifiers.map(({ kind }) => kind),
    identifiers.map(({ value }) => value),
  ]);
  return rows.length > 0;
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
