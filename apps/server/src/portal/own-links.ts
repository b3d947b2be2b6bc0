import type { CreatePortalLinkRequest, LinkRecord, PortalLink } from '@headwater/contract';
import { AppError, kysely, sqlOf } from '../platform/index.ts';
import { actorName, createLinkIn, linkAct, recordAct } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import type { Mine } from './own-program.ts';
import { findSettings } from './program-queries.ts';
import { lockAndCountLinks } from './queries.ts';

export function toPortalLink(link: LinkRecord): PortalLink {
  const { id, code, url, destination_url, status, clicks, last_clicked_at, created_at } = link;
  return { id, code, url, destination_url, status, clicks, last_clicked_at, created_at };
}

/**
 * One more link of a partner's own. 409 `too_many_links` beyond what the program allows, 409 `code_taken`, 400 where it
 * would lead away from the program's domain: a program pays for its own pages.
 */
export async function createOwnLink(
  deps: PortalDeps,
  mine: Mine,
  request: CreatePortalLinkRequest,
): Promise<PortalLink> {
  const { postgres, directory, clock } = deps;
  const { program, partnerId, actor, status } = mine;
  if (status !== 'approved') throw new AppError('conflict', 'You are no partner of this program now');
  if (program.status === 'archived') throw new AppError('conflict', 'Program is archived');
  const destination = request.destination_url?.trim() || undefined;
  if (destination !== undefined && !isOn(program.domain, destination))
    throw new AppError('invalid_request', `destination_url must be a page of ${program.domain}`);
  const key = { workspaceId: program.workspaceId, programId: program.id, partnerId };
  try {
    const link = await kysely(postgres)
      .transaction()
      .execute(async (trx) => {
        const sql = sqlOf(trx);
        const { linksPerPartner } = await findSettings(sql, program);
        if ((await lockAndCountLinks(sql, key)) >= linksPerPartner) throw new AppError('too_many_links');
        const made = await createLinkIn(trx, deps, actor, program.id, {
          partner_id: partnerId,
          ...(request.code === undefined ? {} : { code: request.code }),
          ...(destination === undefined ? {} : { destination_url: destination }),
        });
        const by = { workspaceId: program.workspaceId, name: actorName(actor) };
        await recordAct(sql, by, linkAct(program.id, made), clock.now());
        return made;
      });
    return toPortalLink(link);
  } finally {
    directory.clear();
  }
}

/** Whether a page is of a domain or below it; `www.` is the domain itself. */
function isOn(domain: string, destination: string): boolean {
  if (!URL.canParse(destination)) return false;
  const { hostname } = new URL(destination);
  const own = domain.replace(/^www\./, '');
  return hostname === own || hostname.endsWith(`.${own}`);
}
