import { AppError, type ManagementPrincipal } from '../platform/index.ts';
import { type Directory, getOwnProgram, getOwnWebsite } from '../workspaces/index.ts';

/** Whether the caller may touch what is kept for a program or website: a key may be for some programs only. */
export async function isOwn(
  directory: Directory,
  actor: ManagementPrincipal,
  of: { programId: number | null; websiteId: string | null },
): Promise<boolean> {
  try {
    if (of.programId !== null) await getOwnProgram(directory, actor, of.programId);
    else await getOwnWebsite(directory, actor, of.websiteId);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
