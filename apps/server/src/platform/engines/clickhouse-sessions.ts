import { randomUUID } from 'node:crypto';
import { Session } from 'chdb';
import { ClickHouseRefusal } from './clickhouse-error.ts';
import { asRowInsert, type Statement } from './clickhouse-statement.ts';

/** What a statement came to. */
export interface Outcome {
  bytes: Uint8Array;
  rowsRead: number;
  bytesRead: number;
  rowsWritten: number;
  bytesWritten: number;
  elapsedNs: number;
}

export interface Limits {
  /** For all statements together. */
  memoryMb: number;
  /** Reads that run at the same time. */
  reads: number;
  /** Writes that run at the same time. */
  writes: number;
  /** Statements that may wait for their turn; more are refused. */
  waiting: number;
  readSeconds: number;
  writeSeconds: number;
}

export const defaultLimits: Limits = {
  memoryMb: 2048,
  reads: 4,
  writes: 2,
  waiting: 1000,
  readSeconds: 60,
  writeSeconds: 600,
};

/**
 * Runs statements on one data directory, each in a session of its own.
 *
 * The engine runs the statements of one session one after another, and settings and parameters belong to a session. A
 * further session on an open directory costs a tenth of a millisecond, so a statement gets a fresh one: nothing leaks
 * into the next, and there is nothing to reset. Reads and writes queue separately, so that neither waits for the other.
 */
export class Sessions {
  readonly #directory: string;
  readonly #limits: Limits;
  readonly #reads: Turns;
  readonly #writes: Turns;
  /** Keeps the engine open between statements: it closes with its last session. */
  readonly #anchor: Session;

  /** Opens the directory. @throws with `Code: 76` in the text while another process has it open */
  constructor(directory: string, limits: Limits) {
    this.#directory = directory;
    this.#limits = limits;
    this.#reads = new Turns(limits.reads, limits.waiting);
    this.#writes = new Turns(limits.writes, limits.waiting);
    const megabytes = (count: number) => Math.floor(count) * 1024 * 1024;
    this.#anchor = new Session(directory, {
      connectionArgs: [
        `--max_server_memory_usage=${megabytes(limits.memoryMb)}`,
        // 5 GB each as they come, made for servers; what they hold counts against the limit above.
        `--mark_cache_size=${megabytes(limits.memoryMb / 8)}`,
        `--primary_index_cache_size=${megabytes(limits.memoryMb / 16)}`,
        `--index_mark_cache_size=${megabytes(limits.memoryMb / 16)}`,
      ],
    });
  }

  async version(): Promise<string> {
    return (await this.#anchor.queryAsync('select version()', { format: 'TSV' })).text().trim();
  }

  /** Runs a statement. When `gone` fires, a read that waits is dropped and one that runs is cancelled. */
  async run(statement: Statement, gone: AbortSignal): Promise<Outcome> {
    const turns = statement.reads ? this.#reads : this.#writes;
    await turns.take(gone);
    const session = new Session(this.#directory);
    const mark = `headwater-${randomUUID()}`;
    const cancel = () => void this.#cancel(mark);
    try {
      const prelude = this.#prelude(statement, mark);
      if (prelude !== '') await session.queryAsync(prelude);
      if (statement.reads) {
        gone.throwIfAborted();
        gone.addEventListener('abort', cancel, { once: true });
      }
      return await execute(session, statement);
    } finally {
      gone.removeEventListener('abort', cancel);
      session.close();
      turns.giveBack();
    }
  }

  /**
   * The rows of a statement that reads, as the engine comes to them: of one instant, however long the reader takes. Holds one
   * of the places of reads meanwhile.
   */
  async *stream(statement: Statement, gone: AbortSignal): AsyncGenerator<Uint8Array> {
    await this.#reads.take(gone);
    const session = new Session(this.#directory);
    try {
      await session.queryAsync(this.#prelude(statement, `headwater-${randomUUID()}`));
      const chunks = session.queryStream(statement.sql, { format: statement.defaultFormat, signal: gone });
      for await (const chunk of chunks) yield chunk.raw();
    } finally {
      session.close();
      this.#reads.giveBack();
    }
  }

  /** Waits for what runs, at most `patienceMs`, and closes the directory. */
  async close(patienceMs: number): Promise<void> {
    await Promise.all([this.#reads.drain(patienceMs), this.#writes.drain(patienceMs)]);
    this.#anchor.close();
  }

  /** What must be said to the session before the statement: database, limits, settings, parameters. */
  #prelude(statement: Statement, mark: string): string {
    const { memoryMb, readSeconds, writeSeconds } = this.#limits;
    const values: Record<string, string> = {
      max_execution_time: String(statement.reads ? readSeconds : writeSeconds),
      // One statement leaves a quarter to the others; all together are held by max_server_memory_usage.
      max_memory_usage: String(Math.floor(memoryMb * 0.75) * 1024 * 1024),
      // Each thread wants a gigabyte that is free, as it comes: with the memory above there would never be a second one.
      max_threads_min_free_memory_per_thread: String(Math.floor(memoryMb / 16) * 1024 * 1024),
      // By this a statement is found when it must be cancelled: the engine makes up query ids of its own.
      log_comment: mark,
      ...statement.settings,
      ...statement.parameters,
    };
    const set = Object.entries(values).map(([name, value]) => `${name} = ${quote(value)}`);
    const use = statement.database === undefined ? '' : `USE \`${escaped(statement.database, '`')}\`; `;
    // readonly comes last, it forbids further settings.
    return `${use}SET ${set.join(', ')}${statement.readonly ? '; SET readonly = 2' : ''}`;
  }

  async #cancel(mark: string): Promise<void> {
    const session = new Session(this.#directory);
    await session
      .queryAsync(`KILL QUERY WHERE Settings['log_comment'] = '${mark}' ASYNC`)
      .catch(() => undefined);
    session.close();
  }
}

async function execute(session: Session, statement: Statement): Promise<Outcome> {
  const { sql, data } = statement;
  const started = process.hrtime.bigint();
  const elapsed = () => Number(process.hrtime.bigint() - started);
  const nothing = { bytes: new Uint8Array(), rowsRead: 0, bytesRead: 0, rowsWritten: 0, bytesWritten: 0 };
  if (/^\s*INSERT\b[^;]*\bFORMAT\s+\w+\s*;?\s*$/i.test(sql) && !data)
    return { ...nothing, elapsedNs: elapsed() };
  const insert = data && asRowInsert(sql);
  if (insert) {
    const { rowsWritten, bytesWritten } = await session.insert({ ...insert, values: data });
    return { ...nothing, rowsWritten, bytesWritten, elapsedNs: elapsed() };
  }
  const text = data ? `${sql.replace(/;\s*$/, '')}\n${data.toString('utf8')}` : sql;
  const result = await session.queryAsync(text, { format: statement.defaultFormat });
  const { rowsRead, bytesRead } = result;
  return { ...nothing, bytes: result.bytes(), rowsRead, bytesRead, elapsedNs: elapsed() };
}

function escaped(text: string, quoteMark: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(quoteMark, `\\${quoteMark}`).replaceAll('\0', '\\0');
}

function quote(text: string): string {
  return `'${escaped(text, "'")}'`;
}

/** A number of places, given out in order of arrival. */
class Turns {
  #free: number;
  readonly #places: number;
  readonly #mostWaiting: number;
  readonly #queue: (() => void)[] = [];

  constructor(places: number, mostWaiting: number) {
    this.#free = places;
    this.#places = places;
    this.#mostWaiting = mostWaiting;
  }

  async take(gone: AbortSignal): Promise<void> {
    gone.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#queue.length >= this.#mostWaiting) {
      throw new ClickHouseRefusal('TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many statements are waiting');
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        gone.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        const index = this.#queue.indexOf(enter);
        if (index >= 0) this.#queue.splice(index, 1);
        reject(gone.reason);
      };
      this.#queue.push(enter);
      gone.addEventListener('abort', leave, { once: true });
    });
  }

  giveBack(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#free += 1;
  }

  async drain(patienceMs: number): Promise<void> {
    const deadline = Date.now() + patienceMs;
    while (this.#free < this.#places && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
