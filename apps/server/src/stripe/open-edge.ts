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
import type { Directory, Program } from '../workspaces/index.ts';
import { connectRoutes } from './connect/http.ts';
import type { StripeSettings } from './connect/settings.ts';
import { verifyEndpoint } from './connect/verify-endpoint.ts';
import { createDeliveryHealth } from './endpoints/delivery-health.ts';
import { endpointRoutes } from './endpoints/http.ts';
import { inboxRoutes } from './inbox/http.ts';
import { createInboxMetrics } from './inbox/metrics.ts';
import { createInbox } from './inbox/open-inbox.ts';
import { createProcessor, type Processor } from './inbox/process-events.ts';
import { receiveDelivery } from './inbox/receive-delivery.ts';
import { reconcileRoutes } from './reconcile/http.ts';
import { reconcileEveryAccount } from './reconcile/reconcile-account.ts';

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
  /** Accounts for every cent of yesterday, of every connected account. */
  reconcile(): Promise<void>;
  /** Resolves when the deliveries answered so far have left nothing to be written. */
  settled(): Promise<void>;
  /** Answers the deliveries under way, then finishes the events under way. */
  close(): Promise<void>;
}

// As many as come in by chance while one commits.
const fewDeliveries = 4;

export function openStripeEdge(deps: StripeEdgeDeps): StripeEdge {
  const { postgres, directory, clock, log } = deps;
  const sealer = createSealer(deps.secret);
  const processor: Processor = createProcessor({
    ...deps,
    metrics: createInboxMetrics(deps.metrics, postgres),
    isBusy: () => inbox.waiting > fewDeliveries,
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
  const verifying = {
    ...{ postgres, directory, sealer, clock },
    receive: (programId: number, payload: Buffer, signature: string) =>
      receiveDelivery(webhook, String(programId), { payload, signature }),
  };
  const connecting = {
    ...{ postgres, directory, sealer, clock, log, health },
    settings: deps.settings,
    publicUrl: deps.publicUrl,
    verify: (program: Program, endpointId: number, livemode: boolean) =>
      verifyEndpoint(verifying, program, endpointId, livemode),
  };
  const reconciling = { ...connecting, inbox, processor };
  return {
    routes: [
      ...inboxRoutes({ ...webhook, wake: () => processor.wake() }),
      ...endpointRoutes({ postgres, directory, sealer, clock }),
      ...connectRoutes(connecting),
      ...reconcileRoutes(reconciling),
    ],
    processor,
    reconcile: () => reconcileEveryAccount(reconciling),
    settled: () => health.settled(),
    async close() {
      await inbox.drain();
      await processor.stop();
      await health.settled();
    },
  };
}
