import { type ClickHouse, type Clock, dayMs, type Log, type Postgres } from '../platform/index.ts';
import {
  type Bounds,
  countTooOld,
  deleteBefore,
  deleteTooOld,
  type Keeping,
  listKeeping,
  tooOld,
} from './queries.ts';

interface RetentionDeps {
  postgres: Postgres;
  clickhouse: ClickHouse;
  clock: Clock;
  log: Log;
}

/** So many rows a transaction: others may pass between two. */
const atOnce = 10_000;
/** So many websites a statement of ClickHouse, which bounds its length. */
const websitesAtOnce = 1000;

/**
 * The daily job: forgets what visitors did longer ago than their website keeps it. Days are UTC's, and a visit goes as a
 * whole, with the day on which it began: today and `retention_days` days before it are kept. Safe to run twice, late, side by side, and after
 * one that was killed: it looks for what is too old, and never for what it did before.
 *
 * Parts of ClickHouse are rewritten, not marked: what is deleted is not on disk any more once old parts are cleared away
 * (eight minutes). A part without anything too old in it is left alone, so what a day costs is rewriting one month.
 */
export async function forgetOldBehaviour(deps: RetentionDeps): Promise<void> {
  const websites = await listKeeping(deps.postgres);
  const today = Math.floor(deps.clock.now().getTime() / dayMs) * dayMs;
  const firstKept = ({ days }: Keeping) => new Date(today - days * dayMs);
  for (const website of websites) await forgetInPostgres(deps.postgres, website, firstKept(website));
  for (let from = 0; from < websites.length; from += websitesAtOnce) {
    const some = websites.slice(from, from + websitesAtOnce);
    await forgetInClickHouse(deps, {
      workspaces: [...new Set(some.map(({ workspaceId }) => workspaceId))],
      websites: some.map(({ websiteId }) => websiteId),
      days: some.map((website) => firstKept(website).toISOString().slice(0, 10)),
    });
  }
}

async function forgetInPostgres(postgres: Postgres, website: Keeping, before: Date): Promise<void> {
  while ((await deleteBefore(postgres, website, before, atOnce)) > 0);
}

async function forgetInClickHouse({ clickhouse, log }: RetentionDeps, bounds: Bounds): Promise<void> {
  for (const [table, where] of tooOld) {
    const rows = await countTooOld(clickhouse, table, where, bounds);
    if (rows === 0) continue;
    await deleteTooOld(clickhouse, table, where, bounds);
    log.info({ table, rows }, 'what visitors did longer ago than it is kept was deleted');
  }
}
