/**
 * History brought in from files of other systems. Promises: every row once, whatever is sent again, in parallel or after a
 * crash; a part whole or not at all; a reason for each row that is refused; and the same rules as for what happens today:
 * money goes through payments/, clicks and visits through touches/, partners through workspaces/. Keeps no row: of each only
 * what the rooms below keep, and the digest by which it is known.
 */
export { importRoutes } from './http.ts';
