import { join } from 'node:path';
import { expect } from 'vitest';
import { startEngines } from '../apps/server/src/platform/engines/index.ts';
import {
  createMetrics,
  createShipper,
  openClickHouse,
  openPostgres,
  type Postgres,
  packageRoot,
  silentLog,
} from '../apps/server/src/platform/index.ts';
import { reconcile } from '../apps/server/src/reports/index.ts';
import type { Acknowledged } from './traffic.ts';

/** Everything acknowledged is there once, the books balance, and both stores say the same, after the server has ended. */
export async function expectInBothStores(dataDir: string, acknowledged: Acknowledged): Promise<void> {
  const engines = await startEngines({
    config: { dataDir, clickhouseEntry: join(packageRoot(), 'dist/clickhouse-process.js') },
    log: silentLog,
    onProgress() {},
  });
  const postgres = openPostgres(engines.databaseUrl);
  const clickhouse = openClickHouse({ url: engines.clickhouseUrl });
  try {
    await expectInPostgres(postgres, acknowledged);
    const shipper = createShipper({
      ...{ postgres, databaseUrl: engines.databaseUrl, clickhouse },
      ...{ log: silentLog, metrics: createMetrics() },
    });
    await shipper.catchUp(120_000);
    await shipper.stop();
    expect(await postgres.query('select seq from event_batches')).toEqual([]);
    expect(await postgres.query('select reason, payload from event_dead_letters')).toEqual([]);
    const day = 86_400_000;
    const period = { from: new Date(Date.now() - day), before: new Date(Date.now() + day) };
    expect(await reconcile({ postgres, clickhouse }, period)).toEqual([]);
    expect(
      await clickhouse.rows('select event_id from events group by event_id having count() > 1 limit 9'),
    ).toEqual([]);
    const seen = await clickhouse.rows<{ path: string }>("select path from events where type = 'pageview'");
    expectOnce(
      acknowledged.pages,
      seen.map(({ path }) => path),
    );
  } finally {
    await clickhouse.close();
    await postgres.close();
    await engines.stop();
  }
}

async function expectInPostgres(postgres: Postgres, acknowledged: Acknowledged): Promise<void> {
  const all = async (sql: string) => (await postgres.query<{ it: string }>(sql)).map(({ it }) => it);
  expectOnce(acknowledged.clicks, await all('select click_id as it from clicks'));
  expectOnce(acknowledged.leads, await all('select customer_key as it from leads'));
  expectOnce(
    acknowledged.refunds,
    await all('select p.transaction_id as it from refunds r join payments p on p.id = r.payment_id'),
  );
  const payments = await postgres.query<{ transaction_id: string; id: bigint }>(
    'select transaction_id, id from payments',
  );
  const ids = new Map(payments.map((row) => [row.transaction_id, Number(row.id)]));
  expect(ids.size).toBe(payments.length);
  expect([...acknowledged.sales].filter(([transaction, id]) => ids.get(transaction) !== id)).toEqual([]);
  expect(acknowledged.invoices.filter((invoice) => !ids.has(invoice))).toEqual([]);
  expect(
    await postgres.query(
      'select transaction_id, currency from ledger_entries group by 1, 2 having sum(amount_minor) <> 0',
    ),
  ).toEqual([]);
}

function expectOnce(acknowledged: readonly string[], stored: readonly string[]): void {
  const there = new Set(stored);
  expect(there.size).toBe(stored.length);
  expect(acknowledged.filter((one) => !there.has(one))).toEqual([]);
}
