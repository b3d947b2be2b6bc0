import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import type { Postgres } from './sql.ts';
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

/**
 * A client that loses its connection while it is out of the pool emits `error`, which ends the process when nobody
 * listens; Kysely does not. So we do, and hand the broken client back as such.
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
        query: client.query.bind(client) as PostgresPoolClient['query'],
        release() {
          client.off('error', onError);
          client.release(broken);
        },
      } as PostgresPoolClient;
    },
    async end() {},
  };
}
