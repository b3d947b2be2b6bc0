import { type ClickHouse, type Clock, dayMs, type Log, type Postgres, wide } from '../platform/index.ts';
import * as queries from './queries.ts';

/** What both stores hold of a workspace in a period, where they differ. */
export interface Difference {
  workspaceId: number;
  what: 'clicks' | 'payments' | 'revenue' | 'refunded' | 'repeated events';
  currency: string;
  postgres: bigint;
  clickhouse: bigint;
}

/**
 * Counts clicks, payments, revenue and refunds in both stores, test and made-up events (demo/) left out, and tells where they differ
 * (invariant 7: each question has one store, and the two are compared). Differences are expected only for what was
 * not shipped yet. `before` is the first instant outside.
 */
export async function reconcile(
  stores: { postgres: Postgres; clickhouse: ClickHouse },
  period: { from: Date; before: Date },
): Promise<Difference[]> {
  const { postgres, clickhouse } = stores;
  const expected = tally(await queries.countInPostgres(postgres, period.from, period.before));
  const found = tally(await countInClickHouse(clickhouse, period));
  const keys = new Set([...expected.keys(), ...found.keys()]);
  const differences: Difference[] = [];
  for (const key of keys) {
    const [workspaceId, what, currency] = JSON.parse(key) as [number, Difference['what'], string];
    const [inPostgres, inClickHouse] = [expected.get(key) ?? 0n, found.get(key) ?? 0n];
    if (inPostgres !== inClickHouse) {
      differences.push({ workspaceId, what, currency, postgres: inPostgres, clickhouse: inClickHouse });
    }
  }
  return differences;
}

/** The daily job: the last 31 days, up to an hour ago so that what is on its way does not count. */
export async function reconcileAll(deps: {
  postgres: Postgres;
  clickhouse: ClickHouse;
  log: Log;
  clock: Clock;
}): Promise<void> {
  const now = deps.clock.now().getTime();
  const period = { from: new Date(now - 31 * dayMs), before: new Date(now - dayMs / 24) };
  for (const difference of await reconcile(deps, period)) {
    deps.log.error(
      {
        ...difference,
        postgres: String(difference.postgres),
        clickhouse: String(difference.clickhouse),
      },
      'PostgreSQL and ClickHouse differ',
    );
  }
}

async function countInClickHouse(
  clickhouse: ClickHouse,
  { from, before }: { from: Date; before: Date },
): Promise<queries.Count[]> {
  const counted = (what: Difference['what'], currency: string, amount: string, type: string) =>
    `select workspace_id as workspaceId, '${what}' as what, ${currency} as unit, toInt64(${amount}) as total
     from events where ${inPeriod} and is_test = 0 and type = '${type}' and not startsWith(event_id, 'demo-') group by workspaceId, unit`;
  const rows = await clickhouse.rows<{ workspaceId: number; what: string; unit: string; total: string }>(
    `select * from (
       ${counted('clicks', "''", 'count()', 'click')}
       union all ${counted('payments', "''", 'sum(sign)', 'payment')}
       union all ${counted('revenue', 'toString(currency)', 'sum(amount)', 'payment')}
       union all ${counted('refunded', 'toString(currency)', 'sum(amount)', 'refund')}
       union all select workspace_id, 'repeated events', '', toInt64(count() - uniqExact(event_id))
       from events where ${inPeriod} and not startsWith(event_id, 'demo-') group by workspace_id
     ) where total != 0`,
    { from: from.getTime(), before: before.getTime() },
  );
  return rows.map((row) => ({
    workspaceId: row.workspaceId,
    what: row.what as Difference['what'],
    currency: row.unit,
    amount: wide(row.total),
  }));
}

const inPeriod = `occurred_at >= fromUnixTimestamp64Milli({from:Int64})
       and occurred_at < fromUnixTimestamp64Milli({before:Int64})`;

function tally(counts: readonly queries.Count[]): Map<string, bigint> {
  return new Map(
    counts.map(({ workspaceId, what, currency, amount }) => [
      JSON.stringify([workspaceId, what, currency]),
      amount,
    ]),
  );
}
