import type { Insertable, Selectable, Updateable } from 'kysely';
import { sql } from 'kysely';
import { type Db, locks, type ManagementKeysTable } from '../platform/index.ts';
import type { Actor } from './set-up.ts';

export type KeyRow = Selectable<ManagementKeysTable>;

/** Keys the actor may see: one limited to some programs sees those limited to the same ones or fewer. */
function keys(db: Db, actor: Actor) {
  return db
    .selectFrom('management_keys')
    .where('workspace_id', '=', actor.workspaceId)
    .$if(actor.programScope !== null, (query) =>
      query.where(sql<boolean>`program_scope <@ ${actor.programScope}::integer[]`),
    )
    .selectAll();
}

/** Newest first. */
export function listKeys(db: Db, actor: Actor, before: string | undefined, limit: number): Promise<KeyRow[]> {
  return keys(db, actor)
    .$if(before !== undefined, (query) => query.where('id', '<', Number(before)))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

export function findKey(db: Db, actor: Actor, keyId: number): Promise<KeyRow | undefined> {
  return keys(db, actor).where('id', '=', keyId).executeTakeFirst();
}

/** The key as it is, held until the transaction ends. */
export function lockKey(trx: Db, actor: Actor, keyId: number): Promise<KeyRow | undefined> {
  return keys(trx, actor).where('id', '=', keyId).forNoKeyUpdate().executeTakeFirst();
}

/** Undefined when the very key is installed already. */
export function insertKey(trx: Db, key: Insertable<ManagementKeysTable>): Promise<KeyRow | undefined> {
  return trx
    .insertInto('management_keys')
    .values(key)
    .onConflict((conflict) => conflict.column('key_hash').doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function updateKeyRow(
  trx: Db,
  workspaceId: number,
  keyId: number,
  changes: Updateable<ManagementKeysTable>,
): Promise<KeyRow> {
  return trx
    .updateTable('management_keys')
    .set(changes)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', keyId)
    .returningAll()
    .executeTakeFirstOrThrow();
}

// Any constant: it only has to be ours. Processes that start together queue here.
export async function lockBootstrap(trx: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${locks.bootstrap})`.execute(trx);
}

export async function findFirstWorkspace(trx: Db): Promise<number | undefined> {
  const row = await trx.selectFrom('workspaces').select('id').orderBy('id').limit(1).executeTakeFirst();
  return row?.id;
}

export async function insertWorkspace(trx: Db, name: string): Promise<number> {
  const row = await trx.insertInto('workspaces').values({ name }).returning('id').executeTakeFirstOrThrow();
  return row.id;
}
