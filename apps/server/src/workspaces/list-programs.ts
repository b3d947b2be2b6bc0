import type { ProgramRecord } from '@headwater/contract';
import { AppError, type Page, readCursor, readLimit, smallId, toPage } from '../platform/index.ts';
import { findProgramRow, listPrograms as listRows } from './program-queries.ts';
import { toProgramRecord } from './program-record.ts';
import type { Actor, SetUp } from './set-up.ts';

/** The programs that the actor may touch, archived ones too, newest first. */
export async function listPrograms(
  setUp: SetUp,
  actor: Actor,
  query: Readonly<Record<string, unknown>>,
  defaultLimit?: number,
): Promise<Page<ProgramRecord>> {
  const limit = readLimit(query, defaultLimit);
  const cursor = readCursor(query, ['id']);
  const rows = await listRows(setUp.db, actor, cursor?.[0], limit + 1);
  return toPage(
    rows,
    limit,
    (row) => toProgramRecord(setUp, row),
    (row) => [row.id],
  );
}

export async function getProgram(setUp: SetUp, actor: Actor, programId: unknown): Promise<ProgramRecord> {
  const id = smallId(programId);
  const row = id === undefined ? undefined : await findProgramRow(setUp.db, actor, id);
  if (row === undefined) throw new AppError('program_not_found');
  return toProgramRecord(setUp, row);
}
