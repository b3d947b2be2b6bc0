import { expect, it } from 'vitest';
import { withNames } from './env-file.ts';

const ours = { HEADWATER_TOKEN: 'aff_1' };

it.each([
  ['', 'HEADWATER_TOKEN=aff_1\n'],
  ['A=1', 'A=1\nHEADWATER_TOKEN=aff_1\n'],
  ['A="1"  # one\r\n\r\n', 'A="1"  # one\r\n\r\nHEADWATER_TOKEN=aff_1\r\n'],
  ['HEADWATER_TOKEN=aff_0\n', 'HEADWATER_TOKEN=aff_0\n'],
  ['export HEADWATER_TOKEN=aff_0', 'export HEADWATER_TOKEN=aff_0'],
  ['# HEADWATER_TOKEN=aff_0\n', '# HEADWATER_TOKEN=aff_0\nHEADWATER_TOKEN=aff_1\n'],
])('adds to %j what is not there, and leaves the rest as it is', (text, wanted) => {
  expect(withNames(text, ours)).toBe(wanted);
});

it('replaces what it is told to, in its place', () => {
  const text = 'A=1\nHEADWATER_TOKEN=aff_0\nB=2\n';
  expect(withNames(text, ours, ['HEADWATER_TOKEN'])).toBe('A=1\nHEADWATER_TOKEN=aff_1\nB=2\n');
});
