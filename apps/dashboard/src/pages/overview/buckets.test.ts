import { expect, it } from 'vitest';
import { bucketOf } from './buckets.ts';

it('an instant stands in the bucket of its zone: hours as instants, weeks from Monday', () => {
  const lateSunday = '2026-05-03T23:30:00.000Z';
  expect(bucketOf(lateSunday, 'hour', 'Europe/Berlin')).toBe('2026-05-03T23:00:00Z');
  expect(bucketOf(lateSunday, 'day', 'UTC')).toBe('2026-05-03');
  expect(bucketOf(lateSunday, 'day', 'Europe/Berlin')).toBe('2026-05-04');
  expect(bucketOf(lateSunday, 'week', 'UTC')).toBe('2026-04-27');
  expect(bucketOf(lateSunday, 'week', 'Europe/Berlin')).toBe('2026-05-04');
  expect(bucketOf('2026-05-31T23:30:00Z', 'month', 'Europe/Berlin')).toBe('2026-06');
});
