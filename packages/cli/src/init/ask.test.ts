import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { askForProgram, askWhichProgram, type Terminal } from './ask.ts';

/** A terminal at which each question is answered with the next keys. */
function terminal(...answers: string[]): { terminal: Terminal; shown(): string } {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 30 });
  let shown = '';
  let questions = 0;
  output.on('data', (data) => {
    shown += data;
    const asked = shown.split('◆').length - 1;
    if (asked <= questions) return;
    questions = asked;
    const keys = answers.shift() ?? '\u0003';
    setTimeout(() => {
      for (const key of keys) input.write(key);
    }, 5);
  });
  return { terminal: { input, output } as unknown as Terminal, shown: () => shown };
}

const guess = { name: 'Web shop', domain: 'acme.example' };
const unknown = { name: undefined, domain: undefined, commission: undefined };

it('every question has an answer already: Enter takes it', async () => {
  const told = terminal('\r', '\r', '\r', '\r', '\r');
  expect(await askForProgram(told.terminal, unknown, guess)).toEqual({
    name: 'Web shop',
    domain: 'acme.example',
    commission: { kind: 'recurring_percent', rate: 20, months: 12 },
  });
});

it('asks nothing that was said, and nothing that does not apply', async () => {
  const down = '\u001b[B';
  const told = terminal(`${down}\r`, '\u007f\u007f7.5\r');
  expect(await askForProgram(told.terminal, { ...unknown, name: 'A', domain: 'a.example' }, guess)).toEqual({
    ...{ name: 'A', domain: 'a.example' },
    commission: { kind: 'percent', rate: 7.5, months: 12 },
  });
  expect(told.shown()).not.toContain('months?');
});

it('whoever leaves with Ctrl-C has made nothing', async () => {
  const told = terminal('\u0003');
  await expect(askForProgram(told.terminal, unknown, guess)).rejects.toThrow('Nothing was made.');
  expect(await askWhichProgram(told.terminal, [])).toBeUndefined();
});
