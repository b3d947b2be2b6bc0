// Words on a terminal: colours where there are any, plain text in files and pipes.
import { styleText } from 'node:util';

const inColour = process.stdout.isTTY && !process.env.NO_COLOR;

export const paint = (style, text) => (inColour ? styleText(style, text) : text);

/** One line that says what is being waited for: overwritten on a terminal, a line each elsewhere. */
export function showProgress(text) {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${paint('dim', `  ${text} …`)}`);
  else process.stdout.write(`  ${text} …\n`);
}

export function endProgress() {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
}
