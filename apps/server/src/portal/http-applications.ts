import {
  ApplicationItem,
  ApplicationsQuery,
  ApproveApplicationRequest,
  ApprovedApplication,
  PortalSettings,
  RejectApplicationRequest,
  UpdatePortalRequest,
} from '@headwater/contract';
import { type Route, reader } from '../platform/index.ts';
import { dataRoute, getOpenProgram, getOwnProgram, listRoute } from '../workspaces/index.ts';
import { approve, listApplications, reject } from './decide-application.ts';
import type { PortalDeps } from './deps.ts';
import { readSettings, updateSettings } from './portal-settings.ts';

const tag = 'Applications';
const program = '/api/v1/programs/:id';
const application = '/api/v1/applications/:id';
const readers = {
  settings: reader(UpdatePortalRequest),
  approve: reader(ApproveApplicationRequest),
  reject: reader(RejectApplicationRequest),
};

/** How partners come in: the program's side. */
export function applicationRoutes(deps: PortalDeps): Route[] {
  const { directory } = deps;
  return [
    dataRoute(
      {
        method: 'GET',
        path: `${program}/portal`,
        scope: 'program:read',
        tag,
        summary: 'How partners apply, and what they may do by themselves',
        answer: PortalSettings,
        status: 200,
        handle: async (call, manager) =>
          readSettings(deps, await getOwnProgram(directory, manager, call.params.id)),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'PATCH',
        path: `${program}/portal`,
        scope: 'program:update',
        tag,
        summary: 'Open or close applications, decide them by hand or approve everybody',
        refuses: ['conflict'],
        body: UpdatePortalRequest,
        answer: PortalSettings,
        status: 200,
        handle: async (call, manager) =>
          updateSettings(
            deps,
            manager,
            await getOpenProgram(directory, manager, call.params.id),
            readers.settings.read(call.body),
          ),
      },
      directory,
    ),
    listRoute(
      {
        path: `${program}/applications`,
        scope: 'program:read',
        tag,
        summary: 'Who applied to a program, newest first',
        query: ApplicationsQuery,
        answer: ApplicationItem,
        handle: async (call, manager) =>
          listApplications(deps, await getOwnProgram(directory, manager, call.params.id), call.query),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${application}/approve`,
        scope: 'program:update',
        tag,
        summary: 'Make an applicant a partner and invite them to the portal',
        refuses: ['application_decided', 'partner_exists', 'conflict'],
        body: ApproveApplicationRequest,
        answer: ApprovedApplication,
        status: 200,
        handle: (call, manager) => approve(deps, manager, call.params.id, readers.approve.read(call.body)),
      },
      directory,
    ),
    dataRoute(
      {
        method: 'POST',
        path: `${application}/reject`,
        scope: 'program:update',
        tag,
        summary: 'Turn an applicant down, with a reason that they are told',
        refuses: ['application_decided'],
        body: RejectApplicationRequest,
        answer: ApplicationItem,
        status: 200,
        handle: (call, manager) =>
          reject(deps, manager, call.params.id, readers.reject.read(call.body).reason),
      },
      directory,
    ),
  ];
}
