import { createHash } from 'node:crypto';
import { type ClickHouse, refusalOfRows } from '../clickhouse/index.ts';
import { invariant } from '../errors.ts';

/** A line of the log that ClickHouse cannot read, and its words. */
export interface Refused {
  payload: string;
  reason: string;
}

/**
 * Inserts lines under a deduplication token. When ClickHouse cannot read them, halves them until the lines at fault are
 * found, and inserts all others. Throws when ClickHouse is away: then nobody knows how much is in.
 */
export async function sendOrSplit(
  clickhouse: ClickHouse,
  lines: readonly string[],
  token: string,
): Promise<Refused[]> {
  try {
    await clickhouse.insertLines('events', lines.join('\n'), { insert_deduplication_token: token });
    return [];
  } catch (error) {
    const reason = refusalOfRows(error);
    if (reason === undefined) throw error;
    if (lines.length === 1) return [{ payload: lines[0] as string, reason }];
    // The halves are the same in every repetition, so their tokens are, too.
    const middle = lines.length >> 1;
    return [
      ...(await sendOrSplit(clickhouse, lines.slice(0, middle), `${token}-a`)),
      ...(await sendOrSplit(clickhouse, lines.slice(middle), `${token}-b`)),
    ];
  }
}

interface Identified {
  event_id: string;
  workspace_id: number;
  occurred_at: string;
}

const maxRounds = 5;

/**
 * After a doubtful attempt: asks which of the lines are in, and inserts those that are not. The token of a gap is made
 * from what is missing, so that two leaders who fill the same gap fill it once.
 */
export async function fillGaps(
  clickhouse: ClickHouse,
  lines: readonly string[],
  refused: readonly Refused[],
  token: string,
): Promise<void> {
  const unreadable = new Set(refused.map((one) => one.payload));
  const readable = lines.filter((line) => !unreadable.has(line));
  for (let round = 0; round < maxRounds; round += 1) {
    const missing = await listMissing(clickhouse, readable);
    if (missing.length === 0) return;
    const hash = createHash('sha256').update(missing.join('\n')).digest('base64url');
    await clickhouse.insertLines('events', missing.join('\n'), {
      insert_deduplication_token: `${token}-gap-${hash}-${round}`,
    });
  }
  const missing = await listMissing(clickhouse, readable);
  invariant(missing.length === 0, `ClickHouse acknowledged ${missing.length} events that it does not have`);
}

async function listMissing(clickhouse: ClickHouse, lines: readonly string[]): Promise<string[]> {
  const events = lines.map((line) => JSON.parse(line) as Identified);
  const times = events.map((event) => Date.parse(event.occurred_at));
  const rows = await clickhouse.rows<{ event_id: string }>(
    `select distinct event_id from events
     where workspace_id in {workspaces:Array(UInt32)} and event_id in {ids:Array(String)}
       and occurred_at >= fromUnixTimestamp64Milli({from:Int64}) and occurred_at <= fromUnixTimestamp64Milli({to:Int64})`,
    {
      workspaces: [...new Set(events.map((event) => event.workspace_id))],
      ids: events.map((event) => event.event_id),
      from: times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY),
      to: times.reduce((most, time) => Math.max(most, time), 0),
    },
  );
  const present = new Set(rows.map((row) => row.event_id));
  return lines.filter((_, index) => !present.has((events[index] as Identified).event_id));
}
