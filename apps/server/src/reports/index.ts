/**
 * Questions put to ClickHouse: one query built from a catalogue of metrics and a catalogue of dimensions; a new report is
 * a row. And the comparison of the two stores.
 */

export type { ReportDeps } from './deps.ts';
export { reportRoutes } from './http.ts';
export { type Difference, reconcile, reconcileAll } from './reconcile.ts';
export { keepRollups, mendRollups } from './rollups/index.ts';
