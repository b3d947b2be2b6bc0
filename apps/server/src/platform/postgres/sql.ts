import pg from 'pg';

// int8 is money or a long id: a JS number would round silently.
pg.types.setTypeParser(pg.types.builtins.INT8, BigInt);

/** A named statement: prepared once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** Where statements run: a pool (each on its own) or a transaction (all or none). */
export interface Sql {
  query<Row>(statement: Statement | string, values?: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. Functions that must not run outside of one take this. */
export interface Transaction extends Sql {
  readonly inTransaction: true;
}

export interface TransactionOptions {
  /**
   * False: resolves once the commit is in force, which may be a moment before it is on disk. Nothing is ever half stored,
   * and what commits later and waits for the disk takes this along; but a crash of the database may undo it whole. Only
   * for work that is found undone then and done again.
   */
  waitForDisk?: boolean;
  /**
   * Every statement finds its rows by keys, however few rows there are: no plan made while a table was empty, and kept,
   * reads whole tables after they have grown.
   */
  byKey?: boolean;
}

export interface Postgres extends Sql {
  readonly pool: pg.Pool;
  /**
   * Runs `work` in one transaction (read committed); rolls back and rethrows when it throws. Runs it again when the
   * database broke a deadlock with it, so `work` must do nothing that a rollback does not undo.
   */
  transaction<T>(work: (trx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}

async function run<Row>(
  client: pg.Pool | pg.ClientBase,
  what: Statement | string,
  values: readonly unknown[],
): Promise<Row[]> {
  const query = typeof what === 'string' ? { text: what } : { name: what.name, text: what.text };
  const result = await client.query({ ...query, values: values as unknown[] });
  return result.rows as Row[];
}

/** Statements on one connection of its own, for whoever needs a session (a lock that lasts, a listener). */
export function sqlOn(client: pg.ClientBase): Sql {
  return { query: (what, values = []) => run(client, what, values) };
}

// PostgreSQL ends one of two transactions that wait for each other: nothing of it was stored, so it simply goes again.
const maxAttempts = 5;

function isContention(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === '40P01' || code === '40001';
}

// One message for both. Statements of a transaction are named and run over and over, so each is planned once a connection.
// Left to itself PostgreSQL plans some anew every time, because their arrays look shorter than it first assumed: with a
// table of many partitions that takes five times as long as running them. And a plan for any values looks dear enough to be
// compiled, which a server other than ours does by default: 100 ms for a statement of one (PostgreSQL 15, Stripe's facts).
const begin = 'begin; set local plan_cache_mode = force_generic_plan; set local jit = off';
const withoutWait = '; set local synchronous_commit = off';
const byKeyOnly = '; set local enable_seqscan = off';

async function transactOnce<T>(
  pool: pg.Pool,
  work: (trx: Transaction) => Promise<T>,
  { waitForDisk = true, byKey = false }: TransactionOptions,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  try {
    await client.query(begin + (waitForDisk ? '' : withoutWait) + (byKey ? byKeyOnly : ''));
    const result = await work({
      inTransaction: true,
      query: (what, values = []) => run(client, what, values),
    });
    await client.query('commit');
    return result;
  } catch (error) {
    isBroken = isConnectionFailure(error);
    await client.query('rollback').catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.release(isBroken);
  }
}

export interface PostgresOptions {
  /** Connections at the most; default 16. */
  max?: number;
  applicationName?: string;
  /** Plans every named statement once a connection: for a pool whose few statements run over and over (see `begin`). */
  plansOnce?: boolean;
}

export function openPostgres(url: string, options: PostgresOptions = {}): Postgres {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 16,
    application_name: options.applicationName ?? 'headwater',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    ...(options.plansOnce
      ? { onConnect: (client) => client.query('set plan_cache_mode = force_generic_plan; set jit = off') }
      : {}),
  });
  // A connection that breaks is replaced by the pool; whoever uses it is told by its query.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    pool,
    query: (what, values = []) => run(pool, what, values),
    async transaction(work, transactionOptions = {}) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await transactOnce(pool, work, transactionOptions);
        } catch (error) {
          if (attempt === maxAttempts || !isContention(error)) throw error;
        }
      }
    },
    close: () => pool.end(),
  };
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  // its unix socket is not there
  'ENOENT',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);

/** The database is away, as opposed to having said no (SQLSTATE classes 08, 57P and 53). */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') {
    return connectionCodes.has(code) || /^(08|57P|53)/.test(code);
  }
  return /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end/.test(
    error.message,
  );
}

/** The constraint that refused, for turning it into a typed outcome at the SQL edge. */
export function violatedConstraint(error: unknown): string | undefined {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  return typeof code === 'string' && code.startsWith('23') && typeof constraint === 'string'
    ? constraint
    : undefined;
}
