import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/databases.ts';
import { arrayLiteral } from './array-literal.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('arrayLiteral', () => {
  it('is read by PostgreSQL as what went in, whatever the texts hold', async () => {
    const texts = [
      '',
      'plain',
      'NULL',
      '"',
      '\\',
      '\\"',
      '{}',
      'a,b',
      ' spaced ',
      "it's",
      'line\nbreak',
      '\t',
      'é😀',
      null,
    ];
    const [row] = await database.postgres.query<{ texts: unknown }>('select $1::text[] as texts', [
      arrayLiteral(texts),
    ]);
    expect(row?.texts).toEqual(texts);
  });

  it('holds numbers, truth values, instants and nothing', async () => {
    const at = '2026-03-01T10:20:30.456Z';
    const [row] = await database.postgres.query(
      'select $1::integer[] as numbers, $2::boolean[] as words, $3::timestamptz[] as instants, $4::text[] as none',
      [arrayLiteral([1, -2, null]), arrayLiteral([true, false]), arrayLiteral([at, null]), arrayLiteral([])],
    );
    expect(row).toEqual({
      numbers: [1, -2, null],
      words: [true, false],
      instants: [new Date(at), null],
      none: [],
    });
  });
});
