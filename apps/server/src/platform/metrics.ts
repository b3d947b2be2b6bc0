import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What /metrics shows. One per server, so that tests do not share counters. */
export interface Metrics {
  registry: Registry;
  /** Events that were refused or ignored, by route and reason: nothing is dropped silently. */
  refused: Counter<'route' | 'reason'>;
  /** Events that are on disk, by type. */
  accepted: Counter<'type'>;
  /** Events shipped to ClickHouse. */
  shipped: Counter;
  /** Age in seconds of the oldest event that ClickHouse does not hold yet. */
  lagSeconds: Gauge;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    refused: new Counter({
      name: 'headwater_refused_total',
      help: 'Events refused or ignored, by route and reason',
      labelNames: ['route', 'reason'],
      registers,
    }),
    accepted: new Counter({
      name: 'headwater_accepted_total',
      help: 'Events on disk, by type',
      labelNames: ['type'],
      registers,
    }),
    shipped: new Counter({
      name: 'headwater_shipped_total',
      help: 'Events shipped to ClickHouse',
      registers,
    }),
    lagSeconds: new Gauge({
      name: 'headwater_event_lag_seconds',
      help: 'Age of the oldest event that ClickHouse does not hold yet',
      registers,
    }),
  };
}
