import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventually,
  makeTemporaryDirectory,
  processesNaming,
  removeTemporaryDirectory,
} from './building.testing.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { type EngineLog, silentLog } from './engine-log.ts';
import { findPostgresBinaries, linkSharedLibraries } from './postgres-binaries.ts';

let directory: string;

beforeAll(async () => {
  directory = await makeTemporaryDirectory();
});

afterAll(async () => {
  await removeTemporaryDirectory(directory);
});

async function ask<T>(engine: EmbeddedPostgres, query: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: engine.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(query)).rows as T[];
  } finally {
    await client.end().catch(() => undefined);
  }
}

describe('startEmbeddedPostgres', () => {
  it('creates a UTF-8 database with a deterministic order and durable settings', async () => {
    const engine = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
    expect(engine.version).toMatch(/^18\./);
    const [row] = await ask(
      engine,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
              current_setting('listen_addresses') as listen, current_setting('password_encryption') as auth,
              current_setting('data_checksums') as checksums,
              (select datlocprovider::text || ' ' || datlocale || ' ' || pg_encoding_to_char(encoding)
                 from pg_database where datname = current_database()) as locale`,
    );
    expect(row).toEqual({
      fsync: 'on',
      commit: 'on',
      listen: '127.0.0.1',
      auth: 'scram-sha-256',
      checksums: 'on',
      locale: 'b C.UTF-8 UTF8',
    });
    await ask(engine, 'create table kept (a int)');
    await ask(engine, 'insert into kept values (1)');
    await engine.stop();
    await engine.stop();
    expect(await processesNaming(directory)).toEqual([]);
  }, 60_000);

  it('is reached by its unix socket, by tools over TCP, and where the path is too long over TCP alone', async () => {
    const how = `select inet_client_addr()::text as address`;
    const engine = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
    expect(await ask(engine, how)).toEqual([{ address: null }]);
    const overTcp = { ...engine, url: engine.url.replace(/\?.*/, '') };
    expect(await ask(overTcp, how)).toEqual([{ address: '127.0.0.1/32' }]);
    await engine.stop();

    const deep = join(directory, 'd'.repeat(60), 'e'.repeat(60));
    const engineBelow = await startEmbeddedPostgres({ dataDir: deep, log: silentLog });
    expect(await ask(engineBelow, how)).toEqual([{ address: '127.0.0.1/32' }]);
    await engineBelow.stop();
  }, 60_000);

  it('keeps its data over a stop and a start, and its password to itself', async () => {
    const said: string[] = [];
    const line = (fields: Record<string, unknown>, text: string) => {
      said.push(JSON.stringify(fields) + text);
    };
    const log: EngineLog = { debug: line, info: line, warn: line, error: line };
    const engine = await startEmbeddedPostgres({ dataDir: directory, log, onProgress: (t) => said.push(t) });
    expect(await ask(engine, 'select a from kept')).toEqual([{ a: 1 }]);
    const { password, port } = new URL(engine.url);
    const wrong = new pg.Client({ connectionString: engine.url.replace(password, 'wrong') });
    await expect(wrong.connect()).rejects.toThrow('password authentication failed');
    await engine.stop();
    const file = join(directory, 'postgres-password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, 'utf8')).trim()).toBe(password);
    expect(Number(port)).toBeGreaterThan(1024);
    expect(said.join('\n') + (await readFile(join(directory, 'postgres.log'), 'utf8'))).not.toContain(
      password,
    );
  }, 60_000);

  it('stops within seconds although clients are connected and busy', async () => {
    const engine = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
    const busy = ask(engine, 'select pg_sleep(60)').catch((error: Error) => error.message);
    await eventually(async () => {
      const rows = await ask(engine, `select 1 from pg_stat_activity where query = 'select pg_sleep(60)'`);
      return rows.length === 1;
    }, 5000);
    const started = Date.now();
    await engine.stop();
    expect(Date.now() - started).toBeLessThan(3500);
    await busy;
    expect(await processesNaming(directory)).toEqual([]);
  }, 60_000);

  it('comes back on the same URL with every row after kill -9 of the postmaster', async () => {
    let restarts = 0;
    const engine = await startEmbeddedPostgres({
      dataDir: directory,
      log: silentLog,
      onRestart: () => {
        restarts += 1;
      },
    });
    for (let round = 1; round <= 3; round += 1) {
      await ask(engine, `insert into kept values (${round + 1})`);
      // A backend in the middle of a computation does not notice the death of its postmaster by itself.
      const busy = ask(engine, 'select count(*) from generate_series(1, 2000000000)').catch(() => undefined);
      await eventually(async () => {
        const rows = await ask(engine, `select 1 from pg_stat_activity where query like 'select count%'`);
        return rows.length > 0;
      }, 5000);
      process.kill(engine.pid(), 'SIGKILL');
      await eventually(() => restarts === round, 20_000);
      await busy;
      expect(await ask(engine, 'select count(*)::int as n from kept')).toEqual([{ n: round + 1 }]);
    }
    await engine.stop();
    expect(await processesNaming(directory)).toEqual([]);
  }, 90_000);

  it('starts after an initdb that was cut off', async () => {
    const own = join(directory, 'cut-off');
    await mkdir(join(own, 'postgres.unfinished', 'cluster', 'base'), { recursive: true });
    await writeFile(join(own, 'postgres.unfinished', 'cluster', 'PG_VERSION'), '18\n');
    const engine = await startEmbeddedPostgres({ dataDir: own, log: silentLog });
    expect(await ask(engine, 'select 1 as one')).toEqual([{ one: 1 }]);
    await engine.stop();
  }, 60_000);

  it('makes the missing links between the shared libraries', async () => {
    const { postgres } = await findPostgresBinaries();
    const native = join(directory, 'package', 'native');
    await cp(dirname(dirname(postgres)), native, { recursive: true, verbatimSymlinks: true });
    const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
    for (const { target } of list) await rm(join(native, '..', target));
    expect(await linkSharedLibraries(native)).toBe(list.length);
    expect(await linkSharedLibraries(native)).toBe(0);
    for (const { target } of list) await stat(join(native, '..', target));
  }, 60_000);

  // Only root has this trouble: PostgreSQL then runs as another account, to which root's home is closed.
  it.runIf(process.getuid?.() === 0)(
    'works below a directory that only root may enter',
    async () => {
      const own = join(directory, 'closed');
      await mkdir(own, { mode: 0o700 });
      const engine = await startEmbeddedPostgres({ dataDir: join(own, 'data'), log: silentLog });
      expect(await ask(engine, 'select 1 as one')).toEqual([{ one: 1 }]);
      const { uid } = await stat(join(own, 'data', 'postgres'));
      expect(uid).not.toBe(0);
      await engine.stop();
    },
    60_000,
  );
});
