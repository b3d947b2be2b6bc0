import { describe, expect, it } from 'vitest';
import { slugOf } from './slug.ts';

describe('slugOf', () => {
  it.each([
    ['Anna', 'anna'],
    ['  José  García! ', 'jose-garcia'],
    ['Straße 12', 'strasse-12'],
    ['東京', 'partner'],
    ['---', 'partner'],
    ['', 'partner'],
    [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
  ])('%s becomes %s', (name, slug) => {
    expect(slugOf(name, 'partner')).toBe(slug);
  });
});
