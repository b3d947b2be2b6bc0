import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/databases.ts';
import { type Db, kysely } from './kysely.ts';
import { isConnectionFailure } from './sql.ts';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await createTestDatabase();
  db = kysely(database.postgres);
});
afterAll(() => database.drop());

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('kysely', () => {
  it('is one per Postgres', () => {
    expect(kysely(database.postgres)).toBe(db);
  });

  it('rolls a failed transaction back', async () => {
    const failing = db.transaction().execute(async (trx) => {
      await trx.insertInto('workspaces').values({ name: 'never' }).execute();
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await db.selectFrom('workspaces').selectAll().execute()).toEqual([]);
  });

  it('survives the loss of a connection inside a transaction, and does not hand it out again', async () => {
    const error = await failureOf(
      db.transaction().execute(async (trx) => {
        const pid = await trx.executeQuery<{ pid: number }>(sql`select pg_backend_pid() as pid`.compile(trx));
        await database.postgres.query('select pg_terminate_backend($1)', [pid.rows[0]?.pid]);
        await sql`select pg_sleep(1)`.execute(trx);
      }),
    );
    expect(isConnectionFailure(error)).toBe(true);
    for (let times = 0; times < 5; times += 1) {
      expect(await db.selectFrom('workspaces').selectAll().execute()).toEqual([]);
    }
  });

  it('survives the loss of a connection in the middle of a query', async () => {
    const sleeping = failureOf(sql`select pg_sleep(20) as long_sleep`.execute(db));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await database.postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where query like '%as long_sleep%' and pid <> pg_backend_pid()`,
    );
    expect(isConnectionFailure(await sleeping)).toBe(true);
    expect(await database.postgres.query('select 1 as one')).toEqual([{ one: 1 }]);
  });
});
