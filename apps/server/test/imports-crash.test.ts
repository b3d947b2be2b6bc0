import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { newToken, openClickHouse, packageRoot } from '../src/platform/index.ts';
import { reconcile } from '../src/reports/index.ts';
import { startServerProcess } from './crash/server-process.ts';
import { createTestClickHouse, createTestDatabase } from './databases.ts';

// The command and the server, processes of their own, both killed in the middle of an import.

const bootstrapKey = newToken('affk_');
const left: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clear of left.splice(0).reverse()) await clear();
});

const rows = 1500;

/** 1,500 payments of 500 customers; each tenth went back in part. */
function csv(): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const day = new Date(Date.UTC(2025, 0, 1) + index * 3_600_000).toISOString();
    const [customer, partner] = [`c${index % 500}`, index % 3 === 0 ? 'anna' : ''];
    return `p-${index},${10 + (index % 90)}.25,${day},${customer},${partner},${index % 10 === 0 ? '1.00' : ''}`;
  });
  return `id,amount,created,customer_key,partner,refunded\n${lines.join('\n')}\n`;
}

describe('kill -9 in the middle of an import', () => {
  it('of the command and of the server, again and again: every row once, and the books sum to zero', {
    timeout: 120_000,
  }, async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'headwater-imports-'));
    left.push(() => rm(cwd, { recursive: true, force: true }));
    const database = await createTestDatabase();
    left.push(() => database.drop());
    const clickhouse = createTestClickHouse();
    const startServer = (dataDir: string) =>
      startServerProcess({ dataDir, bootstrapKey, databaseUrl: database.url, clickhouseUrl: clickhouse.url });
    await writeFile(join(cwd, 'payments.csv'), csv());
    let server = await startServer(cwd);
    const stop = async () => {
      server.child.kill('SIGTERM');
      await server.ended;
    };
    left.push(stop);
    const post = async (path: string, body: unknown) => {
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bootstrapKey}` },
        body: JSON.stringify(body),
      });
      return ((await response.json()) as { data: { id: number } }).data;
    };
    const program = await post('/api/v1/programs', {
      ...{ name: 'Moved', domain: 'moved.example', fee_bps: 350 },
      commission: { type: 'cps_lifetime', rate_bps: 2000 },
    });
    await post(`/api/v1/programs/${program.id}/partners`, { name: 'Anna', code: 'anna' });

    const command = () => startCommand(cwd, server.url);
    const readSoFar = async () => {
      const [row] = await database.postgres.query<{ n: number }>(
        'select coalesce(max(rows_read), 0)::integer as n from imports',
      );
      return row?.n ?? 0;
    };
    const untilMore = async (than: number) => {
      for (const until = Date.now() + 30_000; (await readSoFar()) <= than; await sleep(5)) {
        if (Date.now() > until) throw new Error('the import does not go on');
      }
    };
    let kills = 0;
    for (let seen = 0; kills < 3; kills += 1) {
      const running = command();
      await untilMore(seen);
      await sleep(Math.random() * 60);
      if (kills % 2 === 0) {
        server.child.kill('SIGKILL');
        await server.ended;
        running.child.kill('SIGKILL');
        await running.ended;
        server = await startServer(cwd);
      } else {
        running.child.kill('SIGKILL');
        await running.ended;
      }
      seen = await readSoFar();
      expect(seen).toBeLessThan(rows);
    }
    const last = command();
    expect(await last.ended, last.output()).toBe(0);
    expect(last.output()).toMatch(/Goes on after [\d,]+ rows\./);
    expect(last.output()).toContain(`✓ 1,500 taken, 0 already there, 0 refused.`);

    const all = async (text: string) => (await database.postgres.query(text))[0];
    expect(
      await all(
        `select count(*)::integer as payments, count(distinct transaction_id)::integer as ids,
           (select count(*)::integer from refunds) as refunds, (select count(*)::integer from customers) as customers,
           (select count(*)::integer from imports) as imports, (select count(*)::integer from commissions) as commissions
         from payments`,
      ),
    ).toEqual({ payments: rows, ids: rows, refunds: rows / 10, customers: 500, imports: 1, commissions: 0 });
    expect(
      await database.postgres.query(
        'select transaction_id, currency from ledger_entries group by 1, 2 having sum(amount_minor) <> 0',
      ),
    ).toEqual([]);
    const verified = await fetch(`${server.url}/api/v1/verify`, {
      headers: { authorization: `Bearer ${bootstrapKey}` },
    });
    expect(await verified.json()).toMatchObject({ data: { ok: true, fault: null } });

    // Once in ClickHouse, too, where reports find them.
    const engine = openClickHouse({ url: inject('clickhouseUrl') });
    left.push(() => engine.close());
    for (const until = Date.now() + 30_000; Date.now() < until; await sleep(100)) {
      const [waiting] = await database.postgres.query('select 1 from event_batches limit 1');
      if (waiting === undefined) break;
    }
    const period = { from: new Date('2025-01-01T00:00:00Z'), before: new Date('2026-01-01T00:00:00Z') };
    expect(await reconcile({ postgres: database.postgres, clickhouse: engine }, period)).toEqual([]);
  });
});

interface Command {
  child: ChildProcess;
  output(): string;
  ended: Promise<number | null>;
}

function startCommand(cwd: string, url: string): Command {
  const bin = join(packageRoot(), '../../packages/cli/bin/headwater.mjs');
  const child = spawn(process.execPath, [bin, 'import', 'payments', 'payments.csv'], {
    cwd,
    env: { PATH: process.env.PATH, HEADWATER_URL: url, HEADWATER_KEY: bootstrapKey },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
    });
  }
  return { child, output: () => output, ended: new Promise((resolve) => child.once('close', resolve)) };
}
