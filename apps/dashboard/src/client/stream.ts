import { ApiError, send } from './http.ts';

/**
 * Server-sent events of a route, by fetch: an EventSource could not say which workspace is meant. Comes back by itself while
 * the server is away; ends with the signal.
 */
export async function listen<State>(
  path: string,
  tell: (state: State) => void,
  fail: (error: ApiError) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = 1000; !signal.aborted; wait = Math.min(wait * 2, 15_000)) {
    try {
      const reply = await send('GET', path, { signal });
      wait = 1000;
      await readEvents(reply, tell);
    } catch (error) {
      if (signal.aborted) return;
      const refusal = error instanceof ApiError ? error : new ApiError(0, 'The server cannot be reached');
      fail(refusal);
      if (!refusal.passes) return;
    }
    await pause(wait, signal);
  }
}

/** Until the stream ends. `hear` is called whenever anything comes, be it only the comment that keeps the stream open. */
export async function readEvents<State>(
  reply: Response,
  tell: (state: State) => void,
  hear?: () => void,
): Promise<void> {
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return;
    hear?.();
    text += part.value;
    const messages = text.split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const data = /^data: (.*)$/m.exec(message)?.[1];
      if (data !== undefined) tell(JSON.parse(data) as State);
    }
  }
}

/** Shorter when the signal ends what waits. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
