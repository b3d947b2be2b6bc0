/**
 * Attribution models over paths: who gets how much of what was paid. Pure: paths in, credits out; no store, no clock.
 *
 * Promises: every model gives away exactly what was paid, to the cent; equal paths in any order and grouping give equal
 * credits; chance enters only where it is said, from a seed.
 */
export { type Chain, chanceOfPaying, createChainCounter, type Order } from './chain.ts';
export { distinctChannels, type Path } from './path.ts';
export { removalEffects } from './removal.ts';
export { type Credit, creditByRule, splitByWeights } from './rules.ts';
export { chainShapley, exactUpTo, type ShapleyShares } from './shapley.ts';
export { normalise, splitByShares, weightOf } from './shares.ts';
export { emptyTally, paymentParts, type Tally, tallyByRules } from './tally.ts';
