import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { openPostgres, type Postgres } from '../src/platform/index.ts';

export interface TestDatabase {
  url: string;
  postgres: Postgres;
  drop(): Promise<void>;
}

/** A database of its own, cloned from the migrated template: tests never meet each other's rows. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `headwater_test_${randomBytes(8).toString('hex')}`;
  const server = inject('databaseUrl');
  await onServer(server, `create database ${name} template ${inject('templateDatabase')}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const postgres = openPostgres(url.href);
  return {
    url: url.href,
    postgres,
    async drop() {
      await postgres.close();
      await onServer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

/** A name for a ClickHouse database of the test's own, and the engine it lives on. */
export function createTestClickHouse(): { url: string; database: string } {
  return { url: inject('clickhouseUrl'), database: `test_${randomBytes(8).toString('hex')}` };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
