import {
  CompiledQuery,
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type RawBuilder,
  sql,
} from 'kysely';
import { isConnectionFailure, type Postgres, type Sql } from './sql.ts';
import type { Tables } from './tables.ts';

/** Ordinary queries, typed: the database itself or a transaction of it. */
export type Db = Kysely<Tables>;

const made = new WeakMap<Postgres, Db>();

/** Kysely over the same connections as the plain statements. One per Postgres; closing is the Postgres's affair. */
export function kysely(postgres: Postgres): Db {
  const known = made.get(postgres);
  if (known !== undefined) return known;
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guarded(postgres) }) });
  made.set(postgres, db);
  return db;
}

/** Plain statements inside of a transaction of Kysely's. */
export function sqlOf(db: Db): Sql {
  return {
    async query<Row>(what: Parameters<Sql['query']>[0], values: readonly unknown[] = []) {
      const text = typeof what === 'string' ? what : what.text;
      const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
      return rows as Row[];
    },
  };
}

/**
 * A client that loses its connection while it is out of the pool emits `error`, which ends the process when nobody
 * listens; Kysely does not. So we do, and hand a broken client back as such, or the next caller would be given it:
 * the failed query is heard of before the socket closes.
 */
function guarded(postgres: Postgres): PostgresPool {
  return {
    async connect() {
      const client = await postgres.pool.connect();
      let broken = false;
      const onError = () => {
        broken = true;
      };
      client.on('error', onError);
      return {
        async query(text: string, values: unknown[]) {
          try {
            return await client.query(text, values);
          } catch (error) {
            if (isConnectionFailure(error)) broken = true;
            throw error;
          }
        },
        release() {
          client.off('error', onError);
          client.release(broken);
        },
      } as unknown as PostgresPoolClient;
    },
    async end() {},
  };
}

/** An instant as text, to the microsecond: part of a cursor. A Date would cut it, and pages would repeat or skip rows. */
export function exactInstant(column: string): RawBuilder<string> {
  return sql<string>`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** Rows that come after a cursor of `[instant, bigint id]` in a list that is sorted newest first. */
export function afterCursor(
  instantColumn: string,
  idColumn: string,
  cursor: readonly string[],
): RawBuilder<boolean> {
  const [at, id] = cursor;
  return sql<boolean>`(${sql.ref(instantColumn)}, ${sql.ref(idColumn)}) < (${at}::timestamptz, ${id}::bigint)`;
}
