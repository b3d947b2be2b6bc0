import { expect, it } from 'vitest';
import { lastBilledMonday, nextBillingAt } from './week.ts';

it.each([
  ['2026-06-01T08:59:59Z', '2026-06-01T09:00:00.000Z'],
  ['2026-06-01T09:00:00Z', '2026-06-08T09:00:00.000Z'],
  ['2026-06-07T23:59:59Z', '2026-06-08T09:00:00.000Z'],
])('at %s the next week is billed at %s, and not before', (now, next) => {
  const at = nextBillingAt(new Date(now));
  expect(at.toISOString()).toBe(next);
  const [before, then] = [new Date(at.getTime() - 1), at].map(lastBilledMonday);
  expect([before, then].map((monday) => monday?.toISOString().slice(0, 10))).toEqual([
    lastBilledMonday(new Date(now)).toISOString().slice(0, 10),
    next.slice(0, 10),
  ]);
});
