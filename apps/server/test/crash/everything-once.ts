import { expect } from 'vitest';
import type { ClickHouse, Postgres } from '../../src/platform/index.ts';
import { reconcile } from '../../src/reports/index.ts';
import type { Acknowledged } from './load.ts';

/** Everything acknowledged is in PostgreSQL, nothing is there twice, and the books balance. */
export async function expectInPostgres(
  postgres: Postgres,
  { clicks, leads, sales, refunds }: Acknowledged,
): Promise<void> {
  const all = async <T>(sql: string) => (await postgres.query<{ it: T }>(sql)).map(({ it }) => it);
  const storedClicks = await all<string>('select click_id as it from clicks');
  expect(new Set(storedClicks).size).toBe(storedClicks.length);
  expect([...clicks].filter((id) => !new Set(storedClicks).has(id))).toEqual([]);

  const storedLeads = await all<string>('select customer_key as it from leads');
  expect(new Set(storedLeads).size).toBe(storedLeads.length);
  expect([...leads].filter((key) => !new Set(storedLeads).has(key))).toEqual([]);

  const payments = await postgres.query<{ transaction_id: string; id: bigint }>(
    'select transaction_id, id from payments',
  );
  const ids = new Map(payments.map((row) => [row.transaction_id, Number(row.id)]));
  expect(ids.size).toBe(payments.length);
  expect([...sales].filter(([transactionId, id]) => ids.get(transactionId) !== id)).toEqual([]);

  const refunded = await all<string>(
    'select p.transaction_id as it from refunds r join payments p on p.id = r.payment_id',
  );
  expect(new Set(refunded).size).toBe(refunded.length);
  expect([...refunds].filter((id) => !refunded.includes(id))).toEqual([]);

  expect(
    await postgres.query(
      'select transaction_id, currency from ledger_entries group by 1, 2 having sum(amount_minor) <> 0',
    ),
  ).toEqual([]);
  // Each payment has its one commission, its fee, and what a refund of 500 of 1999 leaves of 400 and 70.
  const odd = await postgres.query(
    `select p.transaction_id, count(distinct c.id) as commissions, count(distinct r.id) as refunds,
       (select -sum(amount_minor) from ledger_entries e where e.payment_id = p.id and e.account like 'partner_%') as kept,
       (select -sum(amount_minor) from ledger_entries e where e.payment_id = p.id and e.account = 'fee_payable') as fee
     from payments p left join commissions c on c.payment_id = p.id left join refunds r on r.payment_id = p.id
     group by p.workspace_id, p.id
     having count(distinct c.id) <> 1
       or (select -sum(amount_minor) from ledger_entries e where e.payment_id = p.id and e.account like 'partner_%')
          <> case when count(distinct r.id) = 1 then 300 else 400 end
       or (select -sum(amount_minor) from ledger_entries e where e.payment_id = p.id and e.account = 'fee_payable')
          <> case when count(distinct r.id) = 1 then 52 else 70 end`,
  );
  expect(odd).toEqual([]);
}

/** ClickHouse holds each of PostgreSQL's facts once, and the event log is empty. */
export async function expectInClickHouse(
  postgres: Postgres,
  clickhouse: ClickHouse,
  { pages }: Acknowledged,
): Promise<void> {
  expect(await postgres.query('select seq from event_batches')).toEqual([]);
  const day = 86_400_000;
  const period = { from: new Date(Date.now() - day), before: new Date(Date.now() + day) };
  expect(await reconcile({ postgres, clickhouse }, period)).toEqual([]);

  const twice = await clickhouse.rows('select event_id from events group by event_id having count() > 1');
  expect(twice).toEqual([]);
  const inClickHouse = async (column: string, type: string) =>
    (
      await clickhouse.rows<{ it: string }>(
        `select toString(${column}) as it from events where type = '${type}' order by it`,
      )
    ).map(({ it }) => it);
  const inPostgres = async (sql: string) =>
    (await postgres.query<{ it: string }>(sql)).map(({ it }) => it).sort();

  expect(await inClickHouse('click_id', 'click')).toEqual(
    await inPostgres('select click_id as it from clicks'),
  );
  expect(await inClickHouse('click_id', 'lead')).toEqual(
    await inPostgres('select click_id as it from leads'),
  );
  const payments = await inPostgres('select id::text as it from payments');
  expect((await inClickHouse('payment_id', 'payment')).sort()).toEqual(payments);
  const refunds = await inPostgres('select payment_id::text as it from refunds');
  expect((await inClickHouse('payment_id', 'refund')).sort()).toEqual(refunds);
  const visits = await inPostgres('select session_id as it from visits');
  expect((await inClickHouse('session_id', 'visit')).sort()).toEqual(visits);

  const seen = await inClickHouse('path', 'pageview');
  expect(new Set(seen).size).toBe(seen.length);
  expect([...pages].filter((path) => !seen.includes(path))).toEqual([]);
}
