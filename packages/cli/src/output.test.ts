import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openOutput, table } from './output.ts';

const stream = (isTTY: boolean) =>
  Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;

beforeEach(() => vi.stubEnv('NO_COLOR', ''));
afterEach(() => vi.unstubAllEnvs());

it('colours are for terminals, each stream by itself', () => {
  const [terminal, file] = [stream(true), stream(false)];
  expect(openOutput(terminal, file).color.red('x')).toBe('\u001b[31mx\u001b[39m');
  expect(openOutput(terminal, file).asideColor.red('x')).toBe('x');
  expect(openOutput(file, terminal).color.red('x')).toBe('x');
});

it('NO_COLOR: none at all', () => {
  vi.stubEnv('NO_COLOR', '1');
  const { color, asideColor } = openOutput(stream(true), stream(true));
  expect([color.red('x'), asideColor.red('x')]).toEqual(['x', 'x']);
});

it('a coloured cell is as wide as what is seen of it', () => {
  expect(
    table([
      ['\u001b[31mab\u001b[39m', 'x'],
      ['abc', 'y'],
    ]),
  ).toEqual(['\u001b[31mab\u001b[39m   x', 'abc  y']);
});
