import { describe, expect, it } from 'vitest';
import { partnerOf } from '../src/click.ts';

describe('partnerOf', () => {
  it.each([
    ['https://shop.example/?aff=Anna', 'anna'],
    ['https://shop.example/a?x=1&aff=b%2Dc#aff=no', 'b-c'],
    ['https://shop.example/?aff=', ''],
    ['https://shop.example/?affx=1', ''],
    ['', ''],
    ['not a url', ''],
    [null, ''],
  ])('%s → "%s"', (url, code) => {
    expect(partnerOf(url)).toBe(code);
  });
});
