import { Counter, Gauge, Histogram } from 'prom-client';
import type { Metrics, Postgres } from '../../platform/index.ts';
import { countOpenEvents } from './queries.ts';

/** What /metrics says of the inbox. An alert belongs on `failed` above zero and on the age of the oldest waiting event. */
export interface InboxMetrics {
  processed: Counter<'outcome'>;
  /** Seconds from an event's arrival to its being in the books. */
  lag: Histogram;
}

export function createInboxMetrics(metrics: Metrics, postgres: Postgres): InboxMetrics {
  const registers = [metrics.registry];
  const oldest = new Gauge({
    name: 'headwater_stripe_oldest_waiting_seconds',
    help: 'Age of the oldest Stripe event that is not processed yet',
    registers,
  });
  // Counted when asked: the inbox is shared by all processes, and a count in memory would be one process's only.
  new Gauge({
    name: 'headwater_stripe_events',
    help: 'Stripe events that are not processed yet, by state',
    labelNames: ['state'],
    registers,
    async collect() {
      const open = await countOpenEvents(postgres).catch(() => undefined);
      if (open === undefined) return;
      for (const state of ['waiting', 'failed'] as const) {
        this.set({ state }, open.find((one) => one.state === state)?.events ?? 0);
      }
      const times = open.map((one) => one.oldest.getTime());
      oldest.set(times.length === 0 ? 0 : Math.max(0, (Date.now() - Math.min(...times)) / 1000));
    },
  });
  return {
    processed: new Counter({
      name: 'headwater_stripe_processed_total',
      help: 'Attempts at Stripe events, by outcome: applied, noted, failed',
      labelNames: ['outcome'],
      registers,
    }),
    lag: new Histogram({
      name: 'headwater_stripe_lag_seconds',
      help: 'From the arrival of a Stripe event to its being in the books',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
      registers,
    }),
  };
}
