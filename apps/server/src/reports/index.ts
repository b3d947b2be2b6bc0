/**
 * Questions put to ClickHouse: one query built from a catalogue of metrics and a catalogue of dimensions; a new report is
 * a row. And the comparison of the two stores.
 */
export { type ReportDeps, reportRoutes } from './http.ts';
export { type Difference, reconcile, reconcileAll } from './reconcile.ts';
