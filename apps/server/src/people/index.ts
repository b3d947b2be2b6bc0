/**
 * People who sign in: the first owner, invitations, members and their roles; sessions and passwords by better-auth.
 * Promises that a session opens exactly what its person's role in a workspace allows at that moment; of a partner's person, what
 * is that partner's and nothing of the workspace.
 */

export { openFirstOwnerLink } from './first-owner.ts';
export { cliLoginRoutes } from './http-cli-login.ts';
export { installSignIn } from './mount.ts';
export { invitePartnerIn } from './partner-invitations.ts';
export {
  deletePartnerPeople,
  findOpenInvitation,
  forgetPartnerPeople,
  listPartnerPeople,
} from './partner-queries.ts';
export { openPeople, type People } from './people.ts';
export { scopesOfRole } from './roles.ts';
