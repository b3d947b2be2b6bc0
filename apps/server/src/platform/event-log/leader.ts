import pg from 'pg';
import type { Postgres, Transaction } from '../postgres/sql.ts';

/** The one session that may ship. All of its statements run on the connection that holds the lock. */
export interface Leader extends Transaction {
  /** Runs `work` in one transaction. */
  transaction<T>(work: (trx: Transaction) => Promise<T>): Promise<T>;
  /** Ends the session: another process may lead from now on. */
  resign(): Promise<void>;
}

// Any constant: it only has to be ours, and another than that of the migrations. Locks are of one database.
const shipperLock = 4_839_202;

/**
 * Becomes the leader, or answers undefined because another process is.
 *
 * The lock is held by a connection, and the leader works on that very connection: when PostgreSQL gives the lock to
 * another, the connection is gone and whatever its holder still tries fails. No lease, no clock, no fencing number.
 * A leader whose machine vanishes is noticed by keep-alive within half a minute. Through a pooler DATABASE_URL must use
 * session pooling; with transaction pooling the lock would not stay with us.
 */
export async function becomeLeader(postgres: Postgres): Promise<Leader | undefined> {
  const { connectionString } = postgres.pool.options;
  const client = new pg.Client({
    ...(connectionString === undefined ? {} : { connectionString }),
    application_name: 'headwater shipper',
    connectionTimeoutMillis: 5000,
    query_timeout: 60_000,
    keepAlive: true,
  });
  // A connection that breaks is told to whoever uses it next.
  client.on('error', () => {});
  const resign = () => client.end().catch(() => {});
  try {
    await client.connect();
    await client.query(
      'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; set jit = off',
    );
    const { rows } = await client.query('select pg_try_advisory_lock($1) as leads', [shipperLock]);
    if (rows[0].leads !== true) {
      await resign();
      return undefined;
    }
  } catch (error) {
    await resign();
    throw error;
  }
  const sql: Transaction = {
    inTransaction: true,
    async query<Row>(what: { name: string; text: string } | string, values: readonly unknown[] = []) {
      const query = typeof what === 'string' ? { text: what } : { name: what.name, text: what.text };
      return (await client.query({ ...query, values: [...values] })).rows as Row[];
    },
  };
  return {
    ...sql,
    async transaction(work) {
      await client.query('begin');
      try {
        const result = await work(sql);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => {});
        throw error;
      }
    },
    resign,
  };
}
