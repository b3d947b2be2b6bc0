import { locks } from '../postgres/locks.ts';
import { type Sql, statement } from '../postgres/sql.ts';

const appendBatch = statement(
  'event_log.append',
  'insert into event_batches (events, payload) values ($1, $2)',
);

export async function insertBatch(sql: Sql, events: number, payload: string): Promise<void> {
  await sql.query(appendBatch, [events, payload]);
}

export interface Shipment {
  id: bigint;
  /** What ClickHouse knows it by. */
  token: string;
  seqs: readonly bigint[];
  /** Batches were left behind for want of room. */
  isMoreWaiting?: boolean;
}

const openShipment = statement(
  'event_log.open_shipment',
  'select id, token, seqs from event_shipments order by id limit 1',
);

/** The shipment that was begun and not seen to arrive. */
export async function findOpenShipment(sql: Sql): Promise<Shipment | undefined> {
  const [row] = await sql.query<Shipment>(openShipment);
  return row;
}

// The oldest batches up to a number of events and bytes, at least one. Sizes are read from the row heads: no payload is
// fetched. There is no cursor: a batch that commits late, behind younger ones, is simply among the oldest next time.
const beginNextShipment = statement(
  'event_log.begin_shipment',
  `with oldest as (
     select seq, events, octet_length(payload) as bytes from event_batches order by seq limit $1::bigint + 1
   ), begun as (
     insert into event_shipments (seqs, events)
     select array_agg(seq order by seq), sum(own) from (
       select seq, events as own, row_number() over w as number, sum(events) over w as events, sum(bytes) over w as bytes
       from oldest
       window w as (order by seq rows unbounded preceding)
     ) sized
     where number = 1 or (events <= $1 and bytes <= $2)
     having count(*) > 0
     returning id, token, seqs
   )
   select id, token, seqs, (select count(*) from oldest) > cardinality(seqs) as "isMoreWaiting" from begun`,
);

/** Fixes the next set of batches to send. Undefined when nothing waits. Only the leader may call it. */
export async function beginShipment(
  sql: Sql,
  limits: { events: number; bytes: number },
): Promise<Shipment | undefined> {
  const [row] = await sql.query<Shipment>(beginNextShipment, [limits.events, limits.bytes]);
  return row;
}

export interface Batch {
  seq: bigint;
  events: number;
  payload: string;
}

const batchesOf = statement(
  'event_log.list_batches',
  'select seq, events, payload from event_batches where seq = any($1::bigint[]) order by seq',
);

export function listBatches(sql: Sql, shipment: Shipment): Promise<Batch[]> {
  return sql.query(batchesOf, [shipment.seqs]);
}

const end = statement(
  'event_log.end_shipment',
  `with shipped as (delete from event_batches where seq = any($2::bigint[])),
     refused as (
       insert into event_dead_letters (payload, reason) select * from unnest($3::text[], $4::text[])
     )
   delete from event_shipments where id = $1`,
);

/** Forgets a shipment that arrived; what of it was refused is kept aside with its reason. */
export async function endShipment(
  sql: Sql,
  shipment: Shipment,
  refused: readonly { payload: string; reason: string }[],
): Promise<void> {
  await sql.query(end, [
    shipment.id,
    shipment.seqs,
    refused.map((letter) => letter.payload),
    refused.map((letter) => letter.reason),
  ]);
}

const lag = statement(
  'event_log.lag',
  `select extract(epoch from clock_timestamp() - created_at)::float8 as seconds
   from event_batches order by seq limit 1`,
);

/** Age in seconds of the oldest batch that was not shipped; 0 when all were. */
export async function readLag(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ seconds: number }>(lag);
  return Math.max(0, row?.seconds ?? 0);
}

/** Of all processes on this database one holds the lead, for as long as this connection lives. */
export async function tryToLead(connection: Sql): Promise<boolean> {
  const [row] = await connection.query<{ led: boolean }>(`select pg_try_advisory_lock(${locks.ship}) as led`);
  return row?.led === true;
}
