import type { Insertable, Updateable } from 'kysely';
import { sql } from 'kysely';
import { type Db, exactInstant, type WebsitesTable } from '../platform/index.ts';
import type { Actor } from './set-up.ts';

/** Websites the actor may touch. A key limited to programs sees the websites bound to them. */
function websites(db: Db, actor: Actor) {
  return db
    .selectFrom('websites as w')
    .where('w.workspace_id', '=', actor.workspaceId)
    .$if(actor.programScope !== null, (query) =>
      query.where('w.program_id', '=', sql<number>`any(${actor.programScope}::integer[])`),
    );
}

function websiteRows(db: Db, actor: Actor) {
  return websites(db, actor)
    .leftJoin('tracking_tokens as t', (join) =>
      join.onRef('t.workspace_id', '=', 'w.workspace_id').onRef('t.website_id', '=', 'w.id'),
    )
    .selectAll('w')
    .select('t.mask as api_token_masked')
    .select(exactInstant('w.created_at').as('created_at_exact'));
}

export type WebsiteRow = Awaited<ReturnType<typeof listWebsites>>[number];

export function findWebsiteRow(db: Db, actor: Actor, websiteId: string): Promise<WebsiteRow | undefined> {
  return websiteRows(db, actor).where('w.id', '=', websiteId).executeTakeFirst();
}

/** Newest first. */
export function listWebsites(db: Db, actor: Actor, before: string[] | undefined, limit: number) {
  return websiteRows(db, actor)
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(w.created_at, w.id) < (${before?.[0]}::timestamptz, ${before?.[1]}::text)`),
    )
    .orderBy('w.created_at', 'desc')
    .orderBy('w.id', 'desc')
    .limit(limit)
    .execute();
}

/** The website as it is, held until the transaction ends. */
export function lockWebsite(trx: Db, actor: Actor, websiteId: string) {
  return websites(trx, actor)
    .where('w.id', '=', websiteId)
    .forNoKeyUpdate()
    .selectAll('w')
    .executeTakeFirst();
}

export async function insertWebsite(trx: Db, website: Insertable<WebsitesTable>): Promise<void> {
  await trx.insertInto('websites').values(website).execute();
}

export async function updateWebsiteRow(
  trx: Db,
  workspaceId: number,
  websiteId: string,
  changes: Updateable<WebsitesTable>,
): Promise<void> {
  if (Object.values(changes).every((value) => value === undefined)) return;
  await trx
    .updateTable('websites')
    .set(changes)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', websiteId)
    .execute();
}

export async function setWebsiteProgram(
  trx: Db,
  workspaceId: number,
  websiteId: string,
  programId: number | null,
): Promise<void> {
  await updateWebsiteRow(trx, workspaceId, websiteId, { program_id: programId });
}

export async function unbindProgram(trx: Db, workspaceId: number, programId: number): Promise<void> {
  await trx
    .updateTable('websites')
    .set({ program_id: null })
    .where('workspace_id', '=', workspaceId)
    .where('program_id', '=', programId)
    .execute();
}
