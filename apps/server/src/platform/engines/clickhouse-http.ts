import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { ClickHouseRefusal, failureOf, isFatal } from './clickhouse-error.ts';
import type { Outcome, Sessions } from './clickhouse-sessions.ts';
import { readStatement, type Statement } from './clickhouse-statement.ts';

export interface ClickHouseHttpOptions {
  sessions: Sessions;
  user: string;
  password: string;
  version: string;
  /** Largest request body in bytes, unpacked. */
  bodyLimit?: number;
  /** The engine in this process is beyond help: end the process after the answer, another one is started. */
  onFatal: (reason: string) => void;
}

const BODY_LIMIT = 256 * 1024 * 1024;
// Below this, packing costs more than it saves on loopback.
const PACK_FROM = 1024;
const gzip = promisify(zlib.gzip);

/**
 * An HTTP server that speaks ClickHouse's protocol over the embedded engine, as far as `@clickhouse/client` uses it.
 * Results are sent whole, so an error is always an error status and never in the middle of a result; but for reads that say
 * wait_end_of_query=0, whose rows are sent as they come: one that fails after its first rows ends the connection.
 *
 * The model is ClickHouse's own interface: https://clickhouse.com/docs/interfaces/http
 */
export function createClickHouseServer(options: ClickHouseHttpOptions): Server {
  const server = createServer(
    { maxHeaderSize: 1024 * 1024, keepAliveTimeout: 30_000 },
    (request, response) => {
      void answer(options, request, response).catch(() => response.destroy());
    },
  );
  // A large INSERT takes the time it takes.
  server.requestTimeout = 0;
  return server;
}

async function answer(
  options: ClickHouseHttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const method = request.method ?? 'GET';
  response.setHeader('X-ClickHouse-Server-Display-Name', 'headwater');
  response.setHeader('X-ClickHouse-Timezone', 'UTC');
  if (url.pathname === '/ping' || url.pathname === '/replicas_status') return end(response, 200, 'Ok.\n');
  if (url.pathname !== '/') return end(response, 404, `There is no handle ${url.pathname}\n`);
  if (!['GET', 'HEAD', 'POST', 'PUT'].includes(method)) return end(response, 501, 'Method not supported\n');

  const queryId = url.searchParams.get('query_id') || randomUUID();
  response.setHeader('X-ClickHouse-Query-Id', queryId.replace(/[^\x20-\x7e]/g, '?'));
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('The client went away.'));
  });
  try {
    authenticate(options, request, url.searchParams);
    const body = await readBody(request, options.bodyLimit ?? BODY_LIMIT);
    const type = request.headers['content-type'] ?? '';
    const statement = readStatement(method, url.searchParams, body, type);
    if (statement.reads && url.searchParams.get('wait_end_of_query') === '0') {
      await sendRows(response, options.sessions.stream(statement, gone.signal));
      return;
    }
    const outcome = await options.sessions.run(statement, gone.signal);
    await sendOutcome(request, response, statement, outcome);
  } catch (error) {
    if (gone.signal.aborted || response.headersSent) return void response.destroy();
    const { status, code, text } = failureOf(error);
    response.setHeader('X-ClickHouse-Exception-Code', String(code));
    const fatal = isFatal(error);
    // What is left of the body of a refused request is not read: the connection cannot be used again.
    if (fatal || !request.complete) response.setHeader('Connection', 'close');
    end(response, status, `${text} (version ${options.version})\n`);
    if (fatal) response.once('finish', () => options.onFatal(text));
  }
}

/** Basic authentication, the X-ClickHouse-User/-Key headers, or the URL arguments user and password, as in ClickHouse. */
function authenticate(options: ClickHouseHttpOptions, request: IncomingMessage, args: URLSearchParams): void {
  const given = credentialsOf(request, args);
  const userFits = sameText(given.user, options.user);
  const passwordFits = sameText(given.password, options.password);
  if (userFits && passwordFits) return;
  throw new ClickHouseRefusal(
    'AUTHENTICATION_FAILED',
    'Authentication failed: password is incorrect, or there is no user with such name',
  );
}

function credentialsOf(request: IncomingMessage, args: URLSearchParams): { user: string; password: string } {
  const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [user = '', ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return { user, password: password.join(':') };
  }
  const { 'x-clickhouse-user': user, 'x-clickhouse-key': key } = request.headers;
  if (user !== undefined || key !== undefined) return { user: String(user), password: String(key) };
  return { user: args.get('user') ?? 'default', password: args.get('password') ?? '' };
}

/** Compares in a time that does not depend on where the texts differ. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked(request)) {
    size += (chunk as Buffer).length;
    if (size > limit) throw new ClickHouseRefusal('QUERY_IS_TOO_LARGE', `The body exceeds ${limit} bytes`);
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

function unpacked(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? '';
  const unpackers: Record<string, () => NodeJS.ReadWriteStream> = {
    gzip: () => zlib.createGunzip(),
    deflate: () => zlib.createInflate(),
    br: () => zlib.createBrotliDecompress(),
  };
  if (encoding === '' || encoding === 'identity') return request;
  const unpacker = unpackers[encoding]?.();
  if (!unpacker)
    throw new ClickHouseRefusal('NOT_IMPLEMENTED', `Content-Encoding ${encoding} is not supported`);
  const stream = unpacker as unknown as Readable & NodeJS.WritableStream;
  request.on('error', (error) => stream.destroy(error));
  request.on('aborted', () => stream.destroy(new Error('The client went away.')));
  return request.pipe(stream);
}

async function sendOutcome(
  request: IncomingMessage,
  response: ServerResponse,
  statement: Statement,
  outcome: Outcome,
): Promise<void> {
  const format = /\bFORMAT\s+(\w+)\s*;?\s*$/i.exec(statement.sql)?.[1] ?? statement.defaultFormat;
  const bytes = Buffer.from(outcome.bytes.buffer, outcome.bytes.byteOffset, outcome.bytes.byteLength);
  response.setHeader('X-ClickHouse-Summary', JSON.stringify(summaryOf(outcome)));
  response.setHeader('X-ClickHouse-Format', format);
  response.setHeader('Content-Type', contentTypeOf(format));
  const wanted = statement.settings.enable_http_compression;
  const accepted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if ((wanted === '1' || wanted === 'true') && accepted && bytes.length >= PACK_FROM) {
    response.setHeader('Content-Encoding', 'gzip');
    const level = Number(statement.settings.http_zlib_compression_level ?? 1);
    return end(response, 200, await gzip(bytes, { level: level >= 1 && level <= 9 ? level : 1 }));
  }
  end(response, 200, bytes);
}

async function sendRows(response: ServerResponse, rows: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of rows) {
    if (!response.write(chunk) && !response.destroyed)
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

/** Numbers are texts, as ClickHouse writes them. What the engine does not tell is 0. */
function summaryOf(outcome: Outcome): Record<string, string> {
  return {
    read_rows: String(outcome.rowsRead),
    read_bytes: String(outcome.bytesRead),
    written_rows: String(outcome.rowsWritten),
    written_bytes: String(outcome.bytesWritten),
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: String(outcome.bytes.byteLength),
    elapsed_ns: String(outcome.elapsedNs),
  };
}

function contentTypeOf(format: string): string {
  if (/^JSON\w*EachRow/.test(format)) return 'application/x-ndjson; charset=UTF-8';
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8';
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8';
  if (/^(TSV|TabSeparated)/.test(format)) return 'text/tab-separated-values; charset=UTF-8';
  return 'text/plain; charset=UTF-8';
}

function end(response: ServerResponse, status: number, body: string | Buffer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.statusCode = status;
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}
