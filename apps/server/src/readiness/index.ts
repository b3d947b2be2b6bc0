/**
 * An integration that proves itself: which gates of a program's set-up pass, what has arrived, and the synthetic chain: a
 * click, a lead and a sale that go through the production code and leave test rows only.
 */

export { openReadiness } from './open-readiness.ts';
export { countRecent, findSetUp } from './queries.ts';
