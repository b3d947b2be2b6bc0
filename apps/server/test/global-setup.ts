import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { buildAll } from '../../../scripts/build.mjs';
import { startEngines } from '../src/platform/engines/index.ts';
import { migrate, packageRoot, silentLog } from '../src/platform/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
    templateDatabase: string;
    clickhouseUrl: string;
  }
}

/** Builds the server, starts the engines once, and migrates one template database that every test file clones. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await buildAll();
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-test-'));
  const engines = await startEngines({
    config: {
      dataDir,
      databaseUrl: process.env.DATABASE_URL,
      clickhouseUrl: process.env.CLICKHOUSE_URL,
      clickhouseEntry: join(packageRoot(), 'dist/clickhouse-process.js'),
    },
    log: silentLog,
    onProgress() {},
  });
  const template = `headwater_template_${process.pid}_${Date.now().toString(36)}`;
  await onServer(engines.databaseUrl, `create database ${template}`);
  await migrate(databaseOn(engines.databaseUrl, template));
  project.provide('databaseUrl', engines.databaseUrl);
  project.provide('templateDatabase', template);
  project.provide('clickhouseUrl', engines.clickhouseUrl);
  return async () => {
    await onServer(engines.databaseUrl, `drop database if exists ${template} with (force)`);
    await engines.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

function databaseOn(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
