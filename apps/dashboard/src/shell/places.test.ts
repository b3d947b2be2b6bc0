import { expect, it } from 'vitest';
import { groups, places } from './places.ts';

it('each page has a letter of its own, and each group a page', () => {
  const keys: string[] = places.map(({ key }) => key);
  expect(keys).toEqual([...new Set(keys)]);
  expect(keys).not.toContain('g');
  expect(groups.filter((name) => !places.some(({ group }) => group === name))).toEqual([]);
});
