import type { Readable } from 'node:stream';
import type { ClickHouse } from '../platform/index.ts';
import { BackupRefused } from './refusals.ts';

/** The columns of `events` that are stored. Everything else in ClickHouse is made of these rows. */
export async function eventColumns(clickhouse: ClickHouse): Promise<string[]> {
  const rows = await clickhouse.rows<{ name: string }>(
    `select name from system.columns where database = {database:String} and table = 'events'
       and default_kind not in ('ALIAS', 'MATERIALIZED', 'EPHEMERAL') order by position`,
    { database: clickhouse.database },
  );
  return rows.map(({ name }) => name);
}

/**
 * The rows of `events`, as one statement reads them: of one instant, whatever is inserted, merged or rewritten meanwhile. By one
 * thread, which reads month after month, so that the parts of a restore are of few months each. Resolves once the first rows are
 * here: then the instant has passed.
 */
export async function streamEvents(
  clickhouse: ClickHouse,
  columns: readonly string[],
): Promise<AsyncIterable<Buffer>> {
  const { stream } = await clickhouse.client.exec({
    query: `select ${columns.join(', ')} from events format TabSeparated`,
    clickhouse_settings: {
      max_threads: 1,
      max_execution_time: 0,
      date_time_output_format: 'simple',
      // As they come, also from the engine inside.
      wait_end_of_query: 0,
    },
  });
  const chunks = (stream as Readable)[Symbol.asyncIterator]();
  const first = await chunks.next();
  return checked(first, chunks, columns.length);
}

async function* checked(
  first: IteratorResult<Buffer>,
  chunks: AsyncIterator<Buffer>,
  columns: number,
): AsyncGenerator<Buffer> {
  let tail: Buffer = Buffer.alloc(0);
  for (let next = first; next.done !== true; next = await chunks.next()) {
    tail =
      next.value.length >= tailBytes ? next.value : Buffer.concat([tail, next.value]).subarray(-tailBytes);
    yield next.value;
  }
  refuseBrokenEnd(tail.subarray(-tailBytes), columns);
}

const tailBytes = 64 * 1024;

/** A statement that fails after its first rows ends in the words of the failure: those are no row of so many columns. */
function refuseBrokenEnd(tail: Buffer, columns: number): void {
  if (tail.length === 0) return;
  const lines = tail.toString('latin1').split('\n');
  const isWhole = lines.at(-1) === '';
  // The first of them may be cut.
  const rows = lines.slice(1, -1);
  if (isWhole && rows.every((row) => row.split('\t').length === columns)) return;
  throw new BackupRefused(
    `ClickHouse broke off while its events were read: ${(lines.filter(Boolean).at(-1) ?? '').slice(0, 300)}`,
  );
}
