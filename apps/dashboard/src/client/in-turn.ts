/** As many reports as are asked for at a time; the others wait for their turn, in the order of the page. */
const most = 2;
let running = 0;
const waiting: (() => void)[] = [];

/**
 * Asks for a report when it is its turn. A page asks for many at once, and a server that reckons all of them together answers
 * the first, which are what people came for, as late as the last.
 */
export async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
  if (running >= most) await new Promise<void>((go) => waiting.push(go));
  running += 1;
  try {
    return await ask();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
