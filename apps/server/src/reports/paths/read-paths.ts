import type { Path } from '../../models/index.ts';
import { type ClickHouse, wide } from '../../platform/index.ts';
import type { PathScope } from './path-scope.ts';
import { pathParams, pathsSql, paymentPathsSql, totalsSql, valuesSql } from './path-sql.ts';

/** Equal paths. Channels are places in the report's values, 0 for what is none of them. */
export interface PathGroup {
  isPaid: boolean;
  /** Of each payment. */
  amount: bigint;
  /** Empty: payments without a touch. */
  path: Path;
  count: number;
  /** How many of them were longer than they are told. */
  shortened: number;
}

/** A payment and its path. */
export interface PaymentPath {
  paymentId: bigint;
  paidAt: number;
  amount: bigint;
  path: Path;
}

/** The values by which touches are told apart, the one with most touches first. */
export async function readValues(clickhouse: ClickHouse, scope: PathScope): Promise<string[]> {
  const rows = await clickhouse.rows<{ value: string }>(valuesSql(scope), pathParams(scope, []));
  return rows.map(({ value }) => value);
}

/** Group after group as they come: however many payments there are, none is kept here. */
export async function* readPaths(
  clickhouse: ClickHouse,
  scope: PathScope,
  values: readonly string[],
  wanted: { ages: boolean; unpaid: boolean; limit: number },
): AsyncGenerator<PathGroup> {
  type Row = [isPaid: number, amount: string, numbers: number[], ages: string[], times: string, long: string];
  const rows = stream<Row>(clickhouse, pathsSql(scope, wanted), pathParams(scope, values));
  for await (const [isPaid, amount, numbers, ages, times, long] of rows) {
    yield {
      isPaid: isPaid === 1,
      amount: wide(amount),
      path: toPath(numbers, ages),
      count: Number(times),
      shortened: Number(long),
    };
  }
}

/** Every payment that has a touch of a channel on its path. */
export async function* readPaymentPaths(
  clickhouse: ClickHouse,
  scope: PathScope,
  values: readonly string[],
  channel: number,
): AsyncGenerator<PaymentPath> {
  type Row = [payment: string, at: string, amount: string, numbers: number[], ages: string[]];
  const params = { ...pathParams(scope, values), asked: channel };
  for await (const [payment, at, amount, numbers, ages] of stream<Row>(
    clickhouse,
    paymentPathsSql(scope),
    params,
  )) {
    yield { paymentId: wide(payment), paidAt: Number(at), amount: wide(amount), path: toPath(numbers, ages) };
  }
}

export async function readTotals(
  clickhouse: ClickHouse,
  scope: PathScope,
): Promise<{ payments: number; revenue: bigint }> {
  const [row] = await clickhouse.rows<{ payments: string; revenue: string }>(
    totalsSql(scope),
    pathParams(scope, []),
  );
  return { payments: Number(row?.payments ?? 0), revenue: wide(row?.revenue ?? 0) };
}

function toPath(numbers: readonly number[], ages: readonly string[]): Path {
  return {
    channels: numbers.map((number) => number >> 1),
    direct: numbers.map((number) => (number & 1) === 1),
    // Where all touches are of one kind ages say nothing and are not told.
    agesMs: ages.length === 0 ? numbers.map(() => 0) : ages.map(Number),
  };
}

async function* stream<Row>(
  clickhouse: ClickHouse,
  query: string,
  params: Record<string, unknown>,
): AsyncGenerator<Row> {
  const result = await clickhouse.client.query({
    query,
    format: 'JSONCompactEachRow',
    query_params: params,
    use_multipart_params: true,
  });
  for await (const rows of result.stream<Row>()) {
    for (const row of rows) yield row.json<Row>();
  }
}
