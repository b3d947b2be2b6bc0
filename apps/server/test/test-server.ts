import type { FastifyInstance, InjectOptions } from 'fastify';
import {
  type Clock,
  createHasher,
  createLog,
  hashToken,
  maskToken,
  newToken,
} from '../src/platform/index.ts';
import { openServer, type Server } from '../src/server.ts';
import type { StripeSettings } from '../src/stripe/index.ts';
import { noGeo } from '../src/touches/index.ts';
import { installBootstrapKey } from '../src/workspaces/index.ts';
import { createTestClickHouse, createTestDatabase, type TestDatabase } from './databases.ts';
import { holdToReference } from './documented.ts';

/** A clock that stands still until it is told to move. */
export interface TestClock extends Clock {
  set(at: Date | string): void;
  advance(ms: number): void;
}

export function testClock(at: Date | string = new Date()): TestClock {
  let now = new Date(at);
  return {
    now: () => new Date(now),
    set(to) {
      now = new Date(to);
    },
    advance(ms) {
      now = new Date(now.getTime() + ms);
    },
  };
}

export interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
  headers: Record<string, unknown>;
}

export interface CallOptions {
  token?: string;
  headers?: Record<string, string>;
}

export interface TestServer {
  server: Server;
  database: TestDatabase;
  clock: TestClock;
  /** A management key with all scopes for the first workspace. */
  key: string;
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>;
  post(path: string, body: unknown, token?: string): Promise<Reply>;
  get(path: string, token?: string): Promise<Reply>;
  /** A second tenant's management key. */
  otherWorkspace(): Promise<string>;
  close(): Promise<void>;
}

export const testSecret = 'a secret for tests only';
export const testHasher = createHasher(testSecret);

/** One request without a socket. Of an answer that goes on for ever, the first message is read, and then it is let go. */
export async function injectOnce(
  app: FastifyInstance,
  options: InjectOptions,
): Promise<{ statusCode: number; headers: Record<string, unknown>; body: string }> {
  const response = await app.inject({ ...options, payloadAsStream: true });
  const isEndless = String(response.headers['content-type']).startsWith('text/event-stream');
  const chunks: Buffer[] = [];
  for await (const chunk of response.stream()) {
    chunks.push(chunk as Buffer);
    if (isEndless && String(chunk).includes('data: ')) break;
  }
  if (isEndless) response.raw.res.destroy();
  const { statusCode, headers } = response;
  return { statusCode, headers, body: Buffer.concat(chunks).toString() };
}

/** The whole server on a database of its own, called without a socket. */
export async function openTestServer(
  options: {
    clock?: TestClock;
    fee?: { bps: number; freeRevenueMinor: bigint };
    rateLimitPerMinute?: number;
    /** Where Stripe is; left out: nowhere. */
    stripe?: Partial<StripeSettings>;
    webhooksAllowPrivate?: boolean;
    publicUrl?: () => string;
    /** Whether what is to be done later is done, as by a server that runs; left out: a test does it itself. */
    jobs?: boolean;
    /** Where the server finds its database, if not there directly. */
    through?: (databaseUrl: string) => string;
  } = {},
): Promise<TestServer> {
  const database = await createTestDatabase();
  const clock = options.clock ?? testClock();
  const server = await openServer({
    databaseUrl: options.through?.(database.url) ?? database.url,
    clickhouse: createTestClickHouse(),
    secret: testSecret,
    clock,
    log: createLog(process.env.LOG_LEVEL ?? 'silent'),
    geo: noGeo,
    fee: options.fee ?? { bps: 0, freeRevenueMinor: 0n },
    rateLimitPerMinute: options.rateLimitPerMinute ?? 1_000_000,
    smtp: undefined,
    webhooks: { allowPrivate: options.webhooksAllowPrivate ?? false },
    stripe: {
      secretKey: undefined,
      clientId: undefined,
      connectSecret: undefined,
      // The discard port: a test that forgets the double must not reach the real one.
      apiBase: 'http://127.0.0.1:9',
      ...options.stripe,
    },
    publicUrl: options.publicUrl ?? (() => 'https://headwater.example'),
    jobs: options.jobs ?? false,
  });
  const key = newToken('affk_');
  await installBootstrapKey(database.postgres, key);

  const hold = holdToReference(server.routes);

  async function call(method: string, path: string, body?: unknown, { token, headers }: CallOptions = {}) {
    const response = await injectOnce(server.app, {
      method: method as 'POST',
      url: path,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    const reply = {
      status: response.statusCode,
      body: isJson ? JSON.parse(response.body) : response.body,
      headers: response.headers,
    };
    // Whatever a test is about: what is answered is what the reference says.
    hold(method, path, reply);
    return reply;
  }

  return {
    server,
    database,
    clock,
    key,
    call,
    post: (path, body, token) => call('POST', path, body, token === undefined ? {} : { token }),
    get: (path, token) => call('GET', path, undefined, token === undefined ? {} : { token }),
    async otherWorkspace() {
      const other = newToken('affk_');
      await database.postgres.query(
        `with w as (insert into workspaces (name) values ('Other') returning id)
         insert into management_keys (workspace_id, name, key_hash, prefix, mask, scopes)
         select id, 'other', $1, 'affk_', $2, '{*}' from w`,
        [hashToken(other), maskToken(other)],
      );
      return other;
    },
    async close() {
      await server.close();
      await database.drop();
    },
  };
}
