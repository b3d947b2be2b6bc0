import type { CreateGroupRequest, GroupRecord } from '@headwater/contract';
import { type Page, readCursor, readLimit, toPage } from '../platform/index.ts';
import { getOpenProgram, getOwnProgram } from './own-program.ts';
import { insertGroup, listGroups as listRows } from './policy-queries.ts';
import { type Actor, change, type SetUp } from './set-up.ts';

/** A group for partners who get terms of their own. 409 when the program has one of that name. */
export async function createGroup(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  request: CreateGroupRequest,
): Promise<GroupRecord> {
  const program = await getOpenProgram(setUp.directory, actor, programId);
  const now = setUp.clock.now();
  const act = (made: { id: number; name: string }) => ({
    act: 'group.create',
    programId: program.id,
    subject: `group ${made.id}`,
    details: { name: made.name },
  });
  const row = await change(setUp, actor, act, (trx) =>
    insertGroup(trx, {
      workspace_id: actor.workspaceId,
      program_id: program.id,
      name: request.name.trim(),
      created_at: now,
    }),
  );
  return toGroupRecord({ ...row, default_group_id: null });
}

/** The groups of a program, newest first. */
export async function listGroups(
  setUp: SetUp,
  actor: Actor,
  programId: unknown,
  query: Readonly<Record<string, unknown>>,
): Promise<Page<GroupRecord>> {
  const program = await getOwnProgram(setUp.directory, actor, programId);
  const limit = readLimit(query);
  const before = readCursor(query, ['id'])?.[0];
  const rows = await listRows(setUp.db, actor.workspaceId, program.id, before, limit + 1);
  return toPage(rows, limit, toGroupRecord, (row) => [row.id]);
}

function toGroupRecord(row: Awaited<ReturnType<typeof listRows>>[number]): GroupRecord {
  return {
    id: row.id,
    program_id: row.program_id,
    name: row.name,
    is_default: row.id === row.default_group_id,
    created_at: row.created_at.toISOString(),
  };
}
