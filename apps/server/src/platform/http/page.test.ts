import { describe, expect, it } from 'vitest';
import { readCursor, readRange, smallId, toPage } from './page.ts';

const pageOf = (rows: number[], limit: number) => toPage(rows, limit, String, (row) => [row]);

describe('toPage', () => {
  it('ends without a cursor when no row is left', () => {
    expect(pageOf([], 2)).toEqual({ data: [], next_cursor: null });
    expect(pageOf([3, 2], 2)).toEqual({ data: ['3', '2'], next_cursor: null });
  });

  it('hands out a cursor that reads back as the sort key of the last row shown', () => {
    const page = pageOf([3, 2, 1], 2);
    expect(page.data).toEqual(['3', '2']);
    expect(readCursor({ cursor: page.next_cursor }, ['id'])).toEqual(['2']);
    const mixed = toPage([1, 2], 1, String, () => ['2026-02-01T00:00:00.123456Z', 9_007_199_254_740_993n]);
    expect(readCursor({ cursor: mixed.next_cursor }, ['instant', 'longId'])).toEqual([
      '2026-02-01T00:00:00.123456Z',
      '9007199254740993',
    ]);
  });
});

describe('readRange', () => {
  it('takes days whole and instants to the millisecond', () => {
    expect(readRange({ from: '2026-02-01', to: '2026-02-28' })).toEqual({
      from: new Date('2026-02-01T00:00:00Z'),
      before: new Date('2026-03-01T00:00:00Z'),
    });
    expect(readRange({ to: '2026-02-28T12:00:00+02:00' })).toEqual({
      from: undefined,
      before: new Date('2026-02-28T10:00:00.001Z'),
    });
  });
});

describe('smallId', () => {
  it.each([
    [1, 1],
    ['42', 42],
    [2_147_483_647, 2_147_483_647],
  ])('%j is an id', (value, id) => {
    expect(smallId(value)).toBe(id);
  });
  it.each([0, -1, 1.5, '1.5', '', ' 1', '2147483648', 2_147_483_648, '1e3', null, undefined, {}])(
    '%j is none',
    (value) => {
      expect(smallId(value)).toBeUndefined();
    },
  );
});
