/**
 * Attribution: touches + model + window → credits and evidence. Pure: no clock, no store, no ids of its own.
 *
 * Promises: the answer depends on the question alone and not on the order of its touches; every click given is
 * accounted for exactly once, as won or as lost with a reason from a closed list; credits are never empty.
 */
export { decide } from './decide.ts';
export type { Candidate, Decision, LostReason } from './decision.ts';
export type { Credit, Followed, Model, Question, Touch, UnattributedReason } from './question.ts';
