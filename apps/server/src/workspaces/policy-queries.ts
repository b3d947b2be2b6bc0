import type { Insertable, Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Db, PoliciesTable } from '../platform/index.ts';
import type { Actor } from './set-up.ts';

export type PolicyRow = Selectable<PoliciesTable>;

export function insertGroup(
  trx: Db,
  group: {
    workspace_id: number;
    program_id: number;
    name: string;
    hold_period_days?: number;
    created_at: Date;
  },
) {
  return trx.insertInto('partner_groups').values(group).returningAll().executeTakeFirstOrThrow();
}

/** The hold of policies that name none of their own. */
export async function updateGroupHold(
  trx: Db,
  workspaceId: number,
  groupId: number,
  holdPeriodDays: number,
): Promise<void> {
  await trx
    .updateTable('partner_groups')
    .set({ hold_period_days: holdPeriodDays })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', groupId)
    .execute();
}

/** Newest first, with whether it is the program's default. */
export function listGroups(
  db: Db,
  workspaceId: number,
  programId: number,
  before: string | undefined,
  limit: number,
) {
  return db
    .selectFrom('partner_groups as g')
    .innerJoin('programs as p', (join) =>
      join.onRef('p.workspace_id', '=', 'g.workspace_id').onRef('p.id', '=', 'g.program_id'),
    )
    .where('g.workspace_id', '=', workspaceId)
    .where('g.program_id', '=', programId)
    .$if(before !== undefined, (query) => query.where('g.id', '<', Number(before)))
    .selectAll('g')
    .select('p.default_group_id')
    .orderBy('g.id', 'desc')
    .limit(limit)
    .execute();
}

export function findGroupOfProgram(db: Db, workspaceId: number, programId: number, groupId: number) {
  return db
    .selectFrom('partner_groups')
    .where('workspace_id', '=', workspaceId)
    .where('program_id', '=', programId)
    .where('id', '=', groupId)
    .select('id')
    .executeTakeFirst();
}

/** A group the actor may touch, with what its policies need of the program. */
export function findGroup(db: Db, actor: Actor, groupId: number) {
  return db
    .selectFrom('partner_groups as g')
    .innerJoin('programs as p', (join) =>
      join.onRef('p.workspace_id', '=', 'g.workspace_id').onRef('p.id', '=', 'g.program_id'),
    )
    .where('g.workspace_id', '=', actor.workspaceId)
    .where('g.id', '=', groupId)
    .$if(actor.programScope !== null, (query) =>
      query.where('g.program_id', '=', sql<number>`any(${actor.programScope}::integer[])`),
    )
    .select(['g.id', 'g.program_id', 'p.currency', 'p.status'])
    .executeTakeFirst();
}

/** Policies of a group get their versions one after another: the group's row is what they queue for. */
export function lockGroup(trx: Db, workspaceId: number, groupId: number) {
  return trx
    .selectFrom('partner_groups')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', groupId)
    .forNoKeyUpdate()
    .selectAll()
    .executeTakeFirstOrThrow();
}

export function findLatestPolicy(trx: Db, workspaceId: number, groupId: number) {
  return trx
    .selectFrom('policies')
    .where('workspace_id', '=', workspaceId)
    .where('group_id', '=', groupId)
    .orderBy('version', 'desc')
    .limit(1)
    .selectAll()
    .executeTakeFirst();
}

/** The policies in force at an instant: one for each product that has its own, one for all others. */
export function listPoliciesInForce(
  trx: Db,
  workspaceId: number,
  groupId: number,
  at: Date,
): Promise<PolicyRow[]> {
  return trx
    .selectFrom('policies')
    .where('workspace_id', '=', workspaceId)
    .where('group_id', '=', groupId)
    .where('effective_from', '<=', at)
    .distinctOn('product_id')
    .orderBy('product_id')
    .orderBy('effective_from', 'desc')
    .orderBy('version', 'desc')
    .selectAll()
    .execute();
}

export function insertPolicy(trx: Db, policy: Insertable<PoliciesTable>): Promise<PolicyRow> {
  return trx.insertInto('policies').values(policy).returningAll().executeTakeFirstOrThrow();
}

/** Latest version first. */
export function listPolicies(
  db: Db,
  workspaceId: number,
  groupId: number,
  before: string | undefined,
  limit: number,
) {
  return db
    .selectFrom('policies')
    .where('workspace_id', '=', workspaceId)
    .where('group_id', '=', groupId)
    .$if(before !== undefined, (query) => query.where('version', '<', Number(before)))
    .selectAll()
    .orderBy('version', 'desc')
    .limit(limit)
    .execute();
}
