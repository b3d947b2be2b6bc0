import { expect, it } from 'vitest';
import { groups, places, placesOf } from './places.ts';

it('each page has a letter of its own, and each group a page', () => {
  const keys: string[] = places.map(({ key }) => key);
  expect(keys).toEqual([...new Set(keys)]);
  expect(keys).not.toContain('g');
  expect(groups.filter((name) => !places.some(({ group }) => group === name))).toEqual([]);
});

it('who looks after the workspace is shown every page, others not what they would be refused', () => {
  expect(placesOf('owner')).toEqual(places);
  expect(placesOf('admin')).toEqual(places);
  const hidden = places.filter((place) => !placesOf('finance').includes(place));
  expect(hidden.map(({ name }) => name)).toEqual(['Health', 'People']);
});
