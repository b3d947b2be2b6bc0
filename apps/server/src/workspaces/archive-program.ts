import type { ProgramRecord } from '@headwater/contract';
import { invariant } from '../platform/index.ts';
import { getOwnProgram } from './own-program.ts';
import { findProgramRow, updateProgramRow } from './program-queries.ts';
import { toProgramRecord } from './program-record.ts';
import { type Actor, change, type SetUp } from './set-up.ts';

/**
 * Ends a program: its links answer as gone and nothing of it can be changed any more. It stays readable, its token
 * keeps taking refunds, and its website stays bound, so that a late payment is not counted a second time elsewhere.
 * Archiving again changes nothing.
 */
export async function archiveProgram(setUp: SetUp, actor: Actor, programId: unknown): Promise<ProgramRecord> {
  const program = await getOwnProgram(setUp.directory, actor, programId);
  const act = () => ({ act: 'program.archive', programId: program.id, subject: `program ${program.id}` });
  return change(setUp, actor, act, async (trx) => {
    await updateProgramRow(trx, actor.workspaceId, program.id, { status: 'archived' });
    const row = await findProgramRow(trx, actor, program.id);
    invariant(row, 'an archived program is there');
    return toProgramRecord(setUp, row);
  });
}
