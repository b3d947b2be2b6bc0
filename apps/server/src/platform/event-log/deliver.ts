import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ClickHouse, refusalOfRows } from '../clickhouse/index.ts';

/** An event that ClickHouse refused, and its words. */
export interface DeadLetter {
  payload: string;
  reason: string;
}

export interface Delivery {
  clickhouse: ClickHouse;
  /** Under this ClickHouse recognises the lines when they come again. */
  token: string;
  /** It may have been sent before. */
  isInDoubt: boolean;
  /** How often it ended in {@link TokenWithoutRows}. */
  denials: number;
}

/** ClickHouse took a shipment for one that it has, but it lacks rows of it. To be tried again. */
export class TokenWithoutRows extends Error {}

// So often a token is believed. The first time it may be that an insert of ours is just ending: the token is written,
// the rows are about to be seen. Between the tries lie the pauses of the shipper.
const denialsPerToken = 3;

/**
 * Brings the lines of a payload into `events`, each exactly once, and answers those that ClickHouse cannot read.
 * Resolves when the outcome is certain.
 *
 * A shipment that may have been sent before is not left to its token alone. ClickHouse's memory of tokens is a log
 * beside the data: it is written before a part becomes visible, so that a crash in between leaves a token without rows;
 * and it is not flushed, so that a power failure leaves rows without a token. So the rows themselves are asked for,
 * before and after. What is missing is sent under the same token, which holds off an insert that is still running, and
 * when that helps nothing time after time, under a fresh one.
 */
export function deliver(delivery: Delivery, payload: string): Promise<DeadLetter[]> {
  const round = Math.floor(delivery.denials / denialsPerToken);
  const token = round === 0 ? delivery.token : `${delivery.token}-r${round}`;
  return sendOrSplit({ ...delivery, token }, payload);
}

/** Sends the lines whole, unread. When ClickHouse cannot read them, closes in on the ones at fault and sends all others. */
async function sendOrSplit(delivery: Delivery, payload: string): Promise<DeadLetter[]> {
  try {
    await send(delivery, payload);
    return [];
  } catch (error) {
    const reason = refusalOfRows(error);
    if (reason === undefined) throw error;
    // PostgreSQL's text holds no U+0000, and the reason quotes the row.
    const told = reason.replaceAll('\u0000', '').slice(0, 2000);
    const lines = payload.split('\n');
    if (lines.length === 1) return [{ payload, reason: told }];
    // The halves are the same in every repetition, so their tokens are, too.
    const middle = lines.length >> 1;
    const { token } = delivery;
    return [
      ...(await sendOrSplit({ ...delivery, token: `${token}-a` }, lines.slice(0, middle).join('\n'))),
      ...(await sendOrSplit({ ...delivery, token: `${token}-b` }, lines.slice(middle).join('\n'))),
    ];
  }
}

async function send(delivery: Delivery, payload: string): Promise<void> {
  const { clickhouse, isInDoubt } = delivery;
  const wanted = isInDoubt ? await findMissing(clickhouse, payload) : payload;
  if (wanted === '') return;
  await clickhouse.insertLines('events', wanted, {
    insert_deduplicate: 1,
    insert_deduplication_token: delivery.token,
    // What the views made of it is recognised, too.
    deduplicate_blocks_in_dependent_materialized_views: 1,
    // Servers gather inserts by default nowadays, and then neither is one of ours one block nor its token kept.
    async_insert: 0,
    // Sales may be imported from any year: the default refuses a block that touches more than a hundred months.
    max_partitions_per_insert_block: '0',
  });
  if (isInDoubt && (await findMissing(clickhouse, wanted)) !== '') {
    throw new TokenWithoutRows('ClickHouse took a shipment for one that it has, but it lacks rows of it');
  }
}

const askAtOnce = 2000;
// What DateTime64 holds by its documentation.
const firstInstant = Date.UTC(1900, 0, 1);
const lastInstant = Date.UTC(2299, 11, 31);

interface Known {
  line: string;
  eventId: string | undefined;
  workspaceId: number | undefined;
  /** Milliseconds since 1970. */
  at: number;
}

/** Those of the lines whose events ClickHouse does not hold. */
async function findMissing(clickhouse: ClickHouse, payload: string): Promise<string> {
  const lines = payload.split('\n');
  const missing: string[] = [];
  for (let start = 0; start < lines.length; start += askAtOnce) {
    const known = lines.slice(start, start + askAtOnce).map(readLine);
    const present = await findPresent(clickhouse, known);
    for (const { line, eventId } of known) {
      if (eventId === undefined || !present.has(eventId)) missing.push(line);
    }
    await nextTurn();
  }
  return missing.join('\n');
}

/** What tells an event apart. A line that cannot be read counts as missing: ClickHouse will say what is wrong with it. */
function readLine(line: string): Known {
  try {
    const { event_id: id, workspace_id: workspace, occurred_at: at } = JSON.parse(line);
    return {
      line,
      eventId: typeof id === 'string' ? id : undefined,
      workspaceId: Number.isInteger(workspace) && workspace >= 0 ? workspace : undefined,
      at: Date.parse(at),
    };
  } catch {
    return { line, eventId: undefined, workspaceId: undefined, at: Number.NaN };
  }
}

async function findPresent(clickhouse: ClickHouse, known: readonly Known[]): Promise<Set<string>> {
  const ids = known.flatMap((one) => one.eventId ?? []);
  const workspaces = [...new Set(known.flatMap((one) => one.workspaceId ?? []))];
  const times = known.map((one) => one.at).filter((at) => !Number.isNaN(at));
  if (times.length === 0) return new Set();
  const [first, last] = [Math.min(...times), Math.max(...times)];
  // Workspace and time only for the index, which knows the years that ClickHouse promises to hold. It does hold others.
  const inPeriod =
    first >= firstInstant && last <= lastInstant
      ? 'occurred_at between fromUnixTimestamp64Milli({first:Int64}) and fromUnixTimestamp64Milli({last:Int64})'
      : '{first:Int64} <= {last:Int64}';
  const rows = await clickhouse.rows<{ event_id: string }>(
    `select distinct event_id from events
     where event_id in {ids:Array(String)} and workspace_id in {workspaces:Array(UInt32)} and ${inPeriod}`,
    { ids, workspaces, first, last },
  );
  return new Set(rows.map((row) => row.event_id));
}
