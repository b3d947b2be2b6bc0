/**
 * Touches: clicks through partners' links and visits on tracked sites. An acknowledged touch is on disk. Says who came
 * and from where; who gets credit for it is decided elsewhere.
 */
export {
  type ClickDeps,
  type ClickOutcome,
  keepTestClick,
  recordClick,
  recordTestClick,
} from './clicks.ts';
export {
  createSessionMemory,
  type Identification,
  readCustomerKey,
} from './collect.ts';
export type { TouchContext } from './context.ts';
export { type Cookieless, createCookieless } from './cookieless.ts';
export {
  createDailySalt,
  createDigestAddress,
  type DailySalt,
  type DigestAddress,
} from './daily-salt.ts';
export { type Geo, isBot, type Landing, noGeo, openGeo, readLanding } from './enrichment/index.ts';
export { forgetBrowsers } from './forget-browsers.ts';
export { touchRoutes } from './http.ts';
export { createIngest, type Ingest } from './ingest.ts';
export { listClicksRoute } from './list-clicks.ts';
export { type PastClick, preparePastClicks, recordPastClicks } from './past-clicks.ts';
export { type PastEvent, recordPastEvents } from './past-visits.ts';
export {
  ensureClickPartitions,
  findClicks,
  findLastVisit,
  findVisit,
  type KnownClick,
  type KnownVisit,
  listClicksOfVisitors,
} from './queries.ts';
export { type AdditionalData, readAdditionalData, testAnswer } from './test-mode.ts';
