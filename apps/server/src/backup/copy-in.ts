import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { notation, patience, type Queue } from './copy-out.ts';
import type { Table } from './manifest.ts';

interface ForeignKey {
  table: string;
  name: string;
  definition: string;
}

const foreignKeys = `
  select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
  from pg_constraint
  where connamespace = current_schema()::regnamespace and contype = 'f' and conparentid = 0 order by oid`;

const triggered = `
  select c.oid::regclass::text as table from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
    and exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)`;

/**
 * Rows go in as they were: what triggers of ours did about them is among the rows, and is not done again. Whoever owns the tables
 * may do this, a superuser is not needed.
 */
export interface Filling {
  copyIn(table: Pick<Table, 'name' | 'columns'>, rows: Buffer): Promise<void>;
  copyJobs(rows: Buffer): Promise<void>;
  /** Puts keys and triggers back, which reads every row: a row that refers to nothing is refused here. */
  finish(queue: Queue): Promise<void>;
}

/** Empties the tables and makes them ready, all in the transaction that is open on this connection. */
export async function openFilling(
  client: pg.ClientBase,
  { tables, clickMonths }: { tables: readonly Table[]; clickMonths: readonly string[] },
): Promise<Filling> {
  const all = async <Row>(sql: string) => (await client.query(sql)).rows as Row[];
  await client.query(notation);
  await client.query(patience);
  for (const month of clickMonths)
    await client.query('select ensure_click_partitions($1::date, $1::date)', [month]);
  const keys = await all<ForeignKey>(foreignKeys);
  for (const { table, name } of keys) await client.query(`alter table ${table} drop constraint ${name}`);
  const triggers = await all<{ table: string }>(triggered);
  for (const { table } of triggers) await client.query(`alter table ${table} disable trigger user`);
  // A migration may have put rows into what was empty.
  await client.query(`truncate ${tables.map(({ name }) => `"${name}"`).join(', ')}`);
  await client.query(
    `create temporary table restored_jobs (identifier text, queue_name text, payload json, priority integer, run_at timestamptz,
       max_attempts integer, key text, flags jsonb) on commit drop`,
  );

  const copy = async (into: string, rows: Buffer) => {
    await pipeline(
      Readable.from([rows], { objectMode: false }),
      client.query(copyFrom(`copy ${into} from stdin`)),
    );
  };
  return {
    copyIn: ({ name, columns }, rows) =>
      copy(`"${name}" (${columns.map((column) => `"${column}"`).join(', ')})`, rows),
    copyJobs: (rows) => copy('restored_jobs', rows),
    async finish({ sequences, crontabs }) {
      for (const { name, value } of sequences)
        await client.query('select setval(quote_ident($1)::regclass, $2::bigint)', [name, value]);
      await client.query(
        `select graphile_worker.add_job(identifier, payload, queue_name, run_at, max_attempts, key, priority,
           (select array_agg(flag) from jsonb_object_keys(flags) flag)) from restored_jobs`,
      );
      await client.query(
        `insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution)
         select identifier, known_since, last_execution
         from json_to_recordset($1) as c (identifier text, known_since timestamptz, last_execution timestamptz)
         on conflict (identifier) do update set last_execution = excluded.last_execution`,
        [JSON.stringify(crontabs)],
      );
      for (const { table } of triggers) await client.query(`alter table ${table} enable trigger user`);
      for (const { table, name, definition } of keys)
        await client.query(`alter table ${table} add constraint ${name} ${definition}`);
    },
  };
}
