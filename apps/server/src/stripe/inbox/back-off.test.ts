import { expect, it } from 'vitest';
import { backOffMs } from './back-off.ts';

it('a failed event rests longer each time, up to six hours, with chance in it', () => {
  const shortest = (attempts: number) => backOffMs(attempts, () => 0);
  const longest = (attempts: number) => backOffMs(attempts, () => 1);
  expect([shortest(0), longest(0)]).toEqual([500, 1000]);
  expect([shortest(5), longest(5)]).toEqual([16_000, 32_000]);
  const sixHours = 6 * 3_600_000;
  for (const attempts of [15, 100, 2_000_000]) {
    expect([shortest(attempts), longest(attempts)]).toEqual([sixHours / 2, sixHours]);
  }
});
