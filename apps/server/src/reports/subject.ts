import { AppError, type ManagementPrincipal } from '../platform/index.ts';
import { type Directory, getOwnProgram, getOwnWebsite } from '../workspaces/index.ts';
import type { Subject } from './query/run-query.ts';

/** Whose report is asked for: a program's or a website's, by exactly one of the two ids. */
export async function findSubject(
  { directory }: { directory: Directory },
  manager: ManagementPrincipal,
  told: Readonly<Record<string, unknown>>,
): Promise<Subject> {
  const [websiteId, programId] = [told.website_id ?? undefined, told.program_id ?? undefined];
  if ((websiteId === undefined) === (programId === undefined)) {
    throw new AppError('invalid_request', 'website_id or program_id is required, and not both');
  }
  const { workspaceId } = manager;
  if (programId !== undefined) {
    const program = await getOwnProgram(directory, manager, programId);
    return {
      owner: { workspaceId, of: { programId: program.id } },
      currency: program.currency,
      timeZone: 'UTC',
    };
  }
  const website = await getOwnWebsite(directory, manager, websiteId);
  return {
    owner: { workspaceId, of: { websiteId: website.id } },
    currency: website.currency,
    timeZone: website.timezone,
  };
}
