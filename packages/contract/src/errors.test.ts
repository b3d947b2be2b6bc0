import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { errorCatalogue } from './errors.ts';

it('docs/errors.md says exactly what the catalogue says', async () => {
  const doc = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = doc.split('\n').filter((line) => line.startsWith('| `'));
  const expected = Object.entries(errorCatalogue).map(
    ([code, { status, message, advice }]) => `| \`${code}\` | ${status} | ${message} | ${advice} |`,
  );
  expect(rows).toEqual(expected);
});
