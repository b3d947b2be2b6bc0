/** Days that are over, added up; and whether what views make of the events is what the events are. */
export { buildRollups } from './build.ts';
export { checkRollups, healRollups, type RollupDifference, renameSessions } from './check.ts';
export { keepRollups, mendRollups } from './keep.ts';
