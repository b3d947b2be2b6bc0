/**
 * What looks like fraud. Each rule leaves evidence on commissions, in words and figures, and where the program wants it
 * holds them for a person. It decides nothing: who looked approves, rejects, or dismisses the signal with a reason.
 */
export { fraudRoutes } from './http.ts';
export { scanAllPrograms } from './scan.ts';
