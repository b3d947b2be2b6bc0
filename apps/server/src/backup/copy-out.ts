import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Table } from './manifest.ts';

// Rows as text in one notation, whatever the server's or the session's settings are: a restore reads them under the same.
export const notation = `set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set timezone = 'UTC'; set bytea_output = 'hex';
  set extra_float_digits = 1; set client_encoding = 'UTF8'`;

/** Waits are bounded by nothing: a copy of everything takes its time. Settings that a version lacks are left out. */
export const patience = `select set_config(name, '0', false) from pg_settings
  where name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

/**
 * Holds the shipper off: while this lock is there no shipment begins and none ends, so that what ClickHouse holds is, but for a
 * shipment that is open, what the log of this very moment lacks. Taken for the moments between two snapshots, never longer.
 */
export const holdShipping = `set local lock_timeout = '30s'; lock table event_shipments in share mode`;

/** Every table of ours with the columns that are stored, partitioned ones as one. What other programs keep beside is left. */
const tablesOfSchema = `
  select c.relname as name, json_agg(a.attname order by a.attnum) as columns
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and c.relname not in ('headwater_migrations', 'headwater_restoring')
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  group by c.relname order by c.relname`;

const clickMonths = `
  select to_char(to_date(right(c.relname, 6), 'YYYYMM'), 'YYYY-MM-DD') as month
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'clicks'::regclass and c.relname ~ '^clicks_\\d{6}$' order by 1`;

export interface Described {
  version: string;
  snapshotAt: Date;
  migrations: string[];
  tables: Table[];
  clickMonths: string[];
}

/** What there is to copy. The first statement of the transaction: its snapshot is what the backup shows. */
export async function describe(client: pg.ClientBase): Promise<Described> {
  const all = async <Row>(sql: string) => (await client.query(sql)).rows as Row[];
  const [now] = await all<{ at: Date; version: string }>(
    `select clock_timestamp() as at, current_setting('server_version') as version`,
  );
  const migrations = await all<{ name: string }>('select name from headwater_migrations order by name');
  return {
    version: now?.version ?? '',
    snapshotAt: now?.at ?? new Date(0),
    migrations: migrations.map(({ name }) => name),
    tables: await all<Table>(tablesOfSchema),
    clickMonths: (await all<{ month: string }>(clickMonths)).map(({ month }) => month),
  };
}

/** The rows of a table as tab-separated text, as they come. */
export function copyOut(client: pg.ClientBase, { name, columns }: Table): AsyncIterable<Buffer> {
  const quoted = columns.map((column) => `"${column}"`).join(', ');
  return client.query(copyTo(`copy (select ${quoted} from "${name}") to stdout`));
}

// Sequences stand outside of snapshots: read after the rows, they are where the rows are or further.
const sequences = `
  select sequencename as name, last_value::text as value from pg_sequences
  where schemaname = current_schema() and last_value is not null order by 1`;

// What is to be done yet, by the queue's own words: its tables belong to the version of its library. What failed for good is
// told by our own tables.
const jobs = `
  select t.identifier, q.queue_name, j.payload, j.priority, j.run_at, j.max_attempts, j.key, j.flags
  from graphile_worker._private_jobs j
  join graphile_worker._private_tasks t on t.id = j.task_id
  left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
  where j.attempts < j.max_attempts order by j.id`;

// When the schedule last ran: what a backup's age made it miss is caught up after a restore.
const crontabs =
  'select identifier, known_since, last_execution from graphile_worker._private_known_crontabs order by identifier';

export interface Queue {
  sequences: { name: string; value: string }[];
  crontabs: { identifier: string; known_since: string; last_execution: string | null }[];
}

export async function readQueue(client: pg.ClientBase): Promise<Queue> {
  return {
    sequences: (await client.query(sequences)).rows,
    crontabs: (await client.query(crontabs)).rows,
  };
}

/** The waiting jobs, in the columns of `restored_jobs` (copy-in.ts). */
export function copyJobs(client: pg.ClientBase): AsyncIterable<Buffer> {
  return client.query(copyTo(`copy (${jobs}) to stdout`));
}
