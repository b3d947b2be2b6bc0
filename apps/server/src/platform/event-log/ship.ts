import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { ClickHouse } from '../clickhouse/index.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { type Postgres, type Sql, sqlOn } from '../postgres/sql.ts';
import { deliver, TokenWithoutRows } from './deliver.ts';
import * as queries from './queries.ts';

/**
 * Takes the event log to ClickHouse, each event exactly once.
 *
 *   begun     a set of batches is fixed under a shipment id, in a committed statement
 *   sent      its bytes are inserted under the shipment's deduplication token, synced to disk
 *   ended     batches and shipment are deleted in one statement
 *
 * Killed anywhere, the next leader finds the open shipment and sends what ClickHouse lacks of it, under the same token.
 * One process leads (an advisory lock of its connection); one whose connection broke may still be sending, which the
 * token makes harmless.
 */
export interface Shipper {
  start(): void;
  stop(): Promise<void>;
  /** Ships one shipment if this process leads; the number of events, 0 when nothing waits. */
  shipOnce(): Promise<number>;
  /** Ships until nothing waits; for tests. Throws when that takes longer. */
  catchUp(timeoutMs: number): Promise<void>;
  lagSeconds(): Promise<number>;
}

export interface ShipperOptions {
  postgres: Postgres;
  /** For the leader's own connection. */
  databaseUrl: string;
  clickhouse: ClickHouse;
  log: Log;
  metrics: Metrics;
  /** Called between the steps; a test that throws here stands for a kill. */
  onStep?: (step: 'begun' | 'sent') => void;
}

// Thousands a shipment: ClickHouse pays per insert. The bytes bound what this process holds of them.
const limits = { events: 20_000, bytes: 8 * 1024 * 1024 };
// How often to look for work, and the pause after a shipment that left nothing behind: many small inserts cost ClickHouse, and
// with it everything on the same machine, several times the work of a few large ones.
const idleMs = 250;
const gatherMs = 1000;
const maxBackOffMs = 10_000;
const gaugeEveryMs = 1000;
const stopWithinMs = 2000;

export function createShipper(options: ShipperOptions): Shipper {
  const { postgres, databaseUrl, clickhouse, log, metrics } = options;
  let connection: pg.Client | undefined;
  let sql: Sql | undefined;
  let isStopping = false;
  let loop: Promise<void> | undefined;
  let underWay: Promise<number> | undefined;
  let wake = new AbortController();
  let gaugedAt = 0;
  // Of the shipment that is open: how often ClickHouse knew its token but not its rows.
  let denied = { token: '', times: 0 };
  let isMoreWaiting = false;

  /** The connection on which to ask for the lead: one that does not get it keeps asking on the same. */
  async function connect(): Promise<pg.Client> {
    if (connection !== undefined) return connection;
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'headwater shipper',
      keepAlive: true,
      connectionTimeoutMillis: 5000,
      query_timeout: 60_000,
    });
    client.on('error', () => {});
    client.once('end', () => {
      if (connection === client) {
        connection = undefined;
        sql = undefined;
      }
    });
    try {
      await client.connect();
      // A leader whose machine vanished must not keep the lead for the hours that TCP would grant it.
      await client.query(
        'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
      );
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    connection = client;
    return client;
  }

  async function lead(): Promise<Sql | undefined> {
    if (sql !== undefined) return sql;
    const own = sqlOn(await connect());
    if (!(await queries.tryToLead(own))) return undefined;
    sql = own;
    return own;
  }

  async function letGo(): Promise<void> {
    const client = connection;
    connection = undefined;
    sql = undefined;
    await client?.end().catch(() => {});
  }

  async function shipNext(): Promise<number> {
    const leading = await lead();
    if (leading === undefined) return 0;
    const open = await queries.findOpenShipment(leading);
    const shipment = open ?? (await queries.beginShipment(leading, limits));
    isMoreWaiting = shipment?.isMoreWaiting === true;
    if (shipment === undefined) return 0;
    options.onStep?.('begun');
    const batches = await queries.listBatches(leading, shipment);
    const payload = batches.map((batch) => batch.payload).join('\n');
    const isInDoubt = open !== undefined;
    const { token } = shipment;
    if (denied.token !== token) denied = { token, times: 0 };
    const refused = await deliver({ clickhouse, token, isInDoubt, denials: denied.times }, payload).catch(
      (error: unknown) => {
        if (error instanceof TokenWithoutRows) denied.times += 1;
        throw error;
      },
    );
    options.onStep?.('sent');
    await queries.endShipment(leading, shipment, refused);
    const events = batches.reduce((sum, batch) => sum + batch.events, 0);
    metrics.shipped.inc(events - refused.length);
    for (const letter of refused) {
      metrics.refused.inc({ route: 'shipper', reason: 'unreadable_event' });
      log.error({ reason: letter.reason }, 'ClickHouse refused an event; it is kept in event_dead_letters');
    }
    return events;
  }

  function shipOnce(): Promise<number> {
    underWay ??= shipNext().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function updateGauge(): Promise<void> {
    if (Date.now() - gaugedAt < gaugeEveryMs) return;
    gaugedAt = Date.now();
    metrics.lagSeconds.set(await queries.readLag(postgres));
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!isStopping) {
      let pauseMs = 0;
      try {
        const events = await shipOnce();
        pauseMs = events === 0 ? idleMs : isMoreWaiting ? 0 : gatherMs;
        if (failures > 0) log.info('events are being shipped again');
        failures = 0;
      } catch (error) {
        failures += 1;
        pauseMs = Math.min(maxBackOffMs, idleMs * 2 ** Math.min(failures, 6));
        if (failures === 1) log.warn({ err: error }, 'events wait: the shipment failed and will be repeated');
        await letGo();
      }
      // Also while nothing arrives: then above all the lag must be seen to grow.
      await updateGauge().catch(() => {});
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: wake.signal, ref: false }).catch(() => {});
    }
  }

  return {
    start() {
      loop ??= run();
    },
    async stop() {
      isStopping = true;
      wake.abort();
      const ended = Promise.allSettled([loop, underWay]);
      // What hangs is given up: the next start finds the shipment open.
      await Promise.race([ended, sleep(stopWithinMs, undefined, { ref: false })]);
      await letGo();
      wake = new AbortController();
    },
    shipOnce,
    async catchUp(timeoutMs) {
      const until = Date.now() + timeoutMs;
      for (;;) {
        const waiting = await queries.readLag(postgres);
        if (waiting === 0) return;
        if (Date.now() > until) throw new Error(`events still wait after ${timeoutMs} ms`);
        await shipOnce().catch(() => 0);
        await sleep(20);
      }
    },
    lagSeconds: () => queries.readLag(postgres),
  };
}
