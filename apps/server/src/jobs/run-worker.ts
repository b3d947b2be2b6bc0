import { Logger, type Runner, run, type TaskList } from 'graphile-worker';
import pg from 'pg';
import type { Log, Postgres } from '../platform/index.ts';

/**
 * Starts a job runner; it works until `stop()`. On connections of its own: ours read an int8 as bigint, and of a job whose
 * id is one the runner could not write down that it failed.
 */
export async function runWorker(
  { postgres, log }: { postgres: Postgres; log: Log },
  options: { concurrency: number; crontab?: string; taskList: TaskList },
): Promise<Runner> {
  const pool = new pg.Pool({
    ...postgres.pool.options,
    max: options.concurrency + 2,
    types: { getTypeParser: parserOf },
  });
  const warn = (error: Error) =>
    log.warn({ err: error }, 'the job runner lost its connection or did not stop cleanly');
  pool.on('error', warn);
  pool.on('connect', (client) => client.on('error', warn));
  const runner = await run({
    ...options,
    pgPool: pool,
    noHandleSignals: true,
    pollInterval: 2000,
    logger: new Logger(() => (level, message) => {
      if (level === 'error') log.error(message);
      else if (level === 'warning') log.warn(message);
      else log.debug(message);
    }),
  });
  return {
    ...runner,
    async stop() {
      // One that broke down with the database has stopped already, and says so.
      await runner.stop().catch(warn);
      await pool.end();
    },
  };
}

const parserOf: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8 ? (text: unknown) => text : pg.types.getTypeParser(oid, format as 'text');
