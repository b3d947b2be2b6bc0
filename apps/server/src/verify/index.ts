/**
 * Proof that the books are whole: the audit chain, every transaction, every balance, every commission, reckoned again
 * from the facts by the rooms that wrote them. Reads only.
 */
export type { Fault } from './check-payment.ts';
export { verifyRoutes } from './http.ts';
export { verifyWorkspace } from './verify-workspace.ts';
