import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClickHouse,
  migrateClickHouse,
  openClickHouse,
  type Postgres,
  packageRoot,
} from '../src/platform/index.ts';
import { createTestClickHouse, createTestDatabase, type TestDatabase } from './databases.ts';

const folder = join(packageRoot(), '../../docs/scale');
/** The statements of a file, one of which ends in `;` at the end of a line. */
async function statementsOf(file: string): Promise<string[]> {
  const text = await readFile(join(folder, file), 'utf8');
  return text
    .replaceAll(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

describe('docs/scale: a ClickHouse cluster', () => {
  let migrated: ClickHouse;
  let replicated: ClickHouse;
  beforeAll(async () => {
    migrated = openClickHouse(createTestClickHouse());
    replicated = openClickHouse(createTestClickHouse());
    await migrateClickHouse(migrated);
    await replicated.createDatabase();
  });
  afterAll(async () => {
    for (const one of [migrated, replicated]) {
      await one.command(`drop database ${one.database}`);
      await one.close();
    }
  });

  it.each(['clickhouse-replicas.sql', 'clickhouse-shards.sql'])(
    'every statement of %s can be read by the engine',
    async (file) => {
      const statements = await statementsOf(file);
      expect(statements.length).toBeGreaterThan(5);
      for (const statement of statements) {
        await migrated.command(`explain ast ${statement}`).catch((error) => {
          throw new Error(`${statement.slice(0, 80)}: ${error.message}`);
        });
      }
      const broken = (statements[0] as string).replace('on cluster', 'on the cluster');
      await expect(migrated.command(`explain ast ${broken}`)).rejects.toThrow(/syntax error/i);
    },
  );

  it('clickhouse-replicas.sql makes the tables that the migrations make', async () => {
    // The engine here is no cluster: what it has of these engines is what they replicate.
    for (const statement of await statementsOf('clickhouse-replicas.sql')) {
      if (!/^(create (table|materialized view)|insert)/.test(statement)) continue;
      await replicated.command(
        statement
          .replace(" on cluster '{cluster}'", '')
          .replace(/Replicated(\w+)\('[^']+', '\{replica\}'(?:, )?/, '$1('),
      );
    }
    const tables = async ({ database, rows }: ClickHouse) => {
      const known = await rows<Record<string, string>>(
        `select name, engine, partition_key, sorting_key, as_select from system.tables
         where database = {database:String} and name not like '.%' order by name`,
        { database },
      );
      return known.map((row) => ({ ...row, as_select: row.as_select?.replaceAll(`${database}.`, '') }));
    };
    const columns = ({ database, rows }: ClickHouse) =>
      rows(
        `select table, name, type, default_kind, default_expression, compression_codec from system.columns
         where database = {database:String} order by table, position`,
        { database },
      );
    expect(await tables(replicated)).toEqual(await tables(migrated));
    expect(await columns(replicated)).toEqual(await columns(migrated));
  });

  it('both count every migration as applied', async () => {
    const files = (await readdir(join(packageRoot(), 'clickhouse-migrations'))).sort();
    const text = (await statementsOf('clickhouse-replicas.sql')).join('\n');
    expect([...text.matchAll(/'(\d{4}_\w+\.sql)'/g)].map(([, name]) => name)).toEqual(files);
    expect(await migrateClickHouse(replicated)).toEqual([]);
  });

  it('clickhouse-shards.sql has a distributed table for each of them', async () => {
    const text = (await statementsOf('clickhouse-shards.sql')).join('\n');
    const rows = await migrated.rows<{ name: string }>(
      `select name from system.tables where database = {database:String} and engine like '%MergeTree' order by name`,
      { database: migrated.database },
    );
    const distributed = [...text.matchAll(/create table if not exists headwater\.(\w+)/g)].map(
      ([, name]) => name,
    );
    expect(distributed.sort()).toEqual(rows.map(({ name }) => name));
  });
});

// Citus's rules about keys (its reference on creating tables): a unique key holds the distribution column; an identity is a
// bigint; a foreign key of a distributed table leads to a reference table, or to one beside it with the column among its
// own; one of a reference table leads to a reference table.
const rules = `
  create temp table citus_tables (t regclass primary key, kind text, col text);
  create function check_identities(t regclass) returns void language plpgsql as $$
  begin
    if exists (select from pg_attribute a where a.attrelid = t and a.attidentity <> '' and a.atttypid <> 'bigint'::regtype) then
      raise exception '% has an identity that is no bigint', t;
    end if;
  end $$;
  create function create_reference_table(t regclass) returns void language plpgsql as $$
  declare k record;
  begin
    perform check_identities(t);
    for k in select confrelid::regclass as target from pg_constraint where contype = 'f' and conrelid = t loop
      if not exists (select from citus_tables r where r.t = k.target and r.kind = 'reference') then
        raise exception '% refers to %, which is no reference table', t, k.target;
      end if;
    end loop;
    insert into citus_tables values (t, 'reference', null);
  end $$;
  create function create_distributed_table(t regclass, col text, colocate_with text default 'default') returns void
  language plpgsql as $$
  declare k record; n smallint;
  begin
    perform check_identities(t);
    select attnum into strict n from pg_attribute where attrelid = t and attname = col and attnotnull;
    for k in select indexrelid::regclass as i from pg_index where indrelid = t and indisunique and not (n = any(indkey)) loop
      raise exception 'the unique key % lacks %', k.i, col;
    end loop;
    for k in select confrelid::regclass as target, conkey, confkey from pg_constraint where contype = 'f' and conrelid = t loop
      if not exists (
        select from citus_tables r where r.t = k.target and (r.kind = 'reference' or exists (
          select from unnest(k.conkey, k.confkey) as pair(mine, theirs)
          join pg_attribute a on a.attrelid = k.target and a.attnum = theirs
          where mine = n and a.attname = r.col))) then
        raise exception '% refers to %, which is not beside it', t, k.target;
      end if;
    end loop;
    insert into citus_tables values (t, 'distributed', col);
  end $$;`;

describe('docs/scale: Citus', () => {
  let database: TestDatabase;
  let postgres: Postgres;
  beforeAll(async () => {
    database = await createTestDatabase();
    postgres = database.postgres;
  });
  afterAll(() => database.drop());

  it('citus.sql puts every table somewhere, by Citus’s rules about keys; what is stored before goes on', async () => {
    const statements = await statementsOf('citus.sql');
    await postgres.query("insert into workspaces (name) values ('before')");
    const classed = await postgres.transaction(async (trx) => {
      for (const part of rules.split(/;\s*$(?=\s*create)/m)) await trx.query(part);
      for (const statement of statements) {
        await trx.query(statement).catch((error) => {
          throw new Error(`${statement}: ${error.message}`);
        });
      }
      const ids = await trx.query<{ id: number }>(
        "insert into workspaces (name) values ('after') returning id",
      );
      expect(ids).toEqual([{ id: 2 }]);
      return trx.query<{ name: string; kind: string }>('select t::text as name, kind from citus_tables');
    });
    const text = await readFile(join(folder, 'citus.sql'), 'utf8');
    const local = /^-- Local to the coordinator: (.*), and/m.exec(text)?.[1]?.split(', ') ?? [];
    const all = await postgres.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
    );
    expect([...classed.map(({ name }) => name), ...local].sort()).toEqual(all.map(({ name }) => name).sort());
    expect(classed.filter(({ kind }) => kind === 'distributed').length).toBeGreaterThan(40);
  });

  it('the rules refuse the tables as they are', async () => {
    const other = await createTestDatabase();
    try {
      const attempt = (what: string) =>
        other.postgres.transaction(async (trx) => {
          for (const part of rules.split(/;\s*$(?=\s*create)/m)) await trx.query(part);
          await trx.query(what);
        });
      await expect(attempt("select create_distributed_table('payments', 'workspace_id')")).rejects.toThrow(
        'payments_id_key lacks workspace_id',
      );
      await expect(attempt("select create_reference_table('links')")).rejects.toThrow('is no bigint');
      await expect(attempt("select create_distributed_table('fees', 'workspace_id')")).rejects.toThrow(
        'refers to payments',
      );
    } finally {
      await other.drop();
    }
  });
});
