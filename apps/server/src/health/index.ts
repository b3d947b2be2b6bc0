/** How the server is: what arrives, what waits, what was dropped and why, which engines, how much disk. Changes nothing. */
export { healthRoutes } from './http.ts';
