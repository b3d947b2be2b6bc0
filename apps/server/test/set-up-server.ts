import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import { buildApp } from '../src/http/app.ts';
import {
  type Clock,
  createHasher,
  createMetrics,
  hashToken,
  maskToken,
  newToken,
  type Postgres,
  type Route,
  silentLog,
} from '../src/platform/index.ts';
import { type Directory, openDirectory, type SetUpDeps, workspaceRoutes } from '../src/workspaces/index.ts';
import { createTestDatabase } from './databases.ts';

export interface Reply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests look into
  body: any;
}

/** The set-up routes over real HTTP parsing, with two workspaces that must not know of each other. */
export interface SetUpServer {
  app: FastifyInstance;
  postgres: Postgres;
  directory: Directory;
  clock: Clock & { at: Date };
  workspaceId: number;
  /** Management keys with all scopes, one a workspace. */
  key: string;
  strangerKey: string;
  newKey(options?: { scopes?: string[]; programScope?: number[]; expiresAt?: Date }): Promise<string>;
  call(method: Route['method'], path: string, body?: unknown, key?: string): Promise<Reply>;
  close(): Promise<void>;
}

export async function openSetUpServer(
  moreRoutes: (deps: SetUpDeps) => Route[] = () => [],
): Promise<SetUpServer> {
  const database = await createTestDatabase();
  const { postgres } = database;
  const connect = async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    return client;
  };
  const directory = await openDirectory(postgres, connect, silentLog);
  const clock = { at: new Date('2026-03-01T12:00:00.000Z'), now: () => clock.at };
  const deps: SetUpDeps = {
    postgres,
    directory,
    clock,
    hasher: createHasher('a secret of the tests'),
    installationFee: { bps: 0, freeRevenueMinor: 0n },
  };
  const app = await buildApp({
    routes: [...workspaceRoutes(deps), ...moreRoutes(deps)],
    directory,
    metrics: createMetrics(),
    log: silentLog,
    rateLimitPerMinute: 1_000_000,
  });
  const workspaceId = await insertWorkspace(postgres, 'Ours');
  const strangerId = await insertWorkspace(postgres, 'Another');
  const key = await insertKey(postgres, workspaceId);
  return {
    app,
    postgres,
    directory,
    clock,
    workspaceId,
    key,
    strangerKey: await insertKey(postgres, strangerId),
    newKey: (options) => insertKey(postgres, workspaceId, options),
    async call(method, path, body, token = key) {
      const reply = await app.inject({
        method,
        url: path,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return { status: reply.statusCode, body: reply.json() };
    },
    async close() {
      await app.close();
      await directory.close();
      await database.drop();
    },
  };
}

async function insertWorkspace(postgres: Postgres, name: string): Promise<number> {
  const [row] = await postgres.query<{ id: number }>(
    'insert into workspaces (name) values ($1) returning id',
    [name],
  );
  return row?.id as number;
}

async function insertKey(
  postgres: Postgres,
  workspaceId: number,
  options: { scopes?: string[]; programScope?: number[]; expiresAt?: Date } = {},
): Promise<string> {
  const key = newToken('affk_');
  await postgres.query(
    `insert into management_keys (workspace_id, name, key_hash, prefix, mask, scopes, program_scope, expires_at)
     values ($1, 'test', $2, $3, $4, $5, $6, $7)`,
    [
      workspaceId,
      hashToken(key),
      key.slice(0, 13),
      maskToken(key),
      options.scopes ?? ['*'],
      options.programScope ?? null,
      options.expiresAt ?? null,
    ],
  );
  return key;
}
