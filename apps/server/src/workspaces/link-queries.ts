import { sql } from 'kysely';
import { type Db, locks, statement, type Transaction } from '../platform/index.ts';
import type { Actor } from './set-up.ts';

/** Links with every click counted so far: what is folded in, and what still waits in link_click_deltas. */
function linkRows(db: Db, workspaceId: number) {
  return db
    .selectFrom('links as l')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('link_click_deltas as d')
          .whereRef('d.workspace_id', '=', 'l.workspace_id')
          .whereRef('d.link_id', '=', 'l.id')
          .select([
            sql<bigint | null>`sum(d.clicks)::bigint`.as('clicks'),
            sql<Date | null>`max(d.last_clicked_at)`.as('last_clicked_at'),
          ])
          .as('fresh'),
      (join) => join.onTrue(),
    )
    .where('l.workspace_id', '=', workspaceId)
    .select([
      'l.id',
      'l.program_id',
      'l.partner_id',
      'l.code',
      'l.destination_url',
      'l.status',
      'l.created_at',
      sql<bigint>`l.clicks + coalesce(fresh.clicks, 0)`.as('clicks'),
      // greatest() ignores nulls
      sql<Date | null>`greatest(l.last_clicked_at, fresh.last_clicked_at)`.as('last_clicked_at'),
    ]);
}

export type LinkRow = Awaited<ReturnType<typeof listLinks>>[number];

export function findLinkRow(db: Db, workspaceId: number, linkId: number): Promise<LinkRow | undefined> {
  return linkRows(db, workspaceId).where('l.id', '=', linkId).executeTakeFirst();
}

/** Newest first. */
export function listLinks(
  db: Db,
  workspaceId: number,
  programId: number,
  filter: { partnerId: number | undefined; before: string | undefined; limit: number },
) {
  return linkRows(db, workspaceId)
    .where('l.program_id', '=', programId)
    .$if(filter.partnerId !== undefined, (query) =>
      query.where('l.partner_id', '=', filter.partnerId as number),
    )
    .$if(filter.before !== undefined, (query) => query.where('l.id', '<', Number(filter.before)))
    .orderBy('l.id', 'desc')
    .limit(filter.limit)
    .execute();
}

/** A link the actor may touch. */
export function findLinkOwner(db: Db, actor: Actor, linkId: number) {
  return db
    .selectFrom('links')
    .where('workspace_id', '=', actor.workspaceId)
    .where('id', '=', linkId)
    .$if(actor.programScope !== null, (query) =>
      query.where('program_id', '=', sql<number>`any(${actor.programScope}::integer[])`),
    )
    .select(['id', 'program_id'])
    .executeTakeFirst();
}

export interface NewLink {
  workspaceId: number;
  programId: number;
  partnerId: number;
  code: string;
  destinationUrl: string;
  createdAt: Date;
}

/** The new link's id; undefined when the code is taken, in which case the transaction stays usable. */
export async function insertLink(trx: Db, link: NewLink): Promise<number | undefined> {
  const row = await trx
    .insertInto('links')
    .values({
      workspace_id: link.workspaceId,
      program_id: link.programId,
      partner_id: link.partnerId,
      code: link.code,
      destination_url: link.destinationUrl,
      created_at: link.createdAt,
    })
    .onConflict((conflict) => conflict.column('code_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

export async function updateLinkRow(
  trx: Db,
  workspaceId: number,
  linkId: number,
  changes: { status: 'active' | 'inactive' | undefined; destination_url: string | undefined },
): Promise<void> {
  if (Object.values(changes).every((value) => value === undefined)) return;
  await trx
    .updateTable('links')
    .set(changes)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', linkId)
    .execute();
}

// Any constant: it only has to be ours.
const foldLock = statement(
  'workspaces.lock_fold',
  `select pg_try_advisory_xact_lock(${locks.foldLinkClicks}) as mine`,
);

const foldDeltas = statement(
  'workspaces.fold_link_clicks',
  `with taken as (
     delete from link_click_deltas
     where ctid = any (array(select ctid from link_click_deltas limit $1))
     returning workspace_id, link_id, clicks, last_clicked_at
   ), sums as (
     select workspace_id, link_id, sum(clicks) as clicks, max(last_clicked_at) as last_clicked_at
     from taken group by workspace_id, link_id
   ), folded as (
     update links l
     set clicks = l.clicks + s.clicks, last_clicked_at = greatest(l.last_clicked_at, s.last_clicked_at)
     from sums s where l.workspace_id = s.workspace_id and l.id = s.link_id
   )
   select count(*)::integer as deltas from taken`,
);

/** False when another process is folding. */
export async function tryFoldLock(trx: Transaction): Promise<boolean> {
  const [row] = await trx.query<{ mine: boolean }>(foldLock);
  return row?.mine === true;
}

/** Moves at most `limit` deltas into their links; answers how many. One statement: a reader sees each click once. */
export async function foldDeltaRows(trx: Transaction, limit: number): Promise<number> {
  const [row] = await trx.query<{ deltas: number }>(foldDeltas, [limit]);
  return row?.deltas ?? 0;
}
