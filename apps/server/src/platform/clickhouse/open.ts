import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';

export interface ClickHouse {
  readonly client: ClickHouseClient;
  readonly database: string;
  /** Makes the database if it is missing. Safe to repeat, and from several processes. */
  createDatabase(): Promise<void>;
  /**
   * The rows of a query, with its `{name:Type}` parameters bound. Integers of 64 bits come as text (a JS number
   * would round them silently): see {@link wide}.
   */
  rows<Row>(query: string, params?: Record<string, unknown>): Promise<Row[]>;
  command(query: string): Promise<void>;
  /** The bytes of a query that ends in a FORMAT of its own, as they come. */
  stream(query: string, params: Record<string, unknown>): Promise<Readable>;
  /**
   * Inserts lines of JSONEachRow that are passed through unread. Resolves once they are on disk.
   * One call is one block: either all of its rows are in or none, per partition.
   */
  insertLines(table: string, lines: string, settings: ClickHouseSettings): Promise<void>;
  close(): Promise<void>;
}

/** A 64-bit integer of a row. */
export function wide(value: unknown): bigint {
  return BigInt(value as string | number);
}

export interface ClickHouseOptions {
  /** `http(s)://user:password@host:port/database`: a server, a cluster's load balancer, or the embedded engine. */
  url: string;
  /** Default: the one that the URL names, else `headwater`. */
  database?: string;
  /** Of one request; an insert that takes longer is treated as of unknown outcome. */
  timeoutMs?: number;
}

const databaseName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Opens a client. Nothing is sent before the first use. */
export function openClickHouse(options: ClickHouseOptions): ClickHouse {
  const url = new URL(options.url);
  const database = options.database ?? (decodeURIComponent(url.pathname.replaceAll('/', '')) || 'headwater');
  if (!databaseName.test(database))
    throw new Error(`"${database}" cannot be the name of a ClickHouse database`);
  url.pathname = '/';
  const common = {
    url: url.href,
    application: 'headwater',
    request_timeout: options.timeoutMs ?? 30_000,
    // Idle sockets are given up well before any server does (ClickHouse: 10 s and more): no request meets a closed one.
    keep_alive: { enabled: true, idle_socket_ttl: 2500 },
    // Failures are told to the caller, who knows what they mean; the client's own prints would say them twice.
    log: { level: ClickHouseLogLevel.OFF },
  };
  const client = createClient({
    ...common,
    database,
    max_open_connections: 10,
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 1,
      date_time_output_format: 'iso',
      // Every table is cut by a time of its own key: no row of one partition replaces one of another.
      do_not_merge_across_partitions_select_final: 1,
    },
  });
  return {
    client,
    database,
    async createDatabase() {
      // Not the database itself: a request that names a missing one is refused.
      const server = createClient({ ...common, database: 'default' });
      try {
        await server.command({ query: `create database if not exists ${database}` });
      } finally {
        await server.close();
      }
    },
    async rows<Row>(query: string, params?: Record<string, unknown>) {
      const result = await client.query({
        query,
        format: 'JSONEachRow',
        // In the body: a list of ids would be too long for a URL.
        ...(params === undefined ? {} : { query_params: params, use_multipart_params: true }),
      });
      return result.json<Row>();
    },
    async command(query) {
      await client.command({ query });
    },
    async stream(query, params) {
      const { stream } = await client.exec({ query, query_params: params, use_multipart_params: true });
      return stream as Readable;
    },
    async insertLines(table, lines, settings) {
      const { stream } = await client.exec({
        query: `insert into ${table} format JSONEachRow`,
        values: Readable.from([Buffer.from(lines)], { objectMode: false }),
        // Instants stand in the lines as JSON.stringify writes a Date.
        clickhouse_settings: { date_time_input_format: 'best_effort', ...settings },
      });
      await text(stream);
    },
    close: () => client.close(),
  };
}
