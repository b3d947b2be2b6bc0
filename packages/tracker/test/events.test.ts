import { describe, expect, it } from 'vitest';
import { takeBatch } from '../src/events.ts';

describe('takeBatch', () => {
  it('takes all that fit, oldest first, and leaves the rest', () => {
    const events = ['a'.repeat(6000), 'b'.repeat(6000), 'c'.repeat(6000)];
    expect(takeBatch(events).map((event) => event[0])).toEqual(['a', 'b']);
    expect(events.map((event) => event[0])).toEqual(['c']);
    expect(takeBatch(events)).toHaveLength(1);
    expect(takeBatch(events)).toEqual([]);
  });

  it('keeps below 100 of the shortest events there are', () => {
    const shortest =
      '{"occurred_at":"2026-01-31T12:00:00.000Z","type":"event","url":"http://a/","referrer":"","title":"","screen":"1x1","language":"","timezone":"UTC"}';
    expect(takeBatch(Array(300).fill(shortest)).length).toBeLessThanOrEqual(100);
  });
});
