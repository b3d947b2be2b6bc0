/** What happens by itself: the schedule and its tasks, each safe to run twice, late, or in several processes. */
export { type DeliveriesDeps, runDeliveries } from './run-deliveries.ts';
export { ensurePartitionsAround, type JobDeps, runJobs } from './run-jobs.ts';
