import type { RealtimeAnswer } from '@headwater/contract';
import { ApiError, send } from './http.ts';
import { insight, type SubjectKey } from './insight.ts';

const pollMs = 5_000;
// A stream tells at once what is now; one that does not was stopped on its way.
const firstMs = 6_000;
// Then the server says something every 15 seconds, if only that it is still there.
const silenceMs = 25_000;

interface Told {
  onAnswer(answer: RealtimeAnswer): void;
  /** Undefined: it goes on. */
  onTrouble(error: Error | undefined): void;
}

/**
 * What happens now, until the signal ends it. By the server's stream; where that cannot be had or has broken off, one answer is
 * asked for before the stream is tried again, so a proxy that lets no stream through costs the second's precision and no more.
 */
export async function followLive(key: SubjectKey, told: Told, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await readStream(key, told, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && !error.passes) return told.onTrouble(error);
    }
    if (signal.aborted) return;
    try {
      told.onAnswer(await insight.realtime(key, { signal }));
      told.onTrouble(undefined);
    } catch (error) {
      if (signal.aborted) return;
      told.onTrouble(error as Error);
      if (error instanceof ApiError && !error.passes) return;
    }
    await pause(pollMs, signal);
  }
}

async function readStream(key: SubjectKey, { onAnswer, onTrouble }: Told, outer: AbortSignal): Promise<void> {
  const silence = new AbortController();
  const signal = AbortSignal.any([outer, silence.signal]);
  let timer = setTimeout(() => silence.abort(), firstMs);
  try {
    const reply = await send('GET', '/api/v1/reports/realtime/stream', { query: { ...key }, signal });
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      text += value;
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) {
        const data = /^data: (.*)$/m.exec(message)?.[1];
        if (data === undefined) continue;
        onAnswer(JSON.parse(data) as RealtimeAnswer);
        onTrouble(undefined);
      }
    }
  } finally {
    clearTimeout(timer);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
