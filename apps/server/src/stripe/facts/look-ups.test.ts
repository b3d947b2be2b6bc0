import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/databases.ts';

// A connection keeps the plan that it made first, perhaps before there was a row: it must be the right one even then. With
// indexes that began with the same columns, all of a program was read for each event (49 statements, 10 ms of it here).

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ofProgram = 'workspace_id = $1 and program_id = $2';
it.each([
  ['an object by its id', `stripe_objects where ${ofProgram} and livemode = $3 and id = $4`, 'id = '],
  [
    'objects by their payer',
    `stripe_objects where ${ofProgram} and livemode = $3 and payer = $4`,
    'payer = ',
  ],
  ['identifiers of a payer', `stripe_identifiers where ${ofProgram} and $3 and payer = $4`, 'payer = '],
  [
    'who shares an identifier',
    `stripe_identifiers where ${ofProgram} and $3 and kind = 'email' and value = $4`,
    'value = ',
  ],
  [
    'clicks of a browser',
    `clicks where workspace_id = $1 and program_id + 0 = $2 and $3 and visitor = $4`,
    'visitor = ',
  ],
])('%s: by an index on the name, in empty tables too', async (_what, from, condition) => {
  const plan = await database.postgres.transaction(
    async (trx) => {
      await trx.query(`prepare look (integer, integer, boolean, text) as select * from ${from}`);
      const lines = await trx.query<{ 'QUERY PLAN': string }>("explain execute look (1, 1, true, 'x')");
      await trx.query('deallocate look');
      return lines.map((line) => line['QUERY PLAN']);
    },
    { byKey: true },
  );
  expect(plan.join('\n')).not.toContain('Seq Scan');
  const conditions = plan.filter((line) => line.includes('Index Cond'));
  expect(conditions.length, plan.join('\n')).toBeGreaterThan(0);
  for (const line of conditions) expect(line).toContain(condition);
});
