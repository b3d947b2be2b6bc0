/**
 * Tenants and what they own: programs, websites, partners, groups, policies, links and credentials.
 * Promises that a look-up never answers with something that was changed before it was asked.
 */

export { checkChain } from './audit/queries.ts';
export { actorName, recordAct } from './audit/record-act.ts';
export { ensureFirstKey, installBootstrapKey } from './bootstrap.ts';
export { createLinkIn, linkAct } from './create-link.ts';
export { createProgram } from './create-program.ts';
export { type Directory, openDirectory } from './directory.ts';
export { admitIn, enrollAct, enrollIn } from './enroll-partner.ts';
export { foldLinkClicks } from './fold-link-clicks.ts';
export { workspaceRoutes } from './http.ts';
export { listLinks } from './list-links.ts';
export { dataRoute, listRoute } from './manage-route.ts';
export { getOpenProgram, getOwnProgram } from './own-program.ts';
export { getOwnWebsite } from './own-website.ts';
export { pauseProgram, resumeProgram } from './pause-program.ts';
export { type LinkTarget, originAllowed, type Program, type Website } from './program.ts';
export {
  findEnrolledPartners,
  findLinkTarget,
  findNamedPartner,
  listPartnerNames,
  type NamedPartner,
} from './queries.ts';
export { regenerateToken } from './regenerate-token.ts';
export { insertRehearsalPartner } from './rehearsal-partner.ts';
export { mayTouch, openSetUp, type SetUp, type SetUpDeps } from './set-up.ts';
export { readDomain } from './site.ts';
export { readBounds, readTerms, readTiers } from './terms.ts';
