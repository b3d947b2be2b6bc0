import { type Sql, statement, type Transaction } from '../postgres/sql.ts';

/** A fixed set of batches on its way to ClickHouse, written down in event_shipments. */
export interface Shipment {
  id: bigint;
  /** Under this ClickHouse recognises the rows when they come again. */
  token: string;
  events: number;
  /**
   * How often it may have been sent before. From 1 on its outcome is in doubt: ClickHouse is asked what it holds.
   */
  attempts: number;
}

export interface ShipmentLimits {
  maxEvents: number;
  maxBytes: number;
}

interface ShipmentRow {
  id: bigint;
  token: string;
  events: bigint;
}

const toShipment = (row: ShipmentRow, attempts: number): Shipment => ({
  id: row.id,
  token: row.token,
  events: Number(row.events),
  attempts,
});

const selectUnfinished = statement(
  'event_log.list_unfinished',
  'select id, token, events from event_shipments order by id',
);

/** What an earlier leader left behind. It may or may not be in ClickHouse. */
export async function listUnfinished(sql: Sql): Promise<Shipment[]> {
  const rows = await sql.query<ShipmentRow>(selectUnfinished);
  return rows.map((row) => toShipment(row, 1));
}

/*
 * The first batches that are there, whatever their numbers. No cursor is kept: numbers are given out before commits,
 * so a cursor would step over a batch that commits late. Shipped batches are deleted; what is there is what is left.
 * The first batch is always taken, however large.
 */
const insertShipment = statement(
  'event_log.claim',
  `with waiting as (
     select seq, events, octet_length(payload) as bytes, created_at
     from event_batches order by seq limit $1 + 1
   ), running as (
     select seq, events, created_at,
       sum(events) over (order by seq rows unbounded preceding) - events as events_before,
       sum(bytes) over (order by seq rows unbounded preceding) - bytes as bytes_before
     from waiting
   ), picked as (
     select seq, events, created_at from running where events_before < $1 and bytes_before < $2
   ), claimed as (
     insert into event_shipments (seqs, events)
     select array_agg(seq order by seq), sum(events) from picked having count(*) > 0
     returning id, token, events
   )
   select id, token, events,
     (select count(*) from waiting) > (select count(*) from picked) as more,
     (select extract(epoch from clock_timestamp() - min(created_at))::float8 from picked) as age_seconds
   from claimed`,
);

export interface Claim {
  shipment: Shipment;
  /** Batches were left over: there is no need to wait before the next claim. */
  more: boolean;
  /** Age of the oldest batch taken. */
  ageSeconds: number;
}

/** Writes the next shipment down; undefined when the log is empty. Nothing may be unfinished. */
export async function claimShipment(sql: Sql, limits: ShipmentLimits): Promise<Claim | undefined> {
  type Row = ShipmentRow & { more: boolean; age_seconds: number };
  const [row] = await sql.query<Row>(insertShipment, [limits.maxEvents, limits.maxBytes]);
  if (row === undefined) return undefined;
  return { shipment: toShipment(row, 0), more: row.more, ageSeconds: Math.max(0, row.age_seconds) };
}

const selectPayload = statement(
  'event_log.read_shipment',
  `select payload from event_batches
   where seq = any ((select seqs from event_shipments where id = $1)::bigint[]) order by seq`,
);

/** The lines of a shipment, the same bytes each time. */
export async function readShipment(sql: Sql, shipment: Shipment): Promise<string> {
  const rows = await sql.query<{ payload: string }>(selectPayload, [shipment.id]);
  return rows.map((row) => row.payload).join('\n');
}

const deleteShipment = statement(
  'event_log.finish_shipment',
  `with finished as (delete from event_shipments where id = $1 returning seqs)
   delete from event_batches where seq = any ((select seqs from finished)::bigint[])`,
);

/** Takes a shipment that is in ClickHouse out of the log: the shipment and its batches in one statement. */
export async function finishShipment(sql: Sql, shipment: Shipment): Promise<void> {
  await sql.query(deleteShipment, [shipment.id]);
}

const splitBatches = statement(
  'event_log.split_shipment',
  `with old as (
     delete from event_shipments where id = $1 and cardinality(seqs) > 1 returning seqs, cardinality(seqs) / 2 as middle
   ), half as (
     select seqs[:middle] as seqs from old union all select seqs[middle + 1:] from old
   )
   insert into event_shipments (seqs, events)
   select seqs, (select coalesce(sum(b.events), 0) from event_batches b where b.seq = any (half.seqs)) from half
   returning id, token, events`,
);

const replaceBatch = statement(
  'event_log.split_batch',
  `with old_shipment as (
     delete from event_shipments where id = $1 returning seqs
   ), old_batch as (
     delete from event_batches where seq = any ((select seqs from old_shipment)::bigint[]) returning created_at
   ), half as (
     insert into event_batches (events, payload, created_at)
     select h.events, h.payload, old_batch.created_at
     from old_batch, (values ($2::integer, $3::text), ($4::integer, $5::text)) as h (events, payload)
     returning seq, events
   )
   insert into event_shipments (seqs, events) select array[seq], events from half
   returning id, token, events`,
);

const buryBatch = statement(
  'event_log.bury',
  `with old_shipment as (
     delete from event_shipments where id = $1 returning seqs
   ), old_batch as (
     delete from event_batches where seq = any ((select seqs from old_shipment)::bigint[]) returning payload
   )
   insert into event_dead_letters (reason, payload) select $2, payload from old_batch`,
);

/**
 * Closes in on the event for which ClickHouse refused a shipment: halves the shipment by batches, then its batch by
 * lines, and a single line is moved to event_dead_letters with the reason. Answers what is to be sent instead. An
 * event costs some fifteen small inserts this way, and its neighbours, of whatever tenant, are in within a second.
 */
export async function isolate(trx: Transaction, shipment: Shipment, reason: string): Promise<Shipment[]> {
  const halves = await trx.query<ShipmentRow>(splitBatches, [shipment.id]);
  if (halves.length > 0) return sorted(halves);
  const lines = (await readShipment(trx, shipment)).split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2) {
    // PostgreSQL text holds no U+0000, and the engine quotes the row in its words
    await trx.query(buryBatch, [shipment.id, reason.replaceAll('\u0000', '').slice(0, 4000)]);
    return [];
  }
  const middle = lines.length >> 1;
  const [first, second] = [lines.slice(0, middle), lines.slice(middle)];
  const values = [shipment.id, first.length, first.join('\n'), second.length, second.join('\n')];
  return sorted(await trx.query<ShipmentRow>(replaceBatch, values));
}

function sorted(rows: ShipmentRow[]): Shipment[] {
  return rows.map((row) => toShipment(row, 0)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

const selectAge = statement(
  'event_log.age',
  `select extract(epoch from clock_timestamp() - created_at)::float8 as age_seconds
   from event_batches order by seq limit 1`,
);

/** Seconds since the first batch of the log was written; 0 when the log is empty. */
export async function ageOfLog(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ age_seconds: number }>(selectAge);
  return Math.max(0, row?.age_seconds ?? 0);
}

const selectLastSeq = statement('event_log.last_seq', 'select max(seq) as seq from event_batches');
const selectIsLeft = statement('event_log.is_left', 'select exists (select from event_batches where seq <= $1) as yes');

/** The newest batch of the log, if any. */
export async function lastSeq(sql: Sql): Promise<bigint | null> {
  const [row] = await sql.query<{ seq: bigint | null }>(selectLastSeq);
  return row?.seq ?? null;
}

/** Whether a batch up to this one is still in the log. */
export async function isLeft(sql: Sql, seq: bigint): Promise<boolean> {
  const [row] = await sql.query<{ yes: boolean }>(selectIsLeft, [seq]);
  return row?.yes ?? false;
}
