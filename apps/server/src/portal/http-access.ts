import { InvitePartnerRequest, PortalAccess, PortalInvitation } from '@headwater/contract';
import { type Call, type ManagementPrincipal, type Route, reader } from '../platform/index.ts';
import { dataRoute, getOpenProgram, getOwnProgram } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import { endAccess, getPartnerOf, invitePartner, readAccess } from './partner-access.ts';

const tag = 'Partners';
const partner = '/api/v1/programs/:id/partners/:partner_id';
const inviteReader = reader(InvitePartnerRequest);

/** Who of a partner may sign in. */
export function accessRoutes(deps: PortalDeps): Route[] {
  const { directory } = deps;
  const own = async (call: Call, manager: ManagementPrincipal) => {
    const program = await getOwnProgram(directory, manager, call.params.id);
    return { program, partnerId: await getPartnerOf(deps, program, call.params.partner_id) };
  };
  return [
    dataRoute(
      {
        method: 'POST',
        path: `${partner}/invitation`,
        scope: 'program:update',
        tag,
        summary: 'Invite a partner to the portal, by mail where there is a mail server',
        refuses: ['conflict'],
        body: InvitePartnerRequest,
        answer: PortalInvitation,
        status: 201,
        async handle(call, manager) {
          const program = await getOpenProgram(directory, manager, call.params.id);
          // Looked for before the body is read, so that a stranger learns nothing else.
          const partnerId = await getPartnerOf(deps, program, call.params.partner_id);
          return invitePartner(deps, manager, program, partnerId, inviteReader.read(call.body));
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'GET',
        path: `${partner}/portal-access`,
        scope: 'program:read',
        tag,
        summary: 'Who signs in for a partner',
        answer: PortalAccess,
        status: 200,
        async handle(call, manager) {
          const { program, partnerId } = await own(call, manager);
          return readAccess(deps, program, partnerId);
        },
      },
      directory,
    ),
    dataRoute(
      {
        method: 'DELETE',
        path: `${partner}/portal-access`,
        scope: 'program:update',
        tag,
        summary: 'Let nobody sign in for a partner any more',
        answer: PortalAccess,
        status: 200,
        async handle(call, manager) {
          const { program, partnerId } = await own(call, manager);
          return endAccess(deps, manager, program, partnerId);
        },
      },
      directory,
    ),
  ];
}
