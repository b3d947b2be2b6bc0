import {
  CreatePortalLinkRequest,
  ListQuery,
  PortalCommission,
  PortalCommissionsQuery,
  PortalExplanation,
  PortalLink,
  PortalMe,
  PortalProgram,
  PortalReport,
  PortalReportQuery,
} from '@headwater/contract';
import { listCommissionsOfPartner } from '../commissions/index.ts';
import { kysely, type Route, reader } from '../platform/index.ts';
import { listLinks, openSetUp } from '../workspaces/index.ts';
import type { PortalDeps } from './deps.ts';
import { explainCommission } from './explain-commission.ts';
import { createOwnLink, toPortalLink } from './own-links.ts';
import { getMine } from './own-program.ts';
import { listMyPrograms } from './own-programs.ts';
import { reportOfPartner } from './own-report.ts';
import { portalData, portalList } from './portal-route.ts';

const portal = '/api/v1/portal';
const program = `${portal}/programs/:id`;
const linkReader = reader(CreatePortalLinkRequest);

/** Programs, links, figures and commissions of a partner. */
export function mineRoutes(deps: PortalDeps): Route[] {
  const { postgres } = deps;
  const db = kysely(postgres);
  const setUp = openSetUp(deps);
  return [
    portalData({
      path: `${portal}/me`,
      summary: 'Who is signed in',
      answer: PortalMe,
      handle: async (_call, { name, email }): Promise<PortalMe> => ({ name, email }),
    }),
    portalList({
      path: `${portal}/programs`,
      summary: 'The programs one is a partner in',
      answer: PortalProgram,
      handle: async (_call, me) => ({ data: await listMyPrograms(deps, me), next_cursor: null }),
    }),
    portalList({
      path: `${program}/links`,
      summary: 'One’s own links, newest first',
      query: ListQuery,
      answer: PortalLink,
      async handle(call, me) {
        const mine = await getMine(deps, me, call.params.id);
        const asked = { ...call.query, partner_id: String(mine.partnerId) };
        const page = await listLinks(setUp, mine.actor, mine.program.id, asked);
        return { ...page, data: page.data.map(toPortalLink) };
      },
    }),
    portalData({
      method: 'POST',
      path: `${program}/links`,
      summary: 'Make another link, as far as the program allows',
      refuses: ['code_taken', 'too_many_links', 'conflict'],
      body: CreatePortalLinkRequest,
      answer: PortalLink,
      status: 201,
      handle: async (call, me) =>
        createOwnLink(deps, await getMine(deps, me, call.params.id), linkReader.read(call.body)),
    }),
    portalData({
      path: `${program}/report`,
      summary: 'Clicks, sign-ups, customers, revenue and commissions over time',
      query: PortalReportQuery,
      answer: PortalReport,
      handle: async (call, me) => reportOfPartner(deps, await getMine(deps, me, call.params.id), call.query),
    }),
    portalList({
      path: `${program}/commissions`,
      summary: 'One’s own commissions, newest first',
      query: PortalCommissionsQuery,
      answer: PortalCommission,
      async handle(call, me) {
        const mine = await getMine(deps, me, call.params.id);
        const page = await listCommissionsOfPartner(db, mine.program, mine.partnerId, call.query);
        const data = page.data.map(
          (one): PortalCommission => ({
            id: one.id,
            program_id: mine.program.id,
            type: one.type,
            status: one.status,
            amount_cents: one.amount_cents,
            reversed_cents: one.reversed_cents,
            currency: one.currency,
            hold_until: one.hold_until,
            earned_at: one.created_at,
          }),
        );
        return { ...page, data };
      },
    }),
    portalData({
      path: `${portal}/commissions/:id`,
      summary: 'Why a commission was earned, what it is, and when it is paid; nothing names the customer',
      answer: PortalExplanation,
      handle: (call, me) => explainCommission(deps, me, call.params.id),
    }),
  ];
}
