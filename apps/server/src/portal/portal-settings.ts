import type { PortalSettings, UpdatePortalRequest } from '@headwater/contract';
import type { ManagementPrincipal } from '../platform/index.ts';
import { actorName, type Program, recordAct } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import * as queries from './program-queries.ts';

export async function readSettings(
  { postgres, people }: Pick<PortalDeps, 'postgres' | 'people'>,
  program: Program,
): Promise<PortalSettings> {
  const settings = await queries.findSettings(postgres, program);
  return {
    applications: settings.applications,
    join_url: `${people.publicUrl()}/join/${settings.joinSlug}`,
    links_per_partner: settings.linksPerPartner,
    welcome: settings.welcome,
  };
}

/** Changes what was sent and nothing else. */
export async function updateSettings(
  deps: PortalDeps,
  actor: ManagementPrincipal,
  program: Program,
  request: UpdatePortalRequest,
): Promise<PortalSettings> {
  const { postgres, clock } = deps;
  await postgres.transaction(async (trx) => {
    const { applications, links_per_partner } = request;
    const welcome = request.welcome === undefined ? undefined : request.welcome.trim() || null;
    await queries.saveSettings(trx, program, { applications, linksPerPartner: links_per_partner, welcome });
    const act = {
      act: 'portal.update',
      programId: program.id,
      subject: `program ${program.id}`,
      details: { applications, links_per_partner, welcome },
    };
    await recordAct(trx, { workspaceId: program.workspaceId, name: actorName(actor) }, act, clock.now());
  });
  return readSettings(deps, program);
}
