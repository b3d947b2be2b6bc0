import { AppError, type Db } from '../platform/index.ts';
import type { Actor } from './set-up.ts';
import { lockWebsite, setWebsiteProgram } from './website-queries.ts';

/**
 * Binds a website to a program, so that one tracker serves both. 404 for a website the actor cannot see, 409 when it
 * is bound to another program: moving it silently would take that program's payments away.
 */
export async function bindWebsite(
  trx: Db,
  actor: Actor,
  websiteId: string,
  programId: number,
): Promise<void> {
  const website = await lockWebsite(trx, actor, websiteId);
  if (website === undefined) throw new AppError('website_not_found');
  if (website.program_id === programId) return;
  if (website.program_id !== null) throw new AppError('conflict', 'Website is already bound to a program');
  await setWebsiteProgram(trx, actor.workspaceId, websiteId, programId);
}
