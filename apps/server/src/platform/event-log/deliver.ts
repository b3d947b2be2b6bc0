import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClickHouse } from '../clickhouse/index.ts';
import { refusalOfRows } from '../clickhouse/index.ts';
import type { Shipment } from './shipment.ts';

/** ClickHouse did not take a shipment, or did not say so. It is to be tried again; the outcome is in doubt. */
export class NotDelivered extends Error {}

export type Delivery = { delivered: true } | { delivered: false; refusal: string };

// Asked twice in vain, ClickHouse remembers a token without having its rows: see `settle`.
const attemptsPerToken = 3;

/**
 * Brings the lines into `events` exactly once. A refusal means that not one of them is in, for what they hold.
 *
 * @throws NotDelivered when it cannot be told; call again with `attempts` raised
 */
export async function deliver(clickhouse: ClickHouse, shipment: Shipment, lines: string): Promise<Delivery> {
  try {
    if (shipment.attempts === 0) await insert(clickhouse, lines, shipment.token);
    else await settle(clickhouse, shipment, lines);
    return { delivered: true };
  } catch (error) {
    const refusal = refusalOfRows(error);
    if (refusal !== undefined) return { delivered: false, refusal };
    if (error instanceof NotDelivered) throw error;
    throw new NotDelivered(`ClickHouse did not confirm a shipment: ${(error as Error)?.message}`, { cause: error });
  }
}

/**
 * A shipment that may have been sent before. Its token alone would do if ClickHouse's memory of tokens were part of its
 * data; it is a log beside them. It is written before the part becomes visible, so a crash in between leaves a token
 * without rows; and it is not flushed, so a power failure leaves rows without a token. Hence the rows themselves are
 * asked for, before and after: what is missing is sent under the same token (which holds off an insert of ours that is
 * still running), and when that helps nothing time after time, under a fresh one.
 */
async function settle(clickhouse: ClickHouse, shipment: Shipment, lines: string): Promise<void> {
  const missing = await findMissing(clickhouse, lines);
  if (missing === '') return;
  const round = Math.floor(shipment.attempts / (attemptsPerToken + 1));
  await insert(clickhouse, missing, round === 0 ? shipment.token : `${shipment.token}-${round}`);
  if ((await findMissing(clickhouse, missing)) !== '') {
    throw new NotDelivered('ClickHouse took a shipment for one that it has, but it has not');
  }
}

function insert(clickhouse: ClickHouse, lines: string, token: string): Promise<void> {
  return clickhouse.insertLines('events', lines, {
    insert_deduplicate: 1,
    insert_deduplication_token: token,
    // Servers may gather inserts and answer early, or split one: the token holds for one insert in one block.
    async_insert: 0,
    input_format_parallel_parsing: 0,
    // Old sales may be imported: a block touches as many months as it likes.
    max_partitions_per_insert_block: '0',
    // Where `events` is a Distributed table: answer once the rows are on their shards.
    distributed_foreground_insert: 1,
  });
}

const askAtOnce = 2000;

interface Known {
  line: string;
  event_id?: unknown;
  workspace_id?: unknown;
  occurred_at?: unknown;
}

/** Those of the lines whose events ClickHouse does not hold. */
async function findMissing(clickhouse: ClickHouse, lines: string): Promise<string> {
  const missing: string[] = [];
  const all = lines.split('\n').filter((line) => line.trim() !== '');
  for (let start = 0; start < all.length; start += askAtOnce) {
    const known = all.slice(start, start + askAtOnce).map(readLine);
    const present = await findPresent(clickhouse, known);
    for (const { line, event_id } of known) {
      if (typeof event_id !== 'string' || !present.has(event_id)) missing.push(line);
    }
    await nextTurn();
  }
  return missing.join('\n');
}

/** A line that cannot be read is missing: ClickHouse will say what is wrong with it. */
function readLine(line: string): Known {
  try {
    return { ...(JSON.parse(line) as object), line };
  } catch {
    return { line };
  }
}

async function findPresent(clickhouse: ClickHouse, known: readonly Known[]): Promise<Set<string>> {
  const ids = known.map((one) => one.event_id).filter((id) => typeof id === 'string');
  const workspaces = [...new Set(known.map((one) => one.workspace_id))].filter(Number.isInteger);
  const days = [...new Set(known.map((one) => String(one.occurred_at).slice(0, 10)))].filter((day) =>
    /^\d{4}-\d{2}-\d{2}$/.test(day),
  );
  // workspace and day: so that the index is used
  const rows = await clickhouse.rows<{ event_id: string }>(
    `select distinct event_id from events
     where workspace_id in {workspaces:Array(UInt32)} and event_id in {ids:Array(String)}
       and toDate(occurred_at) in {days:Array(Date)}`,
    { workspaces, ids, days },
  );
  return new Set(rows.map((row) => row.event_id));
}
