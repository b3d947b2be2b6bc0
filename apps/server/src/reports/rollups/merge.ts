import type { ClickHouse, Log } from '../../platform/index.ts';

/** Tables by month whose rows are put together as they are read, and are sooner read from one part. */
const byMonth = ['sessions', 'hours', 'rollups'];

/**
 * Makes one part of each month that is over: a visit then stands in one row, and `final` has nothing left to merge, which
 * halves what a report of a month costs. The engine may leave two parts of a month apart for good.
 *
 * @param months YYYY-MM-DD, their first days
 */
export async function mergeMonths(
  clickhouse: ClickHouse,
  months: readonly string[],
  log: Log,
): Promise<void> {
  if (months.length === 0) return;
  const merges = [...new Set(months)].flatMap((month) =>
    byMonth.map((table) => `${table} partition ${month.slice(0, 7).replace('-', '')}`),
  );
  for (const what of [...merges, 'rollup_builds']) {
    // Only a matter of speed: what takes longer than a request may is done all the same, and reports wait for nothing else.
    await clickhouse
      .command(`optimize table ${what} final settings optimize_skip_merged_partitions = 1`)
      .catch((error: unknown) => {
        if (!isTimeout(error)) log.warn({ err: error, what }, 'parts of ClickHouse were not merged');
      });
  }
}

/** The client waited no longer, or the engine's own limit was reached. */
function isTimeout(error: unknown): boolean {
  const { message, code } = error as { message?: string; code?: string };
  return message === 'Timeout error.' || code === '159';
}
