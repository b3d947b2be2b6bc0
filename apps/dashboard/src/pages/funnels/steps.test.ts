import { expect, it } from 'vitest';
import { readFunnelSearch, readSteps, writeStep } from './steps.ts';

it('an address keeps the steps as they are, and leaves out what it does not know', () => {
  const steps = ['pageview:/a:b*', 'event:sign_up', 'lead'];
  expect(readSteps(steps).map(writeStep)).toEqual(steps);
  expect(readFunnelSearch({ steps: [...steps, 'dance'], by: 'planet', days: '7' })).toEqual({
    steps,
    days: 7,
  });
  expect(readFunnelSearch({ steps: ['lead'], days: 0 })).toEqual({});
});
