import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Health } from '@headwater/contract';
import {
  type ClickHouse,
  type Clock,
  type Metrics,
  minuteMs,
  type Postgres,
  packageRoot,
} from '../platform/index.ts';
import { countMinutes, readClickHouse } from './clickhouse-sql.ts';
import * as queries from './queries.ts';

export interface ReadDeps {
  postgres: Postgres;
  clickhouse: ClickHouse;
  clock: Clock;
  metrics: Metrics;
  lagSeconds(): Promise<number>;
  publicUrl(): string;
  /** Where the data directory is; undefined: there is none. */
  dataDir: string | undefined;
  canMail: boolean;
}

const shownMinutes = 60;
const mostDropped = 50;
const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  version: string;
};

/** What answers is told; an engine that does not is null, for that is what somebody comes here to see. */
export async function readHealth(deps: ReadDeps, workspaceId: number): Promise<Health> {
  const { postgres, clickhouse, clock } = deps;
  const now = clock.now();
  const firstMinute = (Math.floor(now.getTime() / minuteMs) - shownMinutes + 1) * minuteMs;
  const [waiting, lag, minutes, postgresEngine, clickhouseEngine, free, dropped] = await Promise.all([
    queries.findWaiting(postgres, workspaceId),
    deps.lagSeconds(),
    countMinutes(clickhouse, workspaceId, new Date(firstMinute)).catch(() => []),
    askPostgres(postgres),
    readClickHouse(clickhouse).catch(() => null),
    readFree(deps.dataDir),
    readDropped(deps.metrics),
  ]);
  const counted = new Map(minutes.map(({ minute, events }) => [minute * 1000, events]));
  const last = minutes.at(-1);
  return {
    at: now.toISOString(),
    ingest: {
      minutes: Array.from({ length: shownMinutes }, (_, index) => {
        const at = firstMinute + index * minuteMs;
        return { at: new Date(at).toISOString(), events: counted.get(at) ?? 0 };
      }),
      last_event_at: last === undefined ? null : new Date(last.minute * 1000).toISOString(),
    },
    event_log: { lag_seconds: lag, waiting: waiting.batches, refused: waiting.refused },
    stripe_inbox: {
      waiting: waiting.inboxWaiting,
      failed: waiting.inboxFailed,
      oldest_waiting_at: waiting.inboxOldest?.toISOString() ?? null,
      last_received_at: waiting.inboxLatest?.toISOString() ?? null,
    },
    webhooks: { pending: waiting.webhooksPending, dead: waiting.webhooksDead },
    mails: { waiting: waiting.mails, can_send: deps.canMail },
    dropped,
    server: {
      version,
      node: process.version,
      started_at: new Date(Date.now() - process.uptime() * 1000).toISOString(),
      memory_bytes: process.memoryUsage.rss(),
      public_url: deps.publicUrl(),
    },
    engines: { postgres: postgresEngine?.version ?? null, clickhouse: clickhouseEngine?.version ?? null },
    clock: { postgres_ahead_seconds: postgresEngine?.aheadSeconds ?? null },
    disk: {
      postgres_bytes: postgresEngine?.bytes ?? null,
      clickhouse_bytes: clickhouseEngine?.bytes ?? null,
      free_bytes: free,
    },
  };
}

/** What PostgreSQL says of itself. Both clocks are those of the machines: one that a test holds still is no clock to judge by. */
async function askPostgres(postgres: Postgres) {
  const askedAt = Date.now();
  try {
    const { now, ...engine } = await queries.readPostgres(postgres);
    const aheadMs = now.getTime() - (askedAt + Date.now()) / 2;
    return { ...engine, aheadSeconds: Math.round(aheadMs) / 1000 };
  } catch {
    return null;
  }
}

async function readFree(dataDir: string | undefined): Promise<number | null> {
  if (dataDir === undefined) return null;
  const disk = await statfs(dataDir).catch(() => undefined);
  return disk === undefined ? null : disk.bavail * disk.bsize;
}

/** Refusals of requests that carried an event, most first. */
async function readDropped({ refused }: Metrics): Promise<Health['dropped']> {
  const { values } = await refused.get();
  return values
    .map(({ labels, value }) => ({
      route: String(labels.route ?? ''),
      reason: String(labels.reason ?? ''),
      count: value,
    }))
    .sort((a, b) => b.count - a.count)
    .slice(0, mostDropped);
}
