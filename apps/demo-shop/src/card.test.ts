import { describe, expect, it } from 'vitest';
import { checkCard } from './card.ts';

const now = new Date('2026-03-31T23:00:00Z');
const good = { name: 'Mia', number: '4242 4242 4242 4242', expiry: '03/26', code: '123' };

describe('checkCard', () => {
  it('takes the test card until the end of its month', () => {
    expect(checkCard(good, now)).toEqual({});
    expect(checkCard(good, new Date('2026-04-01T00:00:00Z'))).toHaveProperty('expiry');
  });

  it.each([
    ['number', { number: '4242 4242 4242 4241' }],
    ['number', { number: '4000000000000002' }],
    ['number', { number: '' }],
    ['expiry', { expiry: '13/30' }],
    ['expiry', { expiry: 'soon' }],
    ['code', { code: '12' }],
    ['name', { name: ' ' }],
  ])('finds what is wrong with the %s of %o', (field, wrong) => {
    expect(Object.keys(checkCard({ ...good, ...wrong }, now))).toEqual([field]);
  });
});
