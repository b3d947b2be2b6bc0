import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Story, tellStory } from '../../test/story.ts';
import { openTestServer, type TestServer, testClock } from '../../test/test-server.ts';
import type { Currency } from '../money/index.ts';
import type { Transaction } from '../platform/index.ts';
import { toUsdMinor } from '../rates/index.ts';

// The platform's preset: 3.5 % after 10,000.00 US dollars.
import { revenueInUsd } from './fee-revenue.ts';
import { foldAllRevenue } from './index.ts';

let server: TestServer;
let sold = 0;

beforeAll(async () => {
  server = await openTestServer({
    clock: testClock('2026-06-03T12:00:00Z'),
    fee: { bps: 350, freeRevenueMinor: 1_000_000n },
  });
});
afterAll(() => server.close());

async function openProgram(): Promise<Story & { sell(cents: number, currency: string): Promise<Fee> }> {
  server.clock.set('2026-06-03T12:00:00Z');
  const story = await tellStory(server);
  const code = `anna${story.programId}`;
  await story.addPartner(code);
  return {
    ...story,
    async sell(amount_cents, currency) {
      sold += 1;
      const sale = { transaction_id: `t${sold}`, customer_key: `c${sold}`, amount_cents, currency };
      const { body } = await story.sale({ ...sale, click_id: await story.click(code) });
      const { fee } = (await story.explain(body.sale_id)).body.data;
      return [fee.revenue_before, fee.amount_cents, fee.usd_rate];
    },
  };
}

/** Revenue before in US cents, the fee, and the rate that is pinned. */
type Fee = [number, number, { usd_per_unit: string; date: string } | null];

const rate = (usd_per_unit: string, date: string, currency = 'EUR') =>
  server.post('/api/v1/fx-rates', { rates: [{ date, currency, usd_per_unit }] }, server.key);

it('in dollars: free up to and with the payment that crosses the amount, then whole', async () => {
  const { sell } = await openProgram();
  expect(await sell(900_000, 'USD')).toEqual([0, 0, null]);
  expect(await sell(200_000, 'USD')).toEqual([900_000, 0, null]);
  expect(await sell(100_000, 'USD')).toEqual([1_100_000, 3500, null]);
});

it('another currency counts by the rate of its day, which stays with it when the rate is corrected', async () => {
  const { sell } = await openProgram();
  expect(await sell(2_000_000, 'EUR')).toEqual([0, 0, null]);
  // Without a rate it was free and counts for nothing.
  await rate('1.10', '2026-06-01');
  const pinned = { usd_per_unit: '1.1', date: '2026-06-01' };
  expect(await sell(500_000, 'EUR')).toEqual([0, 0, pinned]);
  expect(await sell(500_000, 'EUR')).toEqual([550_000, 0, pinned]);
  expect(await sell(100_000, 'EUR')).toEqual([1_100_000, 3500, pinned]);
  await rate('0.5', '2026-06-01');
  const corrected = { usd_per_unit: '0.5', date: '2026-06-01' };
  expect(await sell(100_000, 'EUR')).toEqual([1_210_000, 3500, corrected]);
  expect(await sell(100_000, 'USD')).toEqual([1_260_000, 3500, null]);
});

it('a rate older than a week says nothing, a later one neither; minor units are those of the currency', async () => {
  const { sell } = await openProgram();
  await rate('0.0065', '2026-06-03', 'JPY');
  await rate('3.25', '2026-05-27', 'KWD');
  await rate('3.25', '2026-06-04', 'KWD');
  expect(await sell(2_000_000, 'JPY')).toEqual([0, 0, { usd_per_unit: '0.0065', date: '2026-06-03' }]);
  expect(await sell(1_000_000, 'KWD')).toEqual([1_300_000, 0, null]);
  server.clock.set('2026-06-10T12:00:00Z');
  expect(await sell(1_000_000, 'KWD')).toEqual([
    1_300_000,
    35_000,
    { usd_per_unit: '3.25', date: '2026-06-04' },
  ]);
  expect(await sell(1000, 'USD')).toEqual([1_300_000 + 325_000, 35, null]);
});

it('a refund gives the amount back at the rate that was pinned', async () => {
  const { sell, refund } = await openProgram();
  await rate('2', '2026-06-03', 'EUR');
  await sell(600_000, 'EUR');
  await refund({ transaction_id: `t${sold}` });
  expect((await sell(100, 'USD'))[0]).toBe(0);
});

/** Payments of a program that were attributed before, written straight into the books: every other one in euros. */
async function addHistory(programId: number, count: number): Promise<void> {
  await server.database.postgres.transaction(async (trx) => {
    const paid = await trx.query<{ id: bigint }>(
      `insert into payments (workspace_id, program_id, transaction_id, source, amount_minor, currency, occurred_at, received_at)
       select 1, $1, 'h' || gen_random_uuid(), 'sale', 100 + n, case when n % 2 = 0 then 'USD' else 'EUR' end, now(), now()
       from generate_series(1, $2::integer) as n returning id`,
      [programId, count],
    );
    const of = [paid.map(({ id }) => id)];
    await trx.query(
      `insert into fees (workspace_id, payment_id, program_id, bps, amount_minor, currency, revenue_before_minor, usd_rate, rate_date)
       select 1, id, program_id, 350, 0, currency, 0, 1 + id % 7 / 10.0, '2026-06-01'
       from payments where id = any($1::bigint[]) and currency = 'EUR'`,
      of,
    );
    await trx.query(
      `with heads as (
         insert into ledger_transactions (workspace_id, program_id, kind, payment_id, posted_at)
         select 1, program_id, 'payment', id, now() from payments where id = any($1::bigint[]) returning id, payment_id
       )
       insert into ledger_entries (workspace_id, transaction_id, program_id, account, currency, amount_minor, payment_id, posted_at)
       select 1, h.id, p.program_id, side.account, p.currency, side.sign * p.amount_minor, p.id, now()
       from heads h join payments p on p.id = h.payment_id,
         (values ('customer_receipts', 1), ('revenue_attributed', -1)) as side(account, sign)`,
      of,
    );
  });
}

/** What the entries say, added up anew. */
async function revenueByEntries(programId: number): Promise<number> {
  const rows = await server.database.postgres.query<{ currency: Currency; rate: string; minor: bigint }>(
    `select e.currency, case when e.currency = 'USD' then '1' else trim_scale(f.usd_rate)::text end as rate,
       -sum(e.amount_minor)::bigint as minor
     from ledger_entries e left join fees f using (workspace_id, payment_id)
     where e.program_id = $1 and e.account = 'revenue_attributed' and (e.currency = 'USD' or f.usd_rate is not null)
     group by 1, 2`,
    [programId],
  );
  return Number(rows.reduce((sum, row) => sum + toUsdMinor(row.minor, row.currency, row.rate), 0n));
}

/** Rows of the books that a transaction has read by now, by any plan. */
async function rowsRead(trx: Transaction): Promise<number> {
  const [row] = await trx.query<{ n: bigint }>(
    `select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) + (
       select sum(idx_tup_read) from pg_stat_xact_user_tables t join pg_index i on i.indrelid = t.relid
       cross join lateral (select pg_stat_get_xact_tuples_returned(i.indexrelid) as idx_tup_read) x
       where t.relname = any($1)) as n
     from pg_stat_xact_user_tables where relname = any($1)`,
    [['ledger_entries', 'fees', 'payments', 'revenue_deltas', 'revenue_sums', 'revenue_totals']],
  );
  return Number(row?.n);
}

it('what a sale reads of the revenue before it does not grow with the history, and is what the entries say', async () => {
  const { sell, programId, refund } = await openProgram();
  const program = { workspaceId: 1, id: programId };
  const revenue = () =>
    server.database.postgres.transaction(async (trx) => {
      const before = await rowsRead(trx);
      const minor = Number(await revenueInUsd(trx, program));
      return { minor, read: (await rowsRead(trx)) - before };
    });
  const readAfter: number[] = [];
  for (const count of [300, 3000]) {
    await addHistory(programId, count);
    const before = await revenueByEntries(programId);
    expect((await sell(1000, 'EUR'))[0]).toBe(before);
    await refund({ transaction_id: `t${sold}`, refund_amount_cents: 333, refund_id: 'a' });
    const { minor, read } = await revenue();
    expect(minor).toBe(await revenueByEntries(programId));
    readAfter.push(read);
  }
  // The deltas that are not folded yet, twice each: the index's entry and the row.
  for (const read of readAfter) {
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(100);
  }
});

it('revenue is folded where no fee is decided, and while sales go on, without a cent lost', async () => {
  const { sell, programId } = await openProgram();
  const { postgres } = server.database;
  await addHistory(programId, 250);
  await postgres.query(
    `insert into revenue_deltas (workspace_id, program_id, currency, usd_rate, minor)
     select 1, $1, 'USD', 1, case when n % 2 = 0 then 5 else -5 end from generate_series(1, 250) as n`,
    [programId],
  );
  const sales = Promise.all(Array.from({ length: 12 }, () => sell(700, 'USD')));
  await Promise.all([foldAllRevenue(postgres), foldAllRevenue(postgres), sales]);
  await foldAllRevenue(postgres);
  const [{ deltas } = { deltas: -1 }] = await postgres.query<{ deltas: number }>(
    'select count(*)::integer as deltas from revenue_deltas where program_id = $1',
    [programId],
  );
  expect(deltas).toBeLessThan(200);
  const program = { workspaceId: 1, id: programId };
  const minor = await postgres.transaction((trx) => revenueInUsd(trx, program));
  expect(Number(minor)).toBe(await revenueByEntries(programId));
  const { body } = await server.get('/api/v1/verify', server.key);
  expect(body.data.fault?.check).not.toBe('revenue');
});
