/**
 * People who sign in: the first owner, invitations, members and their roles; sessions and passwords by better-auth.
 * Promises that a session opens exactly what its person's role in a workspace allows at that moment.
 */

export { openFirstOwnerLink } from './first-owner.ts';
export { cliLoginRoutes } from './http-cli-login.ts';
export { installSignIn } from './mount.ts';
export { openPeople, type People } from './people.ts';
export { scopesOfRole } from './roles.ts';
