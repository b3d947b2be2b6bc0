import type { PortalProgram } from '@headwater/contract';
import type { PartnerPrincipal } from '../platform/index.ts';
import type { Program } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import { getMine } from './own-program.ts';
import { findSettings } from './program-queries.ts';
import { countLinks, listEnrollments } from './queries.ts';
import { termsOfPartner } from './terms.ts';

/** The programs one is or was a partner in, each with its terms of today. */
export async function listMyPrograms(deps: PortalDeps, me: PartnerPrincipal): Promise<PortalProgram[]> {
  const enrollments = await listEnrollments(deps.postgres, me.partners);
  const found: PortalProgram[] = [];
  for (const { programId } of enrollments) found.push(await readMine(deps, me, programId));
  return found;
}

async function readMine(deps: PortalDeps, me: PartnerPrincipal, programId: number): Promise<PortalProgram> {
  const { postgres, clock } = deps;
  const { program, partnerId, status, joinedAt } = await getMine(deps, me, programId);
  const key = { workspaceId: program.workspaceId, programId: program.id, partnerId };
  const [settings, links, terms, timeZone] = await Promise.all([
    findSettings(postgres, program),
    countLinks(postgres, key),
    termsOfPartner(postgres, program, partnerId, clock.now()),
    timeZoneOf(deps, program),
  ]);
  const mayMake = status === 'approved' && program.status !== 'archived';
  return {
    id: program.id,
    name: program.name,
    domain: program.domain,
    currency: program.currency,
    time_zone: timeZone,
    status,
    is_active: program.status === 'active',
    joined_at: joinedAt.toISOString(),
    cookie_window_days: program.cookieWindowDays,
    attribution_window_days: program.attributionWindowDays,
    links_left: mayMake ? Math.max(0, settings.linksPerPartner - links) : 0,
    terms,
  };
}

/** Days are those of the program's website. */
export async function timeZoneOf(
  { directory }: Pick<PortalDeps, 'directory'>,
  { websiteId }: Program,
): Promise<string> {
  const website = websiteId === null ? undefined : await directory.findWebsite(websiteId);
  return website?.timezone ?? 'UTC';
}
