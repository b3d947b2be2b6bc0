import type { FeeSettings } from '../payments/index.ts';
import {
  type Clock,
  createSealer,
  type Hasher,
  type Log,
  type Metrics,
  type Postgres,
  type Route,
} from '../platform/index.ts';
import type { Directory } from '../workspaces/index.ts';
import { createDeliveryHealth } from './endpoints/delivery-health.ts';
import { endpointRoutes } from './endpoints/http.ts';
import { createInbox } from './inbox/arrival.ts';
import { inboxRoutes } from './inbox/http.ts';
import { createInboxMetrics } from './inbox/metrics.ts';
import { createProcessor, type Processor } from './inbox/process-events.ts';

/** How this installation reaches Stripe. */
export interface StripeSettings {
  /** The platform account's key and client id: what OAuth needs. Without them accounts connect by a key of their own. */
  secretKey: string | undefined;
  clientId: string | undefined;
  /** Signs deliveries to the platform's Connect endpoint. */
  connectSecret: string | undefined;
  /** Another address for Stripe's API, for tests. */
  apiBase: string | undefined;
}

export interface StripeEdgeDeps {
  postgres: Postgres;
  directory: Directory;
  clock: Clock;
  hasher: Hasher;
  fees: FeeSettings;
  log: Log;
  metrics: Metrics;
  /** HEADWATER_SECRET: encrypts what is kept of Stripe's secrets. */
  secret: string;
  settings: StripeSettings;
  /** Where people and Stripe reach this server. */
  publicUrl(): string;
}

/** Everything between Stripe and the books: routes to mount, and the processor of the inbox. */
export interface StripeEdge {
  routes: Route[];
  processor: Processor;
  /** Answers the deliveries under way, then finishes the events under way. */
  close(): Promise<void>;
}

export function openStripeEdge(deps: StripeEdgeDeps): StripeEdge {
  const { postgres, directory, clock, log } = deps;
  const sealer = createSealer(deps.secret);
  const processor: Processor = createProcessor({
    ...deps,
    metrics: createInboxMetrics(deps.metrics, postgres),
    isBusy: () => inbox.queued > 1,
  });
  const inbox = createInbox(postgres, () => processor.wake());
  const health = createDeliveryHealth(postgres, log);
  const webhook = {
    postgres,
    directory,
    sealer,
    inbox,
    clock,
    health,
    connectSecret: deps.settings.connectSecret,
  };
  return {
    routes: [
      ...inboxRoutes({ ...webhook, wake: () => processor.wake() }),
      ...endpointRoutes({ postgres, directory, sealer, clock }),
    ],
    processor,
    async close() {
      await inbox.drain();
      await processor.stop();
    },
  };
}
