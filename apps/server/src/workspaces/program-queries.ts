import type { Insertable, Updateable } from 'kysely';
import { sql } from 'kysely';
import { type Db, hashToken, maskToken, newToken, type ProgramsTable } from '../platform/index.ts';
import type { Actor } from './set-up.ts';

/** Programs as the set-up routes answer them: with website, token mask, and the hold of the default group. */
function programRows(db: Db, actor: Actor) {
  return db
    .selectFrom('programs as p')
    .leftJoin('websites as w', (join) =>
      join.onRef('w.workspace_id', '=', 'p.workspace_id').onRef('w.program_id', '=', 'p.id'),
    )
    .leftJoin('tracking_tokens as t', (join) =>
      join.onRef('t.workspace_id', '=', 'p.workspace_id').onRef('t.program_id', '=', 'p.id'),
    )
    .where('p.workspace_id', '=', actor.workspaceId)
    .$if(actor.programScope !== null, (query) =>
      query.where('p.id', '=', sql<number>`any(${actor.programScope}::integer[])`),
    )
    .selectAll('p')
    .select(['w.id as website_id', 't.mask as api_token_masked'])
    .select((eb) =>
      eb
        .selectFrom('partner_groups as g')
        .whereRef('g.workspace_id', '=', 'p.workspace_id')
        .whereRef('g.id', '=', 'p.default_group_id')
        .select('g.hold_period_days')
        .$asScalar()
        .$notNull()
        .as('hold_period_days'),
    );
}

export type ProgramRow = Awaited<ReturnType<typeof listPrograms>>[number];

export function findProgramRow(db: Db, actor: Actor, programId: number): Promise<ProgramRow | undefined> {
  return programRows(db, actor).where('p.id', '=', programId).executeTakeFirst();
}

/** Newest first. */
export function listPrograms(db: Db, actor: Actor, beforeId: string | undefined, limit: number) {
  return programRows(db, actor)
    .$if(beforeId !== undefined, (query) => query.where('p.id', '<', Number(beforeId)))
    .orderBy('p.id', 'desc')
    .limit(limit)
    .execute();
}

/** Makes others who would pick a slug in this workspace wait; payments, which only refer to it, do not. */
export async function lockWorkspace(trx: Db, workspaceId: number): Promise<void> {
  await trx.selectFrom('workspaces').where('id', '=', workspaceId).forNoKeyUpdate().select('id').execute();
}

export async function listSlugs(trx: Db, workspaceId: number, prefix: string): Promise<Set<string>> {
  const rows = await trx
    .selectFrom('programs')
    .where('workspace_id', '=', workspaceId)
    .where('slug', 'like', `${prefix}%`)
    .select('slug')
    .execute();
  return new Set(rows.map((row) => row.slug));
}

export async function insertProgram(trx: Db, program: Insertable<ProgramsTable>): Promise<number> {
  const { id } = await trx.insertInto('programs').values(program).returning('id').executeTakeFirstOrThrow();
  return id;
}

export async function updateProgramRow(
  trx: Db,
  workspaceId: number,
  programId: number,
  changes: Updateable<ProgramsTable>,
): Promise<void> {
  if (Object.values(changes).every((value) => value === undefined)) return;
  await trx
    .updateTable('programs')
    .set(changes)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', programId)
    .execute();
}

/** Makes others who would change this program wait until the transaction ends. */
export async function lockProgram(trx: Db, workspaceId: number, programId: number): Promise<void> {
  await trx
    .selectFrom('programs')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', programId)
    .forNoKeyUpdate()
    .select('id')
    .execute();
}

/** Whose token it is. */
export type TokenOwner = { kind: 'program'; programId: number } | { kind: 'website'; websiteId: string };

/** A fresh tracking token, stored as its hash; the text is shown to the caller once. */
export async function insertToken(
  trx: Db,
  workspaceId: number,
  owner: TokenOwner,
  now: Date,
): Promise<string> {
  const token = newToken(owner.kind === 'program' ? 'aff_' : 'tf_');
  await trx
    .insertInto('tracking_tokens')
    .values({
      workspace_id: workspaceId,
      token_hash: hashToken(token),
      kind: owner.kind,
      program_id: owner.kind === 'program' ? owner.programId : null,
      website_id: owner.kind === 'website' ? owner.websiteId : null,
      mask: maskToken(token),
      created_at: now,
    })
    .execute();
  return token;
}

export async function deleteProgramTokens(trx: Db, workspaceId: number, programId: number): Promise<void> {
  await trx
    .deleteFrom('tracking_tokens')
    .where('workspace_id', '=', workspaceId)
    .where('program_id', '=', programId)
    .execute();
}

export async function deleteWebsiteTokens(trx: Db, workspaceId: number, websiteId: string): Promise<void> {
  await trx
    .deleteFrom('tracking_tokens')
    .where('workspace_id', '=', workspaceId)
    .where('website_id', '=', websiteId)
    .execute();
}
