/**
 * What would have been: a draft of terms, model or window run over the payments of a time, from the evidence that was
 * kept. Reads only. What the draft does not touch stays as it was decided.
 */
export { simulateRoutes } from './http.ts';
