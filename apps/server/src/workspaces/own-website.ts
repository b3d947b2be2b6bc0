import { AppError } from '../platform/index.ts';
import type { Directory } from './directory.ts';
import type { Website } from './program.ts';
import { type Actor, mayTouch } from './set-up.ts';

/** The website that an id names; 404 `Website not found` as for programs: a stranger cannot tell why. */
export async function getOwnWebsite(
  directory: Directory,
  actor: Actor,
  websiteId: unknown,
): Promise<Website> {
  const website =
    typeof websiteId === 'string' && /^[\w-]{1,255}$/.test(websiteId)
      ? await directory.findWebsite(websiteId)
      : undefined;
  if (website === undefined || website.workspaceId !== actor.workspaceId)
    throw new AppError('website_not_found');
  const isInScope =
    actor.programScope === null || (website.programId !== null && mayTouch(actor, website.programId));
  if (!isInScope) throw new AppError('website_not_found');
  return website;
}
