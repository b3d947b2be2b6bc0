import { AppError, smallId } from '../platform/index.ts';
import type { Directory } from './directory.ts';
import type { Program } from './program.ts';
import { type Actor, mayTouch } from './set-up.ts';

/**
 * The program that an id names, archived ones too. 404 `Program not found` for an unknown one, one of another
 * workspace, one outside the key's scope, and for text that is no id: a stranger cannot tell them apart (contract §2).
 */
export async function getOwnProgram(
  directory: Directory,
  actor: Actor,
  programId: unknown,
): Promise<Program> {
  const id = smallId(programId);
  const program = id === undefined ? undefined : await directory.findProgram(id);
  if (program === undefined || program.workspaceId !== actor.workspaceId || !mayTouch(actor, program.id)) {
    throw new AppError('program_not_found');
  }
  return program;
}

/** As {@link getOwnProgram}, for changes: 409 when it is archived. */
export async function getOpenProgram(
  directory: Directory,
  actor: Actor,
  programId: unknown,
): Promise<Program> {
  const program = await getOwnProgram(directory, actor, programId);
  if (program.status === 'archived') throw new AppError('conflict', 'Program is archived');
  return program;
}
