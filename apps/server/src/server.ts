import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { invoiceRoutes, payoutRoutes, reportingRoutes, statementRoutes } from './billing/index.ts';
import { cliRoutes } from './cli/index.ts';
import { listCommissionsRoute } from './commissions/index.ts';
import { identifyVisitor, leadRoutes, listLeadsRoute } from './customers/index.ts';
import { demoRoutes } from './demo/index.ts';
import { erasePerson, erasureRoutes } from './erasure/index.ts';
import { fraudRoutes } from './fraud/index.ts';
import { healthRoutes } from './health/index.ts';
import { buildApp } from './http/app.ts';
import { readDashboard } from './http/dashboard.ts';
import { plainRoutes } from './http/plain-routes.ts';
import { importRoutes } from './imports/index.ts';
import { ensurePartitionsAround, runDeliveries, runJobs } from './jobs/index.ts';
import { mailRoutes, sendMail, sendSecretMail } from './mails/index.ts';
import { listPaymentsRoute, paymentRoutes, reviewRoutes } from './payments/index.ts';
import { cliLoginRoutes, installSignIn, openPeople, type People } from './people/index.ts';
import {
  type ClickHouse,
  type Clock,
  createHasher,
  createMetrics,
  createSealer,
  createShipper,
  type Log,
  migrate,
  migrateClickHouse,
  openClickHouse,
  openPostgres,
  type Postgres,
  packageRoot,
  type Route,
  type Shipper,
} from './platform/index.ts';
import { portalRoutes } from './portal/index.ts';
import { rateRoutes } from './rates/index.ts';
import { openReadiness } from './readiness/index.ts';
import {
  keepRollups,
  mendRollups,
  openRealtime,
  peopleRoutes,
  reconcileAll,
  reportRoutes,
} from './reports/index.ts';
import { forgetOldBehaviour } from './retention/index.ts';
import { simulateRoutes } from './simulate/index.ts';
import { openStripeEdge, type StripeEdge, type StripeSettings } from './stripe/index.ts';
import {
  createCookieless,
  createDailySalt,
  createDigestAddress,
  createIngest,
  createSessionMemory,
  type Geo,
  type Ingest,
  listClicksRoute,
  touchRoutes,
} from './touches/index.ts';
import { verifyRoutes } from './verify/index.ts';
import { deliverMessage, webhookRoutes } from './webhooks/index.ts';
import { type Directory, openDirectory, workspaceRoutes } from './workspaces/index.ts';

export interface ServerOptions {
  databaseUrl: string;
  clickhouse: { url: string; database?: string };
  /** Keys the hashes of email addresses. */
  secret: string;
  clock: Clock;
  log: Log;
  geo: Geo;
  fee: { bps: number; freeRevenueMinor: bigint };
  rateLimitPerMinute: number;
  stripe: StripeSettings;
  webhooks: { allowPrivate: boolean };
  /** Where mails go out; undefined: they are kept. */
  smtp: { url: string; from: string } | undefined;
  /** Where this process keeps its files, for how much room is left; undefined: nowhere. */
  dataDir?: string;
  /** Where people and Stripe reach this server; asked for when it serves. */
  publicUrl(): string;
  /** Run the schedule in this process. */
  jobs: boolean;
  onProgress?: (text: string) => void;
}

/** The rooms, put together and ready to serve; not yet listening. */
export interface Server {
  app: FastifyInstance;
  routes: readonly Route[];
  postgres: Postgres;
  clickhouse: ClickHouse;
  directory: Directory;
  shipper: Shipper;
  ingest: Ingest;
  stripe: StripeEdge;
  people: People;
  /** Stops taking requests, finishes those under way, and lets go of both stores. */
  close(): Promise<void>;
}

/** Composes a server from its two stores: migrates both, opens the rooms, mounts the routes, starts shipping. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const { clock, log, geo, fee } = options;
  const clickhouse = openClickHouse(options.clickhouse);
  options.onProgress?.('Migrating');
  await Promise.all([migrate(options.databaseUrl), migrateClickHouse(clickhouse)]);
  const metrics = createMetrics();
  const postgres = openPostgres(options.databaseUrl);
  await ensurePartitionsAround(postgres, clock.now());
  const connect = async () => {
    const client = new pg.Client({
      connectionString: options.databaseUrl,
      application_name: 'headwater directory',
    });
    await client.connect();
    return client;
  };
  const directory = await openDirectory(postgres, connect, log);
  const hasher = createHasher(options.secret);
  // A connection of their own: clicks and page views never queue behind sales, nor the other way round.
  const ingestPostgres = openPostgres(options.databaseUrl, {
    max: 1,
    applicationName: 'headwater ingest',
    plansOnce: true,
  });
  const ingest = createIngest(ingestPostgres);
  const shipper = createShipper({ postgres, databaseUrl: options.databaseUrl, clickhouse, log, metrics });
  const fees = { feeBps: fee.bps, feeFreeMinor: fee.freeRevenueMinor };
  const stores = { postgres, directory, clock, hasher };
  const stripe = openStripeEdge({
    ...stores,
    fees,
    log,
    metrics,
    secret: options.secret,
    settings: options.stripe,
    publicUrl: options.publicUrl,
  });
  const sealer = createSealer(options.secret);
  const saltOf = createDailySalt(postgres);
  const webhooks = { ...stores, sealer, allowPrivate: options.webhooks.allowPrivate };
  const reports = { postgres, clickhouse, directory, clock, lagSeconds: () => shipper.lagSeconds() };
  const realtime = openRealtime(reports);
  const readiness = openReadiness({ ...stores, fees, publicUrl: options.publicUrl });
  const click = { postgres, directory, ingest, geo, clock, metrics };
  const digestAddress = createDigestAddress(saltOf, hasher);
  const { smtp } = options;
  const people = openPeople({
    postgres,
    clock,
    log,
    secret: options.secret,
    publicUrl: options.publicUrl,
    sendMail: smtp && ((mail) => sendSecretMail(smtp, mail)),
    forgetTokens: () => directory.clear(),
  });
  const routes: Route[] = [
    ...touchRoutes({
      click,
      collect: {
        postgres,
        directory,
        ingest,
        geo,
        clock,
        metrics,
        cookieless: createCookieless(postgres, hasher, saltOf),
        sessions: createSessionMemory(),
        identify: (identification) => identifyVisitor(stores, identification),
      },
    }),
    ...leadRoutes({ ...stores, digestAddress }),
    ...paymentRoutes({ ...stores, fees }),
    ...workspaceRoutes({ ...stores, installationFee: fee }),
    ...listClicksRoute(stores),
    ...listLeadsRoute(stores),
    ...listPaymentsRoute(stores),
    ...listCommissionsRoute(stores),
    ...invoiceRoutes(stores),
    ...statementRoutes(stores),
    ...reportingRoutes(stores),
    ...rateRoutes(stores),
    ...payoutRoutes({ ...stores, sealer }),
    ...webhookRoutes(webhooks),
    ...mailRoutes({ ...stores, sealer }),
    ...reviewRoutes(stores),
    ...fraudRoutes(stores),
    ...simulateRoutes(stores),
    ...demoRoutes({ postgres, clickhouse, directory, clock }),
    ...reportRoutes(reports),
    ...peopleRoutes(reports),
    ...realtime.routes,
    ...readiness.routes,
    ...healthRoutes({
      ...reports,
      metrics,
      publicUrl: options.publicUrl,
      dataDir: options.dataDir,
      canMail: smtp !== undefined,
    }),
    ...cliLoginRoutes(people),
    ...cliRoutes({
      ...stores,
      ...{ installationFee: fee, fees, click, digestAddress },
      verify: readiness.verify,
    }),
    ...verifyRoutes(stores),
    ...erasureRoutes({ ...stores, clickhouse }),
    ...importRoutes({ ...stores, fees }),
    ...portalRoutes({
      ...{ postgres, clickhouse, directory, clock, hasher, sealer, people },
      ...{ installationFee: fee, lagSeconds: () => shipper.lagSeconds() },
    }),
    ...stripe.routes,
  ];
  const tracker = await readFile(join(packageRoot(), '../../packages/tracker/dist/headwater.js'), 'utf8');
  const app = await buildApp({
    routes,
    directory,
    metrics,
    log,
    rateLimitPerMinute: options.rateLimitPerMinute,
    findPerson: (headers, as) =>
      as === 'partner' ? people.findPartner(headers) : people.findPrincipal(headers),
    signIn: (app) => installSignIn(app, people),
    plain: plainRoutes({
      metrics,
      tracker,
      dashboard: await readDashboard(),
      readiness: async () => ({
        postgres: await answers(() => postgres.query('select 1')),
        clickhouse: await answers(() => clickhouse.rows('select 1')),
        migrations: await answers(() => postgres.query('select name from headwater_migrations limit 1')),
      }),
    }),
  });
  shipper.start();
  if (options.jobs) stripe.processor.start();
  const jobs = options.jobs
    ? await runJobs({
        postgres,
        clock,
        log,
        reconcile: () => reconcileAll({ postgres, clickhouse, log, clock }),
        keepRollups: () => keepRollups({ clickhouse, clock, log }),
        mendRollups: () => mendRollups({ clickhouse, clock, log }),
        reconcileStripe: () => stripe.reconcile(),
        forgetOld: () => forgetOldBehaviour({ postgres, clickhouse, clock, log }),
        erase: (key) => erasePerson({ ...stores, clickhouse }, key),
      })
    : undefined;
  const deliver = (key: { workspaceId: number; id: number }, isLast: boolean) =>
    deliverMessage(webhooks, key, isLast);
  const mail = (key: { workspaceId: number; id: number }, isLast: boolean) =>
    sendMail({ ...stores, sealer, smtp: options.smtp }, key, isLast);
  const deliveries = options.jobs ? await runDeliveries({ postgres, log, deliver, mail }) : undefined;
  return {
    app,
    routes,
    postgres,
    clickhouse,
    directory,
    shipper,
    ingest,
    stripe,
    people,
    async close() {
      // Those who listen would keep the server open for ever.
      realtime.close();
      readiness.close();
      await app.close();
      await ingest.drain();
      await stripe.close();
      await Promise.allSettled([jobs?.stop(), deliveries?.stop()]);
      await shipper.stop();
      await directory.close();
      await clickhouse.close();
      await ingestPostgres.close().catch(() => {});
      await postgres.close().catch(() => {});
    },
  };
}

async function answers(question: () => Promise<unknown>): Promise<boolean> {
  try {
    await question();
    return true;
  } catch {
    return false;
  }
}
