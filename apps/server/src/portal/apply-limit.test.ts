import { expect, it } from 'vitest';
import { testClock } from '../../test/test-server.ts';
import { createApplyLimit } from './apply-limit.ts';

it('counts a whole network as one, also where its address has zeros that are not written', () => {
  const clock = testClock('2026-06-02T12:00:00Z');
  const mayApply = createApplyLimit(clock);
  for (let host = 1; host <= 10; host += 1) mayApply(`2001:db8::${host}:0:0:1`);
  expect(() => mayApply('2001:db8::b:0:0:1')).toThrow('Rate limited');
  mayApply('2001:db8:0:1::1');
  clock.advance(3_600_000);
  mayApply('2001:db8::b:0:0:1');
});
