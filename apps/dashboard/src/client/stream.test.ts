import { expect, it } from 'vitest';
import { readEvents } from './stream.ts';

it('tells each message once it is whole, and hears the comments that keep a stream open', async () => {
  const parts = [': still here\n\n', 'data: {"visitors"', ':1}\n\ndata: {"visitors":2}\n', '\ndata: {"vis'];
  const stream = new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  const told: unknown[] = [];
  let heard = 0;
  await readEvents(
    new Response(stream),
    (state) => told.push(state),
    () => {
      heard += 1;
    },
  );
  expect(told).toEqual([{ visitors: 1 }, { visitors: 2 }]);
  expect(heard).toBe(parts.length);
});
