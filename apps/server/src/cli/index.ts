/**
 * What the `headwater` command asks besides the ordinary routes (contract §11): programs by a person's login, a program's
 * status and test events by its own token. No rule of its own: other rooms do the work.
 */
export { cliRoutes } from './http.ts';
