import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { Listener } from './listener.ts';

it('is told nothing more once it is ended, though others are told in that moment', async () => {
  const listener = new Listener('state');
  const heard = text(listener);
  // Until it is read from.
  await new Promise((done) => setImmediate(done));
  listener.tell('"one"');
  listener.end();
  listener.tell('"two"');
  listener.beat();
  listener.end();
  expect(await heard).toBe('retry: 5000\n\nevent: state\ndata: "one"\n\n');
});
